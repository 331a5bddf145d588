"""Settings and rules are read again when their files change, and not before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from muster.problems import ConfigError, RuleError
from muster.serving import as_written
from muster.serving.as_written import config_of, rules_of

SETTINGS = '[company]\nname = "Acme"\ncurrency = "USD"\n'
CAPACITY = "solution_id,groups_a_week,per,effective_from,why\n*,{},company,2025-01-01,What sales can work\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "muster.toml").write_text(SETTINGS)
    (tmp_path / "rules" / "capacity.csv").write_text(CAPACITY.format(4))
    return tmp_path


def test_what_did_not_change_is_not_read_again(workspace: Path) -> None:
    assert config_of(workspace) is config_of(workspace)
    assert rules_of(workspace) is rules_of(workspace)


def test_a_changed_setting_counts_at_once(workspace: Path) -> None:
    assert config_of(workspace).company.name == "Acme"
    (workspace / "muster.toml").write_text(SETTINGS.replace("Acme", "Bolt"))  # of the same length
    assert config_of(workspace).company.name == "Bolt"


def test_a_file_put_in_place_of_another_with_its_size_and_date_counts_at_once(workspace: Path) -> None:
    before = (workspace / "muster.toml").stat()
    assert config_of(workspace).company.name == "Acme"
    other = workspace / "muster.toml.new"
    other.write_text(SETTINGS.replace("Acme", "Bolt"))
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(workspace / "muster.toml")
    assert config_of(workspace).company.name == "Bolt"


def test_a_rule_file_that_is_changed_added_or_removed_counts_at_once(workspace: Path) -> None:
    def capacity() -> object:
        return rules_of(workspace)["capacity"][0]["groups_a_week"]

    assert capacity() == 4
    (workspace / "rules" / "capacity.csv").write_text(CAPACITY.format(5))
    assert capacity() == 5
    (workspace / "rules" / "capacity.csv").unlink()
    assert capacity() == pytest.approx(1.2)  # the default
    (workspace / "rules" / "capacity.csv").write_text(CAPACITY.format(6))
    assert capacity() == 6


def test_decisions_that_appear_are_one_more_source(workspace: Path) -> None:
    before = len(config_of(workspace).source)
    decisions = workspace / as_written.DECISIONS
    decisions.parent.mkdir(parents=True, exist_ok=True)
    decisions.write_text("decision_id,kind,subject_id,other_id,reason,decided_by,decided_at,value,about_at\n")
    assert len(config_of(workspace).source) == before + 1


def test_what_is_wrong_is_told_each_time_until_it_is_mended(workspace: Path) -> None:
    (workspace / "muster.toml").write_text('[company]\nnam = "Acme"\n')
    (workspace / "rules" / "capacity.csv").write_text("solution,why\n")
    for _ in range(2):
        with pytest.raises(ConfigError):
            config_of(workspace)
        with pytest.raises(RuleError):
            rules_of(workspace)
    (workspace / "muster.toml").write_text(SETTINGS)
    (workspace / "rules" / "capacity.csv").write_text(CAPACITY.format(7))
    assert config_of(workspace).company.name == "Acme"
    assert rules_of(workspace)["capacity"][0]["groups_a_week"] == 7


def test_settings_kept_whatever_was_written_are_noticed(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(as_written, "_marks", lambda files: ())
    assert config_of(workspace).company.name == "Acme"
    (workspace / "muster.toml").write_text(SETTINGS.replace("Acme", "Bolt"))
    assert config_of(workspace).company.name == "Acme"
