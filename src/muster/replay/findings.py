"""The findings that matter for this company: those with the most dollars behind them, in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from muster.replay.compare import Replay
from muster.replay.history import Opening
from muster.replay.matching import MQL, MUSTER
from muster.replay.measures import FEWEST
from muster.reports.money import short
from muster.reports.values import counted

SHOWN = 3
_IDENTIFIED = (
    (
        "Which openings had an MQL or a group's hand-off before they were created, and how many days before",
        "yes",
    ),
    (
        "Hand-offs that no opening followed within {weeks} weeks, at equal weekly capacity",
        "yes, but a group that nobody worked might have opened had it been worked",
    ),
    ("People of a group before its opening whom nobody named on it or showed to sales", "yes"),
    (
        "Second leads discarded, and the openings within 26 weeks of them",
        "yes: related to them, not lost with them",
    ),
    (
        "Openings that came because an MQL was worked",
        "no: the old rule decided who was worked. The lower bound counts for Muster only openings without "
        "any MQL in the 26 weeks before, the upper one all",
    ),
    (
        "Openings and dollars that would have been won under Muster",
        "no: nobody was worked who was not an MQL. Only hand-offs drawn by lot can tell "
        "(lot_part in rules/qualification.csv)",
    ),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence, and the cents behind it that it is ranked by."""

    key: str
    sentence: str
    cents: int


def identified(told: Replay) -> tuple[tuple[str, str], ...]:
    """What history can tell, and what not: a quantity, and the answer."""
    return tuple((quantity.format(weeks=told.horizon_weeks), answer) for quantity, answer in _IDENTIFIED)


def findings(told: Replay) -> list[Finding]:
    """Every finding with something behind it, the most dollars first; the first three lead the page."""
    found = [
        finding
        for finding in (_caught(told), _discarded(told), _other_solution(told), _hidden(told), _earlier(told))
        if finding is not None
    ]
    found += [finding for finding in (_unseen(told), _false(told)) if finding is not None]
    return sorted(found, key=lambda each: -abs(each.cents))


def amount(openings: Iterable[Opening | None], currency: str) -> int:
    """The cents of distinct openings in one currency."""
    distinct = {o.opportunity_id: o for o in openings if o is not None}
    return sum(o.amount_cents for o in distinct.values() if o.currency == currency)


def _caught(told: Replay) -> Finding | None:
    if len(told.compared.openings) < FEWEST:
        return None
    left, right = (told.measure("openings_caught", side).value for side in (MQL, MUSTER))
    cents = [int(told.measure("amount_caught", side).value or 0) for side in (MQL, MUSTER)]
    early = [int(told.measure("caught_two_weeks_before", side).value or 0) for side in (MQL, MUSTER)]
    ratio, dollars = told.measure("openings_ratio", "compared"), told.measure("amount_ratio", "compared")
    lower = told.measure("openings_ratio_lower_bound", "compared")
    times = ""
    if ratio.value is not None and dollars.value is not None and lower.value is not None:
        times = (
            f": {ratio.value:.1f} times the openings{_between(ratio.low, ratio.high)} and "
            f"{dollars.value:.1f} times the dollars{_between(dollars.low, dollars.high)}. Two weeks before "
            f"or more it was {early[1]:,} against {early[0]:,}; counting for Muster only openings without "
            f"any MQL before, {lower.value:.1f} times the MQL list's"
        )
    sentence = (
        f"At equal capacity Muster's list held {counted(int(right or 0), 'opening')} worth "
        f"{short(cents[1], told.currency)} before they opened, the MQL list {left:,} worth "
        f"{short(cents[0], told.currency)}{times}."
    )
    return Finding("caught", sentence, cents[1] - cents[0])


