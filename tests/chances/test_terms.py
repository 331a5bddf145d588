"""The dated rules of chances: what they refuse, when a model is due, and that a change rewrites nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.chances.terms import Terms, learning_days, terms_at
from muster.chances.thin import Learning
from muster.problems import RuleError
from muster.recall.clock import FIRST_MONDAY, WEEK
from muster.rules.chances import chance_tables
from muster.rules.read import default_text, read_rules

START = FIRST_MONDAY + 13 * 200 * WEEK


def rule_file(folder: Path, row: str) -> Path:
    """The shipped rules and one row more."""
    folder.mkdir(exist_ok=True)
    (folder / "chances.csv").write_text(default_text("chances") + row + "\n", "utf-8")
    return folder


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("horizon_weeks,0,2026-01-01,none", "row 15, column value: horizon_weeks is 0"),
        ("horizon_weeks,2.5,2026-01-01,half", "row 15, column value: horizon_weeks is 2.5"),
        ("horizon_weeks,200,2026-01-01,long", "row 15, column value: horizon_weeks is 200"),
        ("one_in_quiet,3,2026-01-01,odd", "row 15, column value: one_in_quiet is 3"),
        ("challenger,2,2026-01-01,twice", "row 15, column value: challenger is 2"),
        ("horizn_weeks,13,2026-01-01,slip", "there is no rule 'horizn_weeks'"),
        ("fewest_openings,300,2026-01-01,more", "do not rise: 300, 200, 1000"),
        ("horizon_weeks,x,2026-01-01,no", 'row 15, column value: "x" is not a number'),
    ],
)
def test_a_wrong_rule_is_named_with_its_place_and_a_remedy(tmp_path: Path, row: str, says: str) -> None:
    with pytest.raises(RuleError, match=says.split(":", maxsplit=1)[0]) as caught:
        chance_tables(read_rules(rule_file(tmp_path, row))["chances"])
    assert says in str(caught.value) and caught.value.remedy


def test_a_rule_that_is_missing_is_named(tmp_path: Path) -> None:
    lines = [line for line in default_text("chances").splitlines() if not line.startswith("challenger,")]
    (tmp_path / "chances.csv").write_text("\n".join(lines), "utf-8")
    with pytest.raises(RuleError, match=r"rules/chances.csv lacks challenger from the start"):
        chance_tables(read_rules(tmp_path)["chances"])


def test_the_shipped_rules_are_the_terms_that_code_assumes(tmp_path: Path) -> None:
    [row] = chance_tables(read_rules(tmp_path)["chances"])["rule_chances"].to_pylist()
    shipped = Terms()
    assert (row["horizon_us"], row["learn_every_us"]) == (shipped.horizon, shipped.learn_every)
    assert (row["learn_from_us"], row["sample_every_us"]) == (shipped.learn_from, shipped.sample_every)
    ladder = (shipped.fewest_openings, shipped.free_openings, shipped.challenger_openings)
    assert (row["fewest_openings"], row["free_openings"], row["challenger_openings"]) == ladder


def test_models_are_due_on_days_of_the_calendar_whatever_the_first_record() -> None:
    days = learning_days((Terms(),), first=START + 5 * WEEK, last=START + 40 * WEEK)
    assert days == [START, START + 13 * WEEK, START + 26 * WEEK, START + 39 * WEEK]
    assert learning_days((Terms(),), first=START + 20 * WEEK, last=START + 40 * WEEK) == days[1:]


def test_other_terms_begin_a_model_on_their_first_monday() -> None:
    change = START + 17 * WEEK + 1  # a Monday, a moment too late
    terms = (Terms(to_at=change), Terms(from_at=change, learn_every=4 * WEEK))
    days = learning_days(terms, first=START, last=START + 30 * WEEK)
    assert days[:3] == [START, START + 13 * WEEK, START + 18 * WEEK]
    assert all((day - FIRST_MONDAY) % (4 * WEEK) == 0 for day in days[3:]) and len(days) > 5
    assert terms_at(terms, START + 17 * WEEK) is terms[0]
    assert terms_at(terms, START + 18 * WEEK) is terms[1]


@pytest.mark.parametrize(
    ("learning", "says"),
    [
        (
            Learning("m", "rule", 1, "one 1", 40),
            "Data are thin: 1 different opening to learn from (one 1)",
        ),
        (
            Learning("m", "rule", 0, "", 40),
            "Data are thin: 0 different openings to learn from, 40",
        ),
        (Learning("m", "near_rule", 87, "one 87", 200), "from 200 on they are learnt freely"),
        (Learning("m", "near_rule", 245, "one 245", 200), "from too few weeks to be learnt from freely"),
        (Learning("m", "ridge", 300, "one 300", 1000), None),
        (Learning("m", "challenge", 3000, "one 3000", None), None),
    ],
)
def test_a_reader_is_told_where_there_is_little_to_learn_from(learning: Learning, says: str | None) -> None:
    sentence = learning.sentence()
    assert sentence is None if says is None else sentence is not None and says in sentence
