from __future__ import annotations

import json

from muster.workspace import open_workspace


def test_the_board_report_is_one_file_in_the_workspace_and_its_path_is_the_result(muster, halden):
    result = muster("report", "board", "-w", halden, "--period", "2025-Q3")
    assert result.exit_code == 0
    file = halden / "reports" / "board-2025-Q3.html"
    assert result.stdout == f"{file}\n"
    text = file.read_text("utf-8")
    assert "Halden Analytics" in text
    assert open_workspace(halden).published.manifest["run_id"] in text
    assert not list(file.parent.glob(".*"))


def test_the_report_can_go_to_a_file_of_ones_own(muster, halden, tmp_path):
    result = muster("report", "board", "-w", halden, "-o", tmp_path / "new" / "pack.html")
    assert result.exit_code == 0
    assert (tmp_path / "new" / "pack.html").stat().st_size > 50_000
    assert muster("report", "board", "-w", halden, "-o", tmp_path / "new").exit_code == 2


def test_the_same_figures_as_json(muster, halden):
    said = json.loads(muster("report", "board", "-w", halden, "--json", "--period", "2025-Q3").stdout)
    assert (said["company"], said["period"]) == ("Halden Analytics", "2025-Q3")
    assert said["pages"][0]["key"] == "revenue"
    assert muster("report", "board", "-w", halden, "--json", "-o", "x.html").exit_code == 2


def test_a_quarter_that_is_none_or_to_come_names_the_last_full_one(muster, halden):
    for period in ("2025-Q5", "lately", "2031-Q1"):
        result = muster("report", "board", "-w", halden, "--period", period)
        assert result.exit_code == 2
        assert "--period 2025-Q3" in result.stderr


def test_a_quarter_before_the_first_record_names_the_quarters_there_are(muster, halden):
    result = muster("report", "board", "-w", halden, "--period", "1999-Q1")
    assert result.exit_code == 2
    assert "Q1 1999 lies before the first record" in result.stderr
    assert "There are quarters from 202" in result.stderr
    assert "to 2025-Q3, as in: --period 2025-Q3" in result.stderr
    assert not (halden / "reports" / "board-1999-Q1.html").exists()
    assert muster("report", "board", "-w", halden, "--json", "--period", "1999-Q1").exit_code == 2
