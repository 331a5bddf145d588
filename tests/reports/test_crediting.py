"""The report on credit: every way adds up to one amount, and every table of credit says what it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from invented_company import MANIFEST
from tests.in_chromium import holds

from muster.canonical.tables import flow_tables
from muster.problems import WrongUse
from muster.reports.board import board
from muster.reports.crediting import credit_by, crediting
from muster.reports.page import render
from muster.reports.programs_report import programs_pages
from muster.reports.report import report
from muster.reports.rolled_up import DIMENSIONS
from muster.reports.sheets import BoardPack
from muster.reports.values import Money

NOT_CAUSE = "Not what would have been lost without"
OF_CREDIT = {"credit", "credit_interval", "program_value", "program_job", "relationship_credit"}


@pytest.fixture(scope="module")
def pack(halden: Path) -> BoardPack:
    return crediting(halden, company="Halden", currency="USD", manifest=MANIFEST)


def test_every_way_to_add_credit_up_comes_to_what_was_booked(pack: BoardPack) -> None:
    feet = set()
    for name in DIMENSIONS:
        sheet = pack.sheet(f"by-{name}")
        assert sheet.foot is not None
        for place, booked in enumerate(sheet.foot[1:], start=1):
            cells = [row[place] for row in sheet.rows]
            assert isinstance(booked, Money)
            assert sum(cell.cents for cell in cells if isinstance(cell, Money)) == booked.cents
            feet.add(booked)
    assert len(feet) == 1


def test_every_table_of_credit_says_that_it_is_not_what_would_have_been_lost(
    pack: BoardPack, halden: Path
) -> None:
    packs = [pack, board(halden, company="Halden", currency="USD", period="2025-Q3")]
    seen = 0
    for page in (page for each in packs for page in each.pages):
        for sheet in page.sheets:
            if OF_CREDIT & set(sheet.query.tables):
                assert NOT_CAUSE in sheet.note, sheet.key
                seen += 1
    assert seen > 12
    for name in OF_CREDIT:
        assert "not what would have been lost without" in flow_tables()[name].about, name


def test_programmes_are_told_job_by_job(halden: Path) -> None:
    """Each programme and job of `program_job`, with its reach, its credit, and lift or why there is none."""
    manifest: dict[str, Any] = {}
    pack = report(
        halden, title="P", pages=programs_pages, company="Halden", currency="USD", manifest=manifest
    )
    with duckdb.connect() as tables:
        found = tables.execute(
            f"""
            SELECT name, groups_reached, roles_reached, new_members, shares_started, moves_after,
                won_credit_cents
            FROM '{halden / "program_job.parquet"}'
            WHERE level = 'program' AND currency = 'USD' AND buying_job <> '(all)'
            """
        ).fetchall()
    told = pack.sheet("value-jobs").rows
    assert sorted((row[0], *row[2:7], row[8].cents) for row in told if isinstance(row[8], Money)) == sorted(
        found
    )
    assert {str(row[10]).partition(":")[0] for row in told} == {"not estimable"}
    whole = {row[0]: str(row[9]) for row in pack.sheet("value").rows}
    assert whole["Direct mail"].startswith("+") and whole["Webinars"] == "not estimable: no experiment"


def test_a_way_that_is_none_is_refused_with_those_there_are(halden: Path) -> None:
    with pytest.raises(WrongUse, match="moon"):
        credit_by(halden, "moon", currency="USD")


def test_influence_says_how_often_programmes_would_count_a_dollar(pack: BoardPack) -> None:
    for row in pack.sheet("influence").rows:
        assert str(row[-1]).endswith(" times")
    assert "would count the same won dollars" in pack.sheet("influence-program").note


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])  # axe takes its time
def test_the_page_holds_in_a_browser(
    chromium: Any, pack: BoardPack, tmp_path: Path, width: int, scheme: str
) -> None:
    file = tmp_path / "credit.html"
    file.write_text(render(pack), "utf-8")
    holds(chromium, file, width=width, scheme=scheme)
