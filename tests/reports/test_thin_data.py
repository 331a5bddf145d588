"""Little data, or none: every page still says what it knows, what is missing and what to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from invented_company import MANIFEST, Company

from muster.problems import WrongUse
from muster.reports.board import board
from muster.reports.page import render
from muster.reports.sheets import Headlines
from muster.reports.values import NOTHING, Rate


def test_empty_tables_say_what_to_do(tmp_path: Path) -> None:
    pack = board(Company().write(tmp_path), company="New", currency="USD", manifest=MANIFEST)
    html = render(pack)
    assert str(pack.pages[0].sentence) == "No opportunity was won in Q3 2025. $0 was open on 30 Sep 2025."
    for page in pack.pages:
        for sheet in page.sheets:
            assert not sheet.rows, sheet.key
            assert len(sheet.empty) > 30, sheet.key
    assert html.count('class="empty"') == sum(1 for page in pack.pages for _ in page.sheets)
    assert "<svg" not in html


def test_a_table_that_was_never_made_is_named_and_not_taken_for_nothing(tables: Path, tmp_path: Path) -> None:
    for file in tables.glob("*.parquet"):
        if file.stem not in {"velocity", "flap"}:
            (tmp_path / file.name).write_bytes(file.read_bytes())
    pack = board(tmp_path, company="New", currency="USD", manifest=MANIFEST)
    assert "flap, velocity" in pack.caution
    assert pack.caution in render(pack)
    assert not pack.sheet("velocity").rows
    (tmp_path / "known_opportunity.parquet").unlink()
    with pytest.raises(WrongUse, match=r"known_opportunity.*muster run"):
        board(tmp_path, company="New", currency="USD", manifest=MANIFEST)


def test_tables_of_another_muster_are_to_be_built_again(tables: Path, tmp_path: Path) -> None:
    for file in tables.glob("*.parquet"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    pq.write_table(pq.read_table(tables / "velocity.parquet").select([0, 1]), tmp_path / "velocity.parquet")
    with pytest.raises(WrongUse, match=r"other columns.*muster run"):
        board(tmp_path, company="New", currency="USD", manifest=MANIFEST)


def test_without_tables_the_next_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="muster run"):
        board(tmp_path, company="New", currency="USD")
    with pytest.raises(WrongUse, match="muster check"):
        board(Company().write(tmp_path), company="New", currency="USD")


def test_a_quarter_without_a_win_says_so_and_keeps_its_pipeline(invent: Any, tmp_path: Path) -> None:
    company = invent()
    for deal in company.rows["known_opportunity"]:
        if deal["closed_at"] and deal["closed_at"].month in (7, 8, 9) and deal["closed_at"].year == 2025:
            deal.update(is_won=False, stage="lost")
    pack = board(company.write(tmp_path), company="A", currency="USD", manifest=MANIFEST)
    said = r"No opportunity was won in Q3 2025\. \$[1-9]\S+M was open on 30 Sep 2025\."
    assert re.fullmatch(said, str(pack.pages[0].sentence))
    assert "nothing to have influenced" in pack.sheet("touch").empty
    assert not pack.sheet("touch").rows
    assert pack.sheet("credit").foot is None
    assert "No opportunity was won in Q3 2025" in render(pack)


def test_amounts_below_zero_are_written_and_said_to_be_undrawn(invent: Any, tmp_path: Path) -> None:
    company = invent()
    for deal in company.rows["known_opportunity"]:
        deal["amount_cents"] = -abs(deal["amount_cents"])
    pack = board(company.write(tmp_path), company="A", currency="USD", manifest=MANIFEST)
    html = render(pack)
    assert "\u2212$" in str(pack.pages[0].sentence)
    assert "-$" not in html
    assert html.count("Amounts below zero have no length here") == 2  # won by quarter, won by channel
    assert "\u22120\xa0%" not in html


def test_wins_without_an_amount_are_counted_and_not_called_untouched(invent: Any, tmp_path: Path) -> None:
    company = invent()
    for deal in company.rows["known_opportunity"]:
        deal.update(amount_cents=0, is_amount_missing=True)
    pack = board(company.write(tmp_path), company="A", currency="USD", manifest=MANIFEST)
    assert re.match(r"\d+ opportunities won in Q3 2025, worth \$0 on record\.", str(pack.pages[0].sentence))


def test_without_spend_a_cost_is_not_known_instead_of_nothing(invent: Any, tmp_path: Path) -> None:
    company = invent()
    for row in company.rows["cost_per_acquisition"]:
        row.update(spend_cents=0, cpa_cents=None)
    pack = board(company.write(tmp_path), company="A", currency="USD", manifest=MANIFEST)
    small = [b for b in pack.pages[0].blocks if isinstance(b, Headlines)][1]
    assert [f.value for f in small.figures[2:]] == [NOTHING, NOTHING]
    assert all(f.compared == ("not known for Q3 2025",) for f in small.figures[2:])
    assert all(row[1] is None for row in pack.sheet("acquisition").rows)


def test_a_name_written_from_right_to_left_turns_no_sentence(invent: Any, tmp_path: Path) -> None:
    company = invent()
    for tactic in company.rows["known_tactic"]:
        tactic["name"] = "\u062a\u0633\u0648\u064a\u0642 " + tactic["name"]
    pack = board(company.write(tmp_path), company="A", currency="USD", manifest=MANIFEST)
    title = pack.pages[2].blocks[0].title  # type: ignore[union-attr]
    assert re.match("\u2068\u062a.*\u2069 is credited with most", title)


def test_few_cases_give_counts_and_no_share(invent: Any, tmp_path: Path) -> None:
    pack = board(invent(groups=6).write(tmp_path), company="A", currency="USD", manifest=MANIFEST)
    for row in pack.sheet("funnel").rows:
        assert row[4] == row[5] == row[6] == Rate(None)
    shares = [(row[1], row[4:]) for row in pack.sheet("conversion").rows]
    assert all(part == (Rate(None),) * 5 for opened, part in shares if int(str(opened)) < 5)
    assert shares
    assert "thin data" in render(pack)
    assert any("Too few" in getattr(block, "title", "") for block in pack.pages[1].blocks)


def test_other_currencies_stand_on_lines_of_their_own(invent: Any, tmp_path: Path) -> None:
    company = invent()
    folder = company.write(tmp_path)
    dollars = board(folder, company="A", currency="USD", manifest=MANIFEST)
    euros = board(folder, company="A", currency="EUR", manifest=MANIFEST)
    francs = board(folder, company="A", currency="CHF", manifest=MANIFEST)
    won = {p.currency: p.sheet("won").rows[0][2] for p in (dollars, euros)}
    beside = {row[0]: row[2] for row in francs.sheet("currencies").rows}
    assert beside == {"USD": won["USD"], "EUR": won["EUR"]}
    assert dollars.sheet("currencies").rows[0][0] == "EUR"
    assert len(dollars.sheet("currencies").rows) == 1


def test_the_period_can_be_named_and_a_running_one_is_marked(tables: Path) -> None:
    spring = board(tables, company="A", currency="USD", period="2025-Q2", manifest=MANIFEST)
    assert spring.period_label == "Q2 2025"
    assert spring.sheet("won").rows[0][0] == "Q2 2025"
    running = board(tables, company="A", currency="USD", period="2025-Q4", manifest=MANIFEST)
    assert "is not over: its figures stop at 20 Oct 2025" in running.caution
    assert running.caution in render(running)


def test_without_a_manifest_the_last_dated_row_is_the_as_of_date(tables: Path) -> None:
    pack = board(tables, company="A", currency="USD")
    assert pack.as_of.startswith("20 Oct 2025")
    assert pack.run_id == "not recorded"


def test_hand_offs_before_the_live_date_are_said_to_be_replayed(invent: Any, tmp_path: Path) -> None:
    company = invent()
    for hand_off in company.rows["hand_off"]:
        hand_off["is_replayed"] = True
    pack = board(company.write(tmp_path), company="A", currency="USD", manifest=MANIFEST)
    assert "would have been handed to sales" in str(pack.pages[3].sentence)
    assert "would have been handed to sales" in pack.pages[3].blocks[0].title  # type: ignore[union-attr]
