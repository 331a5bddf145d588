"""The replay, top to bottom: both sides over the whole history, chosen on one half, reported on the other.

read       acts, recorded MQLs, openings, groups, as of the run
replay     the MQL rule, week by week; does it agree with the record?
hand over  as many groups each Monday as the old process passed people on (or sales could take)
choose     the ranking that caught most openings of the first half
measure    the second half: captured, earlier, false, hidden, discarded, with intervals
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from muster.chances.horizon import reach_at
from muster.engine.published import Published
from muster.problems import WrongUse
from muster.replay.agreement import Agreement, agreement_of_halves, better_threshold
from muster.replay.hidden import Hidden, hidden_members
from muster.replay.history import History, Opening, read_history
from muster.replay.leads import Lead, discard_duplicates, raise_leads
from muster.replay.matching import MQL, MUSTER, HandOff, as_hand_off, caught, followed
from muster.replay.measures import Compared, Measure, measures
from muster.replay.paired import Shift, hodges_lehmann, mcnemar
from muster.replay.places import (
    WEEK,
    passed_on,
    places_by_number,
    places_by_rule,
)
from muster.replay.policy import RANKINGS, hand_over, read_standings
from muster.replay.rule import DAY, DatedRule, mql_rule
from muster.replay.second_leads import Discarded, discarded
from muster.rules.read import Rules

_MONDAY = 4 * DAY  # 5 January 1970
_BEFORE = 26 * WEEK  # an MQL this long before an opening may have had a part in it


@dataclass(frozen=True, slots=True)
class Half:
    """The half that is reported, and how long after a hand-off an opening counts for it. In microseconds."""

    from_at: int
    as_of: int
    horizon: int


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay found. Instants in microseconds, amounts in cents of `currency`.

    `mql_side` is `replayed` where the rule agrees with the record on the first half or nothing was
    recorded, else `recorded`. `horizon_weeks`: within which an opening counts for a hand-off before it, on
    either side and for the whole history, as chances are about on the run's date. `agreed` holds the
    agreement of both halves; None without a record. `better_threshold` (hundredths of points): what would
    agree better on the first half; None if nothing.
    """

    currency: str
    from_at: int
    middle_at: int
    as_of: int
    horizon_weeks: int
    rule: DatedRule
    mql_side: str
    agreed: tuple[Agreement, Agreement] | None
    better_threshold: int | None
    capacity: str
    ranking: str
    chosen_by: Mapping[str, int]
    leads: Sequence[Lead]
    hand_offs: Mapping[str, Sequence[HandOff]]
    compared: Compared
    measures: Sequence[Measure]
    lead_time: Shift | None
    capture_p: float
    hidden: Sequence[Hidden]
    discarded: Sequence[Discarded]
    other_currencies: int

    def measure(self, name: str, side: str) -> Measure:
        """One figure by its name and side."""
        return next(each for each in self.measures if each.measure == name and each.side == side)