def _discarded(told: Replay) -> Finding | None:
    if not told.discarded:
        return None
    cents = amount((each.opening for each in told.discarded), told.currency)
    own = sum(each.fate == "same_group" for each in told.discarded)
    was = "was" if len(told.discarded) == 1 else "were"
    sentence = (
        f"{counted(len(told.discarded), 'second lead')} {was} discarded by the MQL process; {own:,} belonged "
        f"to the very group that was being worked. Openings worth {short(cents, told.currency)} came within "
        "26 weeks of them: related to them, not lost with them."
    )
    return Finding("discarded", sentence, cents)


def _other_solution(told: Replay) -> Finding | None:
    other = [each for each in told.discarded if each.fate == "other_solution"]
    if not other:
        return None
    groups = len({each.group.buying_group_id for each in other if each.group})
    cents = amount((each.opening for each in other), told.currency)
    sentence = (
        f"{counted(groups, 'group')} for another solution {'was' if groups == 1 else 'were'} taken for "
        f"duplicates: {counted(len(other), 'person', 'people')} discarded, openings worth "
        f"{short(cents, told.currency)} within 26 weeks of them."
    )
    return Finding("other_solution", sentence, cents)


def _hidden(told: Replay) -> Finding | None:
    hidden = [each for each in told.hidden if each.unshown]
    if not hidden:
        return None
    people, deciders = sum(each.unshown for each in hidden), sum(each.deciders for each in hidden)
    cents = amount((each.opening for each in hidden if each.deciders), told.currency)
    behind = (
        f"; {deciders:,} of them decide, in openings worth {short(cents, told.currency)}" if deciders else ""
    )
    sentence = (
        f"Before {len(hidden):,} of {counted(len(told.compared.openings), 'opening')}, "
        f"{counted(people, 'person', 'people')} of the buying group had engaged whom no seller was shown "
        f"and no contact role names{behind}."
    )
    return Finding("hidden", sentence, cents)


def _earlier(told: Replay) -> Finding | None:
    shift = told.lead_time
    if shift is None or shift.pairs < FEWEST:
        return None
    both = [
        o
        for o in told.compared.openings
        if all(o.opportunity_id in told.compared.caught[side] for side in (MQL, MUSTER))
    ]
    way = "earlier" if shift.value >= 0 else "later"
    ahead = f"{days(shift.value)} {way}{_between(shift.low, shift.high, digits=0)}"
    sentence = f"Of {counted(shift.pairs, 'opening')} that both lists held, Muster's was {ahead}."
    # Ranked by the dollars of which the difference is told, by the part of the weeks that it is.
    return Finding(
        "earlier",
        sentence,
        int(amount(both, told.currency) * min(abs(shift.value) / (7 * told.horizon_weeks), 1.0)),
    )


def _unseen(told: Replay) -> Finding | None:
    without = [o for o in told.compared.openings if o.opportunity_id not in told.compared.preceded]
    if not without:
        return None
    held = [o for o in without if o.opportunity_id in told.compared.caught[MUSTER]]
    worth, of_them = (short(amount(some, told.currency), told.currency) for some in (without, held))
    sentence = (
        f"{counted(len(without), 'opening')} worth {worth} came without any MQL in the 26 weeks before; "
        f"{len(held):,} of them, worth {of_them}, stood on Muster's list."
    )
    return Finding("unseen", sentence, amount(held, told.currency))


def _false(told: Replay) -> Finding | None:
    left, right = (told.measure("false_alarms_per_opening", side) for side in (MQL, MUSTER))
    if left.value is None or right.value is None:
        return None
    sentence = (
        f"For every opening it held, the MQL list had {left.value:.1f} hand-offs that no opening followed"
        f"{_between(left.low, left.high)}, Muster's {right.value:.1f}{_between(right.low, right.high)}."
    )
    return Finding("false", sentence, 0)


def days(difference: float) -> str:
    """A difference of days without its sign: `1 day`, `13 days`."""
    return counted(round(abs(difference)), "day")


def _between(low: float | None, high: float | None, *, digits: int = 1) -> str:
    return "" if low is None or high is None else f" ({low:.{digits}f} to {high:.{digits}f})"
