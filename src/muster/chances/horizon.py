"""Over how many weeks the chances of a finished run reach, Monday by Monday: as its models say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from muster.chances.terms import Terms
from muster.engine.published import Published
from muster.recall.clock import WEEK

USUAL = Terms().horizon
FOREVER = Terms().to_at

LEARNT = f"""
SELECT epoch_us(m.trained_at) AS at, COALESCE(MAX(m.horizon_weeks), {USUAL // WEEK}) AS weeks
FROM chance_model AS m
WHERE m.target = 'open'
GROUP BY m.trained_at
ORDER BY m.trained_at
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """The Mondays from one up to another whose chances are about equally many weeks. In microseconds."""

    from_at: int
    to_at: int
    horizon: int


def reaches(published: Published) -> tuple[Reach, ...]:
    """Every stretch of time with a horizon of its own, in the order of time; there is always one.

    A model is learnt on the first Monday of every change of `horizon_weeks`, so the models tell what held.
    """
    return reaches_in(published.arrow(LEARNT).to_pylist())


def reaches_in(learnt: Iterable[Mapping[str, Any]]) -> tuple[Reach, ...]:
    """The same from the rows of `LEARNT`, whoever read them."""
    found: list[Reach] = []
    for row in learnt:
        horizon = row["weeks"] * WEEK
        if found and found[-1].horizon == horizon:
            continue
        if found:
            found[-1] = Reach(found[-1].from_at, row["at"], found[-1].horizon)
        found.append(Reach(row["at"] if found else 0, FOREVER, horizon))
    return tuple(found) or (Reach(0, FOREVER, USUAL),)


def reach_at(published: Published, instant: int) -> Reach:
    """The stretch that an instant lies in."""
    return next(one for one in reversed(reaches(published)) if one.from_at <= instant)
