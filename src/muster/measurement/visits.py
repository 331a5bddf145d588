"""How stages are left: onwards, back, won or lost, each visit by itself, and for how long a visit lasts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

import numpy as np

from muster.engine.protocol import Engine
from muster.measurement.progress import Progress, watch
from muster.measurement.speed import LONGEST, WATCHED_QUARTERS
from muster.survival.incidence import OPEN, curve

WAYS = ("onwards", "back", "won", "lost")
_CHANGES = """
SELECT h.opportunity_id, r.position, h.stage, h.changed_at, h.stage_change_id
FROM known_stage_change AS h
JOIN rule_stages AS r
    ON LOWER(r.stage) = LOWER(h.stage) AND r.from_at <= h.changed_at AND h.changed_at < r.to_at
WHERE r.outcome = 'open'
ORDER BY h.opportunity_id, h.changed_at, h.stage_change_id, r.position
"""
Row = dict[str, Any]


def stage_exits(engine: Engine, deals: Progress, *, quarters: Sequence[tuple[int, int]]) -> Iterator[Row]:
    """A row for each stage and way out of it, over the visits that began in the last two years.

    An opportunity that steps back leaves the stage backwards and begins another visit of the earlier one.
    Stages that were skipped were not visited.
    """
    since = quarters[max(len(quarters) - WATCHED_QUARTERS, 0)][0] if quarters else 0
    visits = [visit for visit in _visits(engine, deals) if visit[2] >= since]
    stages = {position: stage for position, stage, *_ in sorted(visits, key=itemgetter(0, 1), reverse=True)}
    for position in sorted(stages):
        mine = [visit for visit in visits if visit[0] == position]
        began, left, way = (np.array([visit[n] for visit in mine], np.int64) for n in (2, 3, 4))
        days, ended = watch(began, left, is_there=np.ones(len(mine), np.bool_), until=deals.as_of)
        way = np.where(ended == OPEN, OPEN, way)
        restricted = min(LONGEST, int(days.max(initial=0)))
        found = curve(np.minimum(days, restricted), np.where(days > restricted, OPEN, way), endings=len(WAYS))
        mean = round(found.restricted_mean(restricted), 9) if len(found.times) else None
        for number, name in enumerate(WAYS, start=1):
            low, high = found.interval(number)
            yield {
                "stage": stages[position],
                "way": name,
                "position": position,
                "visit_count": len(mine),
                "way_count": int((way == number).sum()),
                "open_count": int((way == OPEN).sum()),
                "share": round(found.share(number), 9) if len(found.times) else None,
                "low": None if low is None else round(low, 9),
                "high": None if high is None else round(high, 9),
                "mean_days": mean,
                "restricted_days": restricted,
            }


def _visits(engine: Engine, deals: Progress) -> Iterator[tuple[int, str, int, int, int]]:
    """Position, stage, from when, until when (NEVER while it lasts) and the number of the way out."""
    number = {opportunity: n for n, opportunity in enumerate(deals.ids)}
    changes = engine.arrow(_CHANGES).to_pylist()
    for opportunity, rows in groupby(changes, itemgetter("opportunity_id")):
        deal = number.get(opportunity)
        if deal is None or not deals.is_watched[deal]:
            continue
        closed_at = int(deals.closed_at[deal])
        turns: list[Row] = []
        for row in rows:
            if row["changed_at"] < closed_at and (not turns or turns[-1]["position"] != row["position"]):
                turns.append(row)
        for turn, following in pairwise(turns):
            way = 1 if following["position"] > turn["position"] else 2
            yield turn["position"], turn["stage"], turn["changed_at"], following["changed_at"], way
        for turn in turns[-1:]:
            yield (
                turn["position"],
                turn["stage"],
                turn["changed_at"],
                closed_at,
                3 if deals.is_won[deal] else 4,
            )
