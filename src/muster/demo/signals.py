"""What an account as a whole does or is shown: impressions, review sites, gifts, week by week."""

from __future__ import annotations

from datetime import datetime, timedelta

from muster.demo.draw import Draw
from muster.demo.export import Export
from muster.demo.marketing import Plan
from muster.demo.records import Account, Cycle, Span


def show_signals(
    draw: Draw, export: Export, plan: Plan, *, account: Account, cycles: list[Cycle], span: Span
) -> None:
    """Write an account's signals: many while a group is buying, a few at any time."""
    for cycle in cycles:
        for _ in range(draw.count(7 * cycle.energy)):
            at = cycle.begins_at + (cycle.peaks_at - cycle.begins_at) * draw.between(0, 1.3)
            if span.holds(at):
                _impress(draw, export, plan, account=account, at=at, topic=cycle.solution)
    for _ in range(draw.count(4)):
        at = span.start + timedelta(days=draw.whole(0, 364 * span.years - 1))
        _impress(draw, export, plan, account=account, at=at, topic="company")


def _impress(draw: Draw, export: Export, plan: Plan, *, account: Account, at: datetime, topic: str) -> None:
    monday = (at - timedelta(days=at.weekday())).date()
    kind = draw.weigh({"impression": 0.72, "review_site_visit": 0.22, "gift_sent": 0.06})
    programme = {"impression": "Retargeting", "gift_sent": "Direct mail"}.get(kind)
    if programme and account.account_id in plan.held_out[programme]:
        return
    campaign = plan.tactic(programme, at, topic=topic).campaign_id if programme else ""
    n = draw.whole(1, 9) if kind == "impression" else 1
    export.add(
        "events/account_signals",
        account_domain=account.domain,
        campaign_id=campaign,
        week_start=monday,
        signal=kind,
        topic=topic,
        n=n,
    )
