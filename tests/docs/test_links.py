"""Links between pages lead somewhere, and every page is reached from the README."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.docs.pages import ROOT, anchors, links, pages


@pytest.mark.parametrize("page", pages(), ids=lambda p: str(p.relative_to(ROOT)))
def test_relative_links_resolve(page: Path) -> None:
    text = page.read_text("utf-8")
    broken = []
    for target in links(text):
        file, _, anchor = target.partition("#")
        place = (page.parent / file).resolve() if file else page
        is_there = place.exists() and place.is_relative_to(ROOT)
        if not is_there or (anchor and anchor not in anchors(place.read_text("utf-8"))):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", pages(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_page_opens_with_its_title_and_ends_with_a_line(page: Path) -> None:
    text = page.read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("<!--")]
    assert lines[0].startswith("# ")
    assert text.endswith("\n") and not text.endswith("\n\n")


def test_every_page_is_reached_from_the_readme() -> None:
    found, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in found:
            continue
        found.add(page)
        for target in links(page.read_text("utf-8")):
            place = (page.parent / target.partition("#")[0]).resolve()
            if place.suffix == ".md" and place.is_file():
                waiting.append(place)
    assert [str(p.relative_to(ROOT)) for p in pages() if p not in found] == []