def replay(
    published: Published,
    rules: Rules,
    *,
    currency: str,
    capacity: str | None = None,
    own_capacity: bool = False,
) -> Replay:
    """Replay a run's history. `capacity` is `rule`, `mql` or a number of hand-offs a week; unless it is
    given, the company's `own_capacity` counts where it has one, else its MQLs of each week.

    Raises WrongUse where there is nothing to compare.
    """
    rule = mql_rule(rules)
    as_of = _micros(str(published.manifest["as_of"]))
    history = read_history(published, as_of=as_of)
    replayed = discard_duplicates(
        raise_leads(history.acts, history.titles, history.stays, rule), history.open_from_to(), rule
    )
    horizon = reach_at(published, as_of).horizon
    from_at, weeks = weeks_of(history.recorded or replayed, history.openings, as_of, horizon=horizon)
    middle_at = weeks[len(weeks) // 2]
    agreed = agreement_of_halves(history.recorded, replayed, from_at, middle_at, rule)
    is_trusted = agreed is None or agreed[0].is_trusted(rule.now.agree_part)
    leads = replayed if is_trusted else history.recorded
    weekly = passed_on(leads, weeks)
    said, found = _places(rules, capacity, weeks, weekly, history, own_capacity=own_capacity)
    places = dict(zip(weeks, found, strict=True))
    standings = read_standings(published, weeks)
    sides = {
        name: _sides(history, weeks, weekly, hand_over(standings, places, rules, name)) for name in RANKINGS
    }
    early = [o for o in history.openings if from_at < o.at <= middle_at]
    chosen_by = {name: len(caught(sides[name][MUSTER], early, horizon=horizon)) for name in RANKINGS}
    ranking = max(RANKINGS, key=lambda name: chosen_by[name])  # the first of equals
    half = Half(middle_at, as_of, horizon)
    compared = _compare(sides[ranking], history.openings, leads, half)
    keys = {account: f"e:{act}" for account, act in history.first_acts.items()}
    ahead, only = _paired(compared)
    return Replay(
        currency=currency,
        from_at=from_at,
        middle_at=middle_at,
        as_of=as_of,
        horizon_weeks=horizon // WEEK,
        rule=rule,
        mql_side="replayed" if is_trusted else "recorded",
        agreed=agreed,
        better_threshold=None if is_trusted else better_threshold(history, rule, from_at, middle_at),
        capacity=said,
        ranking=ranking,
        chosen_by=chosen_by,
        leads=leads,
        hand_offs=sides[ranking],
        compared=compared,
        measures=measures(compared, currency=currency, keys=keys),
        lead_time=hodges_lehmann(ahead),
        capture_p=mcnemar(only[MQL], only[MUSTER]),
        hidden=hidden_members(history, compared.openings, leads),
        discarded=[d for d in discarded(leads, history, rule) if middle_at < d.lead.at],
        other_currencies=sum(o.currency != currency for o in compared.openings),
    )


def weeks_of(
    leads: Sequence[Lead], openings: Sequence[Opening], as_of: int, *, horizon: int
) -> tuple[int, list[int]]:
    """The instant the history is taken to begin, and every Monday from the first MQL on.

    Raises WrongUse where there is no MQL, no opening, or too little time.
    """
    if not leads:
        raise WrongUse(
            "There is no MQL in this history: none is on record, and the rule in rules/mql.csv makes none.",
            remedy="Write the points and the threshold of your own rule into rules/mql.csv.",
        )
    if not openings:
        raise WrongUse(
            "There is no opportunity in this history: nothing tells a good hand-off from a bad one.",
            remedy="Give the run your opportunities: docs/how-to/read-salesforce-exports.md.",
        )
    first = min(lead.at for lead in leads)
    monday = (first - _MONDAY) // WEEK * WEEK + _MONDAY
    weeks = list(range(monday + WEEK, as_of + 1, WEEK))
    ahead = horizon // WEEK
    if len(weeks) < 4 * ahead:
        raise WrongUse(
            f"The history since the first MQL is {len(weeks)} weeks long.",
            remedy=f"A replay needs {4 * ahead}: half to choose on, half to report, and "
            f"{ahead} weeks after the last hand-off that is judged.",
        )
    return monday, weeks


def _places(
    rules: Rules,
    capacity: str | None,
    weeks: Sequence[int],
    weekly: Sequence[Sequence[Lead]],
    history: History,
    *,
    own_capacity: bool,
) -> tuple[str, list[int]]:
    """What capacity was asked for, and the places of each week: never more than MQLs were passed on."""
    asked = capacity or ("rule" if own_capacity else "mql")
    if asked == "mql":
        return asked, [len(passed) for passed in weekly]
    if asked == "rule":
        known = [bisect_right(history.accounts_known, week) for week in weeks]
        most = places_by_rule(rules, weeks, known)
    else:
        try:
            number = float(asked)
        except ValueError:
            number = 0.0
        most = places_by_number(number, weeks)
    return asked, [min(place, len(passed)) for place, passed in zip(most, weekly, strict=True)]


def _sides(
    history: History, weeks: Sequence[int], weekly: Sequence[Sequence[Lead]], came: Sequence[tuple[int, str]]
) -> dict[str, list[HandOff]]:
    """Both sides' hand-offs: as many MQLs each week, first come first, as groups came in."""
    groups: dict[int, list[HandOff]] = defaultdict(list)
    for week, key in came:
        own = history.groups[key]
        groups[week].append(HandOff(MUSTER, week, week, key, own.account_id, own.solution_id, None))
    people = [
        as_hand_off(lead, week)
        for week, passed in zip(weeks, weekly, strict=True)
        for lead in passed[: len(groups[week])]
    ]
    return {MQL: people, MUSTER: [one for week in weeks for one in groups[week]]}


def _compare(
    sides: Mapping[str, Sequence[HandOff]],
    openings: Sequence[Opening],
    leads: Sequence[Lead],
    half: Half,
) -> Compared:
    """Both sides over the second half. A hand-off is judged when its horizon is over."""
    late = [opening for opening in openings if half.from_at < opening.at]
    mature = {
        side: [one for one in sides[side] if half.from_at < one.week_at <= half.as_of - half.horizon]
        for side in sides
    }
    anyone = [as_hand_off(lead, lead.at) for lead in leads]
    return Compared(
        openings=late,
        caught={side: caught(sides[side], late, horizon=half.horizon) for side in sides},
        mature=mature,
        followed=set().union(*(followed(mature[side], openings, horizon=half.horizon) for side in sides)),
        preceded=set(caught(anyone, late, horizon=_BEFORE)),
    )


def _paired(compared: Compared) -> tuple[list[float], dict[str, int]]:
    """Days that Muster was earlier, of openings both caught, and how many each side alone caught."""
    left, right = compared.caught[MQL], compared.caught[MUSTER]
    ahead = [(left[key].at - right[key].at) / DAY for key in left if key in right]
    return ahead, {MQL: len(set(left) - set(right)), MUSTER: len(set(right) - set(left))}


def _micros(instant: str) -> int:
    return round(datetime.fromisoformat(instant).timestamp() * 1_000_000)
