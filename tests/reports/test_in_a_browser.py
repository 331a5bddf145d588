"""The pages in Chromium: nobody is locked out, nothing runs off a phone, paper shows everything."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from invented_company import MANIFEST

from muster.reports.board import board
from muster.reports.page import render

pytestmark = pytest.mark.browser

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true })"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("Chromium is not installed")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def file(tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pack = board(tables, company="Alder & Birch", currency="USD", manifest=MANIFEST)
    path = tmp_path_factory.mktemp("page") / "board.html"
    path.write_text(render(pack), "utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_nobody_is_locked_out(chromium: Any, file: Path, scheme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(file.as_uri())
    page.evaluate(OPEN_ALL)
    violations = axe.Axe().run(page).response["violations"]
    page.close()
    assert [(v["id"], v["nodes"][0]["html"]) for v in violations] == []


@pytest.mark.parametrize("width", [1440, 1024, 768, 390, 320])
def test_no_page_scrolls_sideways(chromium: Any, file: Path, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 900})
    page.goto(file.as_uri())
    folded = page.evaluate(OVERFLOW)
    page.evaluate(OPEN_ALL)
    opened = page.evaluate(OVERFLOW)
    page.close()
    assert (folded, opened) == (0, 0)


def test_it_asks_no_host_for_anything(chromium: Any, file: Path) -> None:
    asked: list[str] = []
    page = chromium.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.wait_for_load_state("networkidle")
    page.close()
    assert asked == [file.as_uri()]


def test_paper_shows_what_is_folded_and_every_query(chromium: Any, file: Path) -> None:
    page = chromium.new_page(viewport={"width": 720, "height": 1000}, color_scheme="dark")
    page.goto(file.as_uri())
    page.emulate_media(media="print", color_scheme="dark")
    twin = page.locator("details.twin:not([open]) table").first
    assert twin.is_visible()
    assert page.locator(".recount").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.close()
