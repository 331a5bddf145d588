"""How many pairs of records are compared as the records grow, and how many true pairs are among them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import duckdb
import pyarrow as pa
from bench.quality.figures import Data, Figure
from bench.quality.people_drawn import draw
from bench.quality.people_sets import candidates

from muster.identity.matching.blocks import PAIRS_PER_RECORD, make_blocks
from muster.identity.matching.features import make_features
from muster.identity.matching.model import people_model

TOPIC = "Blocking, as records of a hard company grow"
PEOPLE = (191_000, 382_000, 765_000)  # a third more records


def figures(_: Data) -> Iterator[Figure]:
    """Pairs compared for each record, and the part of the true pairs that is among them."""
    for people in PEOPLE:
        records = draw(people, seed=1)
        table = candidates(records)
        persons = pa.table(
            {
                "candidate_id": table.column("candidate_id"),
                "person": pa.array([one.person for one in records], pa.int64()),
            }
        )
        count = len(records)
        del records
        started = time.process_time()
        with duckdb.connect() as connection:
            make_features(connection, table)
            blocks = make_blocks(connection, people_model().blocks, table="person_features")
            seconds = time.process_time() - started
            pairs = _pairs(connection)
            true, met = _true_pairs(connection, persons, " OR ".join(f"({rule})" for rule in blocks))
        how = f"{count:,} records, {pairs:,} pairs, {seconds:.0f} CPU s to block"
        yield Figure(
            TOPIC,
            f"{count:,} records: pairs a record",
            pairs / count,
            bar=PAIRS_PER_RECORD,
            is_at_most=True,
            how=how,
        )
        yield Figure(
            TOPIC,
            f"{count:,} records: true pairs among them",
            met / true,
            how=f"of {true:,} that no rule joins",
        )


def _pairs(connection: duckdb.DuckDBPyConnection) -> int:
    """Pairs that share a key, counted once for each key that they share."""
    names = [
        name
        for (name,) in connection.execute(
            "SELECT column_name FROM duckdb_columns() WHERE table_name = 'person_features' "
            "AND column_name LIKE 'block\\_%' ESCAPE '\\' ORDER BY 1"
        ).fetchall()
    ]
    sizes = " UNION ALL ".join(
        f"SELECT COUNT(*) AS size FROM person_features WHERE {name} IS NOT NULL GROUP BY {name}"
        for name in names
    )
    [(pairs,)] = connection.execute(
        f"SELECT CAST(COALESCE(SUM(size * (size - 1) // 2), 0) AS BIGINT) FROM ({sizes})"
    ).fetchall()
    return int(pairs)


def _true_pairs(connection: duckdb.DuckDBPyConnection, persons: pa.Table, rules: str) -> tuple[int, int]:
    connection.register("persons", persons)
    [(true, met)] = connection.execute(
        f"""
        WITH told AS (
            SELECT f.*, p.person AS true_person
            FROM person_features AS f
            JOIN persons AS p ON p.candidate_id = f.unique_id
        )
        SELECT COUNT(*), COUNT(*) FILTER ({rules})
        FROM told AS l JOIN told AS r ON l.true_person = r.true_person AND l.unique_id < r.unique_id
        WHERE l.known_key <> r.known_key
        """
    ).fetchall()
    return int(true), int(met)
