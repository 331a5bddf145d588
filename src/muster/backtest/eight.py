"""The simple rival: a logistic regression on eight signs, learnt on the same days, as blind to the future."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from muster.backtest.asked_in_sql import SIGNS
from muster.backtest.questions import ORIGIN_EVERY, Questions
from muster.chances.ridge import chances, fit
from muster.engine.published import Published
from muster.recall.clock import FIRST_MONDAY, WEEK

Vector = npt.NDArray[np.float64]
NAME = "eight-sign logistic"
LEARNT_EVERY = 13 * WEEK
FEWEST = 40  # different openings below which it says nothing, as the model does
_PENALTY = 1.0

# Rows that look alike are one, with their number as its weight: nothing is left out.
# Mondays that were about other weeks are asked again: `opens` of the panel keeps to what held then.
_LEARNT = """
WITH opening AS (
    SELECT DISTINCT p.account_id, p.solution_id, p.opens_at FROM panel AS p WHERE p.opens_at IS NOT NULL
)
SELECT {signs},
    CASE WHEN epoch_us(p.week_at) >= {since} THEN p.opens
        WHEN EXISTS (
            SELECT 1 FROM opening AS o
            WHERE o.account_id = p.account_id AND o.solution_id = p.solution_id
            AND o.opens_at > p.week_at AND epoch_us(o.opens_at) <= epoch_us(p.week_at) + {horizon}
        ) THEN 1 ELSE 0 END AS opens,
    CAST(COUNT(*) AS DOUBLE) AS times
FROM panel AS p
WHERE p.opens IS NOT NULL AND epoch_us(p.week_at) <= {until}
AND MOD(epoch_us(p.week_at) - {monday}, {every}) = 0
GROUP BY ALL ORDER BY ALL
"""
_OPENINGS = """
SELECT COUNT(*) AS n FROM (
    SELECT DISTINCT p.account_id, p.solution_id, p.opens_at
    FROM panel AS p WHERE p.opens = 1 AND epoch_us(p.week_at) <= {until}
)
"""


def eight_signs(published: Published, asked: Questions) -> Vector:
    """Its chance for each row asked about; NaN where there was too little to learn from.

    A new one every 13 weeks, from every fourth Monday whose weeks were over by then (embargo = horizon).
    """
    rows = asked.rows
    said = np.full(len(rows.week), np.nan)
    for trained_at in learning_days(asked.span.first, asked.span.last):
        until = trained_at - asked.span.horizon
        [(count,)] = [tuple(r.values()) for r in published.arrow(_OPENINGS.format(until=until)).to_pylist()]
        here = (rows.week >= trained_at) & (rows.week < trained_at + LEARNT_EVERY)
        if count < FEWEST or not here.any():
            continue
        signs = ", ".join(f'CAST({sql} AS DOUBLE) AS "{name}"' for name, sql in SIGNS.items())
        known = published.arrow(
            _LEARNT.format(
                signs=signs,
                until=until,
                monday=FIRST_MONDAY,
                every=ORIGIN_EVERY,
                since=asked.span.since,
                horizon=asked.span.horizon,
            )
        )
        seen = {name: known.column(name).to_numpy() for name in known.column_names}
        found = fit(
            _design([seen[name] for name in SIGNS]),
            seen["opens"].astype(np.float64),
            weights=seen["times"],
            penalty=np.array([0.0] + [_PENALTY] * len(SIGNS)),
        )
        said[here] = np.round(chances(_design([rows.signs[name][here] for name in SIGNS]) @ found), 9)
    return said


def learning_days(first: int, last: int) -> range:
    """The Mondays, fixed by the calendar, on which models for a span are learnt."""
    start = first - (first - FIRST_MONDAY) % LEARNT_EVERY
    return range(start, last + 1, LEARNT_EVERY)


def _design(columns: Sequence[Vector]) -> Vector:
    return np.column_stack(
        [np.ones(len(columns[0])), *(np.log1p(np.maximum(column, 0.0)) for column in columns)]
    )
