"""Writes the marketing plan: campaigns, spend, content, holdouts, and the exchange rates of the time."""

from __future__ import annotations

from datetime import date

from muster.demo.draw import Draw
from muster.demo.export import Export, money
from muster.demo.marketing import Plan, titled_content
from muster.demo.records import END, SOLUTIONS


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
