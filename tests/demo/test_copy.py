"""`copy_company` gives a workspace, and never writes into somebody's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.config.reading import read_config
from muster.demo import copy_company, edited
from muster.problems import WrongUse


def test_copy_is_a_workspace_with_all_its_files(tmp_path: Path) -> None:
    workspace = copy_company(tmp_path / "halden")
    config = read_config(workspace)
    assert config.company.name == "Halden Analytics"
    for source in config.source:
        assert (workspace / source.path).exists(), source.path
    assert (workspace / "rules" / "solutions.csv").is_file()


def test_copy_fills_an_empty_folder(tmp_path: Path) -> None:
    assert (copy_company(tmp_path) / "muster.toml").is_file()


def test_copy_refreshes_an_older_demo_and_keeps_what_was_built(tmp_path: Path) -> None:
    workspace = copy_company(tmp_path / "halden")
    built = workspace / ".muster" / "tables"
    built.mkdir(parents=True)
    (workspace / "crm" / "Account.csv").write_text("spoilt", "utf-8")
    copy_company(workspace)
    assert built.is_dir()
    assert (workspace / "crm" / "Account.csv").read_text("utf-8").startswith("Id,Name,")


@pytest.mark.parametrize("name", ["notes.txt", "muster.toml"])
def test_copy_leaves_other_folders_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('[company]\nname = "Acme"\n', "utf-8")
    with pytest.raises(WrongUse, match="is not empty"):
        copy_company(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_copy_refuses_a_file(tmp_path: Path) -> None:
    (tmp_path / "halden").write_text("", "utf-8")
    with pytest.raises(WrongUse):
        copy_company(tmp_path / "halden")


def test_copy_keeps_edited_settings_and_says_which(tmp_path: Path) -> None:
    workspace = copy_company(tmp_path / "halden")
    assert edited(workspace) == []
    mine = workspace / "muster.toml"
    text = mine.read_text("utf-8") + "\n# ours\n"
    mine.write_text(text, "utf-8")
    rule = workspace / "rules" / "stages.csv"
    rule.write_text("stage,position\n", "utf-8")
    copy_company(workspace)
    assert mine.read_text("utf-8") == text
    assert rule.read_text("utf-8") == "stage,position\n"
    assert edited(workspace) == [mine, rule]
