"""Opportunities: opened, moved along their stages with changing amounts, pushed, closed, renewed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from muster.demo.draw import Draw
from muster.demo.export import Export, money
from muster.demo.records import END, SOLUTIONS, Account, Deal

_STAGES = ("Discovery", "Qualification", "Proposal", "Negotiation")
_LIST_PRICE = {"data-platform": 46_000, "workforce-suite": 31_000, "revenue-cloud": 38_000}


def open_deal(
    draw: Draw,
    account: Account,
    *,
    solution: str,
    opens_at: datetime,
    closes_at: datetime,
    is_won: bool,
    type: str,
    lead_source: str,
    amount_cents: int | None = None,
) -> Deal:
    """Open a deal and play it to its end, or to the end of the export."""
    size = (account.employees / 700) ** 0.4
    amount = amount_cents or int(draw.spread(_LIST_PRICE[solution] * size * 100, 0.45))
    deal = Deal(
        opportunity_id=draw.record_id("006"),
        account_id=account.account_id,
        name=f"{account.plain_name} - {SOLUTIONS[solution]}"
        + (f" ({type})" if type != "New Business" else ""),
        solution=solution,
        type=type,
        lead_source=lead_source,
        created_at=opens_at,
        owner_id=account.owner_id,
    )
    quick = type == "Renewal"
    stages = ("Proposal",) if quick else _STAGES[: len(_STAGES) if is_won else draw.whole(1, 4)]
    length = (closes_at - opens_at).total_seconds()
    shares = sorted(draw.between(0.08, 0.92) for _ in stages[1:])
    moves = [opens_at, *(opens_at + timedelta(seconds=int(length * share)) for share in shares)]
    planned = (opens_at + timedelta(days=draw.whole(50, 110))).date()
    for number, (stage, at) in enumerate(zip(stages, moves, strict=True)):
        _push_until(draw, deal, until=at)
        if number:
            planned = max(deal.history[-1][3], (at + timedelta(days=draw.whole(20, 70))).date())
        _move(deal, at, stage, _estimate(draw, amount, stage=stage, quick=quick), planned)
    _push_until(draw, deal, until=closes_at)
    _move(deal, closes_at, "Closed Won" if is_won else "Closed Lost", amount, closes_at.date())
    return deal


def renew(draw: Draw, account: Account, won: Deal) -> list[Deal]:
    """Renew a won deal a year after it closed, and again a year later, while the export lasts."""
    renewals: list[Deal] = []
    current = won
    while current.is_won:
        due = current.history[-1][0] + timedelta(days=365)
        opens_at = draw.at_work(due - timedelta(days=draw.whole(55, 80)))
        if opens_at > END:
            break
        before = current.history[-1][2] or 2_500_000
        current = open_deal(
            draw,
            account,
            solution=won.solution,
            opens_at=opens_at,
            closes_at=draw.at_work(due),
            is_won=draw.chance(0.86),
            type="Renewal",
            lead_source="Renewal",
            amount_cents=before * draw.whole(100, 108) // 100,
        )
        current.has_roles, current.currency = False, won.currency
        renewals.append(current)
    return renewals


def record_deal(draw: Draw, export: Export, deal: Deal) -> None:
    """Write the opportunity as it stands today, and the rows of its history."""
    _, stage, _, closes_on = deal.history[-1]
    export.add(
        "crm/Opportunity",
        Id=deal.opportunity_id,
        AccountId=deal.account_id,
        Name=deal.name,
        Solution__c=SOLUTIONS[deal.solution] if deal.has_solution else "",
        StageName=stage,
        Amount=money(deal.amount_cents),
        CurrencyIsoCode=deal.currency,
        CloseDate=closes_on,
        CreatedDate=deal.created_at,
        IsClosed=stage.startswith("Closed"),
        IsWon=deal.is_won,
        Type=deal.type,
        LeadSource=deal.lead_source,
        CampaignId=deal.campaign_id,
        OwnerId=deal.owner_id,
    )
    for at, name, cents, planned in deal.history:
        export.add(
            "crm/OpportunityHistory",
            Id=draw.record_id("008"),
            OpportunityId=deal.opportunity_id,
            StageName=name,
            Amount=money(cents if deal.has_amount else None),
            CurrencyIsoCode=deal.currency,
            CreatedDate=at,
            CloseDate=planned,
        )


def _estimate(draw: Draw, amount: int, *, stage: str, quick: bool) -> int:
    """Say what a seller enters at a stage: round guesses first, the quote to the cent later."""
    if quick:
        return amount
    if stage in {"Discovery", "Qualification"}:
        return max(100_000, int(amount * draw.between(0.7, 1.25)) // 100_000 * 100_000)
    return amount if stage == "Negotiation" else int(amount * draw.between(0.95, 1.15))


def _move(deal: Deal, at: datetime, stage: str, cents: int, planned: date) -> None:
    if at <= END:
        deal.history.append((at, stage, cents, planned))


def _push_until(draw: Draw, deal: Deal, *, until: datetime) -> None:
    """Push the planned close date out each time it comes near and the deal has not moved."""
    while deal.history:
        _, stage, cents, planned = deal.history[-1]
        at = draw.at_work(
            datetime(planned.year, planned.month, planned.day) - timedelta(days=draw.whole(1, 4))
        )
        if at >= min(until, END):
            return
        _move(deal, at, stage, cents or 0, planned + timedelta(days=draw.whole(28, 62)))
