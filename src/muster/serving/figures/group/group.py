"""Whose group it is: a buying group and the facts of its account."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from muster.reports.published import Published

_OF_GROUP = (
    *("buying_group_id", "account_id", "solution_id", "business_unit", "cycle", "opened_at", "closed_at"),
    *("opening_reason", "closing_reason", "member_count", "visitor_count"),
)
_OF_ACCOUNT = ("name", "domain", "industry", "employee_count", "country", "region", "owner_id")


@dataclass(frozen=True, slots=True)
class Group:
    """A buying group, of an account the viewer may see."""

    buying_group_id: str
    account_id: str
    account: str
    domain: str | None
    industry: str | None
    employee_count: int | None
    country: str | None
    region: str | None
    owner_id: str | None
    solution_id: str
    business_unit: str | None
    cycle: int
    opened_at: datetime
    closed_at: datetime | None
    opening_reason: str
    closing_reason: str | None
    member_count: int
    visitor_count: int

    def ends_at(self, as_of: datetime) -> datetime:
        """When its cycle ended, or now."""
        return self.closed_at or as_of


def groups_of(tables: Published, ids: Collection[str]) -> list[Group]:
    """The groups of these ids, by id; those that are not there, or are somebody else's, are left out."""
    found = tables.rows("buying_group", _OF_GROUP, by="buying_group_id", among=ids)
    accounts = {
        row["account_id"]: row
        for row in tables.rows(
            "account",
            ("account_id", *_OF_ACCOUNT),
            by="account_id",
            among={row["account_id"] for row in found},
        )
    }
    nothing = dict.fromkeys(_OF_ACCOUNT)
    groups = []
    for row in sorted(found, key=itemgetter("buying_group_id")):
        its = accounts.get(row["account_id"], nothing)
        facts = {key: its[key] for key in _OF_ACCOUNT if key != "name"}
        account = its["name"] or its["domain"] or row["account_id"]
        groups.append(Group(**row, **facts, account=account))
    return groups


def group_of(tables: Published, group_id: str) -> Group | None:
    """The group of an id; None where there is none, or it is somebody else's."""
    return next(iter(groups_of(tables, [group_id])), None)
