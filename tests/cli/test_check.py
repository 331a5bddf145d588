from __future__ import annotations

import json
import shutil

import pytest

from muster.testing import company, engaged
from muster.workspace import open_workspace

GOOD = engaged("2025-03-03 09:00", "ana@acme.example", "webinar_attended")
SELLS = {
    "solutions": "solution_id,name,pattern,effective_from,why\ndata-platform,,,1970-01-01,what we sell\n"
}


def test_clean_exports_are_fine_though_there_are_notes(muster, tmp_path):
    company(tmp_path, GOOD, rules=SELLS, run=False)
    result = muster("check", "-w", tmp_path, "--json")
    said = json.loads(result.stdout)
    assert result.exit_code == 0
    assert not said["needs_look"]
    assert [row["rows_landed"] for row in said["ledger"]] == [1]


def test_a_row_that_cannot_be_read_is_shown_with_place_reason_and_remedy(muster, tmp_path):
    company(tmp_path, GOOD, engaged("2025-02-30", "ben@acme.example", "webinar_attended"), run=False)
    result = muster("check", "-w", tmp_path)
    assert result.exit_code == 1
    assert "1 error: left out until corrected" in result.stdout
    assert "engagement/engagement.csv, column occurred_at" in result.stdout
    assert '"2025-02-30" is not a date (1 row, first in row 3)' in result.stdout
    assert "Every row read has landed" in result.stdout
    [problem] = [p for p in _json(muster, tmp_path)["problems"] if p["severity"] == "error"]
    assert (problem["row"], problem["column"], problem["count"]) == (3, "occurred_at", 1)
    assert problem["remedy"]


def test_the_ledger_adds_up_file_by_file(muster, demo):
    said = _json(muster, demo)
    assert len(said["ledger"]) == 20
    for row in said["ledger"]:
        assert row["rows_read"] == row["rows_landed"] + row["rows_repeated"] + row["rows_set_aside"]
    assert sum(row["rows_set_aside"] for row in said["ledger"]) == 3


def test_check_publishes_nothing(muster, tmp_path):
    company(tmp_path, GOOD, run=False)
    muster("check", "-w", tmp_path)
    assert not (tmp_path / ".muster").exists()


def test_control_characters_in_data_do_not_reach_the_terminal(muster, tmp_path):
    company(tmp_path, GOOD, engaged("\x1b[31m2025", "ben@acme.example", "webinar_attended"), run=False)
    result = muster("check", "-w", tmp_path)
    assert "\\x1b[31m2025" in result.stdout
    assert "\x1b" not in result.stdout


def test_a_workspace_without_sources_needs_a_look(muster, tmp_path):
    muster("init", tmp_path)
    result = muster("check", "-w", tmp_path)
    assert result.exit_code == 1
    assert "names no source" in result.stdout


def test_an_override_of_no_table_names_the_nearest(muster, tmp_path):
    company(tmp_path, GOOD, run=False)
    (tmp_path / "overrides").mkdir()
    (tmp_path / "overrides" / "scroe.sql").write_text("-- Scores.\nSELECT 1 AS one\n")
    result = muster("check", "-w", tmp_path)
    assert result.exit_code == 1
    assert "overrides/scroe.sql" in result.stdout
    assert "Did you mean score.sql?" in result.stdout


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ('curency = "USD"', "currency"),
        ('[serve]\nshedule = "0 5 * * *"', "schedule"),
        ('[serve.sign_on]\nisuer = "https://id.acme.example"', "issuer"),
        ('[messages.smtp]\nhost = "mail.acme.example"\nform = "muster@acme.example"', "from"),
    ],
)
def test_an_unknown_key_names_line_and_nearest_key(muster, tmp_path, line, meant):
    text = f'[company]\nname = "Acme"\n{line}\n'
    (tmp_path / "muster.toml").write_text(text)
    result = muster("check", "-w", tmp_path)
    assert result.exit_code == 2
    assert f"line {text.count(chr(10))}" in result.stderr
    assert f"Did you mean {meant}?" in result.stderr
    assert f"muster check -w {tmp_path}" in result.stderr


