"""Leads whose company is an account's id: some orgs write the link where the name belongs.

Such an id is a good link where its account was exported, and no name of anything where it was not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import duckdb

from muster.canonical.tables import source_tables
from muster.problems import Problem
from muster.sources import fate

# 15 characters, or 18 with the check suffix. A name of that form has no digit after 001, an id has.
_ID: Final = "001[A-Za-z0-9]{12}([A-Z0-5]{3})?"
_LOOKS_LIKE: Final = f"regexp_full_match(p.company_name, '{_ID}')"
_NAMES_AN_ID: Final = f"coalesce({_LOOKS_LIKE} AND regexp_matches(p.company_name[4:], '[0-9]'), FALSE)"


def with_accounts(con: duckdb.DuckDBPyConnection, select: str) -> str:
    """Person records with the account that their company names by its id, and no id for a name."""
    replaced = {
        "account_record_id": "coalesce(p.account_record_id, a.account_record_id)",
        "company_name": f"CASE WHEN NOT {_NAMES_AN_ID} THEN p.company_name END",
    }
    columns = ", ".join(
        f"{replaced.get(name, f'p.{name}')} AS {name}"
        for name in source_tables()["person_record"].column_names
    )
    return f"SELECT {columns} FROM ({select}) AS p {_accounts(con)}"


def unknown_accounts(
    con: duckdb.DuckDBPyConnection, *, written: Mapping[tuple[str, str], str]
) -> list[Problem]:
    """One problem per file whose companies are ids of accounts that no file has."""
    found = con.execute(
        f"""
        SELECT p.source, p.source_file, count(*), min(p.source_row), arg_min(p.company_name, p.source_row)
        FROM {fate.staying(con, source_tables()["person_record"])} AS p {_accounts(con)}
        WHERE {_NAMES_AN_ID} AND a.account_record_id IS NULL AND p.account_record_id IS NULL
        GROUP BY p.source, p.source_file ORDER BY ALL
        """
    ).fetchall()
    reason = "is the id of an account that was not exported; the row landed without a company"
    remedy = "Export Account with all accounts, deleted ones too, or write the company's name there."
    return [
        Problem("warning", source, file, reason, remedy, row=row, value=value, count=count,
                column=written.get((source, file), "company_name"))
        for source, file, count, row, value in found
    ]  # fmt: skip


def _accounts(con: duckdb.DuckDBPyConnection) -> str:
    """The accounts `a` that companies name, whichever of the two spellings either uses."""
    return f"""LEFT JOIN (
        SELECT left(account_record_id, 15) AS short, min(account_record_id) AS account_record_id
        FROM {fate.staying(con, source_tables()["account_record"])} GROUP BY 1
    ) AS a ON a.short = left(p.company_name, 15) AND {_NAMES_AN_ID}"""
