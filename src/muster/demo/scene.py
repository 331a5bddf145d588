"""The stage on which a scripted story plays: one account, its people, and helpers to move them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from muster.demo.buying import begin_cycle
from muster.demo.deals import open_deal
from muster.demo.draw import Draw
from muster.demo.export import Export
from muster.demo.marketing import Plan
from muster.demo.organisations import introduce
from muster.demo.records import Account, Act, Cycle, Deal, Lead, Person
from muster.demo.selling import SalesDesk, become_contact
from muster.demo.traces import Tracer


@dataclass(frozen=True, slots=True)
class Told:
    """One story as it is told in STORY.md: its heading, what happened, and the ids to look for."""

    title: str
    sentence: str
    ids: dict[str, str]


@dataclass(slots=True)
class Scene:
    """One account while its story is being arranged."""

    draw: Draw
    account: Account
    neighbour: Account
    export: Export
    plan: Plan
    tracer: Tracer
    cycles: list[Cycle] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    other_deals: list[Deal] = field(default_factory=list)

    def cast(self, function: str, seniority: str, title: str) -> Person:
        """Bring a new person with a clean title into the account; nobody knows them yet."""
        person = introduce(self.draw, self.account, function=function, seniority=seniority)
        while any(other.email == person.email for other in self.account.people):
            person = introduce(self.draw, self.account, function=function, seniority=seniority)
        person.title, person.interest = title, 0.0
        self.account.people.append(person)
        return person

    def cycle(
        self,
        solution: str,
        members: dict[str, list[Person]],
        *,
        begins: datetime,
        weeks: float,
        closes: datetime | None = None,
        is_won: bool = False,
        cents: int | None = None,
        type: str = "New Business",
        energy: float = 1.0,
    ) -> Cycle:
        """Begin a buying cycle with these members; with a closing date it opens a deal at its peak."""
        cycle = begin_cycle(
            self.draw,
            self.account,
            solution=solution,
            begins_at=begins,
            weeks=weeks,
            opens=closes is not None,
            members=members,
        )
        cycle.energy = energy
        if cycle.opens_at is not None and closes is not None:
            cycle.closes_at = closes
            cycle.deal = open_deal(
                self.draw,
                self.account,
                solution=solution,
                opens_at=cycle.opens_at,
                closes_at=closes,
                is_won=is_won,
                type=type,
                lead_source="Sales Prospecting",
                amount_cents=cents,
            )
        self.cycles.append(cycle)
        return cycle

    def lead(
        self,
        person: Person,
        created: datetime,
        *,
        source: str = "Webinar",
        mql: datetime | None = None,
        sal: datetime | None = None,
        status: str = "Open",
        reason: str = "",
        rejected: datetime | None = None,
        email: str = "",
    ) -> Lead:
        """Give a person a lead record whose fate is settled; an accepted one is followed up."""
        lead = Lead(
            self.draw.record_id("00Q"),
            person,
            email or person.email,
            source,
            created,
            status=status,
            reason=reason,
            mql_at=mql,
            sal_at=sal,
            disqualified_at=rejected,
        )
        person.lead, person.identified_at = lead, created
        if sal is not None:
            SalesDesk(self.draw, self.export, self.account).follow_up(lead.lead_id, sal, times=3)
        return lead

    def contact(self, person: Person, at: datetime) -> str:
        """Give a person a contact record and a known browser."""
        become_contact(self.draw, person, at=at)
        person.identified_at = person.identified_at or at
        return person.contact_id

    def do(self, person: Person, kind: str, topic: str, *times: datetime) -> None:
        """Let a person act at given instants."""
        self.acts += [Act(at, person, kind, topic) for at in times]

    def weekly(self, person: Person, kinds: tuple[str, ...], topic: str, *, begins: datetime) -> None:
        """Let a person act once a week, one kind after the other."""
        for week, kind in enumerate(kinds):
            self.do(person, kind, topic, self.draw.at_work(begins + timedelta(weeks=week)))


def crew(scene: Scene, function: str, senior: str) -> dict[str, list[Person]]:
    """Cast the rest of a group: its decision maker, two users and a technical influencer."""
    words = {"Data": "Analytics", "HR": "People", "Sales": "Sales"}[function]
    members = {
        "user": [
            scene.cast(function, "staff", f"{words} Specialist"),
            scene.cast(function, "manager", f"{words} Manager"),
        ],
        "technical_influencer": [scene.cast("IT", "manager", "Enterprise Applications Manager")],
    }
    if senior:
        seniority = "chief" if senior.startswith("C") else "vp"
        members["decision_maker"] = [scene.cast(function, seniority, senior)]
    return members


def deal_of(deal: Deal | None) -> Deal:
    """Take the deal of a story's cycle, which must have opened one."""
    if deal is None:
        raise ValueError("the story's cycle opens no deal")
    return deal
