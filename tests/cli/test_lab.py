"""The match lab on the command line."""

from __future__ import annotations

import csv
import json

import pytest

from muster.workspace import open_workspace


def _answer(sample, joined="yes", apart="no"):
    rows = list(csv.reader(sample.read_text().splitlines()))
    place = rows[0].index("is_joined")
    told = [rows[0], *([joined if row[place] == "yes" else apart, *row[1:]] for row in rows[1:])]
    labels = sample.with_name("labels.csv")
    with labels.open("w", newline="") as stream:
        csv.writer(stream).writerows(told)
    return labels


def test_a_sample_is_drawn_reviewed_and_judged(muster, demo, tmp_path):
    sample = tmp_path / "sample.csv"
    assert muster("lab", "match", "-w", demo, "-o", sample).exit_code == 0
    text = sample.read_bytes()
    assert b"Larsen" in text or b"@" in text
    assert muster("lab", "match", "-w", demo, "-o", sample).exit_code == 2  # it may hold labels
    assert muster("lab", "match", "-w", demo, "-o", tmp_path / "again.csv").exit_code == 0
    assert (tmp_path / "again.csv").read_bytes() == text
    assert muster("lab", "match", "--labels", sample).exit_code == 2  # nobody has reviewed it
    told = json.loads(muster("lab", "match", "--json", "--labels", _answer(sample)).stdout)
    assert told["precision"]["value"] == told["recall"]["value"] == 1.0
    assert told["precision"]["low"] < 0.95
    joined = "SELECT COUNT(*) AS n FROM person_match WHERE fate = 'joined'"
    [row] = open_workspace(demo).query(joined).to_pylist()
    assert row["n"] in {point["joined"] for point in told["curve"]}
    wrong = json.loads(muster("lab", "match", "--json", "--labels", _answer(sample, "no", "yes")).stdout)
    assert wrong["precision"]["value"] == wrong["recall"]["value"] == 0.0
    assert "Not shown" in muster("lab", "match", "--labels", _answer(sample)).stdout


@pytest.mark.parametrize("arguments", [("--threshold", "0.2"), ("--labels", "nowhere.csv")])
def test_what_cannot_be_asked_is_refused(muster, demo, arguments):
    assert muster("lab", "match", "-w", demo, *arguments).exit_code == 2


def test_another_threshold_is_told_and_nothing_written(muster, demo):
    before = sorted((str(f), f.stat().st_mtime_ns) for f in (demo / ".muster" / "runs").rglob("*.parquet"))
    told = json.loads(muster("lab", "match", "-w", demo, "--json", "--threshold", "0.999").stdout)
    assert told["part_count"] == len(told["parts"]) > 0
    assert told["merge_count"] == 0
    assert {row["currency"] for row in told["dollars"]} <= {"USD", "EUR"}
    after = sorted((str(f), f.stat().st_mtime_ns) for f in (demo / ".muster" / "runs").rglob("*.parquet"))
    assert after == before


def test_tried_rules_are_told_and_nothing_written(muster, acme, tmp_path):
    assert muster("lab", "roles", "-w", acme, "--rules", tmp_path / "none").exit_code == 2
    (tmp_path / "tried").mkdir()
    (tmp_path / "tried" / "role_needs.csv").write_text(
        "solution_id,role,needed,effective_from,why\n*,procurement,1,1970-01-01,tried\n"
    )
    result = muster("lab", "roles", "-w", acme, "--rules", tmp_path / "tried")
    assert result.exit_code == 0, result.output
    assert "0 members of 0 buying groups would have another role" in result.stdout
    assert "copy role_needs.csv to rules/" in result.stderr
    assert not (acme / "rules" / "role_needs.csv").exists() or "tried" not in (
        acme / "rules" / "role_needs.csv"
    ).read_text("utf-8")


def test_labels_are_proposed_as_weights_and_tried_and_nothing_is_in_force(muster, demo, tmp_path):
    sample, tried = tmp_path / "sample.csv", tmp_path / "tried"
    muster("lab", "match", "-w", demo, "-o", sample)
    assert muster("lab", "match", "-w", demo, "--propose", tried).exit_code == 2  # learnt from what?
    labels = _answer(sample)
    told = json.loads(
        muster("lab", "match", "-w", demo, "--json", "--labels", labels, "--propose", tried).stdout
    )
    assert told["proposed"] and told["file"] == str(tried / "match_weights.csv")
    assert not (demo / "rules" / "match_weights.csv").is_file()
    again = json.loads(muster("lab", "match", "-w", demo, "--json", "--rules", tried).stdout)
    assert again["files"] == ["match_weights"]
    assert {key: again[key] for key in again if key != "files"} == {
        key: told[key] for key in again if key != "files"
    }


def test_labels_that_agree_write_no_decision(muster, demo, tmp_path):
    sample = tmp_path / "sample.csv"
    muster("lab", "match", "-w", demo, "-o", sample)
    result = muster("lab", "match", "-w", demo, "--labels", _answer(sample), "--apply")
    assert result.stdout.startswith("0 decisions written")
    assert not (demo / "store.db").is_file()


def test_roles_are_drawn_reviewed_judged_and_drawn_on_a_page(muster, demo, tmp_path):
    sample, page = tmp_path / "roles.csv", tmp_path / "roles.html"
    assert muster("lab", "roles", "-w", demo, "-o", sample).exit_code == 0
    assert muster("lab", "roles", "-w", demo, "-o", sample).exit_code == 2  # it may hold reviews
    assert muster("lab", "roles", "-w", demo, "--labels", sample).exit_code == 2  # nobody has reviewed it
    rows = list(csv.reader(sample.read_text().splitlines()))
    labels = tmp_path / "reviewed.csv"
    with labels.open("w", newline="") as stream:
        csv.writer(stream).writerows([rows[0], *(["yes", *row[1:]] for row in rows[1:])])
    told = json.loads(muster("lab", "roles", "-w", demo, "--json", "--labels", labels).stdout)
    assert told["right"]["value"] == 1.0 and told["labelled"] == len(rows) - 1
    assert muster("lab", "roles", "-w", demo, "--labels", labels, "--html", page).exit_code == 0
    assert "What is taken for what" in page.read_text("utf-8")


def test_a_role_is_corrected_listed_and_taken_back(muster, acme):
    [row] = open_workspace(acme).query("FROM member WHERE role IS NOT NULL ORDER BY ALL LIMIT 1").to_pylist()
    group, person = row["buying_group_id"], row["person_id"]
    role = "user" if row["role"] != "user" else "champion"
    assert muster("roles", "correct", "-w", acme, group, person, "boss").exit_code == 2
    told = json.loads(muster("roles", "correct", "-w", acme, "--json", group, person, role).stdout)
    assert told["decision"]["value"] == role and told["people"][0]["person_id"] == person
    again = muster("roles", "correct", "-w", acme, group, person, role)
    assert "That was decided already" in again.stdout
    key = told["decision"]["decision_id"]
    assert muster("roles", "undo", "-w", acme, key).exit_code == 0
    states = [k["state"] for k in json.loads(muster("roles", "decisions", "-w", acme, "--json").stdout)]
    assert states[0].startswith("undone by d2") and states[1:] == ["in force"]
    assert json.loads(muster("people", "decisions", "-w", acme, "--json").stdout) == []


def test_reviews_are_applied_only_with_labels(muster, acme):
    assert muster("lab", "roles", "-w", acme, "--apply").exit_code == 2
