"""Muster's side: every Monday the best groups that wait, as the queue of the policy `capacity` ranks them.

The queue itself is that of the flow (qualification/queue.py): who came in does not wait again before its
chance was low for some weeks and it rested. What differs is the number of places: as many as the old
process filled that week, so that both sides hand over equally many. A group waits while it is open, no
opportunity of its account and solution is, no gate holds it back, and two people are known or one raised a
hand; how small a chance may be is settled by the places alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from muster.engine.published import Published
from muster.qualification.queue import admit
from muster.replay.rule import DAY
from muster.rules.read import Rules, in_force

RANKINGS = {
    "chance": "by the chance of an opening",
    "value": "by expected dollars",
    "points": "by points",
}
# The chance of that Monday where there was one, else the score; as expected dollars, with what a win brings.
_STANDING = """
WITH monday AS (
    SELECT CAST(unnest(generate_series(make_timestamp({first}), make_timestamp({last}), INTERVAL 7 DAY))
        AS TIMESTAMP) AS at
),
waiting AS (
    SELECT w.at, g.buying_group_id, g.account_id, g.solution_id, g.opened_at, g.closed_at
    FROM monday AS w
    JOIN buying_group AS g ON g.opened_at <= w.at AND (g.closed_at IS NULL OR w.at < g.closed_at)
),
people AS (
    SELECT w.at, w.buying_group_id, count(*) AS people
    FROM waiting AS w JOIN member AS m ON m.buying_group_id = w.buying_group_id AND m.joined_at <= w.at
    WHERE m.person_id IS NOT NULL GROUP BY ALL
),
hand AS (
    SELECT g.buying_group_id, min(greatest(g.at, e.known_at)) AS raised_at
    FROM group_engagement AS g JOIN resolved_engagement AS e ON e.engagement_id = g.engagement_id
    WHERE e.is_buying_act GROUP BY ALL
),
selling AS (
    SELECT DISTINCT w.at, w.buying_group_id
    FROM waiting AS w
    JOIN account_alias AS a ON a.account_id = w.account_id
    JOIN known_opportunity AS o ON o.account_record_id = a.account_record_id
        AND (o.solution_id = w.solution_id OR o.solution_id IS NULL)
        AND o.created_at <= w.at AND (o.closed_at IS NULL OR w.at < o.closed_at)
),
gated AS (
    SELECT w.at, w.buying_group_id, min(k.gate) AS gate
    FROM waiting AS w JOIN gate AS k ON k.buying_group_id = w.buying_group_id
        AND k.from_at <= w.at AND (k.to_at IS NULL OR w.at < k.to_at)
    GROUP BY ALL
)
SELECT epoch_us(w.at) AS week_at, w.buying_group_id, epoch_us(w.opened_at) AS opened_at,
    CASE
        WHEN s.buying_group_id IS NOT NULL THEN 'open_opportunity'
        WHEN k.gate IS NOT NULL THEN k.gate
        WHEN COALESCE(p.people, 0) < 2 AND NOT COALESCE(h.raised_at <= w.at, FALSE) THEN 'too_few_people'
    END AS held_back_by,
    k.gate IS NOT NULL AS is_stopped,
    c.p_open, CAST(COALESCE(r.score, 0) * 100 AS BIGINT) AS score, c.expected_value_cents AS expected
