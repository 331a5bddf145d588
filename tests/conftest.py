"""What all tests share: where the shared data are, and helpers that live beside the tests."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# Speed is measured in bench/: a slow machine fails no test.
settings.register_profile("muster", deadline=None)
settings.load_profile("muster")

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # so that a test can import a helper of its folder: tests.flow.cutting


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of shared data sets: MUSTER_SHARED, else `shared` beside the repository."""
    folder = Path(os.environ.get("MUSTER_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip("the shared data sets are not here; name their folder in MUSTER_SHARED")
    return folder


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled company's workspace with its tables; whoever changes anything copies it first."""
    from tests.built_once import built_once  # noqa: PLC0415 - only now the tests' folder is on the path

    from muster.demo import copy_company  # noqa: PLC0415
    from muster.workspace import open_workspace  # noqa: PLC0415

    return built_once(tmp_path_factory, "halden", lambda folder: open_workspace(copy_company(folder)).run())


@pytest.fixture(scope="session")
def halden_as_of(bundled: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[datetime | None], Any]:
    """The bundled company's workspace with its tables as of a date (None: the latest), built once each."""
    from tests.built_once import built_once  # noqa: PLC0415 - only now the tests' folder is on the path

    from muster.demo import copy_company  # noqa: PLC0415
    from muster.workspace import Workspace, open_workspace  # noqa: PLC0415

    def built(at: datetime | None) -> Workspace:
        def build(folder: Path) -> None:
            open_workspace(copy_company(folder)).run(as_of=at)

        return open_workspace(
            bundled if at is None else built_once(tmp_path_factory, f"halden-{at:%s}", build)
        )

    return built


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A Chromium for all pages of a worker; skipped by name where there is none."""
    from tests.in_chromium import launched  # noqa: PLC0415 - only now the tests' folder is on the path

    yield from launched()
