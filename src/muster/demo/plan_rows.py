"""Writes the marketing plan: campaigns, their goals, spend, content, holdouts, and exchange rates."""

from __future__ import annotations

from datetime import date
from typing import Final

from muster.demo.draw import Draw
from muster.demo.export import Export, money
from muster.demo.marketing import Plan, titled_content
from muster.demo.records import END, SOLUTIONS

# What programmes were meant to do in the last year other than bring leads: goal, subject, target, until.
_AUTUMN, _YEAR_END = date(END.year, 9, 30), date(END.year, 12, 31)
GOALS: Final = {
    "Executive dinners": ("reach_role", "decision_maker", 15, _AUTUMN, "Seats are for those who decide"),
    "Content syndication": ("wake_account", "*", 20, _AUTUMN, "Firms that had been silent"),
    "Field workshops": ("speed_stage", "Proposal", 21, _AUTUMN, "No proposal lies for over three weeks"),
    "Trade shows": ("reach_role", "economic_buyer", 3, _AUTUMN, "Whoever holds the budget comes along"),
    "Webinars": ("reach_role", "technical_influencer", 30, _YEAR_END, "Engineers see it work"),
    "Paid search": ("reach_role", "economic_buyer", 8, _YEAR_END, "Pages for finance are found"),
}


def record_plan(export: Export, plan: Plan) -> None:
    """Write everything that does not belong to one account."""
    tactics = [tactic for running in plan.tactics.values() for tactic in running.values()]
    for campaign in (*plan.programmes.values(), *tactics):
        export.add(
            "crm/Campaign",
            Id=campaign.campaign_id,
            Name=campaign.name,
            Type=campaign.type,
            ParentId=campaign.parent_id,
            Solution__c=SOLUTIONS.get(campaign.topic, ""),
            StartDate=campaign.starts_on,
            EndDate=campaign.ends_on,
            ActualCost=money(campaign.cost_cents),
            Status="In Progress" if campaign.ends_on > END.date() else "Completed",
        )
    for tactic, month, cents in plan.spend:
        export.add(
            "events/ad_spend",
            campaign_id=tactic.campaign_id,
            channel=tactic.type,
            spend_date=month,
            cost=money(cents),
        )
    for programme, (goal, subject, target, ends_on, why) in GOALS.items():
        export.add(
            "rules/program_goals",
            program_id=plan.programmes[programme].campaign_id,
            goal=goal,
            subject=subject,
            target=target,
            ends_on=ends_on,
            effective_from=date(END.year, 1, 6),
            why=why,
        )
    for url, topic, title in titled_content():
        export.add("reference/content_catalog", url=url, topic=topic, title=title)
    for programme, account_ids in plan.held_out.items():
        for account_id in sorted(account_ids):
            export.add(
                "reference/holdout", AccountId=account_id, CampaignId=plan.programmes[programme].campaign_id
            )
    draw, rate = Draw("rates"), 1.094
    for index in range((END.year - plan.first_year + 1) * 12):
        rate = min(1.19, max(1.03, rate + draw.between(-0.016, 0.017)))
        first = date(plan.first_year + index // 12, index % 12 + 1, 1)
        export.add("reference/exchange_rates", currency="EUR", rate_on=first, rate=f"{rate:.4f}")
