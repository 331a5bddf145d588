from __future__ import annotations

import json

from muster.config.reading import read_config
from muster.rules.read import read_rules, rule_shapes


def test_init_makes_a_workspace_that_can_be_read_and_says_what_to_edit(muster, tmp_path):
    result = muster("init", tmp_path / "acme")
    assert result.exit_code == 0
    assert read_config(tmp_path / "acme").company.name == "acme"
    assert read_rules(tmp_path / "acme" / "rules").version
    assert str(tmp_path / "acme" / "muster.toml") in result.stdout
    assert f"muster check -w {tmp_path / 'acme'}" in result.stderr


def test_init_keeps_what_is_there(muster, tmp_path):
    muster("init", tmp_path)
    (tmp_path / "muster.toml").write_text('[company]\nname = "Ours"\n')
    result = muster("init", "-w", tmp_path)
    assert result.exit_code == 0
    assert "nothing was changed" in result.stdout
    assert read_config(tmp_path).company.name == "Ours"


def test_init_names_the_files_it_made(muster, tmp_path):
    made = json.loads(muster("init", tmp_path, "--json").stdout)["made"]
    assert made[0] == str(tmp_path / "muster.toml")
    assert len(made) == 1 + len(rule_shapes())


def test_init_refuses_two_folders_and_a_file(muster, tmp_path):
    assert muster("init", tmp_path / "a", "-w", tmp_path / "b").exit_code == 2
    (tmp_path / "file").touch()
    result = muster("init", tmp_path / "file")
    assert result.exit_code == 2
    assert "muster init" in result.stderr
