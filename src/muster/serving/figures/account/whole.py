"""One account: its groups of every solution and cycle, people, anonymous visits, deals and how it stood."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from muster.reports.published import Published
from muster.reports.values import Money
from muster.serving.figures.account.deals import Influence, deals_of, programs_of
from muster.serving.figures.account.groups import early_interest_of, groups_of
from muster.serving.figures.account.people import people_of, visits_of
from muster.serving.figures.account.rows import Rows, rows_of
from muster.serving.figures.asking import Row
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
    found = accounts_of(tables, [account_id], as_of=as_of)
    if not found:
        into = tables.rows("merged_account", ("into_account_id",), by="account_id", among=[account_id])
        found = accounts_of(tables, [row["into_account_id"] for row in into], as_of=as_of)
    return found[min(found)] if found else None


def accounts_of(tables: Published, ids: Collection[str], *, as_of: datetime) -> dict[str, Account]:
    """Everything of some accounts, by id; who is not there, or somebody else's, is left out."""
    return {key: _account(rows, as_of) for key, rows in rows_of(tables, ids).items()}


def _account(rows: Rows, as_of: datetime) -> Account:
    row, key = rows.account, rows.account["account_id"]
    family = sorted(map(_account_ref, rows["family"]), key=lambda ref: (ref.text, ref.id))
    status = sorted(rows["account_status"], key=itemgetter("from_at"))
    bought = max(rows["customer"], key=lambda row: (row["arr_cents"] or 0, row["currency"]), default=None)
    groups = groups_of(rows)
    deals, influence = deals_of(rows)
    return Account(
        account_id=key,
        name=row["name"] or row["domain"] or key,
        facts=_facts(row),
        parent=next((ref for ref in family if ref.id == row["parent_account_id"]), None),
        children=tuple(ref for ref in family if ref.id != row["parent_account_id"]),
        status=status[-1]["status"] if status else None,
        since=status[-1]["from_at"] if status else None,
        is_customer=bool(bought and bought["is_live"]),
        arr=Money(int(bought["arr_cents"]), bought["currency"])
        if bought and bought["is_live"] and bought["arr_cents"]
        else None,
        open_groups=sum(row[4] is None for row in groups.rows),
        all_groups=len(groups.rows),
        influence=influence,
        strip=_strip(status, as_of),
        tables=(
            groups,
            deals,
            people_of(rows),
            visits_of(rows),
            programs_of(rows),
            _standing(status),
            early_interest_of(rows),
        ),
    )


def _account_ref(row: Row) -> Ref:
    key = row["account_id"]
    return Ref(row["name"] or row["domain"] or key, f"/accounts/{key}", key)


def _facts(row: Row) -> tuple[tuple[str, str], ...]:
    staff = f"{row['employee_count']:,}" if row["employee_count"] is not None else None
    place = ", ".join(part for part in (row["country"], row["region"]) if part)
    told = (("Domain", row["domain"]), ("Industry", row["industry"]), ("Employees", staff), ("Place", place))
    return tuple((label, value) for label, value in told if value)


def _standing(status: list[Row]) -> Table:
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


def _strip(status: list[Row], as_of: datetime) -> tuple[Stretch, ...]:
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
