from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import muster.cli
from muster.cli.endings import CODES

COMMANDS = ("init", "check", "run", "query", "explain", "report", "replay", "export", "demo", "doctor")


def test_help_lists_the_commands_in_the_order_a_newcomer_meets_them(muster):
    said = muster("--help").stdout
    places = [said.index(f"│ {command} ") for command in COMMANDS]
    assert places == sorted(places)


def test_help_documents_every_exit_code(muster):
    said = muster("--help").stdout
    for code, meaning in CODES.items():
        assert f"{code:<3}  {meaning}" in said


@pytest.mark.parametrize("command", [*[(c,) for c in COMMANDS if c != "report"], ("report", "board")])
def test_every_command_has_help_with_an_example_and_takes_a_workspace(muster, command):
    result = muster(*command, "--help")
    assert result.exit_code == 0
    assert f" muster {' '.join(command)}" in result.stdout.partition("Examples:")[2]
    assert "--workspace" in result.stdout
    assert "--json" in result.stdout


def test_no_command_is_wrong_use_and_shows_the_help(muster):
    result = muster()
    assert result.exit_code == 2
    assert "Exit codes" in result.output


def test_a_misspelt_command_names_the_nearest(muster):
    result = muster("querry")
    assert result.exit_code == 2
    assert "query" in result.stderr
    assert not result.stdout


def test_version_is_that_of_the_package(muster):
    assert muster("--version").stdout == "muster 0.1.0\n"


def test_help_starts_no_engine():
    # The command line alone: whatever `import muster` itself brings is not its doing.
    program = f"""
import sys, types
package = types.ModuleType("muster")
package.__path__ = [{str(Path(muster.cli.__file__).parents[1])!r}]
sys.modules["muster"] = package
sys.argv = ["muster", "--help"]
from muster.cli import main
try:
    main()
except SystemExit as ending:
    assert ending.code == 0
heavy = {{"duckdb", "pyarrow", "sqlglot", "numpy", "jinja2"}} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
