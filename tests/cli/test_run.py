from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime

import pytest
import typer

from muster.cli.run import read_as_of
from muster.cli.summary import summarise
from muster.workspace import open_workspace


def test_run_sums_up_in_business_words(muster, acme):
    result = muster("run", "-w", acme)
    assert result.exit_code == 0
    assert result.stdout.startswith("Test company as of 2025-06-02 09:00:00 UTC, built in ")
    assert "1 buying group of 1 account" in result.stdout
    assert "$1,234.56 won with 1 opportunity" in result.stdout
    assert "0 set aside" in result.stdout


def test_run_as_json_has_the_figures_of_its_tables(muster, acme):
    said = json.loads(muster("run", "-w", acme, "--json").stdout)
    published = open_workspace(acme).published
    assert said["run_id"] == published.manifest["run_id"]
    assert said["rows"] == {name: facts["rows"] for name, facts in published.manifest["tables"].items()}
    assert said["summary"]["won"] == [
        {"currency": "USD", "opportunities": 1, "won_cents": 123456, "credited_cents": 123456}
    ]
    assert set(said["seconds"]) >= {"load", "resolve", "measure"}


def test_credit_and_what_is_unattributed_make_up_what_was_won(demo):
    # The summary rests on one model's lines; the amounts must be those of the quarters' won opportunities.
    published = open_workspace(demo).published
    sql = "SELECT currency, SUM(won_cents) AS won FROM velocity WHERE solution_id = '(all)' GROUP BY currency"
    by_quarter = {row["currency"]: int(row["won"]) for row in published.arrow(sql).to_pylist()}
    assert {won.currency: won.won_cents for won in summarise(published).won} == by_quarter
    assert len(by_quarter) == 2


def test_as_of_uses_only_what_was_known_until_the_end_of_the_day(muster, acme):
    before = json.loads(muster("run", "-w", acme, "--as-of", "2025-03-04", "--json").stdout)
    assert before["rows"]["resolved_engagement"] == 2
    assert before["as_of"] == "2025-03-04T23:59:59.999999+00:00"
    instant = json.loads(muster("run", "-w", acme, "--as-of", "2025-03-04T08:59:59Z", "--json").stdout)
    assert instant["rows"]["resolved_engagement"] == 1


def test_as_of_reads_days_and_instants():
    assert read_as_of("2025-03-31") == datetime(2025, 3, 31, 23, 59, 59, 999999, UTC)
    assert read_as_of("2025-03-31T10:00+02:00") == datetime(2025, 3, 31, 8, tzinfo=UTC)
    assert read_as_of("2025-03-31T10:00") == datetime(2025, 3, 31, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "2025-02-30", "31.03.2025", "9999-12-31"])
def test_as_of_refuses_what_is_no_date(text):
    with pytest.raises(typer.BadParameter, match="is no date"):
        read_as_of(text)


def test_a_wrong_date_and_a_wrong_engine_are_wrong_use(muster, acme):
    assert muster("run", "-w", acme, "--as-of", "soon").exit_code == 2
    assert muster("run", "-w", acme, "--engine", "postgres").exit_code == 2


def test_an_engine_that_is_not_installed_is_named_before_anything_is_read(muster, acme, monkeypatch):
    monkeypatch.setattr("muster.cli.build.find_spec", lambda name: None)
    result = muster("run", "-w", acme, "--engine", "sail")
    assert result.exit_code == 2
    assert 'pip install "muster-revenue[sail]"' in result.stderr
    assert "load" not in result.stderr


def test_every_run_is_one_line_in_the_log(muster, acme):
    muster("run", "-w", acme, "--as-of", "2025-03-04", "-q")
    (acme / "rules" / "roles.csv").write_text("nonsense\n")
    assert muster("run", "-w", acme).exit_code == 1
    first, second = (json.loads(line) for line in (acme / ".muster/log/runs.jsonl").read_text().splitlines())
    assert (first["ended"], first["engine"], first["problems"]) == ("published", "duckdb", 0)
    assert first["run_id"] == open_workspace(acme).published.manifest["run_id"]
    assert first["rows"]["resolved_engagement"] == 2
    assert first["seconds"]["total"] >= first["seconds"]["load"] > 0
    assert second["ended"] == "failed"
    assert "roles.csv" in second["why"]


def test_quiet_says_nothing_on_standard_error(muster, acme, monkeypatch):
    monkeypatch.setattr("muster.cli.progress.PATIENCE", 0.0)
    assert muster("run", "-w", acme, "--quiet").stderr == ""


def test_rows_set_aside_do_not_stop_a_run_and_progress_is_a_plain_line_a_step(muster, halden, monkeypatch):
    monkeypatch.setattr("muster.cli.progress.PATIENCE", 0.0)
    result = muster("run", "-w", halden)
    assert result.exit_code == 0
    assert "3 set aside" in result.stdout
    *steps, hint = result.stderr.splitlines()
    assert [line.partition(":")[0] for line in steps] == [
        "load", "recall", "resolve", "form", "weigh", "chance", "qualify", "score", "hand_off", "control",
        "lift", "measure",
    ]  # fmt: skip
    assert steps[0].startswith("load: 20 files, 19,459 rows")
    assert f"muster check -w {halden}" in hint


def test_a_folder_that_is_no_workspace_names_init(muster, tmp_path):
    for command in (["run"], ["check"], ["query"], ["report", "board"], ["explain", "account", "x"]):
        result = muster(*command, "-w", tmp_path)
        assert result.exit_code == 2
        assert "muster init" in result.stderr


def test_a_workspace_without_sources_is_not_run(muster, tmp_path):
    muster("init", tmp_path)
    result = muster("run", "-w", tmp_path)
    assert result.exit_code == 1
    assert "names no source" in result.stderr


def test_too_little_memory_names_the_setting(muster, demo, tmp_path):
    place = shutil.copytree(demo, tmp_path / "halden", ignore=shutil.ignore_patterns(".muster"))
    with (place / "muster.toml").open("a") as config:
        config.write('\n[engine]\nmemory_limit = "8MB"\nthreads = 1\n')
    result = muster("run", "-w", place)
    assert result.exit_code == 2
    assert "memory_limit" in result.stderr
