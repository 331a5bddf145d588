"""One account: its groups of every solution and cycle, people, anonymous visits, deals and how it stood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from muster.reports.published import Published
from muster.reports.values import Money
from muster.serving.figures.account.deals import Influence, deals_of, programs_of
from muster.serving.figures.account.groups import early_interest_of, groups_of
from muster.serving.figures.account.people import people_of, visits_of
from muster.serving.tabled import Ref, Table, columns


@dataclass(frozen=True, slots=True)
class Account:
    """The account itself, and what belongs to it that the viewer may see."""

    account_id: str
    name: str
    facts: tuple[tuple[str, str], ...]
    parent: Ref | None
    children: tuple[Ref, ...]
    status: str | None
    since: datetime | None
    is_customer: bool
    arr: Money | None
    open_groups: int
    all_groups: int
    influence: Influence
    strip: tuple[Stretch, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time at one status, as a part of the whole time known, from 0 to 100."""

    status: str
    x: float
    width: float


def account_of(tables: Published, account_id: str, *, as_of: datetime) -> Account | None:
    """The account of an id, or of one that gave way to it; None where there is none to see."""
    asked = "SELECT a.* FROM account AS a WHERE a.account_id = "
    # Asked one after the other, since either alone lets the reader pass over the rest of the file.
    found = tables.records(f"{asked}?", [account_id]) or tables.records(
        f"""{asked}(SELECT MIN(x.account_id) FROM account AS x JOIN merged_account AS m
            ON m.into_account_id = x.account_id AND m.account_id = ?)""",
        [account_id],
    )
    if not found:
        return None
    row, key = found[0], found[0]["account_id"]
    family = tables.records(
        """SELECT a.account_id, COALESCE(a.name, a.domain, a.account_id) AS name, a.parent_account_id
        FROM account AS a WHERE a.account_id = ? OR a.parent_account_id = ? ORDER BY name, a.account_id""",
        [row["parent_account_id"], key],
    )
    parent = next((_account_ref(r) for r in family if r["account_id"] == row["parent_account_id"]), None)
    status = tables.records(
        "SELECT s.status, s.from_at, s.to_at, s.reason FROM account_status AS s "
        "WHERE s.account_id = ? ORDER BY s.from_at",
        [key],
    )
    bought = tables.records("SELECT * FROM customer WHERE account_id = ? ORDER BY arr_cents DESC", [key])
    groups = groups_of(tables, key)
    deals, influence = deals_of(tables, key)
    is_live = bool(bought) and bool(bought[0]["is_live"])
    return Account(
        account_id=key,
        name=row["name"] or row["domain"] or key,
        facts=_facts(row),
        parent=parent,
        children=tuple(_account_ref(r) for r in family if r["parent_account_id"] == key),
        status=status[-1]["status"] if status else None,
        since=status[-1]["from_at"] if status else None,
        is_customer=is_live,
        arr=Money(int(bought[0]["arr_cents"]), bought[0]["currency"])
        if is_live and bought[0]["arr_cents"]
        else None,
        open_groups=sum(row[4] is None for row in groups.rows),
        all_groups=len(groups.rows),
        influence=influence,
        strip=_strip(status, as_of),
        tables=(
            groups,
            deals,
            people_of(tables, key),
            visits_of(tables, key),
            programs_of(tables, key),
            _standing(status),
            early_interest_of(tables, key),
        ),
    )


def _account_ref(row: dict[str, Any]) -> Ref:
    return Ref(row["name"], f"/accounts/{row['account_id']}", row["account_id"])


def _facts(row: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    staff = f"{row['employee_count']:,}" if row["employee_count"] is not None else None
    place = ", ".join(part for part in (row["country"], row["region"]) if part)
    told = (("Domain", row["domain"]), ("Industry", row["industry"]), ("Employees", staff), ("Place", place))
    return tuple((label, value) for label, value in told if value)


def _standing(status: list[dict[str, Any]]) -> Table:
    return Table(
        "status",
        "How it stood over time",
        columns("Status", "From", "To", "Why"),
        tuple(
            (r["status"], r["from_at"].date(), r["to_at"].date() if r["to_at"] else None, r["reason"])
            for r in reversed(status)
        ),
        "It had no group that could engage or qualify.",
        note="An account is qualified while one of its groups is.",
        shown=8,
    )


def _strip(status: list[dict[str, Any]], as_of: datetime) -> tuple[Stretch, ...]:
    if not status:
        return ()
    begun = status[0]["from_at"]
    whole = (as_of - begun).total_seconds() or 1.0

    def at(moment: datetime) -> float:
        return 100.0 * float((moment - begun).total_seconds() / whole)

    return tuple(
        Stretch(
            r["status"],
            round(at(r["from_at"]), 2),
            round(max(at(r["to_at"] or as_of) - at(r["from_at"]), 0.3), 2),
        )
        for r in status
    )
