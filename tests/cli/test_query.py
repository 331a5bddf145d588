from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import duckdb
import pytest

from muster.canonical.tables import flow_tables
from muster.cli.sql_faults import RESERVED, explain_fault
from muster.workspace import open_workspace


def test_into_a_pipe_the_answer_is_csv(muster, built):
    said = muster("query", "-w", built, "SELECT person_id, email, title FROM person ORDER BY email").stdout
    rows = list(csv.DictReader(io.StringIO(said)))
    assert [row["email"] for row in rows] == ["ana@acme.example", "vera@acme.example"]


def test_json_is_one_document_with_exact_numbers_and_utc_instants(muster, built):
    said = muster("query", "-w", built, "--json", "SELECT * FROM score ORDER BY scored_at").stdout
    rows = json.loads(said, parse_float=Decimal)
    assert rows
    for row in rows:
        parts = sum(row[c] for c in ("fit", "intent", "engagement", "frame_control", "completeness"))
        assert row["score"] == parts
        assert row["scored_at"].endswith("Z")


def test_json_lines_are_one_object_each(muster, built):
    said = muster("query", "-w", built, "--jsonl", "SELECT email FROM person ORDER BY 1").stdout
    assert [json.loads(line)["email"] for line in said.splitlines()] == [
        "ana@acme.example",
        "vera@acme.example",
    ]


def test_an_empty_answer_is_still_right_json(muster, built):
    assert json.loads(muster("query", "-w", built, "--json", "SELECT * FROM flap WHERE FALSE").stdout) == []
    assert muster("query", "-w", built, "--jsonl", "SELECT * FROM flap WHERE FALSE").stdout == ""


def test_every_kind_of_value_can_be_written(muster, built):
    sql = (
        "SELECT NULL AS nothing, TRUE AS flag, 1.50 AS money, 'a\"b' AS text, DATE '2025-03-31' AS day, "
        "TIMESTAMP '2025-03-31 09:00' AS instant, now() AS zoned, [1, 2] AS list, {'a': 0.10} AS struct, "
        "'nan'::DOUBLE AS nan, 'ab'::BLOB AS bytes, SUM(1) AS huge, TIME '10:00' AS clock"
    )
    [row] = json.loads(muster("query", "-w", built, "--json", sql).stdout, parse_float=str)
    assert row | {"zoned": ""} == {
        "nothing": None, "flag": True, "money": "1.50", "text": 'a"b', "day": "2025-03-31",
        "instant": "2025-03-31T09:00:00Z", "zoned": "", "list": [1, 2], "struct": {"a": "0.10"},
        "nan": None, "bytes": "6162", "huge": 1, "clock": "10:00:00",
    }  # fmt: skip
    assert row["zoned"].endswith("Z")
    [cells] = csv.DictReader(io.StringIO(muster("query", "-w", built, sql).stdout))
    assert (cells["nothing"], cells["flag"], cells["money"], cells["list"]) == ("", "true", "1.50", "[1, 2]")


def test_without_sql_the_tables_are_listed(muster, built):
    rows = {row["table"]: row for row in csv.DictReader(io.StringIO(muster("query", "-w", built).stdout))}
    assert set(rows) == set(flow_tables())
    assert rows["person"]["rows"] == "2"
    assert rows["person"]["about"] == flow_tables()["person"].about


def test_sql_can_come_from_standard_input(muster, built):
    assert muster("query", "-w", built, "-", stdin="SELECT 6 * 7 AS answer").stdout == "answer\n42\n"


def test_only_one_format_can_be_asked_for(muster, built):
    assert muster("query", "-w", built, "--csv", "--json", "SELECT 1").exit_code == 2


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO '{tables}/stolen.csv'",
        "COPY account TO '/tmp/stolen.csv'",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{tables}/account.parquet'",
        "explain analyze drop view account",
        "ATTACH '{tables}/x.db'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM '/etc/hosts.csv'",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM read_parquet('{tables}/../*/account.parquet')",
        "SELECT * FROM read_csv('https://host.invalid/x.csv')",
        "SELECT * FROM query('COPY (SELECT 1) TO ''{tables}/x.csv''')",
        "SELECT 1; COPY (SELECT 1) TO '{tables}/x.csv'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "PRAGMA database_list",
        "CREATE TABLE t AS SELECT 1",
        "DROP VIEW account",
        "DELETE FROM account",
        "EXPORT DATABASE '{tables}'",
        "CALL pragma_version()",
        "PREPARE p AS SELECT 1",
        "",
        ";",
        "-- nothing",
    ],
)
def test_a_query_reads_the_tables_and_nothing_else(muster, acme, sql):
    published = open_workspace(acme).published
    before = {file.name: file.read_bytes() for file in published.folder.iterdir() if file.is_file()}
    result = muster("query", "-w", acme, sql.replace("{tables}", str(published.folder)))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert {file.name: file.read_bytes() for file in published.folder.iterdir() if file.is_file()} == before


