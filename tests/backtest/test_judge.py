"""The back-test of invented tables: what is asked, what no order or name may change, what is not known."""

from __future__ import annotations

import random
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from tests.backtest.conftest import judged, silence
from tests.backtest.invented import START, WEEK, Row, Tables, invent
from tests.backtest.learnt import instant, learnt

from muster.backtest import eight
from muster.backtest.embargo import check_embargo
from muster.backtest.judge import IN_FORCE, Backtest
from muster.backtest.mondays import usual_span
from muster.backtest.page import write_page
from muster.backtest.policy import Variant, read_variants, rules_of
from muster.backtest.questions import CHANCE, Questions
from muster.backtest.read import ask
from muster.chances import weekly
from muster.engine.published import Published
from muster.problems import CheckFailed, WrongUse
from muster.recall.clock import WEEK as FLOW_WEEK
from muster.rules.read import Rules


def questions(published: Published) -> Questions:
    span = usual_span(published)
    assert span is not None
    return ask(published, span, currency="USD", progress=silence)


def test_every_account_is_asked_about_and_every_opening_counted(tables: Tables, tmp_path: Path) -> None:
    """Counted again from the rows, account by account."""
    asked = questions(tables.write(tmp_path))
    span, deals = asked.span, {r["account_record_id"][1:]: r for r in tables.rows["known_opportunity"]}
    origins = [instant(at) for at in asked.origins]
    assert origins[-1] == START + 47 * WEEK  # 60 weeks of records, the last thirteen without an answer
    rows = opens = later = silent = 0
    for row in tables.rows["account"]:
        deal = deals.get(row["account_id"])
        created = deal["created_at"] if deal else None
        signs = {r["week_at"] for r in tables.rows["panel"] if r["account_id"] == row["account_id"]}
        for at in origins:
            for solution in ("one", "two"):
                mine = deal is not None and deal["solution_id"] == solution
                if mine and created <= at and (deal["is_won"] or deal["closed_at"] > at):
                    continue
                rows += 1
                silent += not (at in signs and (solution == "one") == (int(row["name"].split()[1]) % 2 == 0))
                ahead = mine and at < created <= at + 13 * WEEK
                opens += ahead
                later += ahead and created > at + 2 * WEEK
    assert len(asked.asked.week) + asked.silent.rows.sum() == rows
    assert asked.silent.rows.sum() == silent
    assert asked.asked.opens.sum() + asked.silent.opens.sum() == opens
    assert asked.asked.opens_after_gap.sum() + asked.silent.opens_after_gap.sum() == later
    first, last = instant(span.first), origins[-1] + 13 * WEEK
    assert len(asked.openings.at) == sum(first < deal["created_at"] <= last for deal in deals.values())
    assert len(asked.silent.openings) > 0


def test_it_finds_that_interest_before_an_opening_ranks_better_than_fit(found: Backtest) -> None:
    by_chance, by_fit = found.score(CHANCE), found.score("fit only")
    assert by_chance is not None and by_fit is not None
    ours, theirs = by_chance.ranking[0].value, by_fit.ranking[0].value
    assert ours is not None and theirs is not None and ours > 1.5 * theirs
    assert found.score("recorded MQL") is None and any("no MQL dates" in note for note in found.notes)
    assert found.score("eight-sign logistic") is not None and found.score(IN_FORCE) is not None


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_changes_nothing(
    tables: Tables, rules: Rules, found: Backtest, tmp_path: Path, seed: int
) -> None:
    def mixed(_table: str, rows: list[Row]) -> list[Row]:
        return random.Random(seed).sample(rows, len(rows))

    again = judged(tables.write(tmp_path, mixed), rules)
    assert asdict(again) == asdict(found) and write_page(again) == write_page(found)


def test_an_account_named_anew_changes_nothing(
    tables: Tables, rules: Rules, found: Backtest, tmp_path: Path
) -> None:
    def renamed(_table: str, rows: list[Row]) -> list[Row]:
        return [
            row | ({"account_id": row["account_id"][::-1]} if "account_id" in row else {}) for row in rows
        ]

    assert asdict(judged(tables.write(tmp_path, renamed), rules)) == asdict(found)


def test_silent_accounts_are_told_at_the_rate_seen_until_then(tables: Tables, tmp_path: Path) -> None:
    """Counted again, Monday by Monday: those of a year whose weeks were over, and five openings from all."""
    asked = questions(tables.write(tmp_path))
    deals = {r["account_record_id"][1:]: r for r in tables.rows["known_opportunity"]}
    signs = {(r["account_id"], r["solution_id"], r["week_at"]) for r in tables.rows["panel"]}

    def silent(at: datetime, solution: str) -> list[bool]:
        found = []
        for row in tables.rows["account"]:
            deal = deals.get(row["account_id"])
            mine = deal is not None and deal["solution_id"] == solution
            created = deal["created_at"] if deal else at
            if mine and created <= at and (deal["is_won"] or deal["closed_at"] > at):
                continue
            if (row["account_id"], solution, at) not in signs:
                found.append(mine and at < created <= at + 13 * WEEK)
        return found

    expected = dict.fromkeys(("one", "two"), 0.0)
    for at in (instant(origin) for origin in asked.origins):
        before = [at - weeks * WEEK for weeks in range(16, 65, 4) if at - weeks * WEEK >= START]
        seen = {s: [opens for day in before for opens in silent(day, s)] for s in expected}
        rows, opens = (sum(count(one) for one in seen.values()) for count in (len, sum))
        for solution, own in seen.items() if rows else ():
            rate = (sum(own) + 5) / (len(own) + 5 / ((opens + 0.5) / (rows + 1)))
            expected[solution] += rate * len(silent(at, solution))
    for number, solution in enumerate(asked.solution_ids):
        told = asked.silent.foretold[asked.silent.solution == number].sum()
        assert told == pytest.approx(expected[solution]) and told > 0


