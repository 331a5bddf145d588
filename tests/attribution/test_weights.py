"""The company's own weights: what rules/credit_weights.csv may not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.problems import RuleError
from muster.rules.read import read_rules
from muster.rules.tables import rule_tables

HEADER = "position,weight,effective_from,why\n"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("firts_touch,40,1970-01-01,", "there is no position 'firts_touch'"),
        ("middle,-20,1970-01-01,", "middle weighs less than nothing"),
        ("middle,a lot,1970-01-01,", "a lot"),
        ("middle,20,soon,", "soon"),
        ("middle,20,1970-01-01,\nmiddle,30,1970-01-01,", "middle"),
    ],
)
def test_weights_that_cannot_be_are_refused_by_name(tmp_path: Path, row: str, said: str) -> None:
    (tmp_path / "credit_weights.csv").write_text(f"{HEADER}{row}\n", "utf-8")
    with pytest.raises(RuleError, match=said) as refused:
        rule_tables(read_rules(tmp_path))
    assert "credit_weights.csv" in str(refused.value)


def test_a_weight_may_change_over_time_and_be_nought(tmp_path: Path) -> None:
    (tmp_path / "credit_weights.csv").write_text(
        f"{HEADER}first_touch,100,1970-01-01,\nfirst_touch,0,2025-01-01,others found them\n", "utf-8"
    )
    weights = rule_tables(read_rules(tmp_path))["rule_credit_weights"].to_pylist()
    assert [(row["weight"], row["from_at"] < row["to_at"]) for row in weights] == [(10_000, True), (0, True)]
