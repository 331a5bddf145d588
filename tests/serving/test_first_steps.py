"""From an empty workspace to a worklist in a browser alone: name an export, look at it, build."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.in_chromium import OVERFLOW, locks_nobody_out
from tests.serving.conftest import serve

from muster.config.reading import read_config
from muster.engine.lock import is_held
from muster.serving import background
from muster.store.audit import entries
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
def test_a_newcomer_gets_from_uploads_to_a_groups_page(signed_in: Callable[..., Any], empty: Any) -> None:
    page = signed_in("admin", server=empty, width=390)
    page.goto("/")
    assert page.url.endswith("/first-run")
    company = page.get_by_role("form", name="The company")
    assert company.get_by_label("mail domains").input_value() == "halden.example"  # that of who asks
    company.get_by_label("company's name").fill("Halden & Co")
    company.get_by_label("currency").fill("eur")
    company.get_by_role("button", name="Save the company").click()
    assert "Halden & Co, EUR, own mail domains halden.example" in page.inner_text("main")
    form = page.get_by_role("form", name="Upload a CRM export")
    files = sorted(EXPORTS.iterdir())
    form.get_by_label("Files:").set_input_files([str(file) for file in files])
    form.get_by_label("The opportunity's field").fill("Solution__c")
    form.get_by_role("button", name="Upload, and look at it").click()
    page.wait_for_selector("text=Files uploaded for crm")
    until(page, lambda: "rows can be read" in page.inner_text(".opening"))
    assert "Opportunity.csv" in page.inner_text("main")
    assert {file.name for file in (empty.workspace / "uploads" / "crm").iterdir()} == {f.name for f in files}
    locks_nobody_out(page)
    assert page.evaluate(OVERFLOW) == 0
    assert "A CRM alone may qualify nobody" in page.inner_text("#building")
    page.get_by_role("button", name="Build the tables").click()
    assert "are being built" in page.inner_text(".opening")  # from the click on
    page.wait_for_selector("#building >> text=The tables were built", timeout=60_000)  # by itself
    assert "are built" in page.inner_text(".opening") and not is_held(empty.workspace)
    page.get_by_role("link", name="see which groups to call").click()
    page.goto("/board")
    page.locator("main a[href^='/groups/']:visible").first.click()
    assert "/groups/" in page.url and page.get_by_role("heading", level=1).is_visible()
    page.goto("/health")
    page.get_by_role("link", name="Upload a newer export").click()
    assert page.url.endswith("/settings/sources")
    locks_nobody_out(page)
    assert page.evaluate(OVERFLOW) == 0
    page.get_by_text("Upload a newer export of crm").click()
    newer = page.get_by_role("form", name="Upload a newer export of crm")
    newer.get_by_label("They stay").check()
    newer.get_by_label("Files:").set_input_files(str(EXPORTS / "Account.csv"))
    newer.get_by_role("button", name="Upload, and look at it").click()
    page.wait_for_url("**/settings/sources")
    until(page, lambda: "rows could be read" in page.inner_text(".opening"))
    assert len(list((empty.workspace / "uploads" / "crm").iterdir())) == len(files)


def test_a_folder_on_the_serving_machine_may_be_named_instead(client: Callable[..., Any], empty: Any) -> None:
    admin = client("admin", empty)
    wrong = admin.post("/sources", data={"path": "/no/such/folder", "name": "crm"})
    assert wrong.status_code == 422 and "nothing at /no/such/folder" in wrong.text
    assert read_config(empty.workspace).source == ()
    named = {"path": str(EXPORTS), "name": "crm", "back": "https://elsewhere.example"}
    assert admin.post("/sources", data=named).headers["location"] == "/first-run"
    [source] = read_config(empty.workspace).source
    assert source.path == str(EXPORTS)


def test_the_company_is_written_into_muster_toml_and_nothing_else_changes(
    client: Callable[..., Any], empty: Any
) -> None:
    file = empty.workspace / "muster.toml"
    before = file.read_text("utf-8")
    told = {
        "name": "Halden & Co",
        "currency": "gbp",
        "own_domains": "Halden.example, ada@mail.halden.test; halden.example",
        "live_since": "2026-01-05",
        "back": "/settings/sources",
    }
    assert client("analyst", empty).post("/company", data=told).headers["location"] == "/settings/sources"
    company = read_config(empty.workspace).company
    assert (company.name, company.currency) == ("Halden & Co", "GBP")
    assert company.own_domains == ("halden.example", "halden.test")
    assert company.live_since is not None and company.live_since.isoformat() == "2026-01-05"
    kept = [line for line in before.splitlines() if not line.startswith(("name", "currency", "own_domains"))]
    assert set(kept) <= set(file.read_text("utf-8").splitlines())
    assert entries(empty.store)[-1].action == "change_company"
    told["live_since"] = ""
    client("analyst", empty).post("/company", data=told)
    assert read_config(empty.workspace).company.live_since is None
    after = file.read_text("utf-8")
    assert client("analyst", empty).post("/company", data=told | {"currency": "pounds"}).status_code == 422
    assert client("rep", empty).post("/company", data=told | {"name": "Hers"}).status_code == 403
    assert file.read_text("utf-8") == after


def test_who_may_not_run_is_told_so(client: Callable[..., Any], empty: Any) -> None:
    rep = client("rep", empty)
    assert "An analyst or admin does this" in rep.get("/first-run").text
    assert rep.post("/sources/build").status_code == 403
    assert rep.get("/worklist.json").status_code == 503


def test_what_people_did_is_asked_for_with_a_name_that_is_free(
    client: Callable[..., Any], empty: Any
) -> None:
    admin = client("admin", empty)
    admin.post("/sources", data={"path": str(EXPORTS), "name": "crm"})
    assert (
        'name="name" value="crm-2"' in admin.get("/first-run").text
    )  # another CRM, not the one that is there
    form = (
        admin.get("/first-run?add=engagement").text.partition('id="another" open')[2].partition("</form>")[0]
    )
    assert 'name="name" value="web"' in form and 'name="solution_field"' not in form


class Going:
    """A process that has begun, and does not hold the workspace yet."""

    def poll(self) -> None:
        """It goes on."""


@pytest.mark.parametrize("page", ["/first-run", "/settings/sources"])
def test_a_run_is_told_from_the_click_on(
    client: Callable[..., Any], own_server: Any, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setitem(background._running, (own_server.workspace, "run"), Going())
    told = client("admin", own_server).get(page).text
    assert "A run is going" in told and "Build the tables" not in told
    assert f'hx-get="{page}"' in told.partition('id="building"')[2].partition(">")[0]
