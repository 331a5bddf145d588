from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from muster.cli import machine
from muster.engine.lock import hold
from muster.workspace import open_workspace


def findings(muster, folder):
    result = muster("doctor", "-w", folder, "--json")
    said = json.loads(result.stdout)
    assert result.exit_code == (1 if said["needs_look"] else 0)
    return {(f["what"], f["state"]): f for f in said["findings"]}


def test_a_whole_workspace_is_fine(muster, built):
    found = findings(muster, built)
    assert {state for _, state in found} <= {"fine", "note"}
    assert "whole" in found["tables", "fine"]["says"]
    assert ("lock", "fine") in found
    assert ("muster.toml", "fine") in found


def test_every_finding_that_needs_a_look_has_a_remedy(muster, acme):
    (acme / "rules" / "roles.csv").write_text("nonsense\n")
    config = acme / "muster.toml"
    config.write_text(config.read_text().replace('path = "records/', 'path = "gone/'))
    open_workspace(acme).published.path("score").write_bytes(b"")
    open_workspace(acme).published.path("share").unlink()
    result = muster("doctor", "-w", acme)
    assert result.exit_code == 1
    found = [f for f in findings(muster, acme).values() if f["state"] == "look"]
    assert {f["what"] for f in found} >= {"rules", "tables", "source engagement"}
    assert all(f["remedy"] for f in found)
    assert "damaged or missing: score, share" in result.stdout
    assert f"muster run -w {acme}" in result.stdout


def test_a_wrong_key_is_found(muster, acme):
    (acme / "muster.toml").write_text('[company]\nname = "A"\ncurency = "USD"\n')
    assert "Did you mean currency?" in findings(muster, acme)["muster.toml", "look"]["says"]


def test_it_says_who_holds_the_workspace(muster, acme):
    with hold(acme, "muster run"):
        found = findings(muster, acme)
    assert "`muster run`" in found["lock", "note"]["says"]
    assert ("lock", "fine") in findings(muster, acme)


def test_what_a_stopped_run_left_is_named(muster, acme):
    (acme / ".muster" / "landing").mkdir()
    assert "landing" in findings(muster, acme)["left behind", "note"]["says"]


def test_tables_of_another_version_are_named(muster, acme):
    file = open_workspace(acme).published.folder / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"code_hash": "of old"}))
    assert "another version" in findings(muster, acme)["tables", "note"]["says"]


def test_a_failed_run_is_remembered(muster, acme):
    settings = acme / "muster.toml"
    settings.write_text(settings.read_text().replace("[engine]", '[engine]\nmemory_limit = "nonsense"'))
    assert muster("run", "-w", acme).exit_code != 0
    found = findings(muster, acme)["last run", "note"]
    assert "muster run" in found["remedy"]


def test_the_current_folder_need_not_be_a_workspace(muster, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = muster("doctor")
    assert result.exit_code == 0
    assert "muster init" in result.stdout
    assert muster("doctor", "-w", "elsewhere").exit_code == 1


def test_a_full_disk_needs_a_look(tmp_path):
    assert machine.disk("disk", tmp_path, free=10 * 1024**2).state == "look"
    assert machine.disk("disk", tmp_path, free=50 * 1024**3).state == "fine"


def test_a_folder_that_cannot_be_written_needs_a_look():
    assert machine.rights("rights", Path("/proc")).state == "look"


@pytest.mark.parametrize(
    ("found", "requirement", "is_in"),
    [
        ("2.0.0", "duckdb<3,>=1.5.5", True),
        ("1.5.5", "duckdb<3,>=1.5.5", True),
        ("1.5.4", "duckdb<3,>=1.5.5", False),
        ("3.0.0", "duckdb<3,>=1.5.5", False),
        ("0.7.9", "pysail==0.7.*; extra == 'sail'", True),
        ("0.8.0", "pysail==0.7.*; extra == 'sail'", False),
        ("30.30.0", "sqlglot<31,>=30.8", True),
    ],
)
def test_versions_are_compared_as_numbers(found, requirement, is_in):
    assert machine.in_range(found, requirement) is is_in


def test_a_library_out_of_range_or_missing_needs_a_look(monkeypatch):
    monkeypatch.setattr(machine, "requires", lambda name: ["duckdb<1", "no-such-library>=1"])
    looks = [f for f in machine.versions() if f.state == "look"]
    assert [f.what for f in looks] == ["duckdb", "no-such-library"]
    assert 'pip install "duckdb<1"' in looks[0].remedy


def test_an_old_java_is_no_java_for_spark(monkeypatch, tmp_path):
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!{sys.executable}\nimport sys\nsys.stderr.write('openjdk version \"11.0.2\"')\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setattr(machine, "find_spec", lambda name: True if name == "pyspark" else None)
    spark = next(f for f in machine.engines() if f.what == "engine spark")
    assert "Java 11 is too old" in spark.says


def test_a_run_that_was_stopped_is_told_in_words_whatever_the_log_names(muster, acme):
    log = acme / ".muster" / "log" / "runs.jsonl"
    log.parent.mkdir(parents=True, exist_ok=True)
    for why, told in (
        ("RuntimeError", "ended early: it was stopped"),
        ("ZeroDivisionError", "a fault in Muster itself (ZeroDivisionError)"),
        ("No disk.", "ended early: No disk."),
    ):
        log.write_text(json.dumps({"started_at": "2026-01-01", "ended": "failed", "why": why}) + "\n")
        assert told in muster("doctor", "-w", acme).stdout


def test_the_log_says_in_words_why_a_run_ended(muster, acme, monkeypatch):
    for error, told in (
        (RuntimeError("Query interrupted"), "it was stopped (Ctrl-C, or the system asked it to end)"),
        (SystemExit(143), "it was stopped (Ctrl-C, or the system asked it to end)"),
        (ZeroDivisionError("oh"), "a fault in Muster itself (ZeroDivisionError: oh)"),
        (OSError(28, "No space left on device", "/x"), "/x: No space left on device"),
    ):

        def fail(*_: object, _error: BaseException = error, **__: object) -> None:
            raise _error

        monkeypatch.setattr("muster.flow.run", fail)
        muster("run", "-w", acme)
        last = json.loads((acme / ".muster/log/runs.jsonl").read_text().splitlines()[-1])
        assert last["why"] == told
