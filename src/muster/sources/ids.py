"""Salesforce ids come in 15 characters or, with a check suffix, in 18: two spellings of one id.

An id stays as it was exported. Only where both spellings of one id occur do all references follow
the record's own: the one in its Id column (the longer where it too has both).
"""

from __future__ import annotations

import duckdb

from muster.canonical.tables import source_tables
from muster.sources.emit import Emitter
from muster.sources.shape import Shape, cell_type
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


def join_spellings(con: duckdb.DuckDBPyConnection, emitter: Emitter) -> None:
    """Where ids occur in both forms, let the `staged_` views give each in the one form that is kept."""
    seen = " UNION ALL ".join(
        f"SELECT DISTINCT {identifier(column)} AS id, {_OWN.get(column) == table} AS is_own FROM all_{table}"
        for table, column in _references()
    )
    con.execute(
        f"""
        CREATE TEMP TABLE salesforce_id AS
        SELECT id, bool_or(is_own) AS is_own FROM ({seen})
        WHERE length(id) IN (15, 18) AND regexp_full_match(id, '[A-Za-z0-9]{{15}}([A-Z0-5]{{3}})?')
        GROUP BY id
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
    spellings = [
        (long, short) if keep_short else (short, long)
        for short, long, keep_short in pairs
        if long_form(short) == long
    ]
    if not spellings:
        return
    con.execute("CREATE TABLE spelling (given VARCHAR, kept VARCHAR)")
    con.executemany("INSERT INTO spelling VALUES (?, ?)", spellings)
    for name, shape in emitter.groups:
        _respell(con, name, shape)


def _respell(con: duckdb.DuckDBPyConnection, name: str, shape: Shape) -> None:
    ids = [cell.name for cell in shape.cells if cell.type == "id" and not _is_private(shape.table, cell.name)]
    if not ids:
        return
    kept = ", ".join(f"coalesce(s{i}.kept, a.{identifier(c)}) AS {identifier(c)}" for i, c in enumerate(ids))
    joins = " ".join(
        f"LEFT JOIN spelling AS s{i} ON s{i}.given = a.{identifier(c)}" for i, c in enumerate(ids)
    )
    con.execute(
        f"CREATE OR REPLACE VIEW {name} AS SELECT a.* REPLACE ({kept}) FROM as_read_{name} AS a {joins}"
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
    return column == "visitor_id" or (source_tables()[table].key == (column,) and column not in _OWN)
