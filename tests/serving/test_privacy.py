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
