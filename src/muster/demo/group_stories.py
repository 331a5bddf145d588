"""Stories of buying groups: who was thrown away, who shared with whom, who left and came back."""

from __future__ import annotations

from datetime import datetime, timedelta

from muster.demo.organisations import FREE_MAIL
from muster.demo.records import Account
from muster.demo.scene import Scene, Told, crew, deal_of
from muster.demo.selling import DUPLICATE, convert


def second_lead_dropped(scene: Scene) -> Told:
    """A second person of a worked account is thrown away; the account then buys."""
    first = scene.cast("Data", "manager", "Data Engineering Manager")
    second = scene.cast("IT", "director", "Director of Infrastructure")
    others = crew(scene, "Data", "VP Data")
    worked = scene.lead(
        first,
        datetime(2024, 2, 27, 9, 12),
        mql=datetime(2024, 4, 15, 14, 5),
        sal=datetime(2024, 4, 17, 8, 40),
        status="Working",
    )
    dropped = scene.lead(
        second,
        datetime(2024, 3, 19, 13, 2),
        mql=datetime(2024, 5, 6, 10, 31),
        status="Disqualified",
        reason=DUPLICATE,
        rejected=datetime(2024, 5, 7, 8, 2),
    )
    members = {"champion": [first], "technical_influencer": [second]} | others
    cycle = scene.cycle(
        "data-platform",
        members,
        begins=datetime(2024, 3, 4),
        weeks=14,
        closes=datetime(2024, 9, 19, 15, 20),
        is_won=True,
        cents=6_841_237,
    )
    kinds = ("guide", "docs", "webinar", "docs", "guide", "pricing")
    scene.weekly(first, kinds, "data-platform", begins=datetime(2024, 3, 11))
    scene.weekly(second, kinds, "data-platform", begins=datetime(2024, 3, 25))
    deal = deal_of(cycle.deal)
    convert(scene.draw, worked, at=deal.created_at, deal=deal)
    return Told(
        "A second lead dropped as a duplicate",
        f"{second.name} of {scene.account.name} became an MQL three weeks after a colleague and was "
        f"discarded as "
        f'"{DUPLICATE}". The group opened an opportunity a month later and bought for $68,412.37.',
        {
            "account": scene.account.account_id,
            "first lead": worked.lead_id,
            "second lead": dropped.lead_id,
            "opportunity": deal.opportunity_id,
        },
    )


def share_read_by_vp(scene: Scene) -> Told:
    """A manager passes a guide on by a tracked link, and the VP reads it; a year later they renew."""
    manager = scene.cast("HR", "manager", "HR Manager")
    vp = scene.cast("HR", "vp", "VP People")
    scene.lead(manager, datetime(2024, 1, 23, 10, 3), source="Content synd.")
    scene.contact(vp, datetime(2024, 1, 8, 9, 0))
    others = crew(scene, "HR", "")
    cycle = scene.cycle(
        "workforce-suite",
        {"champion": [manager], "decision_maker": [vp]} | others,
        begins=datetime(2024, 1, 22),
        weeks=9.5,
        closes=datetime(2024, 6, 20, 16, 2),
        is_won=True,
        cents=5_220_519,
    )
    token, path = "s" + scene.draw.code(9), scene.plan.guides["workforce-suite"][4]
    at, read_at = datetime(2024, 2, 27, 14, 10), datetime(2024, 2, 29, 8, 31)
    scene.tracer.view(manager, at - timedelta(minutes=2), path, is_known=True)
    scene.export.add("events/share_links", share_token=token, ts=at, sharer_email=manager.email)
    scene.tracer.view(vp, read_at, path, token=token, is_known=True)
    deal = deal_of(cycle.deal)
    return Told(
        "A share that a vice president read",
        f"{manager.name}, {manager.title} at {scene.account.name}, made a tracked link to {path}; two "
        f"days later "
        f"{vp.name}, {vp.title}, opened it. The deal was won.",
        {
            "account": scene.account.account_id,
            "share token": token,
            "sharer": manager.email,
            "reader": vp.email,
            "opportunity": deal.opportunity_id,
        },
    )


def two_solutions(scene: Scene) -> Told:
    """One account weighs two solutions at the same time, with the CFO in both groups."""
    cfo = scene.cast("Finance", "chief", "CFO")
    data = scene.cast("Data", "director", "Head of Analytics")
    sales = scene.cast("Sales", "manager", "Revenue Operations Manager")
    scene.contact(cfo, datetime(2025, 1, 9, 8, 0))
    one = scene.cycle(
        "data-platform",
        {"champion": [data], "economic_buyer": [cfo]} | crew(scene, "Data", "CIO"),
        begins=datetime(2025, 1, 13),
        weeks=13,
        closes=datetime(2025, 8, 12, 10, 0),
        is_won=True,
        cents=9_104_999,
    )
    two = scene.cycle(
        "revenue-cloud",
        {"champion": [sales], "economic_buyer": [cfo]} | crew(scene, "Sales", "CRO"),
        begins=datetime(2025, 2, 3),
        weeks=13,
        closes=datetime(2025, 9, 30, 10, 0),
    )
    for topic, week in (
        ("data-platform", 5),
        ("revenue-cloud", 6),
        ("data-platform", 8),
        ("revenue-cloud", 9),
    ):
        scene.do(cfo, "guide", topic, scene.draw.at_work(datetime(2025, 1, 20) + timedelta(weeks=week)))
    return Told(
        "Two solutions weighed in one account at the same time",
        f"{scene.account.name} weighed Data Platform (won) and Revenue Cloud (lost) in the first half of "
        f"2025; "
        f"{cfo.name}, its CFO, looked at both.",
        {
            "account": scene.account.account_id,
            "data platform": deal_of(one.deal).opportunity_id,
            "revenue cloud": deal_of(two.deal).opportunity_id,
            "in both groups": cfo.email,
        },
    )


