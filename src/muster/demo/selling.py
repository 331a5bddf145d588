"""How sales works under the old rule: the first lead of an account is called, the second is a duplicate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from muster.demo.draw import Draw
from muster.demo.export import Export
from muster.demo.records import END, Account, Cycle, Deal, Lead, Person

THRESHOLD: Final = 40
WINDOW: Final = timedelta(days=60)
DUPLICATE: Final = "Duplicate - account already worked"
_REASONS: Final = {"No response": 3, "Just wanted the whitepaper": 3, "Not ready": 2, "Wrong role": 2}
_SAID: Final = {
    "champion": ("Champion", "Business User", "Influencer"),
    "decision_maker": ("Decision Maker", "Executive Sponsor"),
    "technical_influencer": ("Evaluator", "Technical Buyer", "Influencer"),
    "user": ("Business User", "Other"),
    "economic_buyer": ("Economic Buyer", "Economic Decision Maker"),
    "procurement": ("Procurement", "Other"),
}


def reach_threshold(points: Iterable[tuple[datetime, Person, int]]) -> list[tuple[datetime, Lead]]:
    """Find when a lead's points of the last 60 days first reach the threshold: its MQL date."""
    by_person: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    people: dict[int, Person] = {}
    for at, person, value in sorted(points, key=lambda entry: entry[0]):
        by_person[id(person)].append((at, value))
        people[id(person)] = person
    reached: list[tuple[datetime, Lead]] = []
    for key, entries in by_person.items():
        lead = people[key].lead
        if lead is None or lead.mql_at is not None:
            continue
        for at, _ in entries:
            recent = sum(value for when, value in entries if at - WINDOW <= when <= at)
            if recent >= THRESHOLD and at >= lead.created_at:
                reached.append((at + timedelta(minutes=5), lead))
                break
    return sorted(reached, key=lambda entry: (entry[0], entry[1].lead_id))


class SalesDesk:
    """Works one account's leads in order of time, and hands those that open a deal to its owner."""

    def __init__(self, draw: Draw, export: Export, account: Account) -> None:
        self._draw = draw
        self._export = export
        self._account = account
        self._worked: Lead | None = None
        self._busy_until = datetime.min

    def work(self, reached: list[tuple[datetime, Lead]], cycles: list[Cycle]) -> None:
        """Go through MQLs and openings as they come."""
        decided = [p.lead for p in self._account.people if p.lead is not None and p.lead.mql_at is not None]
        reached = [*reached, *((lead.mql_at, lead) for lead in decided if lead.mql_at is not None)]
        openings = [(cycle.deal.created_at, cycle) for cycle in cycles if cycle.deal is not None]
        news: list[tuple[datetime, Lead | Cycle]] = [*reached, *openings]
        for at, item in sorted(news, key=lambda entry: entry[0]):
            if at > END:
                break
            if isinstance(item, Lead):
                self._receive(item, at)
            else:
                self._convert(item, at)
        self._let_go(END)

    def _receive(self, lead: Lead, at: datetime) -> None:
        if lead.mql_at is not None:  # a story has settled what becomes of this one
            self._busy_until = max(self._busy_until, at + timedelta(days=90))
            return
        lead.mql_at, lead.status = at, "MQL"
        if at < self._busy_until:
            if self._draw.chance(0.55):
                lead.status, lead.reason = "Disqualified", DUPLICATE
                lead.disqualified_at = min(END, self._draw.at_work(at + timedelta(days=1)))
            return
        self._let_go(at)
        if at > END - timedelta(days=6):
            return
        self._worked = lead
        self._busy_until = at + timedelta(days=self._draw.whole(60, 120))
        lead.status = "Working"
        lead.sal_at = self._draw.at_work(at + timedelta(days=self._draw.whole(1, 4)))
        self.follow_up(lead.lead_id, lead.sal_at, times=self._draw.whole(2, 4))

    def _convert(self, cycle: Cycle, at: datetime) -> None:
        deal, lead = cycle.deal, self._worked
        if deal is None:
            return
        if lead is not None and at < self._busy_until and self._draw.chance(0.85):
            convert(self._draw, lead, at=at, deal=deal)
            deal.lead_source = (
                lead.source if lead.source in {"Web", "Webinar", "Event", "Partner"} else "Marketing"
            )
            self._worked = None
        self._busy_until = max(self._busy_until, cycle.closes_at or at)

    def _let_go(self, at: datetime) -> None:
        """Close the book on a lead that came to nothing."""
        lead, self._worked = self._worked, None
        if lead is None or lead.sal_at is None or self._busy_until > at:
            return
        if self._draw.chance(0.35):
            lead.status = "Recycled"
        else:
            lead.status, lead.reason = "Disqualified", self._draw.weigh(_REASONS)
            lead.disqualified_at = self._draw.at_work(lead.sal_at + timedelta(days=self._draw.whole(9, 40)))

    def follow_up(self, who_id: str, at: datetime, *, times: int) -> None:
        """Write the calls and messages of a follow-up, over some weeks."""
        for _ in range(times):
            kind = self._draw.pick(("Call", "E-mail", "LinkedIn message"))
            if at <= END:
                self._export.add(
                    "crm/Task",
                    Id=self._draw.record_id("00T"),
                    WhoId=who_id,
                    AccountId=self._account.account_id,
                    Subject=f"{kind}: MQL follow-up",
                    ActivityDate=at.date(),
                    Status="Completed",
                    OwnerId=self._account.sdr_id,
                )
            at = self._draw.at_work(at + timedelta(days=self._draw.whole(2, 9)))


def convert(draw: Draw, lead: Lead, *, at: datetime, deal: Deal) -> None:
    """Turn a lead into a contact on a deal."""
    person = lead.person
    lead.status, lead.converted_at = "Converted", at
    lead.converted_opportunity_id = deal.opportunity_id
    become_contact(draw, person, at=at)


def become_contact(draw: Draw, person: Person, *, at: datetime) -> None:
    """Give a person a contact record, if there is none yet."""
    if not person.contact_id:
        person.contact_id = draw.record_id("003")
        person.contact_created_at = at
        person.contact_email = person.contact_email or person.email


def name_roles(draw: Draw, export: Export, cycle: Cycle) -> None:
    """Let the deal's owner enter some of the group as contact roles, and the meetings held."""
    deal = cycle.deal
    if deal is None:
        return
    known = [(role, person) for role, person in cycle.people() if person.lead or person.contact_id]
    named = draw.some(known, draw.whole(1, 4)) if deal.has_roles else []
    for number, (role, person) in enumerate(named):
        at = draw.at_work(deal.created_at + timedelta(days=draw.whole(1, 30))) if number else deal.created_at
        if at > END:
            continue
        become_contact(draw, person, at=at)
        export.add(
            "crm/OpportunityContactRole",
            Id=draw.record_id("00K"),
            OpportunityId=deal.opportunity_id,
            ContactId=person.contact_id,
            Role=draw.pick((*_SAID[role], "")),
            IsPrimary=number == 0,
            CreatedDate=max(at, person.contact_created_at or at),
        )
    for subject, days in (("Discovery meeting", 4), ("Solution demo", 25)):
        at = draw.at_work(deal.created_at + timedelta(days=draw.whole(1, days)))
        who = next(
            (person.contact_id or (person.lead.lead_id if person.lead else "") for _, person in known), ""
        )
        if at <= deal.history[-1][0] and at <= END:
            export.add(
                "crm/Event",
                Id=draw.record_id("00U"),
                WhoId=who,
                WhatId=deal.opportunity_id,
                Subject=subject,
                ActivityDateTime=at,
                OwnerId=deal.owner_id,
            )
