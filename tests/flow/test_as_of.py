"""Nothing looks ahead: what a run as of T says depends on nothing that came after T."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from tests.flow.cutting import changed_copy, cut, cut_naively, permute_after

from muster.workspace import Workspace, open_workspace

DATES = (
    datetime(2024, 8, 14, 15, 30, tzinfo=UTC),  # in the middle of a day, a week and a quarter
    datetime(2025, 3, 31, tzinfo=UTC),
)
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


def built(folder: Path, at: datetime) -> Workspace:
    workspace = open_workspace(folder)
    workspace.run(as_of=at)
    return workspace


@pytest.mark.parametrize("at", DATES, ids=str)
@pytest.mark.parametrize("cutter", [cut, cut_naively], ids=["cut", "naive cut"])
def test_full_export_as_of_t_equals_the_export_cut_at_t(
    halden: Path,
    halden_as_of: Callable[[datetime], Workspace],
    tmp_path: Path,
    at: datetime,
    cutter: Callable[..., None],
) -> None:
    then = built(changed_copy(halden, tmp_path / "cut", partial(cutter, at=at)), at)
    assert differing(halden_as_of(at), then) == []


@pytest.mark.parametrize("at", DATES, ids=str)
def test_mixing_up_the_future_changes_nothing(
    halden: Path, halden_as_of: Callable[[datetime], Workspace], tmp_path: Path, at: datetime
) -> None:
    mixed = built(changed_copy(halden, tmp_path / "mixed", partial(permute_after, at=at, seed=7)), at)
    assert differing(halden_as_of(at), mixed) == []


@pytest.mark.shared
def test_the_large_company_as_of_t_equals_its_export_cut_at_t(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = datetime(2024, 6, 30, tzinfo=UTC)
    example = Path(__file__).resolve().parents[2] / "examples" / "world"
    workspaces = []
    for name in ("full", "cut"):
        folder = tmp_path / name
        change = partial(cut, at=at) if name == "cut" else lambda export: None
        data = changed_copy(shared_data / "world", folder / "data", change)
        workspace = changed_copy(example, folder / "workspace", lambda export: None)
        monkeypatch.setenv("WORLD", str(data))
        workspaces.append(built(workspace, at))
    assert differing(*workspaces) == []
