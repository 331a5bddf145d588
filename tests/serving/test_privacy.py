"""Settings, Privacy: look at one person, type to confirm, and only then does anything begin."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from muster.erasing.erase import begin
from muster.erasing.whom import Whom
from muster.serving.pages import settings_privacy
from muster.sources.suppression import read_suppression
from muster.store.audit import entries

Client = Callable[..., httpx.Client]
YUSUF = "yusuf.kruger@falconerassurance.example"


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that a page begins, none of which runs here (tests/erasing has the run)."""
    commands: list[list[str]] = []

    def note(_: Path, name: str, arguments: list[str], **__: Any) -> None:
        commands.append([name, *arguments])

    monkeypatch.setattr(settings_privacy, "begin", note)
    return commands


def test_a_look_changes_nothing_and_stands_in_no_address(client: Client, begun: list[list[str]]) -> None:
    admin = client("admin")
    answer = admin.post("/settings/privacy/find", data={"who": YUSUF})
    assert answer.status_code == 200
    assert "Erase Yusuf Kruger" in answer.text
    assert "engagements" in answer.text
    assert YUSUF not in str(answer.url)
    assert begun == []
    nobody = admin.post("/settings/privacy/find", data={"who": "nobody@nowhere.example"})
    assert "The last run has no record, person or address" in nobody.text


def test_only_what_was_typed_begins_it_and_only_for_an_admin(client: Client, begun: list[list[str]]) -> None:
    admin = client("admin")
    page = admin.post("/settings/privacy/find", data={"who": YUSUF}).text
    [person] = re.findall(r'name="person_id" value="(\w+)"', page)
    for who in ("rep", "marketer", "analyst"):
        assert client(who).post("/settings/privacy/find", data={"who": YUSUF}).status_code == 403
        form = {"person_id": person, "typed": YUSUF}
        assert client(who).post("/settings/privacy", data=form).status_code == 403
    assert admin.post("/settings/privacy", data={"person_id": person, "typed": "yes"}).status_code == 422
    assert begun == []
    done = admin.post("/settings/privacy", data={"person_id": person, "typed": f" {YUSUF.upper()} "})
    assert done.status_code == 303
    by = ["--by", "admin@halden.example"]
    assert begun == [["erase", "erase", person, "--yes", "--json", *by]]


def test_the_page_says_who_was_erased_and_what_was_done(client: Client, own_server: Any) -> None:
    folder = own_server.workspace
    begin(folder, [Whom("p1", ("ann@acme.example",), ("C1",), (), ("Ann Smith",), ())], by="ada")
    told = read_suppression(folder)
    assert told is not None
    page = client("admin", own_server).get("/settings/privacy").text
    assert told.people[0].name in page
    assert "begun; the next run ends it" in page
    assert "ann@acme.example" not in page and "Ann Smith" not in page
    rows = client("admin", own_server).get("/settings/privacy.csv?table=erased").text
    assert told.people[0].name in rows
    assert json.loads(client("admin", own_server).get("/settings/privacy.json").text)["kept"]


def test_whom_a_rule_would_concern_is_seen_before_it_is_saved(client: Client, own_server: Any) -> None:
    admin, folder = client("admin", own_server), own_server.workspace
    before = (
        (folder / "rules" / "retention.csv").read_text() if (folder / "rules/retention.csv").exists() else ""
    )
    form = {"days": "180", "why": "agreed with our officer"}
    page = admin.post("/settings/privacy/strangers", data=form).text
    assert re.search(r"3 addresses and 1,325 browsers</strong>, silent since 2025-07-02 or longer", page)
    assert "no score, no hand-off and no dollar moves" in page
    assert "Save: 180 days" in page
    assert not before and not (folder / "rules" / "retention.csv").exists()
    saved = admin.post("/settings/privacy/strangers", data=form | {"verdict": "save"})
    assert saved.status_code == 303
    assert (folder / "rules" / "retention.csv").read_text("utf-8").endswith(",agreed with our officer\n")
    assert "After 180 days of silence a stranger goes by no name" in admin.get("/settings/privacy").text
    [noted] = [e for e in entries(own_server.store) if e.action == "change_rule"]
    assert (noted.who, noted.subject) == ("admin@halden.example", "rules/retention.csv")


@pytest.mark.parametrize(("days", "why", "said"), [("7", "x", "no silence"), ("90", " ", "needs a reason")])
def test_a_rule_that_cannot_hold_is_not_saved(
    client: Client, own_server: Any, days: str, why: str, said: str
) -> None:
    form = {"days": days, "why": why, "verdict": "save"}
    answer = client("admin", own_server).post("/settings/privacy/strangers", data=form)
    assert answer.status_code == 422
    assert said in answer.text
    assert not (own_server.workspace / "rules" / "retention.csv").exists()


def test_only_who_may_erase_may_take_names_away(client: Client) -> None:
    for who in ("rep", "marketer", "analyst"):
        answer = client(who).post("/settings/privacy/strangers", data={"days": "90", "why": "x"})
        assert answer.status_code == 403
