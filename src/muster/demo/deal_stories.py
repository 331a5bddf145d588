"""Stories of deals: renewed, grown, pushed out, lost without an amount, won in another currency."""

from __future__ import annotations

from datetime import datetime

from muster.demo.deals import renew
from muster.demo.scene import Scene, Told, crew, deal_of


def renewal(scene: Scene) -> Told:
    """A customer renews a year after the first purchase."""
    champion = scene.cast("Sales", "director", "Director of Revenue Operations")
    cycle = scene.cycle(
        "revenue-cloud",
        {"champion": [champion]} | crew(scene, "Sales", "CRO"),
        begins=datetime(2024, 1, 15),
        weeks=8,
        closes=datetime(2024, 5, 28, 13, 0),
        is_won=True,
        cents=4_410_050,
    )
    first = deal_of(cycle.deal)
    # Renewals are played out here so that the story does not depend on a draw.
    follow_ups = renew(scene.draw, scene.account, first)
    while not (follow_ups and follow_ups[0].is_won):
        follow_ups = renew(scene.draw, scene.account, first)
    scene.other_deals += follow_ups
    return Told(
        "A renewal",
        f"{scene.account.name} bought Revenue Cloud for $44,100.50 in May 2024 and renewed it a year later.",
        {
            "account": scene.account.account_id,
            "opportunity": first.opportunity_id,
            "renewal": follow_ups[0].opportunity_id,
        },
    )


def upsell(scene: Scene) -> Told:
    """A customer buys more of what it has."""
    champion = scene.cast("Operations", "manager", "Operations Manager")
    group = {"champion": [champion]} | crew(scene, "HR", "COO")
    first = scene.cycle(
        "workforce-suite",
        group,
        begins=datetime(2024, 2, 12),
        weeks=9,
        closes=datetime(2024, 6, 4, 9, 30),
        is_won=True,
        cents=3_175_000,
    )
    more = scene.cycle(
        "workforce-suite",
        group,
        begins=datetime(2024, 12, 2),
        weeks=8,
        closes=datetime(2025, 3, 25, 11, 11),
        is_won=True,
        cents=1_298_050,
        type="Upsell",
    )
    return Told(
        "An upsell",
        f"{scene.account.name} bought Workforce Suite in June 2024 and more seats for $12,980.50 in "
        f"March 2025.",
        {
            "account": scene.account.account_id,
            "opportunity": deal_of(first.deal).opportunity_id,
            "upsell": deal_of(more.deal).opportunity_id,
        },
    )


def pushed_deal(scene: Scene) -> Told:
    """A deal is still open, its close date pushed out again and again."""
    champion = scene.cast("Data", "director", "Head of Data")
    members = {"champion": [champion], "user": [scene.cast("Data", "staff", "Analytics Specialist")],
               "technical_influencer": [scene.cast("IT", "manager", "Infrastructure Manager")]}  # fmt: skip
    deal = None
    while deal is None or deal.stage != "Proposal":
        scene.cycles.clear()
        cycle = scene.cycle(
            "data-platform",
            members,
            begins=datetime(2024, 12, 2),
            weeks=10,
            closes=datetime(2026, 4, 8, 9, 0),
            is_won=True,
            cents=7_726_540,
        )
        deal = cycle.deal
    deal.has_roles = False
    planned = [day for _, _, _, day in deal.history]
    return Told(
        "An open deal with pushed close dates and no contact role",
        f"The deal of {scene.account.name}, opened in February 2025, still stands in {deal.stage}; its "
        f"close date moved "
        f"from {planned[0]} to {planned[-1]} in {len(planned) - 1} steps. Nobody is named on it.",
        {"opportunity": deal.opportunity_id, "account": scene.account.account_id},
    )


def lost_without_amount(scene: Scene) -> Told:
    """A deal is lost, and nobody ever entered an amount."""
    champion = scene.cast("Marketing", "manager", "Marketing Manager")
    members = {"champion": [champion], "user": [scene.cast("Sales", "staff", "Sales Specialist")],
               "decision_maker": [scene.cast("Sales", "vp", "VP Business Development")]}  # fmt: skip
    cycle = scene.cycle(
        "revenue-cloud", members, begins=datetime(2024, 6, 10), weeks=9, closes=datetime(2024, 11, 26, 9, 0)
    )
    if cycle.deal is None:
        raise ValueError("the story's cycle opens no deal")
    cycle.deal.has_amount = cycle.deal.has_solution = False
    return Told(
        "A lost deal without amount and solution",
        f"The deal of {scene.account.name} was lost in November 2024; its amount and its solution were "
        f"never entered.",
        {"opportunity": cycle.deal.opportunity_id, "account": scene.account.account_id},
    )


def won_in_euros(scene: Scene) -> Told:
    """A deal is won in another currency than the company's own."""
    champion = scene.cast("IT", "director", "Head of Enterprise Applications")
    members = {"champion": [champion], "user": [scene.cast("Data", "staff", "Data Specialist")],
               "economic_buyer": [scene.cast("Finance", "director", "Finance Director")]}  # fmt: skip
    cycle = scene.cycle(
        "data-platform",
        members,
        begins=datetime(2025, 2, 10),
        weeks=10,
        closes=datetime(2025, 7, 17, 9, 0),
        is_won=True,
        cents=5_555_555,
    )
    if cycle.deal is None:
        raise ValueError("the story's cycle opens no deal")
    cycle.deal.currency = "EUR"
    return Told(
        "A deal won in euros",
        f"{scene.account.name} bought for 55,555.55 EUR in July 2025; reference/exchange_rates.csv has "
        f"the rates.",
        {"opportunity": cycle.deal.opportunity_id, "account": scene.account.account_id},
    )
