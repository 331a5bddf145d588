"""Every screen in a browser: nothing sticks out, axe has no complaint, a keyboard gets everywhere.

Each is looked at in one of six ways, another for each; `make test-screens` looks at all in all six.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.built_once import built_once
from tests.in_chromium import CLASHES, OPEN_ALL, OVERFLOW, locks_nobody_out
from tests.serving import every_screen
from tests.serving.conftest import Served
from tests.serving.every_screen import LOOKS, ROUTES_WITHOUT_A_PAGE, Look, copied, furnish
from tests.serving.test_who_sees_which_page import get_paths

from muster.serving import pages

Opened = Callable[[str], tuple[Served, dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Way:
    """How a screen is looked at; 200 % zoom halves the pixels that a page has and doubles their size."""

    said: str
    width: int
    scheme: str
    zoom: int = 1


WAYS = (
    Way("wide, light", 1440, "light"),
    Way("phone, dark", 390, "dark"),
    Way("zoomed, light", 720, "light", 2),
    Way("wide, dark", 1440, "dark"),
    Way("phone, light", 390, "light"),
    Way("zoomed, dark", 720, "dark", 2),
)
WHOLE = os.environ.get("MUSTER_SCREENS") == "whole"
CASES = [
    (look, way)
    for number, look in enumerate(LOOKS)
    for way in (WAYS if WHOLE else (WAYS[number % len(WAYS)],))
]
# What can be reached by Tab and is shown.
REACHED = """[...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
    .filter(e => !e.disabled && e.checkVisibility({visibilityProperty: true}))"""
# Whoever has no ring, or is covered by what stays at the top, when Tab and Shift-Tab come to them.
LOST = f"""() => {{
    const found = [], all = {REACHED}, bar = document.querySelector('.within');
    const seen = (e, how) => {{
        e.focus({{focusVisible: true}});
        if (document.activeElement !== e) return;
        const style = getComputedStyle(e), box = e.getBoundingClientRect();
        const name = how + ': ' + e.outerHTML.slice(0, 120);
        const ring = style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth);
        if (ring < 2) found.push('no ring ' + name);
        if (!bar || bar.contains(e)) return;
        const stuck = bar.getBoundingClientRect();
        if (box.right <= stuck.left || box.left >= stuck.right) return;  // beside it, in the navigation
        if (box.bottom <= stuck.bottom && box.bottom > stuck.top + 1) found.push('covered ' + name);
    }};
    all.forEach(e => seen(e, 'on'));
    if (bar) all.reverse().forEach(e => seen(e, 'back'));
    return found;
}}"""
LEVELS = """[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')]
    .filter(e => e.checkVisibility()).map(e => +e.tagName[1])"""


@pytest.fixture(scope="module")
def opened(bundled: Path, owners: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """The server of a kind of workspace with the ids that addresses name, begun when first asked for."""
    begun: dict[str, tuple[Served, dict[str, str]]] = {}
    with ExitStack() as stack:

        def get(kind: str) -> tuple[Served, dict[str, str]]:
            if kind not in begun:
                folder = tmp_path_factory.mktemp(kind) / "halden"
                if kind == "full":
                    copied(_furnished(bundled, tmp_path_factory), folder)
                elif kind in ("failed", "broken"):
                    copied(bundled, folder)
                serving = contextmanager(getattr(every_screen, f"serve_{kind}"))
                begun[kind] = stack.enter_context(serving(folder, owners))
            return begun[kind]

        yield get


def _furnished(bundled: Path, factory: pytest.TempPathFactory) -> Path:
    return built_once(factory, "furnished", lambda folder: furnish(copied(bundled, folder)))


def test_no_page_is_forgotten() -> None:
    suffixes = (".json", ".csv", ".xlsx")
    routes = {path for router in pages.routers() for path in get_paths(router.routes)}
    screens = {path for path in routes if not path.endswith(suffixes)} - set(ROUTES_WITHOUT_A_PAGE)
    assert screens == {look.path for look in LOOKS} - {"(no route)"}


@pytest.mark.browser
@pytest.mark.parametrize(("look", "way"), CASES, ids=[f"{look}, {way.said}" for look, way in CASES])
def test_the_screen_holds(signed_in: Any, opened: Opened, look: Look, way: Way) -> None:
    served, ids = opened(look.at)
    page = signed_in(
        look.who, width=way.width, scheme=way.scheme, server=served, device_scale_factor=way.zoom
    )
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    answer = page.goto(look.address.format(**ids))
    assert answer.status == look.status

    assert page.title().endswith(" · Muster") and len(page.title()) > len(" · Muster")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator("h1").count() == 1 and page.locator("h1").inner_text().strip()
    if page.evaluate("document.activeElement === document.body"):  # not where one is to write at once
        _skips(page)
    page.evaluate(OPEN_ALL)
    locks_nobody_out(page, targets=True)
    levels = page.evaluate(LEVELS)
    assert levels[0] == 1 and all(after - before <= 1 for before, after in pairwise(levels))
    assert page.evaluate(LOST) == []
    assert page.evaluate(CLASHES) == []
    for width in (way.width, 320):  # at 320 nothing may need two ways of scrolling (WCAG 1.4.10)
        page.set_viewport_size({"width": width, "height": 900})
        assert (width, page.evaluate(OVERFLOW)) == (width, 0)
    assert [url for url in asked if not url.startswith((served.url, "data:"))] == []
    assert [words for words in said if f"status of {look.status}" not in words] == []


def _skips(page: Any) -> None:
    """The first thing Tab comes to is seen, and leads past the navigation to the page's content."""
    page.keyboard.press("Tab")
    box = page.locator(".skip").bounding_box()
    assert page.evaluate("document.activeElement.className") == "skip"
    assert box["x"] >= 0 and box["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
