"""Each Monday the best groups that wait come in, no more than sales can work; those that faded leave.

Whether a group waits on a Monday hangs on who came in the Mondays before: SQL has no loop for that, so the
candidates are read out, walked through week by week, and written back: who waited, at which rank, who came
in, when each of those left again, and what held back those that could not wait.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import pairwise
from math import ceil, floor
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from muster.engine.protocol import Engine

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_COLUMNS = (
    *("week_at", "buying_group_id", "policy", "pool", "is_enough", "held_back_by", "is_low"),
    *("is_stopped", "has_chance", "value", "amount", "opened_at"),
    *("slots", "band_part", "dwell_us", "leave_weeks", "rest_us"),
)
_QUEUE = pa.schema(
    [
        ("week_at", pa.int64()),
        ("buying_group_id", pa.string()),
        ("policy", pa.string()),
        ("pool", pa.string()),
        ("rank", pa.int64()),
        ("waiting", pa.int64()),
        ("slots", pa.int64()),
        ("propensity", pa.float64()),
        ("came_in", pa.bool_()),
        ("left_at", pa.int64()),
        ("held_back_by", pa.string()),
    ]
)


def queue_groups(engine: Engine) -> None:
    """Put the table `queue`, made of `queue_candidate`."""
    columns = ", ".join(f"q.{name}" for name in _COLUMNS)
    found = engine.arrow(
        f"SELECT {columns} FROM queue_candidate AS q ORDER BY q.week_at, q.pool, q.buying_group_id"
    )
    engine.put("queue", admit(found))


def admit(candidates: pa.Table) -> pa.Table:
    """Who waited, who came in and when they left, Monday after Monday.

    `candidates` has a row for each open group and Monday (microseconds), sorted by week: whether its
    chance is enough or low (flags), what holds it back all the same (text; null: nothing), whether sales'
    rejection or a gate ended its stay since the Monday before (flag), `value` and `amount` (cents) to rank
    by, `opened_at`, and the rules of that Monday: `slots` of its pool (groups; null: no limit), `band_part`
    of the slots drawn by lot, `dwell_us`, `leave_weeks`, `rest_us`.
    Returns `queue` as its contract says; `left_at` is null for groups that did not come in or stay. Who is
    held back stands in it, too, with the rank it would have had.
    """
    names, group = np.unique(_texts(candidates, "buying_group_id"), return_inverse=True)
    inside = _Inside(len(names))
    queue: list[dict[str, Any]] = []
    for at, rows in _mondays(_whole(candidates.column("week_at"))):
        here = {name: candidates.column(name).slice(rows.start, len(rows)) for name in _COLUMNS}
        who = group[rows.start : rows.stop].astype(np.int64)
        inside.let_go(at, who, here)
        held = inside.held_back(at, who, here)
        for outside in _pools(here, _flags(here["is_enough"]) & (inside.since[who] < 0)):
            ranked = outside[_best_first(here, outside)]
            entries = _entries(at, [str(names[who[row]]) for row in ranked], here, ranked, held)
            queue += entries
            for row, entry in zip(ranked, entries, strict=True):
                if entry["came_in"]:
                    inside.let_in(at, int(who[row]), entry)
    return pa.Table.from_pylist(queue, schema=_QUEUE)


class _Inside:
    """Which groups are qualified, since when, for how many Mondays their chance was low, and until when
    those that left rest."""

    def __init__(self, groups: int) -> None:
        self.since = np.full(groups, -1, np.int64)
        self.low = np.zeros(groups, np.int64)
        self.rests_until = np.zeros(groups, np.int64)
        self.entry: dict[int, dict[str, Any]] = {}

    def let_go(self, at: int, who: Ints, here: dict[str, Any]) -> None:
        """Those leave whom sales rejected or a gate stopped, and those whose chance was low long enough after
        their dwell."""
        is_in = self.since[who] >= 0
        self.low[who] = np.where(is_in & _flags(here["is_low"]), self.low[who] + 1, 0)
        faded = (self.low[who] >= _whole(here["leave_weeks"])) & (
            at - self.since[who] >= _whole(here["dwell_us"])
        )
        leaves = is_in & (faded | _flags(here["is_stopped"]))
        for row in np.flatnonzero(leaves):
            self.entry.pop(int(who[row]))["left_at"] = at
        self.rests_until[who[leaves]] = at + _whole(here["rest_us"])[leaves]
        self.since[who[leaves]] = -1

    def held_back(self, at: int, who: Ints, here: dict[str, Any]) -> list[str | None]:
        """What holds back each of a Monday's rows: a gate, or the rest after it left; None: nothing."""
        resting = self.rests_until[who] > at
        gates = here["held_back_by"].to_pylist()
        return [gate or ("resting" if rests else None) for gate, rests in zip(gates, resting, strict=True)]

    def let_in(self, at: int, one: int, entry: dict[str, Any]) -> None:
        """A group becomes qualified; its row of the queue will say when it left."""
        self.since[one], self.low[one] = at, 0
        self.entry[one] = entry


