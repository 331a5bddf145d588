"""All of one group's page, read in one go, before anything is drawn."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from muster.reports.horizon import Horizon
from muster.reports.published import Published
from muster.reports.why import Why, why_from
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
from muster.serving.figures.group.group import Group, groups_of
from muster.serving.figures.group.head import (
    Gate,
    NextStep,
    Stretch,
    gates_of,
    next_step_of,
    statuses_of,
)
from muster.serving.figures.group.people import People, people_of
from muster.serving.figures.group.rows import Rows, rows_of
from muster.serving.figures.group.score import Chance, Score, chance_of, its_reasons, score_of
from muster.serving.figures.group.sharing import Shared, shares_of
from muster.serving.figures.group.timeline import Touch, touches_of
from muster.serving.figures.group.written_back import WrittenBack


@dataclass(frozen=True, slots=True)
class Whole:
    """What there is to tell of a group."""

    group: Group
    statuses: tuple[Stretch, ...]
    gates: tuple[Gate, ...]
    next_step: NextStep | None
    score: Score | None
    chance: Chance | None
    why: Why | None  # what spoke for and against it in the week before it was scored
    people: People
    shares: tuple[Shared, ...]
    hand_offs: tuple[HandOff, ...]
    deals: tuple[Deal, ...]
    siblings: tuple[Sibling, ...]
    second_leads: tuple[SecondLead, ...]
    touches: tuple[Touch, ...]
    written_back: tuple[WrittenBack, ...] = ()  # of the store, which no run keeps: read when a page is asked

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


def whole_groups(
    tables: Published,
    ids: Collection[str],
    *,
    as_of: datetime,
    role_titles: Mapping[str, str],
    horizon: Horizon,
) -> dict[str, Whole]:
    """Everything of some groups, by id; who is not there, or somebody else's, is left out.

    However many groups, the tables are asked as often as for one.
    """
    groups = groups_of(tables, ids)
    if not groups:
        return {}
    told = rows_of(tables, groups, as_of=as_of)
    return {key: _whole(rows, as_of, role_titles, horizon) for key, rows in told.items()}


def _whole(rows: Rows, as_of: datetime, role_titles: Mapping[str, str], horizon: Horizon) -> Whole:
    people = people_of(rows, as_of=as_of, role_titles=role_titles)
    marked = {m.person_id: m.joined_at for m in people.members if m.is_second_lead}
    score = score_of(rows)
    return Whole(
        rows.group,
        statuses_of(rows),
        gates_of(rows),
        next_step_of(rows),
        score,
        chance_of(rows, as_of=as_of, horizon=horizon),
        why_from(its_reasons(rows), score.scored_at) if score else None,
        people,
        shares_of(rows, people.members, as_of=as_of),
        hand_offs_of(rows),
        deals_of(rows),
        siblings_of(rows),
        second_leads_of(rows, marked),
        touches_of(rows, as_of=as_of),
    )
