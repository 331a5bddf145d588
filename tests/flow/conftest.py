"""The bundled company and companies drawn from seeds, each built once for all tests that ask for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.built_once import built_once
from tests.flow.learnt_later import LEARNT_AT, LEARNT_LATER, TOLD_AT
from tests.flow.oracle_paths import PATHS
from tests.flow.random_company import records

from muster.demo import copy_company
from muster.testing import company
from muster.workspace import Workspace, open_workspace

Built = Callable[[datetime | None], Workspace]
Drawn = Callable[[int], Workspace]
Learnt = tuple[Workspace, Workspace]
NAME = "%Y%m%dT%H%M%S%f"  # an instant in a folder's name
DRAWN_AS_OF = datetime(2025, 10, 1, tzinfo=UTC)  # three months after the last act of a drawn company


@pytest.fixture(scope="session")
def halden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled company's exports. Tests copy the folder before they change anything."""
    return copy_company(tmp_path_factory.mktemp("halden") / "halden")


@pytest.fixture(scope="session")
def world_as_of(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The tables of the large company as of a date (None: the latest), built once each."""

    def built(at: datetime | None) -> Workspace:
        def build(folder: Path) -> None:
            build_world(folder, shared_data / "world", at)

        name = "world" if at is None else f"world-{at:{NAME}}"
        return open_workspace(built_once(tmp_path_factory, name, build))

    return built


def build_world(folder: Path, data: Path, at: datetime | None) -> Workspace:
    """The example workspace of the large company in a folder, on the exports in another."""
    example = Path(__file__).resolve().parents[2] / "examples" / "world"
    shutil.copytree(example, folder, ignore=shutil.ignore_patterns(".muster"))
    workspace = open_workspace(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORLD", str(data))
        workspace.run(as_of=at)
    return workspace


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """The tables of the company drawn from a seed, built once each."""

    def built(seed: int) -> Workspace:
        def build(folder: Path) -> None:
            company(folder, *records(seed), rules={"paths": PATHS}, as_of=DRAWN_AS_OF)

        return open_workspace(built_once(tmp_path_factory, f"seed{seed}", build))

    return built


@pytest.fixture(scope="session")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Learnt:
    """The company that learns late, as of before it did and after."""
    story = [record for records in LEARNT_LATER.values() for record in records]
    then = company(tmp_path_factory.mktemp("then"), *story, as_of=LEARNT_AT)
    return then, company(tmp_path_factory.mktemp("now"), *story, as_of=TOLD_AT)
