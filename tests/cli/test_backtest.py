"""The back-test on the command line, on the demo company: too small for most figures, and it says so."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Run


def test_a_small_company_is_told_that_its_data_are_thin(muster: Run, demo: Path) -> None:
    told = muster("backtest", "-w", demo, "-q")
    assert told.exit_code == 0 and told.stderr == ""
    assert "different openings" in told.stdout and "not estimable" in told.stdout


def test_the_page_comes_with_its_figures_beside_it(muster: Run, demo: Path, tmp_path: Path) -> None:
    page = tmp_path / "reports" / "back.html"
    told = muster("backtest", "-w", demo, "--html", page, "--json", "-q")
    assert told.exit_code == 0
    text = page.read_text("utf-8")
    assert text.startswith("<!doctype html>") and "Back-test of" in text
    figures: dict[str, Any] = json.loads(page.with_suffix(".json").read_text("utf-8"))
    assert json.loads(told.stdout) == figures
    assert figures["scores"][0]["name"] == "chance" and figures["models_checked"] >= 0
    rows = list(
        csv.DictReader((tmp_path / "reports" / "back-calibration.csv").read_text("utf-8").splitlines())
    )
    assert [float(row["predicted"]) for row in rows] == [b["predicted"] for b in figures["bins"]]
    again = muster("backtest", "-w", demo, "--html", tmp_path / "again.html", "-q")
    assert again.exit_code == 0 and (tmp_path / "again.html").read_text("utf-8") == text


def test_the_versions_of_the_model_are_listed_and_rolled_back_to_by_name(muster: Run, demo: Path) -> None:
    told = muster("backtest", "-w", demo, "--models", "-q")
    assert told.exit_code == 0 and "learnt on" in told.stdout
    models = json.loads(muster("backtest", "-w", demo, "--models", "--json", "-q").stdout)["models"]
    assert len({one["model_version"] for one in models}) == len(models) > 1
    assert all(one["model_version"] in told.stdout for one in models)
    assert models[-1]["in_use"] and models[0]["judged_openings"] >= 0


def test_the_policy_in_force_beside_itself_hands_over_as_much(muster: Run, demo: Path) -> None:
    before = sorted((str(f), f.stat().st_mtime_ns) for f in (demo / ".muster" / "runs").rglob("*.parquet"))
    told = muster("backtest", "-w", demo, "--json", "-q", "--compare", "points,points=35", "--hours", "2")
    same, lower = json.loads(told.stdout)["compared"]
    assert (same["more_hand_offs"], same["more_openings"], same["more_hours"]) == (0, 0, 0.0)
    assert same["sentence"] == "points: as many hand-offs, as many openings caught, as many SDR hours."
    assert lower["hand_offs"] >= same["hand_offs"] and lower["more_hours"] == 2 * lower["more_hand_offs"]
    after = sorted((str(f), f.stat().st_mtime_ns) for f in (demo / ".muster" / "runs").rglob("*.parquet"))
    assert after == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--solution", "nothing"), "There are:"),
        (("--from", "2099-01-01"), "whose 13 weeks are over"),
        (("--to", "1999-01-01"), "whose 13 weeks are over"),
        (("--compare", "luck"), "no policy 'luck'"),
        (("--html", "."), "is a folder"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_remedy(
    muster: Run, demo: Path, arguments: tuple[str, ...], said: str
) -> None:
    told = muster("backtest", "-w", demo, *arguments)
    assert told.exit_code == 2 and said in " ".join(told.stderr.split())


def test_a_company_whose_weeks_are_not_over_has_nothing_to_look_back_on(muster: Run, tmp_path: Path) -> None:
    from muster.testing import company, contact, engaged  # noqa: PLC0415

    company(
        tmp_path, contact("ana@acme.example"), engaged("2025-03-03 09:00", "ana@acme.example", "page_viewed")
    )
    told = muster("backtest", "-w", tmp_path)
    assert told.exit_code == 2 and "nothing to look back on" in " ".join(told.stderr.split())
