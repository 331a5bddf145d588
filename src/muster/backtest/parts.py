"""The same for parts of the company: who is handed over, what is caught, and whether chances hold there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from muster.backtest.draws import Draws, Figure, figure, ratio
from muster.backtest.places import Handed
from muster.backtest.questions import CHANCE, Questions, Rows, distinct
from muster.backtest.ranking import Ranking

Flags = npt.NDArray[np.bool_]
UNKNOWN = "not known"
_MOST_PARTS = 12  # of a kind; the rest are one


@dataclass(frozen=True, slots=True)
class Part:
    """One part: rows asked about, hand-offs at capacity for every thousand of them, openings caught, O/E."""

    kind: str
    name: str
    rows: int
    openings: int
    hand_offs: int
    hand_offs_per_thousand: float | None
    recall: Figure
    observed_over_expected: Figure


@dataclass(frozen=True, slots=True)
class Decile:
    """A tenth of the rows of which a chance was said, the highest first."""

    number: int
    rows: int
    predicted: float
    opened: int  # rows that open, not different openings
    openings: int
    lift: float | None


def parts_of(asked: Questions, handed: Handed, draws: Draws) -> list[Part]:
    """By region, industry, size, solution, and by how many of those who took part are known."""
    found = []
    for kind in ("region", "industry", "size"):
        facts = asked.facts[kind]
        for name, ids in _named(facts):
            is_in = np.zeros(len(facts), np.bool_)
            is_in[ids] = True
            found.append(_part(kind, name, asked, handed, draws, is_in=is_in))
    for number, name in enumerate(asked.solution_ids):
        found.append(_part("solution", name, asked, handed, draws, solution=number))
    return [*found, *_by_acquaintance(asked, handed, draws)]


def deciles(asked: Questions) -> list[Decile]:
    """Lift by tenth of chance, against all rows of which one was said."""
    rows = asked.asked
    said = rows.only(np.isfinite(rows.scores[CHANCE]))
    order = np.lexsort((*(-c for c in reversed(said.tie_break)), -said.scores[CHANCE]))
    base = float(said.opens.mean()) if len(order) else 0.0
    found = []
    for number, part in enumerate(np.array_split(order, 10), 1):
        if len(part):
            opened = float(said.opens[part].sum())
            found.append(
                Decile(
                    number,
                    len(part),
                    float(said.scores[CHANCE][part].mean()),
                    int(opened),
                    distinct(said.opening[part]),
                    opened / len(part) / base if base > 0 else None,
                )
            )
    return found


def gain(asked: Questions, score: npt.NDArray[np.float64]) -> tuple[list[float], list[float]]:
    """The part asked and the part of openings in it, down the ranking: a lift curve."""
    asked_part, opened_part = Ranking(asked, score).of(np.ones(len(asked.account_ids))).curve()
    return [float(x) for x in asked_part], [float(x) for x in opened_part]


def _named(facts: tuple[str | None, ...]) -> Iterator[tuple[str, npt.NDArray[np.int64]]]:
    """The values of a fact with their accounts, the most frequent first; rare ones together."""
    told = np.array([UNKNOWN if fact is None else fact for fact in facts], dtype=object)
    counts = sorted(((int((told == name).sum()), name) for name in set(told)), key=lambda c: (-c[0], c[1]))
    known = [name for _, name in counts if name != UNKNOWN]
    few = known if len(known) <= _MOST_PARTS else known[: _MOST_PARTS - 1]
    for name in [*few, UNKNOWN]:
        if (told == name).any():
            yield name, np.flatnonzero(told == name)
    if len(known) > len(few):
        rest = np.isin(told, known[len(few) :])
        yield f"{len(known) - len(few)} others", np.flatnonzero(rest)


def _part(
    kind: str,
    name: str,
    asked: Questions,
    handed: Handed,
    draws: Draws,
    *,
    is_in: Flags | None = None,
    solution: int | None = None,
) -> Part:
    def mine(account: npt.NDArray[np.int64], of: npt.NDArray[np.int64]) -> Flags:
        return np.asarray(of == solution if is_in is None else is_in[account], np.bool_)

    rows, silent, openings = asked.asked, asked.silent, asked.openings
    here, quiet = mine(rows.account, rows.solution), mine(silent.account, silent.solution)
    given, opened = mine(handed.account, handed.solution), mine(openings.account, openings.solution)
    chance = rows.scores[CHANCE]
    said = here & np.isfinite(chance)
    came, expected = draws.sums(rows.account[said], rows.opens[said], chance[said])
    caught_by = np.unique(handed.opening[given & (handed.opening >= 0)])
    caught, everything = (
        draws.sums(openings.account[of], np.ones(len(of)))[0] for of in (caught_by, np.flatnonzero(opened))
    )
    count = int(here.sum() + silent.rows[quiet].sum())
    own = distinct(rows.opening[said])
    return Part(
        kind,
        name,
        count,
        int(opened.sum()),
        int(given.sum()),
        1000 * float(given.sum()) / count if count else None,
        figure("recall", ratio(caught, everything), openings=int(opened.sum())),
        figure("observed_over_expected", ratio(came, expected), openings=own),
    )


def _by_acquaintance(asked: Questions, handed: Handed, draws: Draws) -> Iterator[Part]:
    """By how many of those who took part in the 13 weeks before were known by name.

    An opening is counted where its account stood on the last Monday before it; silent accounts nowhere.
    """
    every, rows, openings = asked.rows, asked.asked, asked.openings
    standing, asked_standing = _acquaintance(every), _acquaintance(rows)
    at_opening = np.full(len(openings.at), -1, np.int64)
    came = np.flatnonzero(every.opening >= 0)
    at_opening[every.opening[came]] = standing[came]  # rows are in the order of weeks: the last one stays
    caught_by = np.unique(handed.opening[handed.opening >= 0])
    chance = rows.scores[CHANCE]
    for number, name in enumerate(
        ("nobody in 13 weeks", "anonymous only", "half or fewer", "more than half")
    ):
        here = asked_standing == number
        said = here & np.isfinite(chance)
        opened = np.flatnonzero(at_opening == number)
        caught = caught_by[at_opening[caught_by] == number]
        hits, everything = (draws.sums(openings.account[of], np.ones(len(of)))[0] for of in (caught, opened))
        seen, expected = draws.sums(rows.account[said], rows.opens[said], chance[said])
        given, count = int((standing[handed.row] == number).sum()), int(here.sum())
        yield Part(
            "known by name",
            name,
            count,
            len(opened),
            given,
            1000 * given / count if count else None,
            figure("recall", ratio(hits, everything), openings=len(opened)),
            figure("observed_over_expected", ratio(seen, expected), openings=distinct(rows.opening[said])),
        )


def _acquaintance(rows: Rows) -> npt.NDArray[np.int64]:
    """0 nobody took part, 1 nobody known, 2 at most half of them, 3 more."""
    total = rows.people + rows.visitors
    return np.where(total == 0, 0, np.where(rows.people == 0, 1, np.where(2 * rows.people <= total, 2, 3)))
