"""What simple companies come to, from their records and the rules alone: no table of the flow is read.

Everybody is known by an address and has no title; an account has one solution and one cycle. That leaves what
scores and statuses are made of: caps, scanners, openings, lead-in, fading, thresholds, dwell and cool-down.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from tests.flow.oracle_score import DAY, Evidence, Policy

from muster.rules.read import default_text

MINUTE = timedelta(minutes=1)
WEEK = 7 * DAY
WEIGHTS = {row["activity"]: row for row in csv.DictReader(io.StringIO(default_text("activity_weights")))}


@dataclass(frozen=True, order=True)
class Act:
    """One engagement of somebody known by an address."""

    at: datetime
    key: str
    email: str
    activity: str

    @property
    def firm(self) -> str:
        return self.email.partition("@")[2].removesuffix(".example")

    def says(self, rule: str) -> bool:
        """Whether the rules say so of its activity: is_participation, is_buying_act."""
        return self.activity in WEIGHTS and WEIGHTS[self.activity][rule] == "yes"


def scanned(acts: Iterable[Act]) -> set[Act]:
    """Clicks that stand, with two more of the same address, inside less than a minute."""
    clicks = defaultdict[str, list[Act]](list)
    for act in sorted(acts):
        if act.activity == "email_clicked":
            clicks[act.email].append(act)
    return {
        act
        for own in clicks.values()
        for first in own
        for act in own
        if len(near := [click for click in own if timedelta(0) <= click.at - first.at < MINUTE]) >= 3
        and act in near
    }


def worth(acts: list[Act]) -> dict[Act, Decimal]:
    """Points of each act: none for scanners, and none beyond a day's cap of the person and activity."""
    machines, today = scanned(acts), defaultdict[tuple[str, str, object], int](int)
    found = {}
    for act in sorted(acts):
        rule = WEIGHTS.get(act.activity)
        points = Decimal(0)
        if rule and act not in machines:
            kind = (act.email, act.activity, act.at.date())
            today[kind] += 1
            points = Decimal(rule["points"]) if today[kind] <= int(rule["daily_cap"]) else points
        found[act] = points
    return found


def opened_at(acts: Iterable[Act]) -> datetime | None:
    """A raised hand opens a group, and so does a second person within seven days of another."""
    took_part = [act for act in sorted(acts) if act.says("is_participation")]
    raised = [act.at for act in took_part if act.says("is_buying_act")]
    met = [b.at for a, b in pairwise(took_part) if a.email != b.email and b.at - a.at <= WEEK]
    return min(raised + met, default=None)


def evidence(acts: list[Act], values: dict[str, float]) -> dict[str, Evidence]:
    """What counts for the group of each firm that has one, and since when."""
    policy, points, machines = Policy(values), worth(acts), scanned(acts)
    found = {}
    for firm in {act.firm for act in acts}:
        own = sorted(act for act in acts if act.firm == firm and act not in machines)
        opened = opened_at(own)
        if opened:
            group = found[firm] = Evidence(policy, opened, None)
            counted = [act for act in own if act.at >= opened - policy.lead_in_days * DAY]
            group.signals += [_signal(act, points[act], opened) for act in counted if points[act]]
            people = {act.email: act for act in reversed(counted) if act.says("is_participation")}
            group.signals += [_count("person", act, opened) for act in people.values()]
            raised = [act for act in counted if act.says("is_buying_act")]
            group.signals += [_count("hand_raise", act, opened) for act in raised]
    return found


def _signal(act: Act, points: Decimal, opened: datetime) -> dict[str, object]:
    rule = WEIGHTS[act.activity]
    kind = "slow" if int(rule["half_life_days"]) > 28 else "fast"
    at = max(act.at, opened)
    return {"component": rule["component"], "kind": kind, "points": points, "at": at, "decays_from": act.at}


def _count(component: str, act: Act, opened: datetime) -> dict[str, object]:
    return {"component": component, "kind": "count", "points": 0, "at": max(act.at, opened)}
