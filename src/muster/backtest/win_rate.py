"""Do opportunities that opened with a higher chance win more often? Observed, not caused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np

from muster.engine.published import Published
from muster.reports.wilson import estimate

LEAST_CLOSED = 20
_MOST_BANDS = 10

# The chance of the last Monday before an opportunity opened, and what became of it.
_CLOSED = """
WITH deal AS (
    SELECT a.account_id, o.solution_id, o.opportunity_id, o.created_at, o.is_won
    FROM known_opportunity AS o
    JOIN account_alias AS a ON a.account_record_id = o.account_record_id
    WHERE o.is_closed AND o.type IS DISTINCT FROM 'renewal'
)
SELECT c.p_open, d.is_won
FROM deal AS d
JOIN chance AS c
    ON c.account_id = d.account_id AND c.solution_id = d.solution_id AND c.p_open IS NOT NULL
    AND c.scored_at < d.created_at AND c.scored_at >= d.created_at - INTERVAL 7 DAY
{where}
ORDER BY c.p_open, d.is_won
"""


@dataclass(frozen=True, slots=True)
class WonBand:
    """Closed opportunities of like chance at opening; 95 % interval after Wilson 1927."""

    number: int
    from_chance: float
    to_chance: float
    closed: int
    won: int
    win_rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class WinTrend:
    """Win rate by band of chance, and whether it rises (Cochran 1954, Armitage 1955); two-sided p."""

    closed: int
    unsaid: int  # closed opportunities before whose opening no chance was said
    bands: tuple[WonBand, ...]
    z: float | None
    p_value: float | None


def win_trend(published: Published, solution_id: str | None = None) -> WinTrend:
    """Win rate by chance at opening, over all opportunities that are closed and of which one was said."""
    where = (
        "" if solution_id is None else f"WHERE d.solution_id = '{solution_id.replace(chr(39), chr(39) * 2)}'"
    )
    found = published.arrow(_CLOSED.format(where=where)).to_pylist()
    everything = published.arrow(
        "SELECT COUNT(*) AS n FROM known_opportunity AS d"
        " WHERE d.is_closed AND d.type IS DISTINCT FROM 'renewal'" + where.replace("WHERE", " AND")
    ).to_pylist()[0]["n"]
    return trend([(row["p_open"], row["is_won"]) for row in found], unsaid=everything - len(found))


def trend(closed: Sequence[tuple[float, bool]], *, unsaid: int = 0) -> WinTrend:
    """From (chance at opening, was it won): bands as many as there are tens of opportunities, at most ten."""
    if len(closed) < LEAST_CLOSED:
        return WinTrend(len(closed), unsaid, (), None, None)
    ranked = sorted(closed)
    count = min(_MOST_BANDS, len(ranked) // 10)
    starts = sorted({_first_equal(ranked, len(ranked) * number // count) for number in range(count)})
    parts = [ranked[a:b] for a, b in zip(starts, [*starts[1:], len(ranked)], strict=True)]
    bands = tuple(_band(number, part) for number, part in enumerate(parts, 1))
    z = _trend_z([band.closed for band in bands], [band.won for band in bands])
    return WinTrend(len(closed), unsaid, bands, z, None if z is None else erfc(abs(z) / sqrt(2)))


def _first_equal(ranked: Sequence[tuple[float, bool]], place: int) -> int:
    """Equal chances stay in one band."""
    while place > 0 and ranked[place - 1][0] == ranked[place][0]:
        place -= 1
    return place


def _band(number: int, part: Sequence[tuple[float, bool]]) -> WonBand:
    won = sum(is_won for _, is_won in part)
    rate = estimate(won, len(part))
    low, high = (None, None) if rate is None else (rate.low, rate.high)
    return WonBand(number, part[0][0], part[-1][0], len(part), won, rate.value if rate else None, low, high)


def _trend_z(closed: Sequence[int], won: Sequence[int]) -> float | None:
    """The test's z with bands numbered 1, 2, ...; None where there is one band, or all or none are won."""
    n, r, x = np.array(closed, float), np.array(won, float), np.arange(1.0, len(closed) + 1)
    total, rate = n.sum(), r.sum() / n.sum()
    spread = rate * (1 - rate) * ((n * x * x).sum() - (n * x).sum() ** 2 / total)
    return float((x * (r - n * rate)).sum() / sqrt(spread)) if spread > 0 else None
