"""Nothing looks ahead: what a run as of T says depends on nothing that came after T."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from tests.flow.conftest import Built, build_world
from tests.flow.cutting import changed_copy, cut, cut_naively, permute_after

from muster.workspace import Workspace, open_workspace

MIDDLE = datetime(2024, 8, 14, 15, 30, tzinfo=UTC)  # in the middle of a day, a week and a quarter
END = datetime(2025, 3, 31, tzinfo=UTC)
WORLD_AT = datetime(2024, 6, 30, tzinfo=UTC)
ABOUT_FILES = {"intake_ledger", "problem"}  # these tell of the files, which do differ


def digests(workspace: Workspace) -> dict[str, str]:
    """The SHA-256 of every published table that does not tell of the files."""
    published = workspace.published
    return {
        name: hashlib.sha256(published.path(name).read_bytes()).hexdigest()
        for name in published.manifest["tables"]
        if name not in ABOUT_FILES
    }


def differing(one: Workspace, other: Workspace) -> list[str]:
    left, right = digests(one), digests(other)
    assert left.keys() == right.keys() and len(left) > 25
    return [name for name in left if left[name] != right[name]]


def built(folder: Path, at: datetime | None) -> Workspace:
    workspace = open_workspace(folder)
    workspace.run(as_of=at)
    return workspace


@pytest.mark.parametrize(
    ("at", "cutter"), [(MIDDLE, cut), (END, cut), (MIDDLE, cut_naively)], ids=["middle", "end", "naive cut"]
)
def test_full_export_as_of_t_equals_the_export_cut_at_t(
    halden: Path, halden_as_of: Built, tmp_path: Path, at: datetime, cutter: Callable[..., None]
) -> None:
    then = built(changed_copy(halden, tmp_path / "cut", partial(cutter, at=at)), at)
    assert differing(halden_as_of(at), then) == []


def test_mixing_up_the_future_changes_nothing(halden: Path, halden_as_of: Built, tmp_path: Path) -> None:
    mixed = built(changed_copy(halden, tmp_path / "mixed", partial(permute_after, at=END, seed=7)), END)
    assert differing(halden_as_of(END), mixed) == []


@pytest.mark.shared
def test_the_large_company_as_of_t_equals_its_export_cut_at_t(
    shared_data: Path, world_as_of: Built, tmp_path: Path
) -> None:
    data = changed_copy(shared_data / "world", tmp_path / "data", partial(cut, at=WORLD_AT))
    then = build_world(tmp_path / "cut", data, WORLD_AT)
    assert differing(world_as_of(WORLD_AT), then) == []
