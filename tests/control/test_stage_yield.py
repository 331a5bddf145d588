"""`stage_yield` asks by as many weeks as chances are about, whatever these are."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from muster.control.outcomes import put_yields
from muster.engine.duckdb_engine import DuckDBEngine
from muster.recall.clock import WEEK
from muster.rules.chances import chance_tables
from muster.rules.read import Rules, read_rules

AS_OF = 200 * WEEK
OUTCOME = {
    "process": pa.string(),
    "unit_id": pa.string(),
    "at": pa.int64(),
    "ends_at": pa.int64(),
    "p_open": pa.float64(),
    "taken_up_at": pa.int64(),
    "rejected_at": pa.int64(),
    "opened_at": pa.int64(),
    "closed_at": pa.int64(),
    "is_won": pa.bool_(),
}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    return read_rules(tmp_path_factory.mktemp("rules"))


def yields(rules: Rules, waits: list[int | None], *horizons: tuple[int, int]) -> dict[str, dict[str, Any]]:
    """The stages of hand-offs, one a week, that opened after so many weeks (None: never).

    `horizons`: weeks ahead, and the instant from which they count; as shipped before.
    """
    shipped = [dict(row) for row in rules["chances"]]
    for weeks, from_at in horizons:
        before = next(row for row in reversed(shipped) if row["name"] == "horizon_weeks")
        shipped.append(before | {"value": float(weeks), "from_at": from_at})
        before["to_at"] = from_at
    stretches = chance_tables(shipped)["rule_chances"].to_pylist()
    units = []
    for number, wait in enumerate(waits):
        at = (100 + number) * WEEK
        [own] = [s for s in stretches if s["from_at"] <= at < s["to_at"]]
        ends_at = at + own["horizon_us"]
        opened = None if wait is None or at + wait * WEEK > ends_at else at + wait * WEEK
        units.append(
            dict.fromkeys(OUTCOME)
            | {"process": "hand_off", "unit_id": f"h{number}", "at": at, "ends_at": ends_at}
            | {"opened_at": opened, "is_won": False}
        )
    with DuckDBEngine(threads=1) as engine:
        engine.put("given_outcome", pa.Table.from_pylist(units, schema=pa.schema(list(OUTCOME.items()))))
        engine.put("rule_chances", chance_tables(shipped)["rule_chances"])
        engine.put("clock", pa.table({"as_of_at": [AS_OF]}))
        put_yields(engine)
        found = engine.arrow("SELECT s.* FROM stage_yield AS s").to_pylist()
    return {row["stage"]: row for row in found}


def test_more_weeks_more_that_opened(rules: Rules) -> None:
    waits = [2, 20, None, 8]
    usual = yields(rules, waits)
    longer = yields(rules, waits, (26, 1))
    assert usual["taken_up"]["yield_share"] == pytest.approx(2 / 4)
    assert longer["taken_up"]["yield_share"] == pytest.approx(3 / 4)
    assert [usual[s]["within_days"] for s in ("taken_up", "opened", "won")] == [91, 91, 365]
    assert [longer[s]["within_days"] for s in ("taken_up", "opened", "won")] == [182, 182, 365]


def test_a_rule_of_later_does_not_count_yet(rules: Rules) -> None:
    assert yields(rules, [2, 20], (26, AS_OF + WEEK)) == yields(rules, [2, 20])


def test_who_was_given_for_thirteen_weeks_says_nothing_of_those_after(rules: Rules) -> None:
    """Two of before, watched for 13 weeks; two of after, for 26, of whom one opened in the twentieth.

    Of four one opened by 13 weeks; of the two that were watched on, one of two: 1/4 + 3/4 x 1/2.
    """
    found = yields(rules, [4, None, None, 20], (26, 102 * WEEK))["taken_up"]
    assert found["yield_share"] == pytest.approx(1 / 4 + 3 / 4 * 1 / 2)
    assert (found["passed_count"], found["open_count"]) == (2, 1)
