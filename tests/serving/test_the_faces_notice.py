"""The tests of forms, keys and screens notice: a fault is put into the app or into what a browser gets of it.

`test_the_app_notices.py` does the same for who may do what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.serving import test_forms_again as forms_again
from tests.serving import test_keys as keys
from tests.serving import test_screens_look as screens
from tests.serving import test_worklist as worklist
from tests.serving.conftest import Served
from tests.serving.every_screen import Look
from tests.serving.test_forms_again import SENT, Sent, ids
from tests.serving.test_keys import group
from tests.serving.test_the_app_notices import SAID_NO, nothing
from tests.serving.test_worklist import shared_server

from muster.serving import tied

__all__ = ["group", "ids", "shared_server"]  # fixtures that the tests below ask for


def _sent(wrong: str) -> Sent:
    return next(one for one in SENT if one.wrong == wrong)


def _untied(page: Any, field: Any, key: str, words: str) -> str:
    """Says an error beside its field, and does not tie it to it."""
    told = MARK(page, field, key, words)
    field.attributes.pop("aria-describedby")
    return told


def _folded(page: Any, field: Any, key: str, words: str) -> str:
    """Leaves the fold shut that a wrong field stands in."""
    told = MARK(page, field, key, words)
    for holder in field.within:
        holder.has("open", False)
    return told


def _unfocused(tag: Any, attribute: str, is_so: bool) -> None:
    """Puts the focus nowhere."""
    HAS(tag, attribute, is_so and attribute != "autofocus")


Browse = Callable[..., Any]
MARK, HAS = tied._mark, tied._Tag.has
FORMS = [
    ("what was typed is lost", {"_keep": nothing}, "email"),
    ("what was ticked is lost", {"_keep": nothing}, "days"),
    ("a secret is repeated", {"_NOT_KEPT": ()}, "password"),
    ("an error is tied to no field", {"_mark": _untied}, "email"),
    ("the fold of a wrong field stays shut", {"_mark": _folded}, "email"),
    ("the focus is nowhere", {"_Tag.has": _unfocused}, "email"),
    ("the error stands at another form", {"_fits": lambda *_: 1}, "reason"),
    ("nothing leads to the field", {"_UNSEEN": ("text", "email")}, "email"),
]


@pytest.mark.parametrize(("said", "broken", "wrong"), FORMS, ids=[said for said, *_ in FORMS])
def test_a_form_that_is_ill_answered_is_noticed(
    client: Any, ids: dict[str, str], monkeypatch: Any, said: str, broken: dict[str, Any], wrong: str
) -> None:
    for name, stands_there in broken.items():
        monkeypatch.setattr(f"muster.serving.tied.{name}", stands_there)
    with pytest.raises(SAID_NO):
        forms_again.test_a_form_that_is_not_taken_comes_back_as_it_was_with_the_error_at_its_field(
            client, ids, _sent(wrong), True
        )


def test_a_form_that_no_test_sends_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms_again, "SENT", [one for one in SENT if one.route != "/views"])
    with pytest.raises(AssertionError):
        forms_again.test_no_form_is_forgotten()


@contextmanager
def spoilt(signed_in: Browse, file: str, stands: str, broken: str) -> Iterator[Browse]:
    """`signed_in`, whose browser gets a file of the app with a fault in it; what is done there must fail."""
    was_put_in: list[bool] = []

    def spoil(route: Any) -> None:
        answer = route.fetch()
        text = answer.text()
        was_put_in.append(stands in text)
        route.fulfill(response=answer, body=text.replace(stands, broken))

    def as_somebody(*given: Any, **more: Any) -> Any:
        page = signed_in(*given, **more)
        page.set_default_timeout(10_000)
        page.route(file, spoil)
        return page

    from playwright.sync_api import TimeoutError as Waited  # noqa: PLC0415 - where Playwright is missing, too

    with pytest.raises((*SAID_NO, Waited)):
        yield as_somebody
    assert any(was_put_in)


LIST = "**/worklist?owner=all"
SCRIPT = "**/keys.js"
KEYS = [
    ("a key does nothing", SCRIPT, "press(event.key)) event", 'event.key !== "n" && press(event.key)) event'),
    (
        "a key is not listed",
        SCRIPT,
        "for (const [key, does] of said)",
        "for (const [key, does] of [...said].slice(1))",
    ),
    ("a key is listed that does nothing", LIST, "<kbd>/</kbd>", "<kbd>/</kbd> <kbd>z</kbd>"),
    ("rows cannot be chosen", SCRIPT, "handle(row).focus();", ""),
    ("g leads nowhere", SCRIPT, "if (link) {", "if (!link) {"),
]


@pytest.mark.browser
@pytest.mark.parametrize(("said", "file", "stands", "broken"), KEYS, ids=[said for said, *_ in KEYS])
def test_a_list_of_keys_that_is_untrue_is_noticed(
    signed_in: Any, group: str, said: str, file: str, stands: str, broken: str
) -> None:
    with spoilt(signed_in, file, stands, broken) as browse:
        keys.test_the_list_names_the_keys_that_do_something_and_no_others(
            browse, group, "/worklist?owner=all", "admin"
        )


@pytest.mark.browser
def test_a_letter_that_answers_a_group_nobody_chose_is_noticed(signed_in: Any) -> None:
    stands = 'if (!row && all.length) choose(all[0].closest("[data-row]"));'
    with spoilt(signed_in, SCRIPT, stands, "all[0]?.click();") as browse:
        keys.test_a_letter_answers_the_group_that_was_chosen_and_none_before(browse)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("stands", "broken"),
    [
        ('?.focus();\n    return true', '?.blur();\n    return true'),  # the focus is lost as a form opens
        ("handle(row).focus();", ""),
        ('target.closest("input:not', 'null && ("input:not'),
    ],
    ids=["the focus stays outside of what opened", "rows cannot be chosen", "letters act in a field"],
)  # fmt: skip
def test_a_list_that_no_keyboard_can_work_is_noticed(
    signed_in: Any, own_server: Served, stands: str, broken: str
) -> None:
    with spoilt(signed_in, SCRIPT, stands, broken) as browse:
        worklist.test_the_list_is_worked_by_keyboard_alone(browse, own_server)


STYLE = "**/muster.css"
SCREENS = [
    ("no ring where the focus is", STYLE, "outline: 2px solid var(--accent)", "outline: none"),
    ("words too pale to read", STYLE, "--soft: #5b5954", "--soft: #b5b3ae"),
    (
        "a page wider than the window",
        STYLE,
        "main { grid-area: main; min-width: 0;",
        "main { grid-area: main; min-width: 2000px;",
    ),
    (
        "links too small for a finger",
        STYLE,
        ".side a { display: block; padding: 6px 24px;",
        ".side a { font: 8px/9px serif;",
    ),
    ("a question to another host", "**/me", "<main", '<img src="http://127.0.0.1:9/seen.png" alt=""><main'),
    ("two headings of the page", "**/me", "<h2>Password</h2>", "<h1>Password</h1>"),
    ("nothing leads past the navigation", "**/me", 'class="skip" href="#main"', 'class="skip" href="#none"'),
]


@pytest.mark.browser
@pytest.mark.parametrize(("said", "file", "stands", "broken"), SCREENS, ids=[said for said, *_ in SCREENS])
def test_a_screen_that_locks_somebody_out_is_noticed(
    signed_in: Any, demo_server: Served, said: str, file: str, stands: str, broken: str
) -> None:
    with spoilt(signed_in, file, stands, broken) as browse:
        screens.test_the_screen_holds(
            browse, lambda _: (demo_server, {}), Look("/me", "/me"), screens.WAYS[0]
        )


@pytest.mark.browser
def test_without_a_fault_that_screen_holds(signed_in: Any, demo_server: Served) -> None:
    screens.test_the_screen_holds(signed_in, lambda _: (demo_server, {}), Look("/me", "/me"), screens.WAYS[0])
