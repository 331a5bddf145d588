"""The list that `?` opens names the keys that do something on its page, no others; all can be turned off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.in_chromium import OVERFLOW, locks_nobody_out
from tests.serving.conftest import Served

PAGES = [
    ("/worklist?owner=all", "admin"),
    ("/worklist?owner=all&tab=accepted", "admin"),
    ("/worklist?owner=all&tab=returned", "admin"),  # empty
    ("/worklist?owner=all", "analyst"),  # who sees all, and answers nothing
    ("/groups/{group}", "admin"),
    ("/groups/{group}", "analyst"),
    ("/board", "rep"),
    ("/search?q=co", "rep"),
    ("/decisions", "admin"),
    ("/health/review", "admin"),
    ("/health/runs", "admin"),  # rows that open nothing
    ("/settings/users", "admin"),  # rows that unfold
    ("/me", "rep"),
]
# What a key did, told and not carried out: the page stays as it is, so that the next key finds it so.
TOLD = """
    window.did = [];
    addEventListener('submit', event => event.preventDefault());
    addEventListener('click', event => {
        const pressed = event.target.closest('a[href], button, summary, input');
        if (pressed && pressed.type !== 'checkbox') event.preventDefault();
        did.push(pressed?.dataset.go ? 'goes' : 'presses');
    });
"""
# Every key, each on the page as it was: nothing chosen. A letter of a row first chooses, then presses.
WORKING = """() => {
    const letters = [...'abcdefghijklmnopqrstuvwxyz'], found = [], list = document.getElementById('keys');
    const press = key => document.activeElement.dispatchEvent(
        new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
    const afresh = () => { list?.close(); document.activeElement.blur(); did.length = 0; };
    const moved = () => did.length || list?.open || document.activeElement !== document.body;
    for (const key of ['j', 'k', '?', '/']) { afresh(); press(key); if (moved()) found.push(key); }
    for (const key of letters.filter(key => !'gjk'.includes(key))) {
        afresh(); press(key); press(key); if (did.length) found.push(key);
    }
    for (const key of letters) {
        afresh(); press('g'); press(key); if (did[0] === 'goes') found.push('g ' + key);
    }
    afresh();
    return found;
}"""
LISTED = (
    "[...document.querySelectorAll('#keys dt')].filter(e => e.checkVisibility()).map(e => e.parentElement)"
)
Browse = Callable[..., Any]


def listed(page: Any) -> set[str]:
    """The keys that the list names; what `g` leads to is named with it."""
    page.keyboard.press("?")
    told: list[list[str]] = page.evaluate(
        f"{LISTED}.map(e => [...e.querySelectorAll('kbd')].map(k => k.textContent))"
    )
    page.keyboard.press("Escape")
    assert len(told) == len({tuple(keys) for keys in told})
    return {
        f"g {key}" if keys[0] == "g" and key != "g" else key for keys in told for key in keys if keys != ["g"]
    } - {"g", "Esc"}


def working(page: Any) -> set[str]:
    """The keys that do something where nothing is chosen yet."""
    found = set(page.evaluate(WORKING))
    if "j" in found:
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        found |= {"Enter"} if page.evaluate("() => did.length") else set()
    return found


@pytest.fixture
def group(client: Callable[..., httpx.Client]) -> str:
    """A group that waits for an answer."""
    rows = client("admin").get("/worklist.json?owner=all").json()["groups"]
    return str(rows[0]["buying_group_id"])


def _opened(signed_in: Browse, who: str, address: str) -> Any:
    page = signed_in(who)
    page.add_init_script(TOLD)
    page.goto(address)
    page.evaluate("() => document.activeElement.blur()")  # a search begins in its field
    return page


@pytest.mark.browser
@pytest.mark.parametrize(("address", "who"), PAGES)
def test_the_list_names_the_keys_that_do_something_and_no_others(
    signed_in: Browse, group: str, address: str, who: str
) -> None:
    page = _opened(signed_in, who, address.format(group=group))
    assert listed(page) == working(page) >= {"?", "/", "g i", "g b"}


@pytest.mark.browser
def test_a_letter_answers_the_group_that_was_chosen_and_none_before(signed_in: Browse) -> None:
    page = _opened(signed_in, "admin", "/worklist?owner=all")
    page.keyboard.press("a")
    assert page.evaluate("() => did.length") == 0  # it chose the first, and answered nothing
    assert page.evaluate(
        "document.activeElement.closest('[data-row]') === document.querySelector('[data-row]')"
    )
    page.keyboard.press("j")
    page.keyboard.press("a")
    second = "document.querySelectorAll('[data-row]')[1].contains(document.activeElement)"
    assert page.evaluate("() => did") == ["presses"] and page.evaluate(second)


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_keys_are_turned_off_and_on_again_without_a_key(signed_in: Browse, width: int, scheme: str) -> None:
    page = signed_in("rep", width=width, scheme=scheme)
    for is_on in (True, False, True):
        page.goto("/worklist?owner=all")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id === 'q'") is is_on
        page.locator(".me summary").click()
        page.get_by_role("button", name="Keys").click()
        locks_nobody_out(page, targets=True)
        assert page.evaluate(OVERFLOW) == 0
        assert page.get_by_label("Use these keys").is_checked() is is_on
        page.get_by_label("Use these keys").click()
        page.get_by_role("button", name="Close").click()


@pytest.mark.browser
def test_whoever_is_not_signed_in_has_no_keys(signed_in: Browse, demo_server: Served) -> None:
    said: list[str] = []
    page = signed_in(None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto("/sign-in")
    page.locator("h1").click()
    for key in ("?", "g", "/", "j", "a"):
        page.keyboard.press(key)
    assert page.locator("#keys").count() == 0 and said == [] and page.url == f"{demo_server.url}/sign-in"
