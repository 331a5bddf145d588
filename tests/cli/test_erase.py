"""`muster erase`: a look changes nothing and says what to do next; tests/erasing has what it does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

from muster.sources.suppression import LIST

Run = Callable[..., Result]


def test_a_look_says_what_would_go_and_changes_nothing(muster: Run, built: Path) -> None:
    told = muster("erase", "vera@acme.example", "-w", built)
    assert told.exit_code == 0
    assert "2 engagements in" in told.stdout
    assert "engagement.csv: 2 rows" in told.stdout
    assert "--yes" in told.stderr
    assert not (built / LIST).exists()


def test_the_preview_for_machines_names_rows_and_nobody(muster: Run, built: Path) -> None:
    told = muster("erase", "vera@acme.example", "-w", built, "--json")
    cells = json.loads(told.stdout)
    assert (cells["records"], cells["engagements"]) == (1, 2)
    assert {place["file"] for place in cells["still_in_exports"]} == {"engagement.csv", "person_record.csv"}
    assert "vera" not in told.stdout


def test_nobody_of_that_name_is_said_with_the_nearest(muster: Run, built: Path) -> None:
    told = muster("erase", "vera@acme.exampel", "-w", built)
    assert told.exit_code == 2
    assert "vera@acme.example" in told.stderr
