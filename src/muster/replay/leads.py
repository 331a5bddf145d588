"""The old process, replayed: a person's points add up and fade, cross the threshold, and make an MQL.

The score of somebody at an instant t is

    title points + sum over their acts of points x 2 ** (-(t - act) / half-life),

of the acts known by t, within the window and since they were last an MQL. It can only cross the threshold
when an act becomes known, so it is looked at there. A score at the threshold is over it. An MQL is discarded
as a duplicate when another person of the account was passed on to sales within the duplicate window, or the
account has an open opportunity then.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter

from muster.replay.rule import DatedRule, MqlRule

NEVER = 9_000_000_000_000_000  # microseconds: the year 2255
_HAIR = 1e-6  # a hundredth of a point's millionth: what rounding may keep a sum of fading points below


@dataclass(frozen=True, slots=True)
class Act:
    """Something a person did: when (microseconds), since when that was known, and what."""

    known_at: int
    act_id: str
    person_id: str
    occurred_at: int
    activity: str
    is_machine: bool


@dataclass(frozen=True, slots=True)
class Title:
    """What a title says of a person."""

    seniority: str | None
    function: str | None


@dataclass(frozen=True, slots=True)
class Stay:
    """A stretch of time during which a person belonged to an account."""

    account_id: str | None
    from_at: int
    to_at: int


@dataclass(frozen=True, slots=True)
class Lead:
    """An MQL: a person raised to sales at an instant (microseconds), with the account they belonged to.

    `key` tells leads of one instant apart and hangs on no id that may change: the act that raised it, or
    the record. `score` (hundredths of points) is None where the CRM recorded it.
    """

    at: int
    key: str
    person_id: str
    account_id: str | None
    score: int | None
    is_discarded: bool = False


def raise_leads(
    acts: Iterable[Act],
    titles: Mapping[str, Title],
    stays: Mapping[str, Sequence[Stay]],
    rule: DatedRule,
) -> list[Lead]:
    """Every MQL the rule makes of a history, in order of time; nobody is discarded yet.

    `acts` in any order.
    """
    earning = {name for stretch in rule.stretches for name in stretch.activities}
    ordered = sorted(
        (act for act in acts if act.activity in earning), key=attrgetter("person_id", "known_at", "act_id")
    )
    leads = []
    for person, own in groupby(ordered, key=attrgetter("person_id")):
        for at, key, score in _crossings(list(own), titles.get(person), rule):
            leads.append(Lead(at, key, person, account_at(stays.get(person, ()), at), score))
    return sorted(leads, key=lambda lead: (lead.at, lead.key))


def _crossings(acts: Sequence[Act], title: Title | None, rule: DatedRule) -> Iterator[tuple[int, str, int]]:
    """When one person's score reaches the threshold: instant, the act that did it, the score."""
    counted: list[tuple[int, int]] = []  # when, hundredths of points: since they were last an MQL
    rests_until = 0
    for at, batch in groupby(acts, key=attrgetter("known_at")):
        key = ""
        for act in batch:
            held = rule.at(act.occurred_at)
            points = held.activities.get(act.activity, 0)
            if points and (held.counts_machines or not act.is_machine):
                counted.append((act.occurred_at, points))
                key = key or act.act_id
        now = rule.at(at)
        if not key or at < rests_until:
            continue
        score = _score(counted, at, now) + (
            now.title_points(title.seniority, title.function) if title is not None else 0
        )
        if score + _HAIR >= now.threshold:
            yield at, key, int(score + _HAIR)
            counted.clear()
            rests_until = NEVER if now.rest is None else at + now.rest


def _score(counted: Sequence[tuple[int, int]], at: int, rule: MqlRule) -> float:
    since = at - rule.window if rule.window else -NEVER
    if not rule.half_life:
        return sum(points for when, points in counted if when >= since)
    return sum(points * math.exp2((when - at) / rule.half_life) for when, points in counted if when >= since)


def account_at(stays: Sequence[Stay], at: int) -> str | None:
    """The account a person belonged to at an instant."""
    for stay in stays:
        if stay.from_at <= at < stay.to_at:
            return stay.account_id
    return None


def discard_duplicates(
    leads: Sequence[Lead], open_from_to: Mapping[str, Sequence[tuple[int, int]]], rule: DatedRule
) -> list[Lead]:
    """The same leads in order of time, the second ones of a worked account discarded.

    `open_from_to` holds when each account had an open opportunity.
    """
    passed: dict[str, list[tuple[int, str]]] = defaultdict(list)
    judged = []
    for lead in leads:
        window = rule.at(lead.at).duplicate_window
        account = lead.account_id
        second = bool(window and account) and (
            any(start < lead.at < end for start, end in open_from_to.get(account or "", ()))
            or any(
                lead.at - window <= at <= lead.at and person != lead.person_id
                for at, person in passed[account or ""]
            )
        )
        if account and not second:
            passed[account].append((lead.at, lead.person_id))
        judged.append(replace(lead, is_discarded=second))
    return judged


def between(instants: Sequence[int], low: int, high: int) -> range:
    """The places of sorted instants with low < instant <= high."""
    return range(bisect_right(instants, low), bisect_right(instants, high))


def nearest(instants: Sequence[int], at: int) -> int | None:
    """The one of sorted instants that lies nearest, the earlier of two; None of none."""
    place = bisect_left(instants, at)
    near = instants[max(place - 1, 0) : place + 1]
    return min(near, key=lambda other: (abs(other - at), other)) if near else None
