"""The large generated company's leads and contacts, with or without the digits of their mailboxes."""

from __future__ import annotations

import csv
import re
from collections.abc import Hashable
from pathlib import Path

from bench.quality.people_drawn import Drawn

from muster.readings.companies import company_key


def read_world(world: Path) -> tuple[list[Drawn], list[str], list[Hashable]]:
    """Its records in one shape, their ids, and who each one is (`truth/` serves to judge, to nothing else)."""
    names = {row["Id"]: row for row in _rows(world / "crm" / "Account.csv")}
    truth = {
        row["person_record_id"]: row["person_key"] for row in _rows(world / "truth" / "person_records.csv")
    }
    records, ids = [], []
    for kind in ("Contact", "Lead"):
        for row in _rows(world / "crm" / f"{kind}.csv"):
            company = row.get("Company") or names.get(row.get("AccountId", ""), {}).get("Name", "")
            email = row["Email"].lower() or None
            domain = (email or "").partition("@")[2]
            key = company_key(company) or company
            records.append(
                Drawn(
                    0, kind, row["FirstName"], row["LastName"], email, key, domain, row["Title"] or None, None
                )
            )
            ids.append(row["Id"])
    return records, ids, [truth[record] for record in ids]


def without_digits(email: str | None) -> str | None:
    """An address whose mailbox has lost its digits: in this company they are the generator's numbering."""
    local, at, host = (email or "").partition("@")
    return re.sub(r"\d", "", local) + at + host if email else None


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
