"""The bundled company, built once, and one archive of it that tests ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from muster.explain.archive import Archive
from muster.explain.tell import archive_of
from muster.workspace import Workspace, open_workspace


@pytest.fixture(scope="session")
def halden(bundled: Path) -> Workspace:
    """The bundled company as of its last record. Tests that change its tables copy it first."""
    return open_workspace(bundled)


@pytest.fixture(scope="session")
def halden_then(halden_as_of: Callable[[datetime | None], Workspace]) -> Workspace:
    """The bundled company as of a day in the middle of its history."""
    return halden_as_of(datetime(2025, 3, 31, tzinfo=UTC))


@pytest.fixture(scope="session")
def archive(halden: Workspace) -> Iterator[Archive]:
    with archive_of(halden) as opened:
        yield opened
