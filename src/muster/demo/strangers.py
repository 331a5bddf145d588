"""People who will never buy: students, job seekers, the vendor's own staff, firms of one."""

from __future__ import annotations

from datetime import datetime, timedelta

from muster.demo.draw import Draw
from muster.demo.export import Export
from muster.demo.marketing import Plan
from muster.demo.names import FIRST, LAST, STEM
from muster.demo.organisations import FREE_MAIL, User
from muster.demo.records import SOLUTIONS, Span
from muster.demo.traces import SITE_PATHS

_LINES = ("Advisory", "Partners", "Studio", "Consulting", "Research")
_TITLES = ("Consultant", "Student", "Research Assistant", "Owner", "Freelance Analyst", "")


def pass_by(draw: Draw, export: Export, plan: Plan, *, span: Span, sellers: list[User], scale: float) -> None:
    """Write the traffic and the leads that come from nowhere in particular."""
    for _ in range(int(480 * scale)):
        _browse(draw, export, visitor=draw.code(10), email="", at=_some_day(draw, span))
    staff = draw.some(sellers, 3)
    for _ in range(int(40 * scale)):
        person = draw.pick(staff)
        _browse(
            draw,
            export,
            visitor=f"staff{person.user_id[-6:].lower()}",
            email=person.email,
            at=_some_day(draw, span),
        )
    for _ in range(int(130 * scale)):
        _sign_up(draw, export, plan, span=span, owner_id=draw.pick(staff).user_id)


def _some_day(draw: Draw, span: Span) -> datetime:
    return draw.at_work(span.start + timedelta(days=draw.whole(0, 364 * span.years - 4)))


def _browse(draw: Draw, export: Export, *, visitor: str, email: str, at: datetime) -> None:
    network = draw.weigh({"": 0.7, "broadband.example": 0.2, "cityfibre.example": 0.1})
    paths = (
        "/careers",
        "/",
        "/blog/industry-news",
        *(path for topic in SOLUTIONS for path in SITE_PATHS[topic]),
    )
    for _ in range(draw.whole(1, 2)):
        export.add(
            "events/web_events",
            event_id="w" + draw.code(8),
            ts=at,
            visitor_id=visitor,
            email=email,
            ip_company_domain=network,
            path=draw.pick(paths),
            utm_campaign="",
            share_token="",
            event="page_view",
        )
        at += timedelta(seconds=draw.whole(15, 300))


def _sign_up(draw: Draw, export: Export, plan: Plan, *, span: Span, owner_id: str) -> None:
    """Let a stranger fill in a form: a lead of no account."""
    first, last, firm = draw.pick(FIRST), draw.pick(LAST), f"{draw.pick(STEM)} {draw.pick(_LINES)}"
    domain = FREE_MAIL if draw.chance(0.4) else firm.replace(" ", "").lower() + ".example"
    email = f"{first}.{last}@{domain}".lower()
    at, lead_id = _some_day(draw, span), draw.record_id("00Q")
    topic = draw.pick(list(plan.guides))
    tactic = plan.tactic("Content syndication", at, topic=topic)
    page = draw.pick(plan.guides[topic]) + "/thank-you"
    export.add(
        "events/web_events",
        event_id="w" + draw.code(8),
        ts=at,
        visitor_id=draw.code(10),
        email=email,
        ip_company_domain="",
        path=page,
        utm_campaign=tactic.campaign_id,
        share_token="",
        event="form_submit",
    )
    export.add(
        "crm/CampaignMember",
        Id=draw.record_id("00v"),
        CampaignId=tactic.campaign_id,
        LeadId=lead_id,
        ContactId="",
        Status="Responded",
        HasResponded=True,
        CreatedDate=at,
        FirstRespondedDate=at.date(),
    )
    export.add(
        "crm/Lead",
        Id=lead_id,
        FirstName=first,
        LastName=last,
        Email=email,
        Company=firm if draw.chance(0.8) else "-",
        Title=draw.pick(_TITLES),
        LeadSource=tactic.type,
        CreatedDate=at,
        Status="Open",
        Disqualified_Reason__c="",
        Disqualified_Date__c="",
        IsConverted=False,
        ConvertedDate="",
        ConvertedContactId="",
        ConvertedAccountId="",
        ConvertedOpportunityId="",
        MQL_Date__c="",
        SAL_Date__c="",
        OwnerId=owner_id,
    )
