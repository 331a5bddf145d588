"""The tutorial is true: its commands, run one after the other, print what it shows."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.docs.pages import DOCS, blocks

_VARYING = re.compile(r"\d+\.\d s|\d{6}-[0-9a-f]{8}")  # seconds, and the run's id


def steps() -> list[tuple[str, list[str]]]:
    """The tutorial's commands and what it prints below each."""
    found: list[tuple[str, list[str]]] = []
    for block in blocks((DOCS / "tutorial.md").read_text("utf-8"), "console"):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


@pytest.fixture
def environment() -> dict[str, str]:
    return os.environ | {"NO_COLOR": "1", "COLUMNS": "110", "TZ": "UTC"}


def test_the_tutorial_prints_what_it_shows(tmp_path: Path, environment: dict[str, str]) -> None:
    folder = tmp_path
    for command, shown in steps():
        if command.startswith("pip "):
            continue
        if command.startswith("cd "):
            folder /= command[3:]
            continue
        words = shlex.split(command)
        assert words[0] == "muster"
        run = [sys.executable, "-c", "from muster.cli import main; main()", *words[1:]]
        done = subprocess.run(run, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == (1 if words[1] == "check" else 0), done.stderr
        printed = [line.strip(" -") for line in _VARYING.sub("#", done.stdout).splitlines()]
        for line in (_VARYING.sub("#", line).strip(" -") for line in shown if line != "..."):
            assert line in printed, f"{command} does not print: {line}"
            printed = printed[printed.index(line) + 1 :]
