"""A decision counts from the day it was known, and no longer once it was known to be taken back."""

from __future__ import annotations

import duckdb
import pytest

from muster.steps import all_queries

DECISIONS = """
    CREATE TABLE decision AS
    SELECT *, NULL AS about_at, NULL AS other_id, NULL AS value, NULL AS reason, 'Rita' AS decided_by
    FROM (VALUES
        ('d1', 'nurture', 'g1', 10, 10),
        ('d2', 'undo', 'd1', 20, 20),
        ('late', 'rejected', 'g2', 10, 30),
        ('d3', 'undo', 'd9', 10, 10)
    ) AS d(decision_id, kind, subject_id, decided_at, known_at)
"""


@pytest.mark.parametrize(("as_of", "known"), [(9, []), (10, ["d1"]), (19, ["d1"]), (20, []), (30, ["late"])])
def test_a_decision_is_known_from_its_day_until_it_is_taken_back(as_of: int, known: list[str]) -> None:
    [query] = [query for query in all_queries() if query.name == "known_decision"]
    with duckdb.connect() as con:
        con.execute(DECISIONS)
        con.execute(f"CREATE TABLE clock AS SELECT {as_of} AS as_of_at")
        found = con.execute(f"SELECT decision_id FROM ({query.sql}) ORDER BY decision_id").fetchall()
    assert [row[0] for row in found] == known
