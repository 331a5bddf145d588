from __future__ import annotations

import json
import shutil
import sys


def test_the_board_pack_is_four_files_and_their_paths_are_the_result(muster, acme):
    result = muster("report", "board", "-w", acme, "--period", "2025-Q2")
    assert result.exit_code == 0
    files = [acme / "reports" / f"board-2025-Q2.{kind}" for kind in ("html", "pdf", "pptx", "xlsx")]
    assert result.stdout == "".join(f"{file}\n" for file in files)
    text = files[0].read_text("utf-8")
    assert "Test company" in text
    [kept] = json.loads(muster("report", "board", "-w", acme, "--list", "--json").stdout)
    assert f"Snapshot {kept['id']}" in text
    assert not list(files[0].parent.glob(".*"))


def test_the_pack_can_go_to_a_file_or_folder_of_ones_own(muster, halden, tmp_path):
    result = muster("report", "board", "-w", halden, "-o", tmp_path / "new" / "pack.html")
    assert result.exit_code == 0
    assert (tmp_path / "new" / "pack.html").stat().st_size > 50_000
    wrong = muster("report", "board", "-w", halden, "-o", tmp_path / "pack.docx")
    assert wrong.exit_code == 2
    assert ".html, .pdf, .pptx or .xlsx" in wrong.stderr


def test_a_frozen_pack_is_written_again_without_any_table(muster, halden, tmp_path):
    muster("report", "board", "-w", halden, "-o", tmp_path / "first.html")
    kept = json.loads(muster("report", "board", "-w", halden, "--list", "--json").stdout)[-1]["id"]
    bare = tmp_path / "bare"
    bare.mkdir()
    shutil.copy(halden / "muster.toml", bare)
    shutil.copytree(halden / "snapshots", bare / "snapshots")  # no tables at all
    again = muster("report", "board", "-w", bare, "--snapshot", kept, "-o", tmp_path / "again.html")
    assert again.exit_code == 0
    assert (tmp_path / "again.html").read_bytes() == (tmp_path / "first.html").read_bytes()
    assert muster("report", "board", "-w", bare, "--snapshot", "2025-Q9").exit_code == 2
    assert muster("report", "board", "-w", bare, "--snapshot", kept, "--notes", "x").exit_code == 2


def test_what_is_missing_is_said_and_the_other_files_are_made(muster, halden, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    result = muster("report", "board", "-w", halden, "-o", tmp_path)
    assert result.exit_code == 0
    assert [line.rsplit(".", 1)[1] for line in result.stdout.splitlines()] == ["html", "pptx", "xlsx"]
    assert 'pip install "muster-revenue[board]"' in result.stderr
    assert muster("report", "board", "-w", halden, "-o", tmp_path / "x.pdf").exit_code == 2


def test_an_override_names_who_and_why(muster, halden):
    result = muster("report", "board", "-w", halden, "--override", "because")
    assert result.exit_code == 2
    assert "does not say who answers for it" in result.stderr


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


def test_the_quality_of_hand_offs_is_one_file_in_the_workspace_and_the_same_figures_as_json(
    muster, halden, tmp_path
):
    result = muster("report", "defects", "-w", halden)
    file = halden / "reports" / "defects.html"
    assert (result.exit_code, result.stdout) == (0, f"{file}\n")
    text = file.read_text("utf-8")
    assert "Halden Analytics" in text
    assert "<script" not in text and "://" not in text.replace("http://www.w3.org", "")
    own = tmp_path / "new" / "quality.html"
    assert muster("report", "defects", "-w", halden, "-o", own).exit_code == 0
    assert own.read_text("utf-8") == text
    said = json.loads(muster("report", "defects", "-w", halden, "--json").stdout)
    assert said["company"] == "Halden Analytics"
    assert [page["key"] for page in said["pages"]] == ["defects", "charts", "answers", "drift", "signs"]


def test_the_quality_of_hand_offs_goes_to_no_folder_and_not_to_two_places(muster, halden, tmp_path):
    folder = muster("report", "defects", "-w", halden, "-o", tmp_path)
    assert folder.exit_code == 2 and "defects.html" in folder.stderr
    assert muster("report", "defects", "-w", halden, "--json", "-o", "x.html").exit_code == 2
    nowhere = muster("report", "defects", "-w", tmp_path)
    assert nowhere.exit_code == 2 and "muster init" in nowhere.stderr


def test_every_small_report_is_pages_text_and_json(muster, acme):
    [group] = json.loads(
        muster("query", "-w", acme, "--json", "SELECT MIN(buying_group_id) AS id FROM buying_group").stdout
    )
    names = ("programs", "conversion", "customers", "goals", "data-quality", "lift", "defects", "credit")
    for name in (*((name,) for name in names), ("group", group["id"])):
        told = muster("report", *name, "-w", acme)
        assert told.exit_code == 0, told.output
        assert told.stdout == f"{acme / 'reports' / '-'.join(name)}.html\n"
        said = json.loads(muster("report", *name, "-w", acme, "--json").stdout)
        plain = muster("report", *name, "-w", acme, "--text").stdout
        assert all(page["title"] in plain for page in said["pages"])
        assert muster("report", *name, "-w", acme, "--json", "--text").exit_code == 2
        assert muster("report", *name, "-w", acme, "-o", acme).exit_code == 2
    assert "Acme" in plain
    assert muster("report", "group", "none", "-w", acme).exit_code == 2


def test_credit_is_printed_by_what_touches_were_and_adds_up(muster, halden):
    result = muster("report", "credit", "-w", halden, "--by", "role")
    assert result.exit_code == 0
    assert "champion" in result.stdout and "Unattributed" in result.stdout
    assert "Not what would have been lost without the programme." in " ".join(result.stdout.split())
    [usd, eur] = json.loads(muster("report", "credit", "-w", halden, "--by", "role", "--json").stdout)
    for sheet in (usd, eur):
        for place, booked in enumerate(sheet["foot"][1:], start=1):
            assert sum(row[place]["cents"] for row in sheet["rows"]) == booked["cents"]
        assert "Not what would have been lost without the programme." in sheet["note"]


def test_credit_is_a_report_too(muster, halden, tmp_path):
    result = muster("report", "credit", "-w", halden, "-o", tmp_path / "credit.html")
    assert (result.exit_code, result.stdout) == (0, f"{tmp_path / 'credit.html'}\n")
    said = json.loads(muster("report", "credit", "-w", halden, "--json").stdout)
    assert [page["key"] for page in said["pages"]] == ["credit", "begun", "value"]
    wrong = muster("report", "credit", "-w", halden, "--by", "moon")
    assert wrong.exit_code == 2
    assert "tactic, program, campaign, channel, content, role, job, stage, region" in wrong.stderr
