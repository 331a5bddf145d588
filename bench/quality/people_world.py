"""The large generated company's leads and contacts, with or without the numbers of their mailboxes."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Hashable, Sequence
from pathlib import Path

from bench.quality.people_drawn import Drawn

from muster.readings.companies import company_key


def read_world(world: Path) -> tuple[list[Drawn], list[str], list[Hashable]]:
    """Its records in one shape, their ids, and who each one is (`truth/` serves to judge only)."""
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


def numbered_anew(emails: Sequence[str | None]) -> list[str | None]:
    """Addresses with the generator's numbers taken out and given as people give them.

    In this company the digits of a mailbox are the generator's numbering: one number, one person. Here the
    first of a spelling at a host has none, the next a 2, whoever they are: what a real host would do.
    """
    given: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    told: list[str | None] = []
    for email in emails:
        local, at, host = (email or "").partition("@")
        letters, digits = re.sub(r"\d", "", local), re.sub(r"\D", "", local)
        numbers = given[(re.sub(r"[._]", "", letters), host)]
        number = numbers.setdefault(digits, str(len(numbers) + 1) if numbers else "")
        told.append(letters + number + at + host if email else None)
    return told


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