def left_and_came_back(scene: Scene) -> Told:
    """A group is hot in summer, silent in autumn, back in winter: it leaves qualified and returns."""
    _quieten(scene.account)
    champion = scene.cast("Marketing", "director", "Director of Demand Generation")
    scene.lead(champion, datetime(2024, 5, 9, 8, 30), source="Content synd.")
    group = {"champion": [champion]} | crew(scene, "Sales", "VP Sales")
    scene.cycle("revenue-cloud", group, begins=datetime(2024, 5, 6), weeks=8, energy=1.5)
    for person in [champion, *group["user"]]:
        scene.weekly(
            person, ("guide", "webinar", "pricing", "guide"), "revenue-cloud", begins=datetime(2024, 6, 3)
        )
    scene.do(
        champion, "visit", "revenue-cloud", datetime(2024, 10, 23, 9, 5)
    )  # one look keeps the cycle open
    back = scene.cycle(
        "revenue-cloud",
        group,
        begins=datetime(2025, 1, 6),
        weeks=9,
        closes=datetime(2025, 6, 12, 12, 0),
        is_won=True,
        cents=2_860_475,
        energy=1.6,
    )
    for person in [champion, *group["user"]]:
        scene.weekly(
            person, ("guide", "pricing", "webinar", "guide"), "revenue-cloud", begins=datetime(2025, 1, 20)
        )
    return Told(
        "A group that qualified, left and came back",
        f"{scene.account.name} was busy with Revenue Cloud in June 2024, silent from September to "
        f"December but for one "
        "visit in October, and busy again from January 2025; the deal opened in March.",
        {
            "account": scene.account.account_id,
            "champion": champion.email,
            "opportunity": deal_of(back.deal).opportunity_id,
        },
    )


def rejected_by_sales(scene: Scene) -> Told:
    """Sales takes a hand-off, calls, and rejects it."""
    person = scene.cast("HR", "director", "Head of People")
    group = {"champion": [person]} | crew(scene, "HR", "CHRO")
    scene.cycle("workforce-suite", group, begins=datetime(2025, 1, 6), weeks=9, energy=1.2)
    lead = scene.lead(
        person,
        datetime(2025, 1, 14, 9, 0),
        mql=datetime(2025, 2, 11, 13, 44),
        sal=datetime(2025, 2, 13, 9, 15),
        status="Disqualified",
        reason="No budget this year",
        rejected=datetime(2025, 3, 4, 15, 10),
    )
    return Told(
        "A hand-off rejected by sales",
        f"{person.name} of {scene.account.name} was handed over on 2025-02-11, accepted two days later, "
        f"called three "
        'times and rejected: "No budget this year".',
        {"account": scene.account.account_id, "lead": lead.lead_id},
    )


def converted_under_another_address(scene: Scene) -> Told:
    """A lead with a private address becomes a contact with a business address."""
    person = scene.cast("IT", "manager", "IT Manager")
    private = f"{person.first}.{person.last}@{FREE_MAIL}".lower()
    lead = scene.lead(
        person,
        datetime(2024, 8, 7, 17, 20),
        source="Web",
        mql=datetime(2024, 10, 2, 8, 2),
        sal=datetime(2024, 10, 4, 9, 0),
        status="Working",
        email=private,
    )
    group = {"champion": [person]} | crew(scene, "Data", "CIO")
    cycle = scene.cycle(
        "data-platform", group, begins=datetime(2024, 8, 5), weeks=11, closes=datetime(2025, 1, 21, 10, 0)
    )
    deal = deal_of(cycle.deal)
    convert(scene.draw, lead, at=deal.created_at, deal=deal)
    return Told(
        "A converted lead with another address than its contact",
        f"{person.name} of {scene.account.name} came in as {private} and was converted to the contact "
        f"{person.email}.",
        {
            "lead": lead.lead_id,
            "contact": person.contact_id,
            "lead address": private,
            "contact address": person.email,
            "opportunity": deal.opportunity_id,
        },
    )


def _quieten(account: Account) -> None:
    for person in account.people:
        person.interest = 0.0
    account.tier, account.uses_technology, account.employees = "C", False, 86