FROM waiting AS w
LEFT JOIN people AS p ON p.at = w.at AND p.buying_group_id = w.buying_group_id
LEFT JOIN hand AS h ON h.buying_group_id = w.buying_group_id
LEFT JOIN gated AS k ON k.at = w.at AND k.buying_group_id = w.buying_group_id
LEFT JOIN selling AS s ON s.at = w.at AND s.buying_group_id = w.buying_group_id
LEFT JOIN chance AS c ON c.account_id = w.account_id AND c.solution_id = w.solution_id AND c.scored_at = w.at
LEFT JOIN score AS r ON r.buying_group_id = w.buying_group_id AND r.scored_at = w.at
ORDER BY w.at, w.buying_group_id
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a group stood on a Monday: what held it back (None: nothing), its chance (None: data are thin),
    its score in hundredths and its expected cents. Instants in microseconds."""

    week_at: int
    buying_group_id: str
    opened_at: int
    held_back_by: str | None
    is_stopped: bool
    p_open: float | None
    score: int
    expected: int | None


def read_standings(published: Published, weeks: Sequence[int]) -> list[Standing]:
    """Every open group on every Monday, in order of weeks."""
    if not weeks:
        return []
    sql = _STANDING.replace("{first}", str(weeks[0])).replace("{last}", str(weeks[-1]))
    with published.connection() as tables:
        return [Standing(*row) for row in tables.execute(sql).fetchall()]


def hand_over(
    standings: Sequence[Standing], places: Mapping[int, int], rules: Rules, ranking: str
) -> list[tuple[int, str]]:
    """The groups handed over: Monday and group, best first within a Monday.

    `places` says how many come in on each Monday; `ranking` is one of RANKINGS.
    """
    rows: dict[str, list[Any]] = {name: [] for name in _SCHEMA.names}
    limits = {week: _limits(rules, week) for week in {each.week_at for each in standings}}
    for one in standings:
        limit = limits[one.week_at]
        thin = one.p_open is None or ranking == "points"
        value = one.score
        if ranking == "chance" and one.p_open is not None:
            value = round(one.p_open * 1e12)
        elif ranking == "value" and one.p_open is not None:
            value = one.expected or 0
        rows["week_at"].append(one.week_at)
        rows["buying_group_id"].append(one.buying_group_id)
        rows["held_back_by"].append(one.held_back_by)
        rows["is_stopped"].append(one.is_stopped)
        rows["is_low"].append(
            one.score < limit["leave_points"] if one.p_open is None else one.p_open < limit["leave_chance"]
        )
        rows["has_chance"].append(not thin)
        rows["value"].append(value)
        rows["amount"].append(one.expected or 0)
        rows["opened_at"].append(one.opened_at)
        rows["slots"].append(places.get(one.week_at, 0))
        for name in ("dwell_us", "leave_weeks", "rest_us"):
            rows[name].append(round(limit[name]))
    count = len(rows["week_at"])
    rows |= {"policy": ["capacity"] * count, "pool": ["*"] * count}
    rows |= {"is_enough": [True] * count, "band_part": [0.0] * count}
    queue = admit(pa.table(rows, schema=_SCHEMA)).select(["week_at", "buying_group_id", "came_in", "rank"])
    came = [row for row in queue.to_pylist() if row["came_in"]]
    came.sort(key=lambda row: (row["week_at"], row["rank"]))
    return [(row["week_at"], row["buying_group_id"]) for row in came]


_SCHEMA = pa.schema(
    [
        ("week_at", pa.int64()),
        ("buying_group_id", pa.string()),
        ("policy", pa.string()),
        ("pool", pa.string()),
        ("is_enough", pa.bool_()),
        ("held_back_by", pa.string()),
        ("is_low", pa.bool_()),
        ("is_stopped", pa.bool_()),
        ("has_chance", pa.bool_()),
        ("value", pa.int64()),
        ("amount", pa.int64()),
        ("opened_at", pa.int64()),
        ("slots", pa.int64()),
        ("band_part", pa.float64()),
        ("dwell_us", pa.int64()),
        ("leave_weeks", pa.int64()),
        ("rest_us", pa.int64()),
    ]
)


def _limits(rules: Rules, at: int) -> dict[str, float]:
    """What rules/qualification.csv says of leaving and resting, on a Monday."""
    held = {row["name"]: row["value"] for row in in_force(rules["qualification"], at)}
    values = {str(name): value for name, value in held.items() if isinstance(value, float)}
    return {
        "leave_points": values["leave_below"] * 100,
        "leave_chance": values["enter_chance"] * values["leave_part"],
        "dwell_us": values["dwell_days"] * DAY,
        "leave_weeks": values["leave_weeks"],
        "rest_us": values["rest_days"] * DAY,
    }
