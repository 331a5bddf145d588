"""A score from its evidence, the slow way: every piece of evidence, faded to the instant asked about.

Written from docs/measures/score.md and the rules, without the flow's running sums or its closed forms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from muster.testing import rows
from muster.workspace import Workspace

DAY = timedelta(days=1)
PARTS = {"intent": "intent", "engagement": "engagement", "frame": "frame_control"}


@dataclass(frozen=True)
class Policy:
    """The values of rules/qualification.csv, which hold for the whole history of a test's company."""

    values: dict[str, float]

    def __getattr__(self, name: str) -> float:
        return self.values[name]


@dataclass
class Evidence:
    """What counts for one group, in the order in which it began to count."""

    policy: Policy
    opened_at: datetime
    closed_at: datetime | None
    signals: list[dict[str, Any]] = field(default_factory=list)

    @cached_property
    def instants(self) -> list[datetime]:
        """Every instant at which evidence arrived."""
        return sorted({s["at"] for s in self.signals})

    def raw(self, at: datetime, known_by: datetime | None = None) -> dict[str, float]:
        """Points that fade, by component, as worth at an instant (of what was known by an earlier one)."""
        last = known_by or at
        worth = dict.fromkeys(PARTS, 0.0)
        for signal in self.signals:
            if signal["component"] in PARTS and signal["kind"] != "step" and signal["at"] <= last:
                days = self.policy.half_life_days * (2 if signal["kind"] == "slow" else 1)
                age = (at - signal["decays_from"]) / DAY
                worth[signal["component"]] += float(signal["points"]) * 2 ** (-age / days)
        return worth

    def steady(self, component: str, at: datetime) -> float:
        """Points that stay: fit or completeness, up to the most each can earn."""
        earned = sum(s["points"] for s in self.signals if s["component"] == component and s["at"] <= at)
        most: float = getattr(self.policy, f"{component}_max")
        return min(float(earned), most)

    def frame_step(self, at: datetime) -> float:
        """What frame control adds or takes away, within what keeps the score between 0 and 100."""
        moved = sum(
            float(s["points"]) for s in self.signals if s.get("reason") == "frame_week" and s["at"] <= at
        )
        stays = self.steady("fit", at) + self.steady("completeness", at)
        return max(min(moved, self.policy.fit_max + self.policy.completeness_max - stays), -stays)

    def exact(self, at: datetime, known_by: datetime | None = None) -> float:
        """The score at an instant, not rounded; of what was known by an earlier one, where that is given."""
        last = known_by or at
        part = 1 - 2 ** (-sum(self.raw(at, last).values()) / self.policy.signal_half_points)
        stays = self.steady("fit", last) + self.steady("completeness", last) + self.frame_step(last)
        return stays + self.policy.signal_max * part

    def may_enter(self, at: datetime) -> bool:
        """Whether enough people are known, or somebody raised a hand."""
        known = [s["component"] for s in self.signals if s["at"] <= at]
        return known.count("person") >= self.policy.minimum_people or "hand_raise" in known


def evidence(workspace: Workspace) -> dict[str, Evidence]:
    """The evidence of every group of a workspace."""
    values = {str(row["name"]): row["value"] for row in workspace.rules["qualification"]}
    policy = Policy({name: float(str(value)) for name, value in values.items()})
    found = {
        row["buying_group_id"]: Evidence(policy, row["opened_at"], row["closed_at"])
        for row in rows(workspace, "SELECT buying_group_id, opened_at, closed_at FROM buying_group")
    }
    for signal in rows(workspace, "SELECT * FROM signal"):
        found[signal["buying_group_id"]].signals.append(signal)
    return found


def off_the_oracle(workspace: Workspace) -> list[dict[str, Any]]:
    """The score rows that lie more than a hundredth from the oracle; a part may be two off by rounding."""
    groups = evidence(workspace)
    off = []
    for row in rows(workspace, "SELECT * FROM score ORDER BY buying_group_id, scored_at"):
        group, at = groups[row["buying_group_id"]], row["scored_at"]
        raw = group.raw(at)
        total, expected = sum(raw.values()), group.exact(at)
        step = group.frame_step(at)
        faded = expected - group.steady("fit", at) - group.steady("completeness", at) - step
        wrong = {"score": expected} if abs(float(row["score"]) - expected) > 0.01 else {}
        for component, column in PARTS.items():
            part = faded * raw[component] / total if total else 0.0
            part += step if component == "frame" else 0.0
            if abs(float(row[column]) - part) > 0.025:
                wrong[column] = part
        for component in ("fit", "completeness"):
            if row[component] != Decimal(str(round(group.steady(component, at), 2))):
                wrong[component] = group.steady(component, at)
        if wrong:
            off.append(
                {"buying_group_id": row["buying_group_id"], "scored_at": at, "said": row["score"]} | wrong
            )
    return off
