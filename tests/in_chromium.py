"""What every page is asked in Chromium: nobody is locked out, nothing runs off the screen or clashes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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
# Two frames later the browser has laid out what it opened, or is to print; before, it may still call it
# hidden.
LAID_OUT = "for (const _ of [1, 2]) await new Promise(requestAnimationFrame);"
OPEN_ALL = (
    f"async () => {{ document.querySelectorAll('details').forEach(d => {{ d.open = true }}); {LAID_OUT} }}"
)
# The labels of every picture that is shown: those outside its frame, and pairs that lie over one another.
CLASHES = """() => [...document.querySelectorAll('svg.picture')].flatMap(svg => {
    if (!svg.getClientRects().length) return [];
    const frame = svg.getBoundingClientRect(), found = [];
    const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
    boxes.forEach(([words, a], i) => {
        if (a.left < frame.left - 2 || a.right > frame.right + 2) found.push('outside: ' + words);
        boxes.slice(i + 1).forEach(([other, b]) => {
            const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            if (wide > 2 && high > 5) found.push(words + ' / ' + other);
        });
    });
    return found;
})"""


def launched() -> Iterator[Any]:
    """A Chromium to open pages in, closed at the end; without one the test is skipped by name."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("Chromium is not installed")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def locks_nobody_out(page: Any, *, targets: bool = False) -> None:
    """The page as it is shown breaks no rule of axe; with `targets` also what one presses has 24 px."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    options = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": targets}}}
    found = axe.Axe().run(page, options=options).response
    broken = [(v["id"], node["html"]) for v in found["violations"] for node in v["nodes"]]
    assert not broken, broken
    assert "color-contrast" in {rule["id"] for rule in found["passes"]}  # it did look


def holds(chromium: Any, file: Path, *, width: int, scheme: str) -> None:
    """A whole page holds: on this width, in this scheme, on paper, and it asks no host for anything."""
    asked: list[str] = []
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.evaluate(OPEN_ALL)
    locks_nobody_out(page)
    assert page.evaluate(OVERFLOW) <= 0
    assert page.evaluate(CLASHES) == []
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.close()
    assert asked == [file.as_uri()]
