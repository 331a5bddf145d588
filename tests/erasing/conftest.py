"""The bundled company, of which one person is erased."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.built_once import built_once

from muster import flow
from muster.deciding.erasure import Preview, preview_erasure
from muster.sources.suppression import read_suppression
from muster.store.decisions import Decision, add_decision
from muster.store.deliveries import Outgoing, put
from muster.store.opening import open_or_make
from muster.workspace import Workspace, open_workspace

YUSUF = "yusuf.kruger@falconerassurance.example"
NAMED = (  # everything by which the bundled company's exports name him
    *(YUSUF, "ykruger@falconerassurance.example", "Yusuf Kruger"),
    *("003Hd0Ed9aenLXZIC2", "00QHd0gfERTfu1OMYR", "00QHd0ybmNY4XZPMQ3", "00QHd0gfERTfu1O"),
    "p3bdda5e28610c62b",
)
EXPORTS = ("crm", "events", "reference")


@dataclass(frozen=True)
class Erased:
    """The bundled company before and after one of its people was erased."""

    before: Workspace
    after: Workspace
    preview: Preview


@pytest.fixture(scope="session")
def erased(bundled: Path, tmp_path_factory: pytest.TempPathFactory) -> Erased:
    """The bundled company without Yusuf Kruger, of whom its store, log and replay told, too.

    The erasure was killed midway, and ended by the next run.
    """

    def build(folder: Path) -> None:
        shutil.copytree(bundled, folder, symlinks=True)
        ws = open_workspace(folder)
        tell_of_him(ws)
        erase_and_kill(ws)
        ws.run(as_of=datetime.fromisoformat(ws.published.manifest["as_of"]))  # any run ends what was begun

    before = open_workspace(bundled)
    after = open_workspace(built_once(tmp_path_factory, "halden-erased", build))
    return Erased(before, after, preview_erasure(before, YUSUF))


def erase_and_kill(ws: Workspace) -> None:
    """An erasure whose process dies while tables are made: those of before stay in force, whole."""
    before = ws.published.folder

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(flow, "run", killed)
        with pytest.raises(KeyboardInterrupt):
            ws.erase([preview_erasure(ws, YUSUF).whom], by="ada")
    told = read_suppression(ws.folder)
    assert told is not None and len(told.pending) == 1
    assert ws.published.folder == before and not ws.published.damaged()


def tell_of_him(ws: Workspace) -> None:
    """Let every place that is no table name him: a decision, a message, a log, a replay, a report."""
    with closing(open_or_make(ws.folder, ws.config.store)) as store:
        told = Decision("", "merge", YUSUF, "00QHd0ybmNY4XZPMQ3", "Yusuf Kruger moved", "ada", "2026-01-05")
        add_decision(store, told, seen=())
        payload = {"sentence": "Yusuf Kruger joined", "link": "/people/p3bdda5e28610c62b"}
        put(store, [Outgoing("k p3bdda5e28610c62b", "second_lead", "mail", payload)], now=datetime.now(UTC))
    home = ws.folder / ".muster"
    (home / "log").mkdir(exist_ok=True)
    (home / "log" / "serving-run.txt").write_text(f"could not tell {YUSUF}\n", "utf-8")
    (home / "replay").mkdir()
    shutil.copy(home / "tables" / "person.parquet", home / "replay" / "person.parquet")
    (ws.folder / "reports").mkdir()
    (ws.folder / "reports" / "group.html").write_text("<td>Yusuf Kruger</td>", "utf-8")
