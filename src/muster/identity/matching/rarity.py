"""How rare a value was when two records could first be compared: counted in people, as far as was known.

A weight must not change because something else becomes known: a further record of somebody would make
the name they share look commoner, and undo what it had joined. So each record keeps the counts of the day
on which it became known, and a pair is weighed with those of the later of its two records.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb


def put_rarities(
    connection: duckdb.DuckDBPyConnection,
    columns: Mapping[str, int],
    *,
    table: str,
    records_per_duplicate: float,
) -> None:
    """Add to a table of records (`unique_id`, `known_key`, `known_at`) how rare each one's values are.

    For each column: `tf_<column>`, the other people known to have the value when the record became known,
    as a share of all that have one now, or of the given number where they are fewer; and
    `then_<column>`, which part of those was known then. Their quotient is the share of that day. The
    first is split so because Splink takes the greater of two records: both only grow with time.
    `tf_known` is how many to one it was that two records of that day are not one person.
    """
    parts = ", ".join(f"r_{c}.tf_{c}, r_{c}.then_{c}" for c in columns)
    joins = " ".join(f"LEFT JOIN r_{c} ON r_{c}.unique_id = t.unique_id" for c in columns)
    for column, at_least in columns.items():
        connection.execute(f"""
            CREATE TABLE r_{column} AS
            WITH said AS (
                SELECT
                    t.unique_id, t.{column} AS value, t.known_at,
                    ROW_NUMBER() OVER (
                        PARTITION BY t.{column}, t.known_key ORDER BY t.known_at, t.unique_id
                    ) = 1 AS is_further
                FROM {table} AS t WHERE t.{column} IS NOT NULL
            ), counted AS (
                SELECT
                    s.unique_id,
                    SUM(s.is_further::INT) OVER (PARTITION BY s.value ORDER BY s.known_at) - 1 AS others,
                    GREATEST(SUM(s.is_further::INT) OVER (ORDER BY s.known_at), {at_least}) AS people,
                    GREATEST(SUM(s.is_further::INT) OVER (), {at_least}) AS people_now
                FROM said AS s
            )
            SELECT
                c.unique_id,
                CAST(NULLIF(c.others, 0) AS DOUBLE) / CAST(c.people_now AS DOUBLE) AS tf_{column},
                CAST(c.people AS DOUBLE) / CAST(c.people_now AS DOUBLE) AS then_{column}
            FROM counted AS c
        """)
    connection.execute(f"""
        CREATE OR REPLACE TABLE {table} AS
        SELECT
            t.*, {parts},
            GREATEST({records_per_duplicate / 2} * (COUNT(*) OVER (ORDER BY t.known_at) - 1) - 1, 1)
                AS tf_known
        FROM {table} AS t {joins} ORDER BY t.unique_id
    """)
    for column in columns:
        connection.execute(f"DROP TABLE r_{column}")
