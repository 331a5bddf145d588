"""The pages in Chromium: nobody is locked out, nothing runs off a phone, paper shows everything."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
from invented_company import MANIFEST
from tests.in_chromium import CLASHES, LAID_OUT, OPEN_ALL, OVERFLOW, holds, locks_nobody_out

from muster.cli.report_pages import REPORTS
from muster.reports.board import board
from muster.reports.defects import defects
from muster.reports.group_report import group_pages
from muster.reports.lift import lift_pages
from muster.reports.page import render
from muster.reports.report import report
from muster.reports.sheets import BoardPack, Picture
from muster.reports.values import show

pytestmark = pytest.mark.browser
# Each width and each scheme once, by `make test-screens` each with each.
CROSSED = [(1440, "dark"), (390, "light")] if os.environ.get("MUSTER_SCREENS") == "whole" else []
LOOKS = [(1440, "light"), (390, "dark"), *CROSSED]

SEEN = """key => [...document.getElementById(key).querySelectorAll('tbody tr')]
    .filter(row => row.checkVisibility({contentVisibilityAuto: true}) && row.getClientRects().length)
    .map(row => [...row.children].map(cell => cell.innerText.trim()))"""
# What sticks out of the paper to the right.
BEYOND = """() => [...document.querySelectorAll('main *')]
    .filter(e => e.getClientRects().length && e.getBoundingClientRect().right > innerWidth + 1)
    .filter(e => !e.closest('.hidden') && !e.closest('thead')).map(e => e.outerHTML.slice(0, 90))"""


@pytest.fixture(scope="module", params=["invented", "halden"])
def pack(request: pytest.FixtureRequest) -> BoardPack:
    """The pack of an invented company and of the bundled one."""
    if request.param == "invented":
        tables = request.getfixturevalue("tables")
        return board(tables, company="Alder & Birch", currency="USD", manifest=MANIFEST)
    return board(request.getfixturevalue("halden"), company="Halden", currency="USD", period="2025-Q3")


@pytest.fixture(scope="module")
def file(pack: BoardPack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "board.html"
    path.write_text(render(pack), "utf-8")
    return path


@pytest.mark.parametrize("pack", ["halden"], indirect=True)  # axe takes its time
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_nobody_is_locked_out(chromium: Any, file: Path, scheme: str, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(file.as_uri())
    page.evaluate(OPEN_ALL)
    locks_nobody_out(page)
    page.close()


@pytest.mark.parametrize("width", [1440, 1024, 768, 390, 320])
def test_no_page_scrolls_sideways(chromium: Any, file: Path, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 900})
    page.goto(file.as_uri())
    folded = page.evaluate(OVERFLOW)
    page.evaluate(OPEN_ALL)
    opened = page.evaluate(OVERFLOW)
    page.close()
    assert (folded, opened) == (0, 0)


def test_it_asks_no_host_for_anything_and_has_nothing_to_complain_of(chromium: Any, file: Path) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page = chromium.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_load_state("networkidle")
    page.close()
    assert asked == [file.as_uri()]
    assert complaints == []


@pytest.mark.parametrize("width", [1440, 390])
def test_no_label_of_a_picture_lies_over_another_or_outside(chromium: Any, file: Path, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 900})
    page.goto(file.as_uri())
    found = page.evaluate(CLASHES)
    page.close()
    assert found == []


def test_every_cell_a_reader_sees_is_a_figure_of_the_pack(chromium: Any, file: Path, pack: BoardPack) -> None:
    """With everything open, each table shows the pack's rows, no more and no fewer, in the pack's words."""
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    page.goto(file.as_uri())
    page.evaluate(OPEN_ALL)
    checked = 0
    for sheet in (sheet for board_page in pack.pages for sheet in board_page.sheets):
        seen = [[cell.replace("\n", " ") for cell in row] for row in page.evaluate(SEEN, sheet.key)]
        expected = [[" ".join(show(value).split(" ")).strip() for value in row] for row in sheet.rows]
        assert sorted(seen) == sorted(expected), sheet.key
        checked += sum(map(len, seen))
    page.close()
    assert checked > 1_000


def test_every_picture_has_its_table_one_click_away(chromium: Any, file: Path, pack: BoardPack) -> None:
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    page.goto(file.as_uri())
    pictures = [b for p in pack.pages for b in p.blocks if isinstance(b, Picture) and b.chart]
    figures = page.locator("figure.picture-block:has(.drawing)")  # too little to draw: the table stands there
    assert figures.count() == len(pictures) > 0
    for i, picture in enumerate(pictures):
        figure = figures.nth(i)
        assert figure.locator("svg.picture").first.get_attribute("role") == "img"
        details = figure.locator("details.twin")
        if not picture.is_open:
            assert not details.locator("table").first.is_visible()
            details.locator("summary").first.click()
        assert details.locator("table").first.is_visible()
    page.close()


def test_a_phone_folds_its_tables_and_a_number_opens_its_own(chromium: Any, file: Path) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 900})
    page.goto(file.as_uri())
    assert page.locator("table:visible").count() == 0
    assert page.evaluate("document.documentElement.scrollHeight") < 12_000
    page.locator(".opening a[href='#pipeline']").click()
    assert page.locator("#pipeline table").is_visible()
    page.set_viewport_size({"width": 1440, "height": 900})
    assert page.locator("#kinds table").is_visible()  # nobody opened it: a desk needs no folds
    page.close()


def test_paper_shows_every_row_once_and_every_query(chromium: Any, file: Path, pack: BoardPack) -> None:
    page = chromium.new_page(viewport={"width": 688, "height": 1000}, color_scheme="dark")  # A4 less margins
    page.goto(file.as_uri())
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate(f"async () => {{ {LAID_OUT} }}")
    for sheet in (sheet for board_page in pack.pages for sheet in board_page.sheets):
        assert len(page.evaluate(SEEN, sheet.key)) == len(sheet.rows), sheet.key
    assert page.evaluate(BEYOND) == []
    assert page.locator(".recount").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.close()


def test_paper_keeps_short_tables_whole(chromium: Any, file: Path, pack: BoardPack) -> None:
    """A row is never cut, and a table that fits on a page is not divided over two."""
    page = chromium.new_page()
    page.goto(file.as_uri())
    page.emulate_media(media="print")
    kept = "key => !!document.getElementById(key).closest('.short')"
    whole = "() => getComputedStyle(document.querySelector('{}')).breakInside"
    for sheet in (sheet for board_page in pack.pages for sheet in board_page.sheets if sheet.rows):
        assert page.evaluate(kept, sheet.key) == (len(sheet.rows) < 16), sheet.key
    assert {page.evaluate(whole.format(css)) for css in (".short", "tr", ".groups > li", "figcaption")} == {
        "avoid"
    }
    page.close()


def test_the_first_screen_answers_in_money(chromium: Any, file: Path, pack: BoardPack) -> None:
    """Sentence and large figures stand above the fold of a laptop, and none of them counts leads."""
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    page.goto(file.as_uri())
    figures = page.locator("#page-revenue .figure")
    assert figures.count() == 8
    for i in range(8):
        box = figures.nth(i).bounding_box()
        assert box["y"] + box["height"] < 900
    words = page.locator("#page-revenue").inner_text()
    page.close()
    assert not re.search(r"\bMQLs?\b|\bleads\b", words)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_page_of_defects_holds(
    chromium: Any, halden: Path, tmp_path: Path, width: int, scheme: str
) -> None:
    file = tmp_path / "defects.html"
    pack = defects(halden, company="Halden", currency="USD", manifest=MANIFEST)
    file.write_text(render(pack), "utf-8")
    holds(chromium, file, width=width, scheme=scheme)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")])
def test_the_page_of_lift_holds(
    chromium: Any, tmp_path: Path, with_experiments: Path, width: int, scheme: str
) -> None:
    file = tmp_path / "lift.html"
    pack = report(
        with_experiments,
        title="Lift",
        pages=lift_pages,
        company="Halden",
        currency="USD",
        manifest=MANIFEST,
    )
    assert [page.key for page in pack.pages] == ["found", "power", "regions", "silent"]
    file.write_text(render(pack), "utf-8")
    holds(chromium, file, width=width, scheme=scheme)


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [
        ("programs", 1440, "light"),
        ("programs", 390, "dark"),
        ("conversion", 390, "light"),
        ("customers", 390, "light"),
        ("goals", 390, "dark"),
        ("data-quality", 390, "light"),
        ("group", 1440, "dark"),
        ("group", 390, "light"),
    ],
)
def test_every_small_report_holds(
    chromium: Any, halden: Path, tmp_path: Path, name: str, width: int, scheme: str
) -> None:
    with duckdb.connect() as tables:
        [(group,)] = tables.execute(
            f"SELECT MIN(buying_group_id) FROM '{halden / 'buying_group.parquet'}'"
        ).fetchall()
    kinds = {kind.name: kind for kind in REPORTS}
    pages = kinds[name].pages() if name in kinds else group_pages(group)
    of_quarter = name in kinds and kinds[name].is_of_quarter
    pack = report(
        halden,
        title=name,
        pages=pages,
        company="Halden",
        currency="USD",
        manifest=MANIFEST,
        period="2025-Q3" if of_quarter else None,
        is_of_quarter=of_quarter,
    )
    file = tmp_path / f"{name}.html"
    file.write_text(render(pack), "utf-8")
    holds(chromium, file, width=width, scheme=scheme)