def test_a_variable_the_environment_lacks_is_named(muster, tmp_path, monkeypatch):
    monkeypatch.delenv("NO_SUCH_PLACE", raising=False)
    source = '[[source]]\nname = "crm"\nkind = "salesforce"\npath = "${NO_SUCH_PLACE}/crm"\n'
    (tmp_path / "muster.toml").write_text(f'[company]\nname = "Acme"\n\n{source}')
    result = muster("check", "-w", tmp_path)
    assert result.exit_code == 2
    assert "line 7" in result.stderr
    assert "NO_SUCH_PLACE=" in result.stderr


def test_a_wrong_rule_ends_with_1_and_names_file_and_row(muster, tmp_path):
    company(tmp_path, GOOD, rules={"solutions": "solution_id,effective_from,why\n"}, run=False)
    result = muster("check", "-w", tmp_path)
    assert result.exit_code == 1
    assert "rules/solutions.csv" in result.stderr
    assert "muster check" in result.stderr


def _json(muster, folder):
    return json.loads(muster("check", "-w", folder, "--json").stdout)


def test_check_shows_what_the_last_run_noticed_and_ends_with_1(muster, tmp_path):
    company(tmp_path, GOOD, engaged("2025-03-04 09:00", "ana@acme.example", "seance_held"))
    result = muster("check", "-w", tmp_path)
    assert result.exit_code == 1
    below = result.stdout.partition("Noticed in the records by the last run (000001-")[2]
    assert '"seance_held" is an activity that no rule weighs' in below
    said = _json(muster, tmp_path)
    assert said["needs_look"]
    assert said["last_run"]["changed_since"] == []
    assert [f["value"] for f in said["last_run"]["findings"]] == ["seance_held"]


def test_findings_of_a_run_before_a_change_are_shown_but_do_not_count(muster, tmp_path):
    company(tmp_path, GOOD, engaged("2025-03-04 09:00", "ana@acme.example", "seance_held"), rules=SELLS)
    records = tmp_path / "records" / "engagement.csv"
    records.write_text(records.read_text("utf-8").replace("seance_held", "page_viewed"), "utf-8")
    result = muster("check", "-w", tmp_path)
    assert result.exit_code == 0
    assert "there were changes (engagement/engagement.csv)" in result.stdout
    assert f"muster run -w {tmp_path}" in result.stdout
    assert _json(muster, tmp_path)["last_run"]["changed_since"] == ["engagement/engagement.csv"]
    assert muster("run", "-w", tmp_path, "-q").exit_code == 0
    assert "seance_held" not in muster("check", "-w", tmp_path).stdout


def test_without_a_run_check_says_when_the_flow_is_asked(muster, tmp_path):
    company(tmp_path, GOOD, run=False)
    assert f"is shown here after: muster run -w {tmp_path}" in muster("check", "-w", tmp_path).stdout
    assert _json(muster, tmp_path)["last_run"] is None


def test_an_empty_export_folder_needs_a_look_and_stops_a_run_over_good_tables(muster, halden):
    before = open_workspace(halden).published
    shutil.rmtree(halden / "crm")
    (halden / "crm").mkdir()
    checked = muster("check", "-w", halden)
    assert checked.exit_code == 1
    assert "there is no file to read at its path" in checked.stdout
    ran = muster("run", "-w", halden)
    assert ran.exit_code == 1
    assert "crm: there is no file to read at its path" in ran.stderr
    assert "Tables published before stay in force" in ran.stderr
    assert open_workspace(halden).published.folder == before.folder
    assert before.damaged() == []


def test_that_no_group_ever_qualified_is_said_with_the_best_score(muster, tmp_path):
    company(
        tmp_path,
        *(
            engaged("2025-03-03 09:00", f"{who}@firm{n}.example", "webinar_attended", solution_id="suite")
            for n in range(60)
            for who in ("ana", "ben")
        ),
    )
    [said] = _json(muster, tmp_path)["last_run"]["findings"]
    assert (said["severity"], said["column"], said["value"], said["count"]) == ("warning", "score", "12", 60)
