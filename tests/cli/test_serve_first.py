"""`muster serve` on an empty folder makes it a workspace; on any other folder it makes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from muster.cli import serve


@pytest.fixture(autouse=True)
def served(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Nobody listens; the folders that would be served."""
    told: list[Path] = []
    monkeypatch.setattr(serve, "serve_until_stopped", lambda opened, **_: told.append(opened.folder))
    return told


def test_an_empty_folder_is_made_a_workspace(muster: Any, tmp_path: Path, served: list[Path]) -> None:
    said = muster("serve", "-w", tmp_path)
    assert said.exit_code == 0 and served == [tmp_path]
    assert (tmp_path / "muster.toml").is_file() and (tmp_path / "rules" / "titles.csv").is_file()


def test_a_folder_that_is_misspelt_or_holds_something_else_is_not(
    muster: Any, tmp_path: Path, served: list[Path]
) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.txt").write_text("mine", "utf-8")
    for wrong in ("photos", "not-there"):
        said = muster("serve", "-w", tmp_path / wrong)
        assert said.exit_code == 2 and "mkdir DIR && muster serve -w DIR" in " ".join(said.output.split())
    assert served == [] and sorted(p.name for p in tmp_path.rglob("*")) == ["one.txt", "photos"]


def test_a_serve_that_fills_any_folder_is_noticed(
    muster: Any, tmp_path: Path, served: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seeded fault: every folder is taken for an empty one."""
    monkeypatch.setattr(serve, "_is_empty", lambda folder: True)
    with pytest.raises(AssertionError):
        test_a_folder_that_is_misspelt_or_holds_something_else_is_not(muster, tmp_path, served)
