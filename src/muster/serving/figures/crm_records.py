"""What the records that are written back to are called here: a CRM's id says little in a list."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from muster.reports.published import Published


class Named(NamedTuple):
    """A record's account or person, and the address of their page."""

    name: str
    to: str


def record_names(tables: Published, record_ids: Collection[str]) -> dict[str, Named]:
    """Names of accounts, contacts and leads by their record's id; those that no run has read are left out."""
    return _named(tables, record_ids, "account") | _named(tables, record_ids, "person")


def _named(tables: Published, record_ids: Collection[str], kind: str) -> dict[str, Named]:
    key, record = f"{kind}_id", f"{kind}_record_id"
    behind = {
        row[record]: row[key]
        for row in tables.rows(f"{kind}_alias", (record, key), by=record, among=set(record_ids))
    }
    now = "valid_to IS NULL" if kind == "person" else ""
    names = {
        row[key]: row["name"]
        for row in tables.rows(kind, (key, "name"), by=key, among=set(behind.values()), where=now)
    }
    page = {"account": "/accounts/", "person": "/people/"}[kind]
    return {record_id: Named(names[one], page + one) for record_id, one in behind.items() if names.get(one)}
