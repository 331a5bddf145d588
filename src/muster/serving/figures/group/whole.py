"""All of one group's page, read in one go, before anything is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from muster.reports.horizon import Horizon
from muster.reports.published import Published
from muster.serving.figures.group.dealings import (
    Deal,
    HandOff,
    SecondLead,
    Sibling,
    deals_of,
    hand_offs_of,
    second_leads_of,
    siblings_of,
)
from muster.serving.figures.group.head import (
    Gate,
    Group,
    NextStep,
    Stretch,
    gates_of,
    group_of,
    next_step_of,
    statuses_of,
)
from muster.serving.figures.group.people import People, people_of
from muster.serving.figures.group.score import Chance, Score, chance_of, score_of
from muster.serving.figures.group.sharing import Shared, shares_of
from muster.serving.figures.group.timeline import Touch, touches_of


@dataclass(frozen=True, slots=True)
class Whole:
    """What there is to tell of a group."""

    group: Group
    statuses: tuple[Stretch, ...]
    gates: tuple[Gate, ...]
    next_step: NextStep | None
    score: Score | None
    chance: Chance | None
    people: People
    shares: tuple[Shared, ...]
    hand_offs: tuple[HandOff, ...]
    deals: tuple[Deal, ...]
    siblings: tuple[Sibling, ...]
    second_leads: tuple[SecondLead, ...]
    touches: tuple[Touch, ...]

    @property
    def status(self) -> str:
        """Where it stands; a closed group: how its cycle ended."""
        if self.group.closed_at is not None:
            return self.group.closing_reason or "closed"
        return self.statuses[-1].status if self.statuses else "no status yet"

    @property
    def since(self) -> datetime | None:
        """Since when it stands there."""
        if self.group.closed_at is not None:
            return self.group.closed_at
        return self.statuses[-1].from_at if self.statuses else None


def whole_group(
    tables: Published,
    group_id: str,
    *,
    as_of: datetime,
    role_titles: Mapping[str, str],
    horizon: Horizon,
) -> Whole | None:
    """Everything of a group; None where there is none of that id, or it is somebody else's."""
    group = group_of(tables, group_id)
    if group is None:
        return None
    people = people_of(tables, group, as_of=as_of, role_titles=role_titles)
    marked = {m.person_id: m.joined_at for m in people.members if m.is_second_lead}
    return Whole(
        group,
        statuses_of(tables, group_id),
        gates_of(tables, group_id),
        next_step_of(tables, group_id),
        score_of(tables, group),
        chance_of(tables, group, as_of=as_of, horizon=horizon),
        people,
        shares_of(tables, group, people.members, as_of=as_of),
        hand_offs_of(tables, group_id),
        deals_of(tables, group_id),
        siblings_of(tables, group),
        second_leads_of(tables, group_id, marked),
        touches_of(tables, group, as_of=as_of),
    )
