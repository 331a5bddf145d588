from __future__ import annotations

import errno
import tempfile
from pathlib import Path

import pytest

from muster.cli.endings import end
from muster.problems import (
    CheckFailed,
    ConfigError,
    MissingExtra,
    MusterError,
    RuleError,
    StoreBusy,
    UserDataError,
    WorkspaceBusy,
    WrongUse,
)


@pytest.mark.parametrize(
    ("error", "code", "next_command"),
    [
        (UserDataError("bad rows"), 1, "muster check -w acme"),
        (RuleError("bad rule"), 1, "muster check -w acme"),
        (CheckFailed("bad table"), 1, "muster doctor -w acme"),
        (WrongUse("no such thing"), 2, "muster export --help"),
        (ConfigError("bad key"), 2, "muster check -w acme"),
        (WorkspaceBusy("busy"), 2, "muster doctor -w acme"),
        (StoreBusy("busy", remedy="Try again."), 2, "Try again."),
        (MissingExtra("spark", needed_for="Spark"), 2, "muster doctor -w acme"),
        (PermissionError(errno.EACCES, "no", "/x/y"), 2, "muster export --help"),
        (OSError(errno.ENOSPC, "full", "/x/y"), 2, "Free some space"),
        (MusterError("rows lost"), 3, "muster doctor -w acme"),
        (ValueError("oops"), 3, "muster doctor -w acme"),
    ],
)
def test_every_error_has_its_code_and_names_the_next_command(capsys, error, code, next_command):
    assert end(error, Path("acme"), asked="export") == code
    said = capsys.readouterr()
    assert said.err.startswith("muster: ")
    assert next_command in said.err
    assert said.out == ""
    assert "Traceback" not in said.err


def test_a_remedy_that_names_a_command_is_enough(capsys):
    end(WrongUse("No.", remedy="Do: muster init"), Path("acme"))
    assert capsys.readouterr().err == "muster: No.\n  Do: muster init\n"


def test_ctrl_c_inside_a_query_is_no_fault(capsys):
    assert end(RuntimeError("Query interrupted"), Path("acme")) == 130
    assert "Stopped" in capsys.readouterr().err


def test_our_fault_leaves_the_traceback_in_the_log_of_the_workspace(muster, acme, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a fault\nof ours")

    monkeypatch.setattr("muster.cli.run.build", fail)
    result = muster("run", "-w", acme)
    assert result.exit_code == 3
    assert "ZeroDivisionError" in result.stderr
    assert "Traceback" not in result.stderr
    [log] = (acme / ".muster" / "log").glob("error-*.txt")
    assert str(log) in result.stderr.replace("\n", "")
    assert "in fail" in log.read_text()


def test_outside_a_workspace_the_traceback_goes_to_the_temporary_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert end(ZeroDivisionError("x"), Path("nowhere")) == 3
    [log] = tmp_path.glob("error-*.txt")
    assert "ZeroDivisionError" in log.read_text()
    assert not Path("nowhere").exists()
    assert capsys.readouterr().out == ""


def test_ctrl_c_inside_an_import_is_no_fault(capsys):
    torn = ImportError("cannot import")
    torn.__cause__ = KeyboardInterrupt()
    assert end(torn, Path("acme")) == 130
    assert end(RuntimeError("KeyboardInterrupt: \n\nAt: numpy/core.py"), Path("acme")) == 130
    assert "report" not in capsys.readouterr().err
