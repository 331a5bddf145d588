"""A source is taken out in the browser: what leaves is told first, and the audit trail keeps what it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.serving.conftest import Served

from muster.config.reading import read_config
from muster.serving import removing
from muster.serving.pages import remove_source
from muster.store.audit import entries, first_broken


@pytest.fixture(autouse=True)
def _nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remove_source, "begin_look", lambda workspace: None)


def test_what_leaves_is_told_and_the_rest_of_the_file_stays(
    client: Callable[..., Any], own_server: Served
) -> None:
    file = own_server.workspace / "muster.toml"
    before = read_config(own_server.workspace).source
    web = next(source for source in before if source.name == "web")
    analyst = client("analyst", own_server)
    page = analyst.get("/sources/web/remove").text
    assert "web_events.csv" in page and "engagement" in page and "the only source" not in page
    assert file.read_text("utf-8").count("[[source]]") == len(before)  # a look changes nothing
    answer = analyst.post("/sources/web/remove", data={"back": "/settings/sources"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings/sources")
    assert read_config(own_server.workspace).source == tuple(s for s in before if s.name != "web")
    assert "# our own people's visits are nobody's engagement" in file.read_text("utf-8")
    trail = entries(own_server.store)
    kept = json.loads(trail[-1].detail)
    assert (trail[-1].action, trail[-1].who) == ("remove_source", "analyst@halden.example")
    assert kept["source"]["columns"] == web.model_dump(mode="json", exclude_defaults=True)["columns"]
    assert kept["rows"] > 5000 and first_broken(trail) is None
    assert analyst.get("/board").status_code == 200  # pages stay until the next run
    assert analyst.get("/sources/web/remove").status_code == 404


@pytest.mark.parametrize(("choice", "is_left"), [("keep", True), ("delete", False)])
def test_uploaded_files_stay_or_go_as_is_said(
    client: Callable[..., Any], own_server: Served, choice: str, is_left: bool
) -> None:
    home = own_server.workspace / "uploads" / "mails"
    home.mkdir(parents=True)
    (home / "mails.csv").write_text("ts,event\n", "utf-8")
    with (own_server.workspace / "muster.toml").open("a", encoding="utf-8") as file:
        file.write(
            '\n[[source]]\nname = "mails"\nkind = "table"\npath = "uploads/mails"\ntable = "engagement"\n'
        )
    client("admin", own_server).post("/sources/mails/remove", data={"files": choice})
    assert home.exists() == is_left
    kept = json.loads(entries(own_server.store)[-1].detail)
    assert (kept["uploaded"], kept["files_deleted"]) == (["mails.csv"], not is_left)


def test_only_who_may_run_takes_a_source_out(client: Callable[..., Any], own_server: Served) -> None:
    before = read_config(own_server.workspace)
    for who in ("rep", "marketer"):
        assert client(who, own_server).get("/sources/web/remove").status_code == 403
        assert client(who, own_server).post("/sources/web/remove").status_code == 403
    assert client("admin", own_server).post("/sources/nothing/remove").status_code == 404
    assert read_config(own_server.workspace) == before


def test_the_wrong_source_taken_out_is_noticed(
    client: Callable[..., Any], own_server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seeded fault: the source after it goes in its place."""
    taken = removing.take_out
    monkeypatch.setattr(removing, "take_out", lambda workspace, number: taken(workspace, number + 1))
    with pytest.raises(AssertionError):
        test_what_leaves_is_told_and_the_rest_of_the_file_stays(client, own_server)
