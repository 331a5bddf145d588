"""One company a file: see telling.py."""

from __future__ import annotations

import pytest

from muster.workspace import Workspace


@pytest.fixture(scope="module")
def ws(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The company of all stories of the file that asks."""
    workspace: Workspace = request.module.told.build(tmp_path_factory.mktemp(request.module.__name__[-20:]))
    return workspace
