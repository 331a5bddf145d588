"""Which row stays when several have one key: what is a repeat, an older version, a clash.

The answer depends on the rows alone, not on the order in which files or rows came.
"""

from __future__ import annotations

import duckdb

from muster.canonical.tables import Table
from muster.sources.shape import table_rules
from muster.sources.sqltext import identifier

_NOT_CONTENT = {"source", "source_file", "source_row"}


def decide(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Make `lost_<table>` (source, source_file, source_row, fate, key_text) from `all_<table>`.

    Fate is `repeat` (a row with the same content landed or was set aside), `older` (a later version
    of the record landed) or `other` (the same key with other content, neither of them the later).
    """
    key = ", ".join(identifier(column) for column in table.key)
    # Keys that occur once need no looking at, and usually all do: eight bytes a key find out.
    con.execute(
        f"""CREATE TEMP TABLE shared_key AS
        SELECT hash({key}) AS h FROM all_{table.name} GROUP BY 1 HAVING count(*) > 1"""
    )
    con.execute(
        f"""CREATE TABLE lost_{table.name} (
            source VARCHAR, source_file VARCHAR, source_row BIGINT, fate VARCHAR, key_text VARCHAR)"""
    )
    if con.execute("SELECT count(*) FROM shared_key").fetchall()[0][0]:
        _compare(con, table, key)
    con.execute("DROP TABLE shared_key")


def _compare(con: duckdb.DuckDBPyConnection, table: Table, key: str) -> None:
    con.execute(
        f"""
        INSERT INTO lost_{table.name}
        WITH claim AS (
            SELECT {key}, source, source_file, source_row, _version, known_at,
                {_order_column(table)} AS happened_at, {content(table)} AS content
            FROM all_{table.name} WHERE hash({key}) IN (SELECT h FROM shared_key)
        ), numbered AS (
            SELECT *,
                row_number() OVER (
                    PARTITION BY {key}, content ORDER BY source, source_file, source_row) AS copy,
                max(_version) OVER (PARTITION BY {key}, content) AS version
            FROM claim
        ), ranked AS (
            SELECT *,
                row_number() OVER (best) AS place,
                first_value(coalesce(version, known_at)) OVER (best) AS best_version
            FROM numbered WHERE copy = 1
            WINDOW best AS (PARTITION BY {key} ORDER BY version DESC NULLS LAST, {_preference(table)})
        )
        SELECT source, source_file, source_row, 'repeat' AS fate, {_key_text(table)} AS key_text
        FROM numbered WHERE copy > 1
        UNION ALL
        SELECT source, source_file, source_row,
            CASE WHEN {_is_older(table)} THEN 'older' ELSE 'other' END, {_key_text(table)}
        FROM ranked WHERE place > 1
        """
    )


def staying(con: duckdb.DuckDBPyConnection, table: Table) -> str:
    """What to select from for the rows of a table that stay."""
    if not con.execute(f"SELECT count(*) FROM lost_{table.name}").fetchall()[0][0]:
        return f"all_{table.name}"
    lineage = "source, source_file, source_row"
    return f"(SELECT * FROM all_{table.name} ANTI JOIN lost_{table.name} USING ({lineage}))"


def content(table: Table) -> str:
    """SQL for everything a row says, as one text: equal texts are the same row told twice."""
    columns = [c.name for c in table.columns if c.name not in _NOT_CONTENT]
    parts = ", ".join(f"coalesce(CAST({identifier(c)} AS VARCHAR), chr(30))" for c in columns)
    return f"concat_ws(chr(31), {parts})"


def _order_column(table: Table) -> str:
    known_by = table_rules()[table.name].known_by
    return identifier(known_by[0]) if known_by else "known_at"


def _preference(table: Table) -> str:
    if table_rules()[table.name].keeps == "first":
        return "happened_at, content"
    return "known_at DESC, content DESC"


def _is_older(table: Table) -> str:
    if table_rules()[table.name].keeps == "first":
        return "version < best_version"
    return "coalesce(version, known_at) < best_version"


def _key_text(table: Table) -> str:
    return f"concat_ws(' ', {', '.join(identifier(column) for column in table.key)})"
