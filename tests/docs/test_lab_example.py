"""The match lab's worked example prints what its page shows."""

from __future__ import annotations

import csv
import shlex
from pathlib import Path

import pytest
from tests.docs.pages import DOCS, blocks
from typer.testing import CliRunner

from muster.cli.app import app


def _review(sample: Path) -> None:
    """The reviewer of the page: one person where initial, family name and account agree."""
    with sample.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        names = [(row[f"{side}_given_name"][:1], row[f"{side}_family_name"]) for side in ("left", "right")]
        accounts = {row["left_account"], row["right_account"]} - {""}
        row["same"] = "yes" if names[0] == names[1] and len(accounts) < 2 else "no"
    with sample.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_the_worked_example_prints_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    [example] = blocks((DOCS / "how-to" / "review-matches.md").read_text("utf-8"), "console")
    printed: list[str] = []
    for line in example.splitlines():
        if line.startswith("$ "):
            done = CliRunner().invoke(app, shlex.split(line[2:])[1:])
            assert done.exit_code == 0, done.output
            printed = done.stdout.splitlines()
            if "--size" in line:
                _review(tmp_path / "review.csv")
        else:
            assert line in printed
