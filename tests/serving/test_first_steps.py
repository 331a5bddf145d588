"""From an empty workspace to a worklist in a browser alone: name an export, look at it, build."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.in_chromium import OVERFLOW, locks_nobody_out
from tests.serving.conftest import serve

from muster.config import read_config
from muster.engine.lock import is_held
from muster.workspace import init_workspace

EXPORTS = Path(__file__).parents[2] / "src" / "muster" / "demo" / "company" / "crm"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Any]:
    """A new workspace, served."""
    init_workspace(tmp_path / "acme")
    yield from serve(tmp_path / "acme", ())


def until(page: Any, done: Callable[[], bool]) -> None:
    """Reload a page until something is so; a minute at the longest."""
    for _ in range(120):
        if done():
            return
        time.sleep(0.5)
        page.reload()
    raise AssertionError(page.inner_text("main"))


@pytest.mark.browser
def test_a_newcomer_gets_from_exports_to_a_worklist(signed_in: Callable[..., Any], empty: Any) -> None:
    page = signed_in("admin", server=empty, width=390)
    page.goto("/")
    assert page.url.endswith("/first-run")
    page.get_by_label("Folder, .zip or .gz").fill("/no/such/folder")
    page.get_by_role("button", name="Add, and look at it").click()
    assert "nothing at /no/such/folder" in page.inner_text(".banner")
    assert read_config(empty.workspace).source == ()
    page.get_by_label("Folder, .zip or .gz").fill(str(EXPORTS))
    page.get_by_label("The opportunity's field").fill("Solution__c")
    page.get_by_role("button", name="Add, and look at it").click()
    until(page, lambda: "rows can be read" in page.inner_text(".opening"))
    assert "Opportunity.csv" in page.inner_text("main")
    locks_nobody_out(page)
    assert page.evaluate(OVERFLOW) == 0
    page.get_by_role("button", name="Build the tables").click()
    until(page, lambda: not is_held(empty.workspace) and "are built" in page.inner_text(".opening"))
    page.get_by_role("link", name="see which groups to call").click()
    assert page.url.endswith("/worklist")


def test_who_may_not_run_is_told_so(client: Callable[..., Any], empty: Any) -> None:
    rep = client("rep", empty)
    assert "An analyst or admin does this" in rep.get("/first-run").text
    assert rep.post("/first-run/build").status_code == 403
    assert rep.get("/worklist.json").status_code == 503
