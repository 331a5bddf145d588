"""Stories of records rather than of buying: duplicates, shared and private mailboxes, machines, networks."""

from __future__ import annotations

from datetime import datetime, timedelta

from muster.demo.deals import open_deal
from muster.demo.organisations import FREE_MAIL
from muster.demo.records import Lead
from muster.demo.scene import Scene, Told


def duplicate_account(scene: Scene) -> Told:
    """The same company stands in the CRM twice, each record with its own contacts."""
    account, other_id = scene.account, scene.draw.record_id("001")
    scene.export.add(
        "crm/Account",
        Id=other_id,
        Name=account.plain_name.upper(),
        Website="",
        Industry="",
        NumberOfEmployees="",
        BillingState=account.state,
        Type="Prospect",
        ICP_Tier__c="",
        Uses_Key_Technology__c="",
        OwnerId=account.sdr_id,
        CreatedDate=datetime(2024, 5, 13).date(),
    )
    contacts = []
    for person in account.people[:4]:
        contacts.append(scene.draw.record_id("003"))
        scene.export.add(
            "crm/Contact",
            Id=contacts[-1],
            AccountId=other_id,
            FirstName=person.first,
            LastName=person.last,
            Email=person.email,
            Title=person.title,
            Department="",
            LeadSource="Event",
            CreatedDate=datetime(2024, 5, 13, 15, 4),
            OwnerId=account.sdr_id,
        )
    deal = open_deal(
        scene.draw,
        account,
        solution="data-platform",
        opens_at=datetime(2024, 6, 3, 9, 0),
        closes_at=datetime(2024, 10, 14, 9, 0),
        is_won=False,
        type="New Business",
        lead_source="Sales Prospecting",
    )
    deal.account_id = other_id
    scene.other_deals.append(deal)
    return Told(
        "A duplicate account with its own contacts",
        f"{account.name} was entered a second time as {account.plain_name.upper()}, with {len(contacts)} "
        f"contacts and "
        "a deal of its own, which was lost.",
        {
            "account": account.account_id,
            "duplicate": other_id,
            "contact of the duplicate": contacts[0],
            "opportunity": deal.opportunity_id,
        },
    )


def free_mail_person(scene: Scene) -> Told:
    """Somebody of a known account signs up with a private address."""
    person = scene.cast("Data", "staff", "Senior Data Analyst")
    person.email = f"{person.first}{person.last}@{FREE_MAIL}".lower()
    lead = scene.lead(person, datetime(2024, 9, 10, 19, 45), source="Webinar")
    scene.weekly(
        person, ("webinar", "guide", "visit", "webinar"), "data-platform", begins=datetime(2024, 9, 16)
    )
    return Told(
        "A person with a free-mail address",
        f"{person.name} signed up as {person.email} and named {scene.account.plain_name} as the company: "
        f"a private "
        "mailbox must lead to that account by the name, and must never become an account of its own.",
        {"lead": lead.lead_id, "address": person.email, "account": scene.account.account_id},
    )


def mail_scanner(scene: Scene) -> Told:
    """A company's mail gateway follows every link seconds after delivery."""
    scene.account.has_scanner = True
    person = scene.cast("IT", "staff", "IT Coordinator")
    lead = scene.lead(person, datetime(2024, 2, 5, 9, 0), source="List import")
    scene.weekly(person, ("email",) * 6, "data-platform", begins=datetime(2024, 10, 7))
    return Told(
        "A mail scanner's clicks",
        f"The mail gateway of {scene.account.name} clicks four links of every mail within six seconds of "
        f"delivery, "
        f"before anybody opens it; see the clicks of {person.email} in October and November 2024.",
        {"lead": lead.lead_id, "address": person.email},
    )


def wrong_network(scene: Scene) -> Told:
    """A visitor's network address is resolved to another company."""
    person = scene.cast("Sales", "manager", "Sales Operations Manager")
    scene.lead(person, datetime(2025, 3, 4, 10, 0), source="Web")
    at = datetime(2025, 3, 11, 13, 5)
    for page in ("/revenue-cloud", "/revenue-cloud/features", "/pricing"):
        row = scene.export.add(
            "events/web_events",
            event_id="w" + scene.draw.code(8),
            ts=at,
            visitor_id=person.visitor_id,
            email=person.email,
            ip_company_domain=scene.neighbour.domain,
            path=page,
            utm_campaign="",
            share_token="",
            event="page_view",
        )
        at += timedelta(minutes=3)
    return Told(
        "A wrong reverse-IP domain",
        f"On 2025-03-11 {person.email} read three pages from a network that the lookup calls "
        f"{scene.neighbour.domain}: "
        "the address is right, the network is wrong.",
        {
            "visitor": person.visitor_id,
            "address": person.email,
            "wrong domain": scene.neighbour.domain,
            "event": row["event_id"],
        },
    )


def anonymous_then_known(scene: Scene) -> Told:
    """Somebody reads for weeks without a name, then fills a form in the same browser."""
    person = scene.cast("HR", "vp", "VP Talent")
    at = datetime(2024, 11, 4, 9, 30)
    for week in range(6):
        for page in ("/workforce-suite", "/workforce-suite/features", "/pricing")[: 1 + week % 3]:
            scene.tracer.view(person, at, page)
            at += timedelta(minutes=2)
        at = scene.draw.at_work(at + timedelta(days=6))
    known_at = datetime(2024, 12, 18, 10, 2)
    page = scene.plan.guides["workforce-suite"][5]
    lead = scene.lead(person, known_at, source="Web")
    scene.tracer.view(person, known_at, page + "/thank-you", event="form_submit", is_known=True)
    return Told(
        "Anonymous visits that became known later",
        f"A visitor read about Workforce Suite for six weeks from 2024-11-04; on 2024-12-18 the form "
        f"filled in that "
        f"browser said who it was: {person.name}, {person.title} of {scene.account.name}.",
        {"visitor": person.visitor_id, "lead": lead.lead_id, "address": person.email},
    )


def shared_mailbox(scene: Scene) -> Told:
    """Nine people's records hold the same shared address."""
    address = f"info@{scene.account.domain}"
    leads = []
    for number in range(9):
        person = scene.cast("Operations", "staff", "")
        person.email = address
        at = scene.draw.at_work(datetime(2024, 3, 1) + timedelta(days=50 * number))
        leads.append(Lead(scene.draw.record_id("00Q"), person, address, "Event", at))
        person.lead = leads[-1]
        scene.do(person, "event", "company", at)
    return Told(
        "A shared address with many records",
        f"Nine leads of {scene.account.name} hold {address}: nine records, but not one very busy person.",
        {"address": address, "one of the leads": leads[0].lead_id, "account": scene.account.account_id},
    )
