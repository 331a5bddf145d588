"""How well the replayed MQL rule agrees with the MQLs on record: the validity test of the replay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from muster.replay.history import History
from muster.replay.leads import Lead, nearest, raise_leads
from muster.replay.rule import DAY, DatedRule

_FACTORS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0)  # of the threshold: what is tried


@dataclass(frozen=True, slots=True)
class Agreement:
    """Recorded and replayed MQLs of one stretch of time, and how many of each the other side has too.

    Two MQLs of one person agree when they lie within so many days; each agrees with one at most.
    `median_days`: replayed minus recorded, over people with both, however far apart; None of none.
    """

    recorded: int
    replayed: int
    agreeing: int
    median_days: float | None

    @property
    def recorded_part(self) -> float | None:
        """Part of the recorded MQLs that were replayed within those days."""
        return self.agreeing / self.recorded if self.recorded else None

    @property
    def replayed_part(self) -> float | None:
        """Part of the replayed MQLs that were recorded within those days."""
        return self.agreeing / self.replayed if self.replayed else None

    def is_trusted(self, part: float) -> bool:
        """Whether both parts reach the part that is asked for."""
        both = (self.recorded_part, self.replayed_part)
        return all(found is not None and found >= part for found in both)


def agreement(recorded: Iterable[Lead], replayed: Iterable[Lead], *, within: int) -> Agreement:
    """Compare the MQLs of the same stretch, person by person. `within` is in microseconds."""
    left, right = _by_person(recorded), _by_person(replayed)
    agreeing, apart = 0, []
    for person, instants in left.items():
        others = right.get(person, [])
        agreeing += _paired(instants, others, within)
        for at in instants:
            other = nearest(others, at)
            if other is not None:
                apart.append((other - at) / DAY)
    count = [sum(map(len, side.values())) for side in (left, right)]
    return Agreement(count[0], count[1], agreeing, median(apart) if apart else None)


def agreement_of_halves(
    recorded: Sequence[Lead], replayed: Sequence[Lead], from_at: int, middle_at: int, rule: DatedRule
) -> tuple[Agreement, Agreement] | None:
    """Agreement of the first and of the second half of a history; None without a record."""
    if not recorded:
        return None

    def half(low: int, high: int | None) -> Agreement:
        sides = (
            [one for one in side if low <= one.at and (high is None or one.at < high)]
            for side in (recorded, replayed)
        )
        return agreement(*sides, within=rule.now.agree_within)

    return half(from_at, middle_at), half(middle_at, None)


def better_threshold(history: History, rule: DatedRule, from_at: int, middle_at: int) -> int | None:
    """The threshold that agrees best on the first half, in hundredths; None where it is the one in force.

    Best by the harmonic mean of both parts (F1; van Rijsbergen, 1979).
    """
    acts = [act for act in history.acts if act.known_at < middle_at]
    recorded = [lead for lead in history.recorded if from_at <= lead.at < middle_at]

    def agrees(factor: float) -> float:
        raised = raise_leads(acts, history.titles, history.stays, rule.with_threshold(factor))
        since = [lead for lead in raised if from_at <= lead.at]
        found = agreement(recorded, since, within=rule.now.agree_within)
        return 2 * found.agreeing / max(found.recorded + found.replayed, 1)

    best = max(_FACTORS, key=lambda factor: (agrees(factor), factor == 1.0))
    return None if best == 1.0 else rule.with_threshold(best).now.threshold


def _by_person(leads: Iterable[Lead]) -> dict[str, list[int]]:
    instants: dict[str, list[int]] = defaultdict(list)
    for lead in leads:
        instants[lead.person_id].append(lead.at)
    return {person: sorted(found) for person, found in instants.items()}


def _paired(left: Sequence[int], right: Sequence[int], within: int) -> int:
    """The most pairs that lie within a span, each instant in one at most: earliest first is best."""
    pairs = place = 0
    for at in left:
        while place < len(right) and right[place] < at - within:
            place += 1
        if place < len(right) and right[place] <= at + within:
            pairs += 1
            place += 1
    return pairs
