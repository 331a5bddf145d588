"""The bundled company, built once, and its tables as of the dates that several tests ask for."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from muster.demo import copy_company
from muster.engine import queries, syntax
from muster.workspace import Workspace, open_workspace

Built = Callable[[datetime | None], Workspace]


@pytest.fixture(scope="session", autouse=True)
def sql_read_once() -> Iterator[None]:
    """A test builds dozens of companies in one process; the same SQL text need not be parsed each time."""
    patch = pytest.MonkeyPatch()
    patch.setattr(queries, "read_tree", functools.cache(lambda sql, path: syntax.read_tree(sql, path=path)))
    yield
    patch.undo()


@pytest.fixture(scope="session")
def halden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled company's exports. Tests copy the folder before they change anything."""
    return copy_company(tmp_path_factory.mktemp("halden") / "halden")


@pytest.fixture(scope="session")
def halden_as_of(halden: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The bundled company's tables as of a date (None: the latest), built once each."""

    @functools.cache
    def built(at: datetime | None) -> Workspace:
        folder = copy_company(tmp_path_factory.mktemp("built") / "halden")
        workspace = open_workspace(folder)
        workspace.run(as_of=at)
        return workspace

    return built
