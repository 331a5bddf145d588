"""Salesforce ids come in 15 characters or, with a check suffix, in 18: two spellings of one id.

An id stays as it was exported. Only where both spellings of one id occur do all references follow
the record's own: the one in its Id column (the longer where it too has both).
"""

from __future__ import annotations

import duckdb

from muster.canonical.tables import source_tables
from muster.sources.shape import cell_type
from muster.sources.sqltext import identifier

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
# Keys of records that other rows refer to, with the table whose own column they are.
_OWN = {
    "account_record_id": "account_record",
    "person_record_id": "person_record",
    "opportunity_id": "opportunity",
    "tactic_id": "tactic",
    "owner_id": "owner",
}


def long_form(short: str) -> str:
    """The 18-character form of a 15-character id: three characters that say which letters are capitals.

    >>> long_form("001Ec00000FzlUd")
    '001Ec00000FzlUdIAJ'
    """
    chunks = (short[0:5], short[5:10], short[10:15])
    return short + "".join(
        _ALPHABET[sum(1 << i for i, c in enumerate(chunk) if c.isupper())] for chunk in chunks
    )


def join_spellings(con: duckdb.DuckDBPyConnection) -> None:
    """Make `spelling` (given, kept) for ids that occur in both forms, and apply it to the `all_` views."""
    references = _references()
    seen = " UNION ALL ".join(
        f"SELECT DISTINCT {identifier(c)} AS id, {_is_own(t, c)} AS is_own FROM all_{t}"
        for t, c in references
    )
    con.execute(
        f"""
        CREATE TEMP TABLE salesforce_id AS
        SELECT id, bool_or(is_own) AS is_own FROM ({seen})
        WHERE length(id) IN (15, 18) AND regexp_full_match(id, '[A-Za-z0-9]{{15}}([A-Z0-5]{{3}})?') GROUP BY id
        """
    )
    pairs = con.execute(
        """
        SELECT short.id, long.id, short.is_own AND NOT long.is_own
        FROM salesforce_id AS long JOIN salesforce_id AS short
            ON length(long.id) = 18 AND length(short.id) = 15 AND left(long.id, 15) = short.id
        """
    ).fetchall()
    con.execute("DROP TABLE salesforce_id")
    kept = [(long, short) if keep_short else (short, long) for short, long, keep_short in pairs
            if long_form(short) == long]  # fmt: skip
    if not kept:
        return
    con.execute("CREATE TABLE spelling (given VARCHAR, kept VARCHAR)")
    con.executemany("INSERT INTO spelling VALUES (?, ?)", kept)
    for table in {t for t, _ in references}:
        _respell(con, table, [c for t, c in references if t == table])


def _respell(con: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> None:
    replaced = ", ".join(f"coalesce(s{i}.kept, a.{c}) AS {c}" for i, c in enumerate(columns))
    joins = " ".join(f"LEFT JOIN spelling AS s{i} ON s{i}.given = a.{c}" for i, c in enumerate(columns))
    con.execute(f"ALTER VIEW all_{table} RENAME TO as_written_{table}")
    con.execute(
        f"CREATE VIEW all_{table} AS SELECT a.* REPLACE ({replaced}) FROM as_written_{table} AS a {joins}"
    )


def _references() -> list[tuple[str, str]]:
    return [
        (table.name, column.name)
        for table in source_tables().values()
        for column in table.columns
        if cell_type(table.name, column.name) == "id" and not _is_private(table.name, column.name)
    ]


def _is_private(table: str, column: str) -> bool:
    """Ids that nothing refers to (events, visits): their spelling matters to nobody."""
    return column in {"visitor_id"} or (source_tables()[table].key == (column,) and column not in _OWN)


def _is_own(table: str, column: str) -> str:
    return "TRUE" if _OWN.get(column) == table else "FALSE"
