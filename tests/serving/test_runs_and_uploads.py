"""What holds the workspace is told as what it is: a run that goes, or an upload that is put in place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from tests.serving.conftest import serve

from muster.engine import run_log
from muster.engine.lock import HOME, hold
from muster.serving import scheduling
from muster.serving.pages import sources
from muster.workspace import init_workspace

UPLOAD = "muster serve: an upload"


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A workspace with a source and no tables, served; nobody looks at it meanwhile."""
    monkeypatch.setattr(sources, "begin_look", lambda workspace: None)
    folder = init_workspace(tmp_path / "acme").folder
    (folder / "web").mkdir()
    with (folder / "muster.toml").open("a", encoding="utf-8") as file:
        file.write('[[source]]\nname = "crm"\nkind = "salesforce"\npath = "web"\n')
    yield from serve(folder, ())


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs that somebody began, in place of processes."""
    found: list[str] = []
    monkeypatch.setattr(scheduling, "begin", lambda workspace, name, arguments: found.append(name))
    return found


def test_an_upload_is_no_run(client: Callable[..., Any], named: Any, begun: list[str]) -> None:
    analyst = client("analyst", named)
    with hold(named.workspace, UPLOAD):
        page = analyst.get("/first-run").text
        assert "A run is going" not in page and "tables are being built" not in page
        assert "No run is going; the workspace is busy: an upload." in page
        refused = analyst.post("/sources/build")
        assert (
            refused.status_code == 422 and "The workspace is busy: an upload." in refused.text and begun == []
        )
        assert "A run is going" not in analyst.get("/health/progress").text
    assert "the workspace is busy" not in analyst.get("/first-run").text
    assert analyst.post("/sources/build").status_code == 303 and begun == ["run"]


@pytest.mark.parametrize("command", ["muster run", "muster erase", "muster demo"])
def test_what_builds_the_tables_is_a_run(
    client: Callable[..., Any], named: Any, begun: list[str], command: str
) -> None:
    analyst = client("analyst", named)
    with hold(named.workspace, command):
        page = analyst.get("/first-run").text
        assert "A run is going" in page and "the workspace is busy" not in page
        assert analyst.post("/sources/build").status_code == 303 and begun == []  # one that goes is enough
        assert "A run is going." in analyst.get("/health/progress").text


def test_a_run_that_was_killed_is_told_while_an_upload_comes_in(named: Any) -> None:
    log = named.workspace / HOME / "log"
    log.mkdir(parents=True, exist_ok=True)
    (log / "run-begun.json").write_text(json.dumps({"started_at": "2026-11-01T05:00:00+00:00"}), "utf-8")
    with hold(named.workspace, UPLOAD):
        assert [entry["why"] for entry in run_log.entries(named.workspace)] == [run_log.BROKEN_OFF]
    with hold(named.workspace, "muster run"):
        assert run_log.entries(named.workspace) == []  # it goes on


def test_an_upload_that_is_told_as_a_run_is_noticed(
    client: Callable[..., Any], named: Any, begun: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seeded fault: whatever holds the workspace counts as a run, as it once did."""
    monkeypatch.setattr(scheduling, "_BUILDERS", (*scheduling._BUILDERS, UPLOAD))
    with pytest.raises(AssertionError):
        test_an_upload_is_no_run(client, named, begun)


def test_a_run_that_is_due_waits_for_an_upload(named: Any, begun: list[str]) -> None:
    due = Thread(target=scheduling.begin_on_time, args=[named.workspace])
    with hold(named.workspace, UPLOAD):
        due.start()
        due.join(0.5)
        assert begun == [] and due.is_alive()
    due.join(10)
    assert begun == ["run"] and not due.is_alive()
