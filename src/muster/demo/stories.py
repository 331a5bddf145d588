"""The scripted stories that the bundled company must contain; STORY.md tells them with their ids."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from muster.demo.deals import renew
from muster.demo.organisations import FREE_MAIL
from muster.demo.records import Account, Deal, Person
from muster.demo.scene import Scene, Told
from muster.demo.selling import DUPLICATE, convert

Story = Callable[[Scene], Told]


def second_lead_dropped(scene: Scene) -> Told:
    """A second person of a worked account is thrown away; the account then buys."""
    first = scene.cast("Data", "manager", "Data Engineering Manager")
    second = scene.cast("IT", "director", "Director of Infrastructure")
    others = _crew(scene, "Data", "VP Data")
    worked = scene.lead(first, datetime(2024, 2, 27, 9, 12), mql=datetime(2024, 4, 15, 14, 5),
                        sal=datetime(2024, 4, 17, 8, 40), status="Working")  # fmt: skip
    dropped = scene.lead(second, datetime(2024, 3, 19, 13, 2), mql=datetime(2024, 5, 6, 10, 31),
                         status="Disqualified", reason=DUPLICATE)  # fmt: skip
    members = {"champion": [first], "technical_influencer": [second]} | others
    cycle = scene.cycle("data-platform", members, begins=datetime(2024, 3, 4), weeks=14,
                        closes=datetime(2024, 9, 19, 15, 20), is_won=True, cents=6_841_237)  # fmt: skip
    deal = _deal(cycle.deal)
    convert(scene.draw, worked, at=deal.created_at, deal=deal)
    return Told(
        "second_lead_dropped", "A second lead dropped as a duplicate",
        f"{second.name} of {scene.account.name} became an MQL three weeks after a colleague and was discarded as "
        f'"{DUPLICATE}". The group opened an opportunity a month later and bought for $68,412.37.',
        {"account": scene.account.account_id, "first lead": worked.lead_id, "second lead": dropped.lead_id,
         "opportunity": deal.opportunity_id},
    )  # fmt: skip


def share_read_by_vp(scene: Scene) -> Told:
    """A manager passes a guide on by a tracked link, and the VP reads it; a year later they renew."""
    manager = scene.cast("HR", "manager", "HR Manager")
    vp = scene.cast("HR", "vp", "VP People")
    scene.lead(manager, datetime(2024, 1, 23, 10, 3), source="Content synd.")
    scene.contact(vp, datetime(2024, 1, 8, 9, 0))
    crew = _crew(scene, "HR", "")
    cycle = scene.cycle("workforce-suite", {"champion": [manager], "decision_maker": [vp]} | crew,
                        begins=datetime(2024, 1, 22), weeks=9.5, closes=datetime(2024, 6, 20, 16, 2), is_won=True,
                        cents=5_220_519)  # fmt: skip
    token, path = "s" + scene.draw.code(9), scene.plan.guides["workforce-suite"][4]
    at, read_at = datetime(2024, 2, 27, 14, 10), datetime(2024, 2, 29, 8, 31)
    scene.tracer.view(manager, at - timedelta(minutes=2), path, is_known=True)
    scene.export.add("events/share_links", share_token=token, ts=at, sharer_email=manager.email)
    scene.tracer.view(vp, read_at, path, token=token, is_known=True)
    deal = _deal(cycle.deal)
    return Told(
        "share_read_by_vp", "A share that a vice president read",
        f"{manager.name}, {manager.title} at {scene.account.name}, made a tracked link to {path}; two days later "
        f"{vp.name}, {vp.title}, opened it. The deal was won.",
        {"account": scene.account.account_id, "share token": token, "sharer": manager.email, "reader": vp.email,
         "opportunity": deal.opportunity_id},
    )  # fmt: skip


def renewal(scene: Scene) -> Told:
    """A customer renews a year after the first purchase."""
    champion = scene.cast("Sales", "director", "Director of Revenue Operations")
    cycle = scene.cycle("revenue-cloud", {"champion": [champion]} | _crew(scene, "Sales", "CRO"),
                        begins=datetime(2024, 1, 15), weeks=8, closes=datetime(2024, 5, 28, 13, 0), is_won=True,
                        cents=4_410_050)  # fmt: skip
    first = _deal(cycle.deal)
    # Renewals are played out here so that the story does not depend on a draw.
    follow_ups = renew(scene.draw, scene.account, first)
    while not (follow_ups and follow_ups[0].is_won):
        follow_ups = renew(scene.draw, scene.account, first)
    scene.other_deals += follow_ups
    return Told(
        "renewal", "A renewal",
        f"{scene.account.name} bought Revenue Cloud for $44,100.50 in May 2024 and renewed it a year later.",
        {"account": scene.account.account_id, "opportunity": first.opportunity_id,
         "renewal": follow_ups[0].opportunity_id},
    )  # fmt: skip


def upsell(scene: Scene) -> Told:
    """A customer buys more of what it has."""
    champion = scene.cast("Operations", "manager", "Operations Manager")
    crew = {"champion": [champion]} | _crew(scene, "HR", "COO")
    first = scene.cycle("workforce-suite", crew, begins=datetime(2024, 2, 12), weeks=9,
                        closes=datetime(2024, 6, 4, 9, 30), is_won=True, cents=3_175_000)  # fmt: skip
    more = scene.cycle("workforce-suite", crew, begins=datetime(2024, 12, 2), weeks=8,
                       closes=datetime(2025, 3, 25, 11, 11), is_won=True, cents=1_298_050, type="Upsell")  # fmt: skip
    return Told(
        "upsell", "An upsell",
        f"{scene.account.name} bought Workforce Suite in June 2024 and more seats for $12,980.50 in March 2025.",
        {"account": scene.account.account_id, "opportunity": _deal(first.deal).opportunity_id,
         "upsell": _deal(more.deal).opportunity_id},
    )  # fmt: skip


def two_solutions(scene: Scene) -> Told:
    """One account weighs two solutions at the same time, with the CFO in both groups."""
    cfo = scene.cast("Finance", "chief", "CFO")
    data = scene.cast("Data", "director", "Head of Analytics")
    sales = scene.cast("Sales", "manager", "Revenue Operations Manager")
    scene.contact(cfo, datetime(2025, 1, 9, 8, 0))
    one = scene.cycle("data-platform", {"champion": [data], "economic_buyer": [cfo]} | _crew(scene, "Data", "CIO"),
                      begins=datetime(2025, 1, 13), weeks=13, closes=datetime(2025, 8, 12, 10, 0), is_won=True,
                      cents=9_104_999)  # fmt: skip
    two = scene.cycle("revenue-cloud", {"champion": [sales], "economic_buyer": [cfo]} | _crew(scene, "Sales", "CRO"),
                      begins=datetime(2025, 2, 3), weeks=13, closes=datetime(2025, 9, 30, 10, 0))  # fmt: skip
    for topic, week in (("data-platform", 5), ("revenue-cloud", 6), ("data-platform", 8), ("revenue-cloud", 9)):
        scene.do(cfo, "guide", topic, scene.draw.at_work(datetime(2025, 1, 20) + timedelta(weeks=week)))
    return Told(
        "two_solutions", "Two solutions weighed in one account at the same time",
        f"{scene.account.name} weighed Data Platform (won) and Revenue Cloud (lost) in the first half of 2025; "
        f"{cfo.name}, its CFO, looked at both.",
        {"account": scene.account.account_id, "data platform": _deal(one.deal).opportunity_id,
         "revenue cloud": _deal(two.deal).opportunity_id, "in both groups": cfo.email},
    )  # fmt: skip


def left_and_came_back(scene: Scene) -> Told:
    """A group is hot in summer, silent in autumn, back in winter: it leaves qualified and returns."""
    _quieten(scene.account)
    champion = scene.cast("Marketing", "director", "Director of Demand Generation")
    scene.lead(champion, datetime(2024, 5, 9, 8, 30), source="Content synd.")
    crew = {"champion": [champion]} | _crew(scene, "Sales", "VP Sales")
    scene.cycle("revenue-cloud", crew, begins=datetime(2024, 5, 6), weeks=8, energy=1.5)
    for person in [champion, *crew["user"]]:
        scene.weekly(person, ("guide", "webinar", "pricing", "guide"), "revenue-cloud", begins=datetime(2024, 6, 3))
    scene.do(champion, "visit", "revenue-cloud", datetime(2024, 10, 23, 9, 5))  # one look keeps the cycle open
    back = scene.cycle("revenue-cloud", crew, begins=datetime(2025, 1, 6), weeks=9,
                       closes=datetime(2025, 6, 12, 12, 0), is_won=True, cents=2_860_475, energy=1.6)  # fmt: skip
    for person in [champion, *crew["user"]]:
        scene.weekly(person, ("guide", "pricing", "webinar", "guide"), "revenue-cloud", begins=datetime(2025, 1, 20))
    return Told(
        "left_and_came_back", "A group that qualified, left and came back",
        f"{scene.account.name} was busy with Revenue Cloud in June 2024, silent from September to December but for one "
        "visit in October, and busy again from January 2025; the deal opened in March.",
        {"account": scene.account.account_id, "champion": champion.email,
         "opportunity": _deal(back.deal).opportunity_id},
    )  # fmt: skip


def rejected_by_sales(scene: Scene) -> Told:
    """Sales takes a hand-off, calls, and rejects it."""
    person = scene.cast("HR", "director", "Head of People")
    crew = {"champion": [person]} | _crew(scene, "HR", "CHRO")
    scene.cycle("workforce-suite", crew, begins=datetime(2025, 1, 6), weeks=9, energy=1.2)
    lead = scene.lead(person, datetime(2025, 1, 14, 9, 0), mql=datetime(2025, 2, 11, 13, 44),
                      sal=datetime(2025, 2, 13, 9, 15), status="Disqualified",
                      reason="No budget this year")  # fmt: skip
    return Told(
        "rejected_by_sales", "A hand-off rejected by sales",
        f"{person.name} of {scene.account.name} was handed over on 2025-02-11, accepted two days later, called three "
        'times and rejected: "No budget this year".',
        {"account": scene.account.account_id, "lead": lead.lead_id},
    )  # fmt: skip


def converted_under_another_address(scene: Scene) -> Told:
    """A lead with a private address becomes a contact with a business address."""
    person = scene.cast("IT", "manager", "IT Manager")
    private = f"{person.first}.{person.last}@{FREE_MAIL}".lower()
    lead = scene.lead(person, datetime(2024, 8, 7, 17, 20), source="Web", mql=datetime(2024, 10, 2, 8, 2),
                      sal=datetime(2024, 10, 4, 9, 0), status="Working", email=private)  # fmt: skip
    crew = {"champion": [person]} | _crew(scene, "Data", "CIO")
    cycle = scene.cycle("data-platform", crew, begins=datetime(2024, 8, 5), weeks=11,
                        closes=datetime(2025, 1, 21, 10, 0))  # fmt: skip
    deal = _deal(cycle.deal)
    convert(scene.draw, lead, at=deal.created_at, deal=deal)
    return Told(
        "converted_under_another_address", "A converted lead with another address than its contact",
        f"{person.name} of {scene.account.name} came in as {private} and was converted to the contact {person.email}.",
        {"lead": lead.lead_id, "contact": person.contact_id, "lead address": private, "contact address": person.email,
         "opportunity": deal.opportunity_id},
    )  # fmt: skip


def _deal(deal: Deal | None) -> Deal:
    if deal is None:
        raise ValueError("the story's cycle opens no deal")
    return deal


def _quieten(account: Account) -> None:
    for person in account.people:
        person.interest = 0.0
    account.tier, account.uses_technology, account.employees = "C", False, 86


def _crew(scene: Scene, function: str, senior: str) -> dict[str, list[Person]]:
    """Cast the rest of a group: its decision maker, two users and a technical influencer."""
    words = {"Data": "Analytics", "HR": "People", "Sales": "Sales"}[function]
    crew = {
        "user": [scene.cast(function, "staff", f"{words} Specialist"), scene.cast(function, "manager", f"{words} Manager")],
        "technical_influencer": [scene.cast("IT", "manager", "Enterprise Applications Manager")],
    }
    if senior:
        is_chief = senior.startswith("C")
        crew["decision_maker"] = [scene.cast(function, "chief" if is_chief else "vp", senior)]
    return crew


BUYING_STORIES: Final[tuple[Story, ...]] = (
    second_lead_dropped,
    share_read_by_vp,
    two_solutions,
    left_and_came_back,
    renewal,
    upsell,
    rejected_by_sales,
    converted_under_another_address,
)
