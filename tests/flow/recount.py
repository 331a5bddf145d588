"""The money of the bundled company, counted from its files with the csv module and exact decimals.

Written from the measures' pages, without the flow: it reads rows, and no table that the flow made.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

Quarter = tuple[int, int]
Row = dict[str, str]


@dataclass(frozen=True)
class Deal:
    """An opportunity by its files: what it is worth, and how and when it ended."""

    key: str
    account: str
    solution: str
    currency: str
    cents: int
    created_at: datetime
    closed_at: datetime | None
    is_won: bool
    is_new_business: bool


def read(company: Path, name: str) -> list[Row]:
    """The rows of a file."""
    with (company / name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def deals(company: Path) -> list[Deal]:
    """Every opportunity whose amount can be read; its history says what it is worth and where it stands."""
    history: dict[str, list[Row]] = defaultdict(list)
    for row in read(company, "crm/OpportunityHistory.csv"):
        history[row["OpportunityId"]].append(row)
    return list(_deals(read(company, "crm/Opportunity.csv"), history))


def _deals(opportunities: list[Row], history: dict[str, list[Row]]) -> Iterator[Deal]:
    for row in opportunities:
        steps = sorted(history[row["Id"]], key=lambda step: (step["CreatedDate"], step["Id"]))
        said = [step["Amount"] for step in steps if step["Amount"]]
        try:
            amount = Decimal(row["Amount"] or 0)
        except InvalidOperation:
            continue  # the row is set aside, and `muster check` names it
        amount = Decimal(said[-1]) if said else amount
        stage = steps[-1]["StageName"] if steps else row["StageName"]
        is_closed = stage.startswith("Closed")
        yield Deal(
            key=row["Id"],
            account=row["AccountId"],
            solution=row["Solution__c"] or row["Name"].split(" - ")[1].split(" (")[0],
            currency=row["CurrencyIsoCode"],
            cents=int(amount * 100),
            created_at=instant(row["CreatedDate"]),
            closed_at=instant(steps[-1]["CreatedDate"] if steps else row["CloseDate"]) if is_closed else None,
            is_won=stage == "Closed Won",
            is_new_business=row["Type"] == "New Business",
        )


def instant(text: str) -> datetime:
    """An instant, or midnight of a day, in UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def quarter(at: datetime) -> Quarter:
    """The calendar quarter of an instant."""
    return at.year, (at.month - 1) // 3 + 1


def monthly_spend(company: Path, *, until: datetime) -> dict[int, int]:
    """Cents spent by number of the month (12 x year + month): booked days, and for programmes without any
    the cost of their tactics."""
    cents: dict[int, int] = defaultdict(int)
    campaigns = read(company, "crm/Campaign.csv")
    program = {row["Id"]: row["ParentId"] or row["Id"] for row in campaigns}
    booked = [row for row in read(company, "events/ad_spend.csv") if instant(row["spend_date"]) <= until]
    for row in booked:
        cents[_month(instant(row["spend_date"]))] += int(Decimal(row["cost"]) * 100)
    with_days = {program[row["campaign_id"]] for row in booked}
    parents = {row["ParentId"] for row in campaigns}
    for row in campaigns:
        is_tactic = row["Id"] not in parents  # a programme's own cost is that of its tactics
        if is_tactic and program[row["Id"]] not in with_days and row["ActualCost"] and row["StartDate"]:
            start = instant(row["StartDate"])
            if start <= until:
                cents[_month(start)] += int(Decimal(row["ActualCost"]) * 100)
    return dict(cents)


def first_wins(found: list[Deal]) -> list[Deal]:
    """The first won deal of new business of each account."""
    first: dict[str, Deal] = {}
    for deal in sorted(found, key=lambda d: (d.closed_at or d.created_at, d.key)):
        if deal.is_won and deal.is_new_business and deal.account:
            first.setdefault(deal.account, deal)
    return list(first.values())


def _month(at: datetime) -> int:
    return 12 * at.year + at.month
