from __future__ import annotations

import json
from importlib.resources import files as package_files
from pathlib import Path

from muster.workspace import open_workspace


def test_a_score_leads_back_to_file_and_row(muster, built):
    [row] = open_workspace(built).query("SELECT * FROM score ORDER BY scored_at DESC LIMIT 1").to_pylist()
    result = muster("explain", "-w", built, "score", row["buying_group_id"], row["scored_at"].isoformat())
    assert result.exit_code == 0
    assert result.stdout.startswith(f"score {row['buying_group_id']}/")
    assert "source: engagement/engagement.csv, row " in result.stdout


def test_a_key_can_be_one_text_and_the_answer_json(muster, built):
    [row] = open_workspace(built).query("SELECT * FROM score ORDER BY scored_at DESC LIMIT 1").to_pylist()
    key = f"{row['buying_group_id']}/{row['scored_at'].isoformat()}"
    said = json.loads(muster("explain", "-w", built, "--json", "score", key).stdout)
    assert said["table"] == "score"
    assert said["key"]["buying_group_id"] == row["buying_group_id"]
    assert said["parents"]


def test_depth_says_how_much_is_told(muster, built):
    [row] = open_workspace(built).query("SELECT buying_group_id AS id FROM buying_group LIMIT 1").to_pylist()
    short = muster("explain", "-w", built, "--depth", 0, "buying_group", row["id"]).stdout
    whole = muster("explain", "-w", built, "buying_group", row["id"]).stdout
    assert len(short) < len(whole)
    assert "more: muster explain buying_group" in short


def test_a_wrong_key_names_the_nearest(muster, built):
    result = muster("explain", "-w", built, "account", "nobody")
    assert result.exit_code == 2
    assert "muster explain account " in result.stderr


def test_a_wrong_table_names_the_nearest(muster, built):
    result = muster("explain", "-w", built, "acount", "x")
    assert result.exit_code == 2
    assert "Did you mean account" in result.stderr


def test_a_figure_that_its_rows_do_not_give_ends_with_1(muster, acme):
    ours = Path(str(package_files("muster"))).joinpath("buying_groups", "buying_group.sql").read_text("utf-8")
    wrong = ours.replace("COALESCE(p.member_count, 0) AS", "COALESCE(p.member_count, 0) + 7 AS")
    assert wrong != ours
    (acme / "overrides").mkdir()
    (acme / "overrides" / "buying_group.sql").write_text(wrong, "utf-8")
    assert muster("run", "-w", acme, "-q").exit_code == 0
    [row] = open_workspace(acme).query("SELECT buying_group_id AS id FROM buying_group LIMIT 1").to_pylist()
    result = muster("explain", "-w", acme, "buying_group", row["id"])
    assert result.exit_code == 1
    assert "DOES NOT AGREE" in result.stdout


def test_two_levels_are_told_unless_all_are_asked_for(muster, halden):
    [row] = open_workspace(halden).query("SELECT hand_off_id AS id FROM hand_off LIMIT 1").to_pylist()
    short = muster("explain", "-w", halden, "hand_off", row["id"]).stdout
    assert short == muster("explain", "-w", halden, "hand_off", row["id"], "--depth", 2).stdout
    assert short.splitlines()[-1].endswith(f"All at once: muster explain hand_off {row['id']} --all")
    whole = muster("explain", "-w", halden, "hand_off", row["id"], "--all").stdout
    assert len(whole.splitlines()) > len(short.splitlines())
    assert "--all" not in whole
