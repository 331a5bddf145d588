"""A company of which no group ever qualified is told so, with its best score; faults are noticed."""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa
import pytest
from tests.flow import faults
from tests.flow.faults import Fault

from muster.engine.duckdb_engine import DuckDBEngine
from muster.steps import all_queries

SAID = "none of them has qualified yet"
FINDING = next(query.sql for query in all_queries() if query.name == "finding")
[TOLD] = [part for part in re.split(r"\nUNION ALL\n", FINDING) if SAID in part]


def findings(sql: str, *, groups: int, qualified: int = 0) -> list[dict[str, Any]]:
    """What is found of groups with three scores each, of which so many were qualified once."""
    ids = [f"g{number}" for number in range(groups) for _ in range(3)]
    points = [100 * (number % 38) + 50 * part for number in range(groups) for part in range(3)]
    stretches = [("engaged", f"g{number}") for number in range(groups)]
    stretches += [("qualified", f"g{number}") for number in range(qualified)]
    with DuckDBEngine(threads=1) as engine:
        engine.put("score", pa.table({"buying_group_id": ids, "score": points}))
        status, of = zip(*stretches, strict=True)
        engine.put("qualification", pa.table({"buying_group_id": list(of), "status": list(status)}))
        return engine.arrow(sql).to_pylist()


def as_meant(sql: str) -> bool:
    """Fifty groups of which none ever qualified are a finding; one that did, or 49 groups, are none."""
    told = [(row["severity"], row["value"], row["count"]) for row in findings(sql, groups=50)]
    return (
        told == [("warning", "38", 50)]
        and not findings(sql, groups=50, qualified=1)
        and not findings(sql, groups=49)
    )


def test_fifty_groups_of_which_none_ever_qualified_are_told_with_the_best_score() -> None:
    assert as_meant(TOLD)
    [found] = findings(TOLD, groups=120)
    assert SAID in found["reason"] and "capacity" in found["remedy"]


@pytest.mark.parametrize("fault", faults.OF_NOBODY_QUALIFIED, ids=lambda fault: fault.said)
def test_faults_are_noticed(fault: Fault) -> None:
    assert fault.table == "finding" and fault.old in TOLD
    assert not as_meant(TOLD.replace(fault.old, fault.new))
