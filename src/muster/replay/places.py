"""How many hand-offs a week: by rules/capacity.csv, a number, or as many as the MQL process passed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from muster.problems import WrongUse
from muster.replay.leads import Lead, between
from muster.replay.rule import DAY
from muster.rules.read import Rules, in_force

WEEK = 7 * DAY


def places_by_rule(rules: Rules, weeks: Sequence[int], accounts: Sequence[int]) -> list[int]:
    """Whole groups a week by rules/capacity.csv, all pools together.

    `accounts` holds the number of account records known on each Monday. What is less than a whole group
    counts towards the weeks after.
    """
    places, summed = [], 0
    for week, count in zip(weeks, accounts, strict=True):
        before = summed // 1_000_000
        summed += sum(_millionths(row, count) for row in in_force(rules["capacity"], week))
        places.append(summed // 1_000_000 - before)
    return places


def places_by_number(groups_a_week: float, weeks: Sequence[int]) -> list[int]:
    """The same number each week, fractions carried on. Raises WrongUse for less than nothing."""
    if groups_a_week <= 0:
        raise WrongUse("--capacity takes a number above 0, or the words rule or mql.")
    millionths = round(groups_a_week * 1_000_000)
    return [
        (place + 1) * millionths // 1_000_000 - place * millionths // 1_000_000 for place in range(len(weeks))
    ]


def passed_on(leads: Sequence[Lead], weeks: Sequence[int]) -> list[list[Lead]]:
    """The MQLs that went to sales in the week up to each Monday, first come first."""
    passed = [lead for lead in leads if not lead.is_discarded]
    instants = [lead.at for lead in passed]
    return [[passed[place] for place in between(instants, week - WEEK, week)] for week in weeks]


def _millionths(row: Mapping[str, object], accounts: int) -> int:
    groups = row["groups_a_week"]
    assert isinstance(groups, float)
    scale = accounts / 1000 if row["per"] == "1000_accounts" else 1.0
    return int(groups * 1_000_000 * scale + 0.5)
