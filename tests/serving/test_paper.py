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
    is_report = page.locator(".report").count() > 0  # upright, as a pack is
    assert {sheet.mediabox.width < sheet.mediabox.height for sheet in written.pages} == {is_report}


@pytest.mark.browser
def test_parts_of_a_report_follow_one_another_on_paper(signed_in: Callable[..., Any]) -> None:
    """Each on a page of its own, conversion took ten, most of them half empty."""
    page = signed_in("admin")
    page.goto("/measures/conversion")
    parts = page.locator(".report section.page").count()
    written = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    heads = page.locator(".report section.page > h2").all_inner_texts()
    text = [_letters(sheet.extract_text()) for sheet in written.pages]
    together = [one for one in text if sum(_letters(head) in one for head in heads) > 1]
    assert parts > 2 and together and len(text) < 8
    assert "Howtocount" not in "".join(text)


# What is read as one: rows, cards, and a heading with what begins right under it.
PIECES = """() => {
    const shown = one => one.checkVisibility() && one.innerText?.trim();
    const rows = [...document.querySelectorAll('.touches tr, .board .card')].filter(shown);
    const kept = rows.map(one => one.innerText), first = one => one.innerText.split(/\\s/)[0];
    document.querySelectorAll('main h2').forEach(one => {
        const next = one.nextElementSibling;
        if (shown(one) && next && shown(next)) kept.push(one.innerText + first(next.tHead ?? next));
    });
    return kept;
}"""


@pytest.mark.browser
@pytest.mark.parametrize("address", ["/groups/{group}", "/board"])
def test_pages_are_cut_between_what_is_read_as_one(
    signed_in: Callable[..., Any], client: Callable[..., Any], demo_server: Served, address: str
) -> None:
    listed = client("admin").get("/worklist.json?owner=all").json()["groups"]
    page = signed_in("admin")
    page.goto(address.format(group=listed[0]["buying_group_id"]))
    page.emulate_media(media="print")
    pieces = [_letters(piece) for piece in page.evaluate(PIECES)]
    for paper in ("A4", "Letter"):
        printed = page.pdf(format=paper, landscape=True, prefer_css_page_size=True)
        sheets = pypdf.PdfReader(io.BytesIO(printed)).pages
        texts = [_letters(sheet.extract_text()) for sheet in sheets]
        assert pieces and [piece for piece in pieces if not any(piece in text for text in texts)] == []
        assert [lines for sheet in sheets for lines in _lying_over_another(sheet)] == []


def _lying_over_another(sheet: Any) -> list[tuple[str, str]]:
    """Pairs of texts of which one lies over the other: their lines are nearer than letters are high."""
    lines: list[tuple[float, float, float, float, str]] = []

    def place(text: str, now: list[float], within: list[float], _font: Any, size: float) -> None:
        if words := text.strip():
            x, y = (within[4] * now[k] + within[5] * now[k + 2] + now[k + 4] for k in (0, 1))
            high = size * abs(within[3] * now[3])
            lines.append((x, y, x + 0.4 * high * len(words), high, words))

    sheet.extract_text(visitor_text=place)
    return [
        (one[4], other[4])
        for number, one in enumerate(lines)
        for other in lines[number + 1 :]
        if 0.5 < abs(one[1] - other[1]) < 0.6 * min(one[3], other[3])
        and one[0] < other[2]
        and other[0] < one[2]
    ]


def _letters(text: str) -> str:
    """Without spaces and line breaks, which paper sets anew, and with ligatures taken apart."""
    return "".join(unicodedata.normalize("NFKC", text).split())
