"""The bundled company, built once, and one archive of it that tests ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from muster.demo import copy_company
from muster.explain.archive import Archive
from muster.explain.tell import archive_of
from muster.workspace import Workspace, open_workspace


def build(folder: Path, *, as_of: datetime | None = None) -> Workspace:
    workspace = open_workspace(copy_company(folder))
    workspace.run(as_of=as_of)
    return workspace


@pytest.fixture(scope="session")
def halden(bundled: Path) -> Workspace:
    """The bundled company as of its last record. Tests that change its tables copy it first."""
    return open_workspace(bundled)


@pytest.fixture(scope="session")
def halden_then(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The bundled company as of a day in the middle of its history."""
    return build(tmp_path_factory.mktemp("explain") / "then", as_of=datetime(2025, 3, 31, 12, tzinfo=UTC))


@pytest.fixture(scope="session")
def archive(halden: Workspace) -> Iterator[Archive]:
    with archive_of(halden) as opened:
        yield opened