def test_one_solution_is_part_of_all(tables: Tables, rules: Rules, found: Backtest, tmp_path: Path) -> None:
    published = tables.write(tmp_path)
    parts = [judged(published, rules, solution) for solution in ("one", "two")]
    for name in ("rows", "silent_rows", "openings", "openings_in_weeks"):
        assert sum(getattr(part, name) for part in parts) == getattr(found, name)
    whole = found.score(CHANCE)
    assert whole is not None
    assert sum(part.score(CHANCE).hand_offs for part in parts) == whole.hand_offs  # type: ignore[union-attr]
    with pytest.raises(WrongUse, match="solution three"):
        judged(published, rules, "three")


def test_a_company_with_few_openings_gets_no_figure(rules: Rules, tmp_path: Path) -> None:
    thin = judged(invent(60, opening_part=0.08).write(tmp_path), rules)
    figures = [f for score in thin.scores for f in (*score.ranking, *score.at_capacity)]
    kept = {f.name for f in (*figures, *thin.calibration) if f.value is not None}
    assert kept <= {"precision", "precision_after_gap"}  # of hand-offs there are enough
    assert {f.value for f in figures if f.name in ("average_precision", "recall")} == {None}
    text = write_page(thin)
    assert "too few to judge" in text and "not estimable" in text and "NaN" not in text


def test_no_model_judges_before_it_was_learnt(tables: Tables, tmp_path: Path) -> None:
    assert check_embargo(tables.write(tmp_path / "well")) == 1

    def later(table: str, rows: list[Row]) -> list[Row]:
        return [row | {"trained_at": START + 30 * WEEK} for row in rows] if table == "chance_model" else rows

    with pytest.raises(CheckFailed, match="m1, learnt on"):
        check_embargo(tables.write(tmp_path / "early", later))


@pytest.mark.parametrize("weeks", [0, 8, 12])
def test_a_model_that_learnt_from_weeks_that_were_not_over_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weeks: int
) -> None:
    """The seeded fault: models learnt as the flow learns them, with another horizon than 13 weeks."""
    assert check_embargo(learnt(tmp_path / "well")) > 2
    monkeypatch.setattr(
        weekly, "over", lambda rows, terms, instant: rows.only(rows.weeks + weeks * FLOW_WEEK <= instant)
    )
    with pytest.raises(CheckFailed, match=r"learnt from \d+ openings"):
        check_embargo(learnt(tmp_path / "fault"))


def test_the_simple_rival_learns_nothing_from_weeks_that_were_not_over(
    tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eight, "FEWEST", 5)
    asked = questions(tables.write(tmp_path / "run"))
    days = eight.learning_days(asked.span.first, asked.span.last)
    quarter = (asked.rows.week >= days[-1]) & (asked.rows.week < days[-1] + eight.LEARNT_EVERY)
    until = instant(days[-1]) - 13 * WEEK

    def turned(table: str, rows: list[Row]) -> list[Row]:
        """Everything that came of later weeks, the other way round."""
        if table != "panel":
            return rows
        return [
            row | {"opens": None if row["opens"] is None else 1 - row["opens"]}
            if row["week_at"] > until
            else row
            for row in rows
        ]

    other = tables.write(tmp_path / "turned", turned)

    def differs() -> bool:
        said = [eight.eight_signs(p, asked)[quarter] for p in (tables.write(tmp_path / "run"), other)]
        assert np.isfinite(said[0]).all() and len(said[0])
        return not np.array_equal(*said)

    assert not differs()
    asked = replace(asked, span=replace(asked.span, horizon=0))  # the seeded fault
    assert differs()


def test_variants_set_one_value_of_the_rules(rules: Rules) -> None:
    assert read_variants("capacity=1.2, points") == [Variant("capacity", 1.2), Variant("points", None)]
    changed = rules_of(rules, Variant("probability", 0.05))
    assert [row["policy"] for row in changed["policies"]] == ["probability"]
    values = {row["name"]: row["value"] for row in changed["qualification"]}
    assert values == {row["name"]: row["value"] for row in rules["qualification"]} | {"enter_chance": 0.05}
    assert [r["groups_a_week"] for r in rules_of(rules, Variant("capacity", 9.0))["capacity"]] == [9.0]
    for wrong in ("", "best", "points=many", "capacity=-1", "capacity=nan"):
        with pytest.raises(WrongUse):
            read_variants(wrong)


def test_the_page_takes_no_word_of_the_data_for_html(found: Backtest) -> None:
    text = write_page(replace(found, company="<script>alert(1)</script>"))
    assert "<script" not in text and "&lt;script&gt;" in text
    assert text.count("<svg ") == 6  # three pictures, each for a desk and for a phone
