"""Chances about other weeks than thirteen are judged by as many, from the Monday on which that held."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from tests.backtest.conftest import judged
from tests.backtest.invented import START, WEEK, Tables, invent
from tests.backtest.learnt import instant, learnt

from muster.backtest.embargo import check_embargo
from muster.backtest.judge import IN_FORCE
from muster.backtest.mondays import usual_span
from muster.backtest.page import write_page
from muster.backtest.words import sentence
from muster.chances.horizon import reaches
from muster.cli.backtest import _span
from muster.problems import WrongUse
from muster.recall.clock import WEEK as FLOW_WEEK
from muster.rules.read import Rules


def opened_within(tables: Tables, weeks: int, first: datetime, last: datetime) -> int:
    """Opportunities in the weeks asked about and after, counted from the records."""
    deals = [row["created_at"] for row in tables.rows["known_opportunity"]]
    return sum(first < at <= last + weeks * WEEK for at in deals)


def test_a_company_that_asks_about_26_weeks_is_judged_by_26(rules: Rules, tmp_path: Path) -> None:
    tables = invent(horizons=lambda _week: 26)
    published = tables.write(tmp_path)
    found = judged(published, rules)
    last = START + 34 * WEEK  # 60 weeks of records, the last 26 without an answer
    assert (found.horizon_weeks, found.last_monday) == (26, f"{last:%Y-%m-%d}")
    first = datetime.fromisoformat(found.first_monday)
    assert found.openings_in_weeks == opened_within(tables, 26, first, last)
    assert found.openings_in_weeks > opened_within(tables, 13, first, last) > 20
    assert "and in the 26 weeks after" in sentence(found)
    page = write_page(found)
    assert "within 26 weeks after such a Monday" in page and "training and test are 26 weeks apart" in page
    assert "within 13 weeks" not in page


def test_hand_offs_are_held_to_as_many_weeks(rules: Rules, tmp_path: Path) -> None:
    """Each hand-off of the policy in force, 20 weeks before an opening."""
    precision = {}
    for weeks in (13, 26):
        tables = invent(250, horizons=lambda _week, weeks=weeks: weeks)  # type: ignore[misc]
        deals = [d for d in tables.rows["known_opportunity"] if d["created_at"] > START + 41 * WEEK]
        for deal in deals:
            account = deal["account_record_id"][1:]
            tables.rows["buying_group"].append(
                {"buying_group_id": account, "account_id": account, "solution_id": deal["solution_id"]}
            )
            at = deal["created_at"] - 20 * WEEK
            tables.rows["hand_off"].append({"hand_off_id": account, "buying_group_id": account, "at": at})
        found = judged(tables.write(tmp_path / str(weeks)), rules)
        assert f"% of its hand-offs opened within {weeks} weeks" in sentence(found)
        actual = found.score(IN_FORCE)
        assert actual is not None and actual.hand_offs > 5
        precision[weeks] = next(f.value for f in actual.at_capacity if f.name == "precision")
    assert precision == {13: 0.0, 26: 1.0}


def test_a_change_leaves_what_was_said_before_judged_as_it_was_said(rules: Rules, tmp_path: Path) -> None:
    """Thirteen weeks up to the thirtieth Monday, six from there on: one back-test never asks both."""
    published = invent(horizons=lambda week: 13 if week < 30 else 6).write(tmp_path)
    change = START + 30 * WEEK
    assert [one.horizon // FLOW_WEEK for one in reaches(published)] == [13, 6]
    later = judged(published, rules)
    assert (later.horizon_weeks, later.first_monday) == (6, f"{change:%Y-%m-%d}")
    assert later.last_monday == f"{START + 54 * WEEK:%Y-%m-%d}"
    assert any(f"From {change:%Y-%m-%d} on chances are about 6 weeks" in note for note in later.notes)
    before = _span(published, None, change - WEEK)
    assert (before.horizon // FLOW_WEEK, instant(before.last)) == (13, change - WEEK)
    with pytest.raises(WrongUse, match="a back-test asks one question"):
        _span(published, change - 5 * WEEK, None)
    assert _span(published, change + WEEK, None).first == before.last + 2 * FLOW_WEEK


def test_models_of_other_weeks_are_checked_by_their_own(tmp_path: Path) -> None:
    published = learnt(tmp_path, horizon_weeks=26)
    assert {one.horizon // FLOW_WEEK for one in reaches(published)} == {26}
    assert check_embargo(published) > 2
    span = usual_span(published)
    assert span is not None and span.horizon == 26 * FLOW_WEEK