def test_a_wrong_table_names_the_nearest_and_the_list(muster, built):
    result = muster("query", "-w", built, "SELECT * FROM buying_groups")
    assert result.exit_code == 2
    assert "Did you mean buying_group?" in result.stderr
    assert "muster query" in result.stderr


def test_a_wrong_column_names_candidates_and_the_way_to_see_all(muster, built):
    result = muster("query", "-w", built, "SELECT acount_id FROM account")
    assert result.exit_code == 2
    assert '"account_id"' in result.stderr
    assert 'muster query "DESCRIBE account"' in result.stderr


def test_wrong_syntax_shows_the_line_and_the_place(muster, built):
    result = muster("query", "-w", built, "SELECT status,\n  COUNT(*\nFROM qualification")
    assert result.exit_code == 2
    assert "LINE 3: FROM qualification" in result.stderr
    assert "^" in result.stderr
    assert len(result.stderr.splitlines()) <= 6


def test_columns_named_like_words_of_sql_are_those_we_warn_of():
    kinds = dict(duckdb.sql("SELECT keyword_name, keyword_category FROM duckdb_keywords()").fetchall())
    ours = {column.name for table in flow_tables().values() for column in table.columns}
    assert {name for name in ours if kinds.get(name) in {"reserved", "type_function"}} == set(RESERVED)


def test_a_column_that_is_a_word_of_sql_is_said_to_need_quotes(muster, built):
    result = muster("query", "-w", built, "SELECT hand_off_id, at, score FROM hand_off")
    assert '"at" is a word of SQL' in result.stderr
    assert muster("query", "-w", built, 'SELECT hand_off_id, "at", score FROM hand_off').exit_code == 0


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("SELECT at FROM hand_off", "at"),
        ("SELECT * FROM hand_off WHERE at > 1", "at"),
        ("SELECT h.at FROM hand_off AS h ORDER BY at", "at"),
        ("SELECT column FROM problem", "column"),
        ("SELECT h.at, FROM WHERE", ""),
        ("SELEC at FROM hand_off", ""),
        ("SELECT 'at' FROMM hand_off x y", ""),
        ('SELECT "at" FROM hand_off WHERE (1 = 1', ""),
        ("SELECT COUNT(*) FROM hand_off WHERE h.at = 1 GROUP", ""),
    ],
)
def test_only_a_word_of_sql_that_is_the_cause_is_said_to_need_quotes(muster, built, sql, word):
    said = muster("query", "-w", built, sql).stderr
    assert ("is a word of SQL" in said) == bool(word), said
    assert f'"{word}" is a word of SQL' in said or not word


@pytest.mark.parametrize(
    ("sql", "offered"),
    [
        ("SELECT acount_id FROM account", 'muster query "DESCRIBE account"'),
        ("SELECT h.foo FROM hand_off AS h", 'muster query "DESCRIBE hand_off"'),
        ("SELECT foo", "All tables: muster query"),
        ("SELECT foo FROM (SELECT 1 AS one) AS t", "All tables: muster query"),
        ("SELECT foo FROM member JOIN person USING (person_id)", "All tables: muster query"),
    ],
)
def test_describe_is_offered_for_the_table_that_is_asked_and_no_other(muster, built, sql, offered):
    said = muster("query", "-w", built, sql).stderr
    assert offered in said
    assert said.count("DESCRIBE") == offered.count("DESCRIBE")


def test_a_column_without_candidates_gets_the_nearest_of_all_tables():
    fault = explain_fault(
        'Binder Error: Values list "x" does not have a column named "joined"',
        {"member": ["person_id", "joined_at"], "account": ["name"]},
    )
    assert "Did you mean joined_at of member?" in fault.remedy


def test_without_tables_the_next_command_is_run(muster, tmp_path):
    muster("init", tmp_path)
    result = muster("query", "-w", tmp_path, "SELECT 1")
    assert result.exit_code == 2
    assert f"muster run -w {tmp_path}" in result.stderr


def test_damaged_tables_are_named(muster, acme):
    file = open_workspace(acme).published.path("person")
    file.write_bytes(file.read_bytes()[:40])
    result = muster("query", "-w", acme, "SELECT * FROM person")
    assert result.exit_code == 1
    assert "damaged or missing: person" in result.stderr
    assert f"muster run -w {acme}" in result.stderr
    assert muster("run", "-w", acme).exit_code == 0
    assert muster("query", "-w", acme, "SELECT * FROM person").exit_code == 0


def test_a_damaged_list_of_tables_is_named(muster, acme):
    (open_workspace(acme).published.folder / "manifest.json").write_text("{")
    result = muster("query", "-w", acme, "SELECT 1")
    assert result.exit_code == 1
    assert "manifest.json" in result.stderr
