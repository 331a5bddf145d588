"""Two reps with a browser each answer one group at once: one wins, the other reads one clear sentence."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
from tests.in_chromium import locks_nobody_out
from tests.serving.conftest import Served, serve
from tests.serving.test_the_app_notices import SAID_NO

from muster.serving.deciding import First, answer
from muster.store.audit import entries, first_broken
from muster.store.decisions import read_decisions

LOST = "before you. Nothing of yours was written."


@pytest.fixture
def one_territory(bundled: Path, owners: list[str], tmp_path: Path) -> Iterator[Served]:
    """A server of its own with two reps, Rep and Other, who see the same accounts."""
    folder = tmp_path / "halden"
    shutil.copytree(bundled, folder, symlinks=True)
    yield from serve(folder, (owners[0],), other=(owners[0],))


def answered_at_once(signed_in: Callable[..., Any], server: Served) -> tuple[str, dict[str, Any]]:
    """Rep accepts the first group of the list, Other rejects it; neither form leaves before both were sent.

    The hand-off, and what each of the two has on the screen then.
    """
    pages = {who: signed_in(who, server=server) for who in ("rep", "other")}
    held: list[Any] = []
    for page in pages.values():
        page.goto("/worklist?tab=lapsed")
        page.route("**/answer", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
    row = pages["rep"].locator("[data-row]").first
    hand_off = row.locator("form").first.get_attribute("action").split("/")[2]
    same = pages["other"].locator("[data-row]", has=pages["other"].locator(f'[action*="{hand_off}"]'))
    same.locator("summary", has_text="Reject").click()
    same.get_by_label("Why").first.select_option("No budget")
    row.get_by_role("button", name="Accept").click(no_wait_after=True)
    same.get_by_role("button", name="Reject", exact=True).click(no_wait_after=True)
    while len(held) < len(pages):
        pages["rep"].wait_for_timeout(10)
    for route in held:
        route.continue_()
    for page in pages.values():
        page.locator(".done").wait_for()  # what was just decided, or that somebody else was first
    return hand_off, pages


def see_that_one_won(server: Served, hand_off: str, pages: dict[str, Any]) -> None:
    """One decision is kept; whoever took it is told so, the other that they did not."""
    kept = read_decisions(server.store)
    assert [d.subject_id for d in kept] == [hand_off], "one decision about one hand-off"
    winner = kept[0].decided_by.partition("@")[0]
    assert kept[0].kind == {"rep": "accepted", "other": "rejected"}[winner]
    loser = "other" if winner == "rep" else "rep"
    did = {"rep": "Rep accepted it", "other": "Other rejected it: No budget"}[winner]
    won, lost = pages[winner].locator(".done[role=status]"), pages[loser].locator(".done[role=alert]")
    assert did in won.inner_text() and "before you" not in won.inner_text()
    assert lost.count() == 1 and f"{did}, {LOST}" in lost.inner_text()
    assert pages[loser].locator(".done[role=status]").count() == 0, "only one is told that it is done"
    trail = entries(server.store)
    assert [e.who for e in trail if e.action == "decide"] == [kept[0].decided_by]
    assert first_broken(trail) is None


@pytest.mark.browser
def test_of_two_browsers_that_answer_one_group_at_once_one_wins_and_the_other_reads_why(
    signed_in: Callable[..., Any], one_territory: Served
) -> None:
    hand_off, pages = answered_at_once(signed_in, one_territory)
    see_that_one_won(one_territory, hand_off, pages)
    for page in pages.values():
        locks_nobody_out(page)
        page.goto("/decisions?whose=all")  # both read the same afterwards
        assert page.locator("tbody tr").count() == 1


def as_if_done(*asked: Any, **said: Any) -> str:
    """Tells whoever was second what the first decided as if it were theirs."""
    try:
        return answer(*asked, **said)
    except First as first:
        return first.decision_id


FAULTS = [
    # Every answer is let through as if it were a note, which stands in nobody's way.
    ("who was first is not looked at", "muster.store.decisions.NOTE", ANY),
    ("the loser is told that theirs is done", "muster.serving.pages.decisions.decided", as_if_done),
    ("a decision leaves no trail", "muster.store.decisions.note", lambda *_: None),
]


@pytest.mark.browser
@pytest.mark.parametrize(("said", "where", "broken"), FAULTS, ids=[said for said, *_ in FAULTS])
def test_it_is_noticed_that(
    signed_in: Callable[..., Any],
    one_territory: Served,
    monkeypatch: pytest.MonkeyPatch,
    said: str,
    where: str,
    broken: Any,
) -> None:
    monkeypatch.setattr(where, broken)
    with pytest.raises(SAID_NO):
        see_that_one_won(one_territory, *answered_at_once(signed_in, one_territory))
