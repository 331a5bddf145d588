"""Screens on paper: black on white from a dark screen too, no navigation, and every row that is there."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable
from typing import Any

import pypdf
import pytest
from tests.serving.conftest import Served

# What is printed, and which texts of it must all stand on the paper.
PAGES = {
    "/worklist?owner=all": ".groups .account",
    "/board?view=table": "tbody th",
    "/groups/{group}": ".members tbody th > a, .touches td[data-label='When']",
    "/measures": "td, tbody th",
    "/health/rows": "tbody th",
    "/packs": "h1",
    "/replay": "h1, .findings li",
}


@pytest.mark.browser
@pytest.mark.parametrize("address", PAGES)
def test_paper_holds_what_the_page_does(
    signed_in: Callable[..., Any], client: Callable[..., Any], demo_server: Served, address: str
) -> None:
    listed = client("admin").get("/worklist.json?owner=all").json()["groups"]
    page = signed_in("admin", scheme="dark")
    page.goto(address.format(group=listed[0]["buying_group_id"]))
    rows = page.locator(PAGES[address]).evaluate_all("all => all.map(e => e.textContent)")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--page')") == "#ffffff"
    assert not page.locator(".top, .side, nav, button, .twins").evaluate_all(
        "all => all.some(e => e.checkVisibility())"
    )
    written = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    paper = _letters(" ".join(sheet.extract_text() for sheet in written.pages))
    assert rows
    assert len(_letters(written.pages[0].extract_text())) > 200 or len(written.pages) == 1  # no title alone
    lists = page.locator("nav[aria-label^='Pages of']").count()
    assert paper.count("Everyrowisintheworkbook") == lists  # the rows of other pages are not passed over
    assert [row for row in rows if _letters(row) not in paper] == []
    assert all(sheet.mediabox.width > sheet.mediabox.height for sheet in written.pages)


def _letters(text: str) -> str:
    """Without spaces and line breaks, which paper sets anew, and with ligatures taken apart."""
    return "".join(unicodedata.normalize("NFKC", text).split())