def _entries(
    at: int, names: list[str], here: dict[str, Any], ranked: Ints, held: list[str | None]
) -> list[dict[str, Any]]:
    """The queue of one pool, best first: those that wait, and between them those that are held back.

    `slots` of those that wait come in, those about the last place by lot.

    With a band of b, the first (1 - b) x slots come in for certain and the other places are drawn among
    the groups ranked up to (1 + b) x slots: always `slots` in all, each of the drawn with the propensity
    that is written beside it.
    """
    first = int(ranked[0])
    slots = here["slots"][first].as_py()
    waiting = [name for name, row in zip(names, ranked, strict=True) if held[int(row)] is None]
    places = len(waiting) if slots is None else min(int(slots), len(waiting))
    band = float(here["band_part"][first].as_py())
    certain, reach = places, places
    if slots is not None and band > 0 and places < len(waiting):
        certain = floor(slots * (1 - band))
        reach = min(len(waiting), ceil(slots * (1 + band)))
    drawn = sorted(range(certain, reach), key=lambda place: _lot(at, waiting[place]))[: places - certain]
    part = (places - certain) / (reach - certain) if reach > certain else 1.0
    entries, place = [], 0  # `place`: how many that wait stand before
    for name, row in zip(names, ranked, strict=True):
        gate = held[int(row)]
        chance = 1.0 if place < certain else part if place < reach else 0.0
        entries.append(
            {
                "week_at": at,
                "buying_group_id": name,
                "policy": here["policy"][int(row)].as_py(),
                "pool": here["pool"][int(row)].as_py(),
                "rank": place + 1,
                "waiting": len(waiting),
                "slots": slots,
                "propensity": 0.0 if gate else chance,
                "came_in": gate is None and (place < certain or place in drawn),
                "left_at": None,
                "held_back_by": gate,
            }
        )
        place += gate is None
    return entries


def _lot(at: int, name: str) -> str:
    """The same draw for the same group and Monday, in every run and as of every date."""
    return hashlib.sha256(f"{at} {name}".encode()).hexdigest()


def _best_first(here: dict[str, Any], rows: Ints) -> Ints:
    """Rows by value; equal ones by dollars, then the older group, then the id (rows are sorted by it)."""
    keys = [-_whole(here[name])[rows] for name in ("amount", "value")]
    known = ~_flags(here["has_chance"])[rows]
    return np.lexsort((rows, _whole(here["opened_at"])[rows], *keys, known))


def _pools(here: dict[str, Any], listed: Flags) -> Iterator[Ints]:
    """The rows that are listed, by pool of places."""
    rows = np.flatnonzero(listed)
    pools = np.array(here["pool"].to_pylist(), dtype=object)[rows]
    for pool in sorted(set(pools)):
        yield rows[pools == pool]


def _mondays(week: Ints) -> Iterator[tuple[int, range]]:
    """Each Monday and its rows."""
    edges = [*np.flatnonzero(np.diff(week, prepend=-1)), len(week)]
    for start, stop in pairwise(edges):
        yield int(week[start]), range(int(start), int(stop))


def _texts(table: pa.Table, name: str) -> npt.NDArray[np.object_]:
    return np.array(table.column(name).to_pylist(), dtype=object)


def _whole(column: Any) -> Ints:
    return np.asarray(column.fill_null(0).to_numpy(), np.int64)


def _flags(column: Any) -> Flags:
    return np.asarray(column.to_numpy(), np.bool_)
