"""The order of the SQL files comes from the tables they read."""

import random
from pathlib import Path

import pytest

from muster.engine.queries import Query, in_order, read_queries, read_query
from muster.engine.scan import tables_named
from muster.engine.syntax import read_tree, tables_read
from muster.problems import UserDataError
from muster.steps import all_queries


def write(folder: Path, **files: str) -> list[Query]:
    for name, sql in files.items():
        (folder / f"{name}.sql").write_text(sql, "utf-8")
    return read_queries(folder)


def test_a_query_says_what_it_is_about_and_what_it_reads(tmp_path: Path) -> None:
    [query] = write(
        tmp_path,
        member="-- A second lead is a second member:\n-- nobody is dropped.\n\n-- (not this)\n"
        "WITH person AS (SELECT p.id\nFROM person AS p)\n"
        "SELECT person.id, (SELECT MAX(s.n) AS n FROM score AS s) AS n FROM person\n"
        "WHERE EXISTS (SELECT 1 AS one FROM share AS h WHERE h.id = person.id)\n"
        "UNION ALL SELECT v.id, v.n FROM visitor AS v",
    )
    assert query.name == "member"
    assert query.about == "A second lead is a second member: nobody is dropped."
    # `person` inside its own CTE is the table; afterwards it is the CTE.
    assert query.references == {"person": 6, "score": 7, "share": 8, "visitor": 9}


def test_queries_run_after_what_they_read_whatever_order_they_come_in(tmp_path: Path) -> None:
    queries = write(
        tmp_path,
        a="SELECT c.n FROM c JOIN raw AS r ON r.n = c.n",
        b="SELECT a.n FROM a",
        c="SELECT r.n FROM raw AS r",
        d="SELECT r.n FROM raw AS r",
    )
    for seed in range(10):
        random.Random(seed).shuffle(queries)
        assert [q.name for q in in_order(queries, {"raw"})] == ["c", "a", "b", "d"]


def test_a_table_may_be_replaced_by_a_query_that_reads_the_given_one(tmp_path: Path) -> None:
    queries = write(tmp_path, account="SELECT a.id FROM account AS a", group="SELECT a.id FROM account AS a")
    assert [q.name for q in in_order(queries, {"account"})] == ["account", "group"]


def test_an_unknown_table_is_named_with_its_line_and_the_nearest_one(tmp_path: Path) -> None:
    queries = write(tmp_path, score="SELECT m.id\nFROM memebr AS m")
    with pytest.raises(
        UserDataError, match=r"score\.sql, line 2: there is no table memebr\. Did you mean member\?"
    ):
        in_order(queries, {"member", "account"})


def test_queries_that_wait_for_each_other_are_named(tmp_path: Path) -> None:
    queries = write(
        tmp_path, a="SELECT b.n\nFROM b", b="SELECT c.n FROM c", c="SELECT a.n FROM a", d="SELECT a.n FROM a"
    )
    with pytest.raises(UserDataError, match=r"a\.sql, line 2: .* a reads b reads c reads a\."):
        in_order(queries, set())


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "y").mkdir()
    queries = write(tmp_path / "x", a="SELECT 1 AS n") + write(tmp_path / "y", a="SELECT 2 AS n")
    with pytest.raises(UserDataError, match="Two files make the table a"):
        in_order(queries, set())


@pytest.mark.parametrize(
    ("sql", "complaint"),
    [
        ("SELECT 1 AS n;\nSELECT 2 AS n", "must hold one SELECT"),
        ("DROP TABLE a", "must hold one SELECT, and holds: DROP"),
        ("-- only a comment", "holds: nothing"),
        ("SELECT 1 AS n\nFROM (SELECT", "line 2"),
        ("SELECT 'open", "Is a quote left open"),
    ],
)
def test_a_file_holds_one_select(tmp_path: Path, sql: str, complaint: str) -> None:
    (tmp_path / "a.sql").write_text(sql, "utf-8")
    with pytest.raises(UserDataError) as caught:
        read_query(tmp_path / "a.sql")
    assert complaint in str(caught.value)
    assert "a.sql" in str(caught.value)


@pytest.mark.parametrize("query", [q for q in all_queries() if q.sql], ids=lambda query: query.name)
def test_what_a_shipped_query_reads_is_found_as_the_parser_finds_it(query: Query) -> None:
    assert query.references == tables_read(read_tree(query.sql, path=query.path))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT d.n\nFROM deal AS d -- FROM nowhere\nJOIN week AS w ON w.n = d.n",
        "SELECT 'away FROM home' AS n\nFROM deal",
        "SELECT d.n FROM deal AS d WHERE d.n IS NOT DISTINCT FROM d.m",
        "WITH a AS (\n    -- what it is\n    SELECT d.n FROM deal AS d\n),\n"
        "b AS (SELECT a.n FROM a)\nSELECT b.n FROM b",
        "SELECT s.n FROM (SELECT d.n FROM deal AS d) AS s\nLEFT JOIN week AS w ON w.n = s.n",
    ],
)
def test_comments_texts_and_ctes_are_no_tables(tmp_path: Path, sql: str) -> None:
    assert tables_named(sql) == tables_read(read_tree(sql, path=tmp_path / "a.sql"))


def test_a_shipped_cte_named_as_the_table_it_reads_would_be_noticed(tmp_path: Path) -> None:
    sql = "WITH person AS (SELECT p.id FROM person AS p) SELECT person.id FROM person"
    assert tables_named(sql) != tables_read(read_tree(sql, path=tmp_path / "a.sql"))
