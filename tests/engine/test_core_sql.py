# ruff: noqa: E501 (one forbidden construct a line reads better than two)
"""Core SQL: what may be written, and what each forbidden construct is told."""

from pathlib import Path

import pytest

from muster.engine.core_sql import Violation, lint, lint_all, main

ALLOWED = {
    "hysteresis": """
        WITH signal AS (
            SELECT
                s.group_id,
                s.week,
                CASE WHEN s.points >= 5000 THEN 1 WHEN s.points < 3500 THEN 0 END AS sig
            FROM weekly AS s
            UNION ALL
            SELECT x.group_id, x.leave_week AS week, 0 AS sig
            FROM (
                SELECT
                    w.group_id,
                    w.week + 1 + CAST(FLOOR(LN(w.chance / 3e-1) / LN(2e0) / 2.5e-1) AS INT) AS leave_week
                FROM weekly AS w
                WHERE w.chance >= 3e-1
            ) AS x
            WHERE x.leave_week IS NOT NULL
        ),
        change AS (
            SELECT
                group_id, week, sig,
                LAG(sig) OVER (PARTITION BY group_id ORDER BY week, sig) AS prev
            FROM signal
            WHERE sig IS NOT NULL
        )
        SELECT
            group_id,
            week AS entered_week,
            LEAD(week, 1, 0) OVER (PARTITION BY group_id ORDER BY week) AS left_week
        FROM change
        WHERE sig <> COALESCE(prev, 0)
    """,
    "sums": """
        SELECT
            e.account_id,
            COUNT(*) AS times,
            COUNT(DISTINCT e.person_id) AS people,
            CAST(SUM(CASE WHEN e.is_slow THEN e.weight ELSE 0 END) AS BIGINT) AS slow,
            CAST(SUM(e.weight) AS BIGINT) / NULLIF(COUNT(*), 0) * 1e-2 AS mean
        FROM resolved_engagement AS e
        LEFT JOIN account AS a ON a.account_id = e.account_id
        CROSS JOIN run AS r
        WHERE e.occurred_at < r.as_of AND NOT EXISTS (SELECT 1 FROM stop AS s WHERE s.person_id = e.person_id)
        GROUP BY e.account_id
        HAVING COUNT(*) > 1
    """,
    "running": """
        SELECT
            id,
            SUM(chance * EXP(week / 2e0)) OVER (
                PARTITION BY id ORDER BY week ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS decayed,
            CAST(SUM(cents) OVER (PARTITION BY id) AS BIGINT) AS total_cents,
            FIRST_VALUE(week) OVER (
                PARTITION BY id ORDER BY week DESC ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING
            ) AS neighbour
        FROM weekly
    """,
    "texts": """
        SELECT DISTINCT
            MD5(a.account_id || ':' || CAST(a.employee_count AS VARCHAR)) AS id,
            SUBSTRING(UPPER(a.name), 1, 8) AS short,
            a.name LIKE '%gmbh' OR a.domain NOT LIKE 'www.%' AS is_odd,
            INT_DIV(a.employee_count, 2) AS half,
            INT_DIV(a.employee_count, NULLIF(a.record_count, 0)) AS part,
            CASE WHEN a.record_count > 0 THEN a.employee_count / a.record_count END AS share,
            a.employee_count / (a.record_count + 2e1) AS smoothed,
            a.employee_count % 7 AS rest,
            CAST(NULL AS VARCHAR) AS nothing,
            a.owner_id IS DISTINCT FROM a.name AS differs,
            GREATEST(0, LEAST(100, ABS(-a.record_count))) AS clamped,
            a.domain IN ('a.com', 'b.com') OR a.country IN (SELECT c.country FROM country AS c) AS is_in,
            a.record_count BETWEEN 1 AND 2 AS is_small
        FROM account AS a
    """,
}

# construct: (the SQL after its sentence, what the complaint must say)
FORBIDDEN = {
    "template": ("SELECT {{ n }} AS n FROM t", "template"),
    "shell variable": ("SELECT ${N} AS n FROM t", "template"),
    "parameter": ("SELECT $n AS n FROM t", "There are no templates"),
    "question mark": ("SELECT ? AS n FROM t", "There are no templates"),
    "timestamp type": ("SELECT CAST(t.a AS TIMESTAMP) AS n FROM t", "the type TIMESTAMP"),
    "date type": ("SELECT t.a::DATE AS n FROM t", "the type DATE"),
    "date literal": ("SELECT DATE '2026-01-01' AS n", "the type DATE"),
    "decimal type": ("SELECT CAST(t.a AS DECIMAL(9, 2)) AS n FROM t", "the type DECIMAL"),
    "small type": ("SELECT CAST(t.a AS SMALLINT) AS n FROM t", "the type SMALLINT"),
    "interval": ("SELECT t.a + INTERVAL 1 DAY AS n FROM t", "86400000000"),
    "now": ("SELECT CURRENT_TIMESTAMP AS n FROM t", "as-of"),
    "today": ("SELECT CURRENT_DATE AS n FROM t", "as-of"),
    "date function": ("SELECT DATE_TRUNC('week', t.a) AS n FROM t", "microseconds"),
    "epoch": ("SELECT EPOCH_US(t.a) AS n FROM t", "EPOCH_US"),
    "list": ("SELECT [1, 2] AS n FROM t", "no lists"),
    "list aggregate": ("SELECT LIST(t.a) AS n FROM t", "no lists"),
    "text aggregate": ("SELECT STRING_AGG(t.a, ',') AS n FROM t", "not in core SQL"),
    "element": ("SELECT t.a[1] AS n FROM t", "not in core SQL"),
    "struct": ("SELECT {'a': 1} AS n FROM t", "not in core SQL"),
    "unnest": ("SELECT UNNEST(t.a) AS n FROM t", "Join a table"),
    "range table": ("SELECT r.n AS n FROM range(10) AS r(n)", "Join a table"),
    "file": ("SELECT r.n AS n FROM read_parquet('x') AS r", "Join a table"),
    "values": ("SELECT v.n AS n FROM (VALUES (1)) AS v(n)", "table of their own"),
    "schema": ("SELECT t.n AS n FROM main.t AS t", "without a schema"),
    "qualify": ("SELECT t.n AS n FROM t QUALIFY ROW_NUMBER() OVER (ORDER BY t.n) = 1", "filter after it"),
    "filter": ("SELECT COUNT(*) FILTER (WHERE t.n > 1) AS n FROM t", "CASE inside"),
    "star": ("SELECT * FROM t", "Name the columns"),
    "qualified star": ("SELECT t.* FROM t", "Name the columns"),
    "star without select": ("FROM t", "Name the columns"),
    "star with exclude": ("SELECT * EXCLUDE (a) FROM t", "Name the columns"),
    "columns": ("SELECT COLUMNS('a.*') FROM t", "not in core SQL"),
    "decimal": ("SELECT 0.25 AS n FROM t", "write 2.5e-1"),
    "decimal part": ("SELECT 100.0 * t.n AS n FROM t", "write 1e2"),
    "concat": ("SELECT CONCAT(t.a, t.b) AS n FROM t", "Use ||"),
    "concat_ws": ("SELECT CONCAT_WS(',', t.a, t.b) AS n FROM t", "Use ||"),
    "avg": ("SELECT AVG(t.n) AS n FROM t", "SUM by a COUNT"),
    "integer division": ("SELECT t.n // 2 AS n FROM t", "INT_DIV"),
    "int_div of one": ("SELECT INT_DIV(t.n) AS n FROM t", "takes 2 arguments"),
    "division by a column": ("SELECT t.a / t.b AS n FROM t", "NULLIF"),
    "remainder of a column": ("SELECT t.a % (t.b - 1) AS n FROM t", "NULLIF"),
    "int_div by a column": ("SELECT INT_DIV(t.a, t.b) AS n FROM t", "NULLIF"),
    "round": ("SELECT ROUND(t.n) AS n FROM t", "FLOOR"),
    "ceil": ("SELECT CEIL(t.n) AS n FROM t", "FLOOR"),
    "bare floor": ("SELECT FLOOR(t.n) AS n FROM t", "FLOOR without a cast"),
    "log": ("SELECT LOG(t.n) AS n FROM t", "Use LN"),
    "try_cast": ("SELECT TRY_CAST(t.n AS INT) AS n FROM t", "where they are read"),
    "ilike": ("SELECT t.n ILIKE 'a' AS n FROM t", "LOWER"),
    "like a column": ("SELECT t.a LIKE t.b AS n FROM t", "constant pattern"),
    "like a backslash": (r"SELECT t.a LIKE 'a\%' AS n FROM t", "constant pattern"),
    "like with escape": ("SELECT t.a LIKE 'a#%' ESCAPE '#' AS n FROM t", "not in core SQL"),
    "regular expression": ("SELECT REGEXP_MATCHES(t.a, 'x') AS n FROM t", "use LIKE"),
    "substring from the end": ("SELECT SUBSTRING(t.a, -3) AS n FROM t", "counted from 1"),
    "if": ("SELECT IF(t.a > 1, 1, 2) AS n FROM t", "CASE WHEN"),
    "unknown function": ("SELECT LEVENSHTEIN(t.a, t.b) AS n FROM t", "not in core SQL"),
    "unknown macro": ("SELECT MY_MACRO(t.a) AS n FROM t", "MY_MACRO"),
    "any_value": ("SELECT ANY_VALUE(t.a) AS n FROM t", "MIN or MAX"),
    "first": ("SELECT FIRST(t.a ORDER BY t.b) AS n FROM t", "ROW_NUMBER"),
    "arg_max": ("SELECT ARG_MAX(t.a, t.b) AS n FROM t", "ROW_NUMBER"),
    "count_if": ("SELECT COUNT_IF(t.a) AS n FROM t", "CASE WHEN"),
    "comma join": ("SELECT t.n AS n FROM t AS t, u AS u", "a join without ON"),
    "join without on": ("SELECT t.n AS n FROM t AS t JOIN u AS u ON TRUE", "CROSS JOIN"),
    "using": ("SELECT t.n AS n FROM t AS t JOIN u AS u USING (n)", "Write ON"),
    "natural": ("SELECT t.n AS n FROM t AS t NATURAL JOIN u AS u", "with ON"),
    "asof": ("SELECT t.n AS n FROM t AS t ASOF JOIN u AS u ON t.n >= u.n", "with ON"),
    "semi": ("SELECT t.n AS n FROM t AS t SEMI JOIN u AS u ON t.n = u.n", "SEMI JOIN"),
    "division by a count": ("SELECT t.n / COUNT(*) AS n FROM t GROUP BY t.n", "NULLIF"),
    "positional": ("SELECT t.n AS n FROM t AS t POSITIONAL JOIN u AS u", "JOIN"),
    "lateral": ("SELECT t.n AS n FROM t AS t CROSS JOIN LATERAL (SELECT t.n AS m) AS u", "with ON"),
    "union": ("SELECT t.n AS n FROM t UNION SELECT u.n AS n FROM u", "UNION ALL"),
    "union by name": ("SELECT t.n AS n FROM t UNION ALL BY NAME SELECT u.n AS n FROM u", "not in core SQL"),
    "except": ("SELECT t.n AS n FROM t EXCEPT SELECT u.n AS n FROM u", "NOT EXISTS"),
    "intersect": ("SELECT t.n AS n FROM t INTERSECT SELECT u.n AS n FROM u", "EXISTS"),
    "recursion": ("WITH RECURSIVE a AS (SELECT 1 AS n) SELECT a.n AS n FROM a", "no recursion"),
    "materialized": ("WITH a AS MATERIALIZED (SELECT 1 AS n) SELECT a.n AS n FROM a", "MATERIALIZED"),
    "named columns": ("WITH a(n) AS (SELECT 1 AS m) SELECT a.n AS n FROM a", "inside the query"),
    "distinct on": ("SELECT DISTINCT ON (t.a) t.n AS n FROM t", "ROW_NUMBER"),
    "group by all": ("SELECT t.n AS n FROM t GROUP BY ALL", "Name the columns"),
    "group by position": ("SELECT t.n AS n FROM t GROUP BY 1", "Name the column"),
    "grouping sets": ("SELECT t.n AS n FROM t GROUP BY GROUPING SETS ((t.n), ())", "not in core SQL"),
    "order by": ("SELECT t.n AS n FROM t ORDER BY t.n", "no order"),
    "order by of a union": ("SELECT t.n AS n FROM t UNION ALL SELECT u.n AS n FROM u ORDER BY n", "no order"),
    "order by in a cte": ("WITH a AS (SELECT t.n AS n FROM t ORDER BY t.n) SELECT a.n AS n FROM a", "no order"),
    "limit": ("SELECT t.n AS n FROM t LIMIT 5", "ROW_NUMBER"),
    "sample": ("SELECT t.n AS n FROM t USING SAMPLE 5", "not in core SQL"),
    "named window": ("SELECT LAG(t.n) OVER w AS n FROM t WINDOW w AS (ORDER BY t.n)", "Write each window out"),
    "running sum without a frame": (
        "SELECT CAST(SUM(t.n) OVER (ORDER BY t.n) AS BIGINT) AS n FROM t",
        "running window without a frame",
    ),
    "last value without a frame": ("SELECT LAST_VALUE(t.n) OVER (ORDER BY t.n) AS n FROM t", "without a frame"),
    "range frame": (
        "SELECT COUNT(*) OVER (ORDER BY t.n RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) AS n FROM t",
        "a RANGE frame",
    ),
    "excluding frame": (
        "SELECT COUNT(*) OVER (ORDER BY t.n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) AS n FROM t",
        "not in core SQL",
    ),
    "window without order": ("SELECT ROW_NUMBER() OVER () AS n FROM t", "without ORDER BY"),
    "ignore nulls": ("SELECT LAG(t.n IGNORE NULLS) OVER (ORDER BY t.n) AS n FROM t", "Filter the nulls out"),
    "sum of whole numbers": ("SELECT SUM(t.n) AS n FROM t", "CAST(SUM(...) AS BIGINT)"),
    "sum of doubles": ("SELECT SUM(c.rate) AS n FROM exchange_rate AS c", "SUM of DOUBLEs"),
    "cast of a double": ("SELECT CAST(t.n * 2.5e-1 AS BIGINT) AS n FROM t", "FLOOR"),
    "cast of a quotient": ("SELECT CAST(c.rate_on / 2 AS INT) AS n FROM exchange_rate AS c", "FLOOR"),
    "cast of a column of doubles": (
        "WITH a AS (SELECT rate AS r FROM exchange_rate) SELECT CAST(r AS BIGINT) AS n FROM a",
        "FLOOR",
    ),
    "double as text": ("SELECT CAST(EXP(t.n) AS VARCHAR) AS n FROM t", "write them differently"),
    "double joined to text": ("SELECT t.a || EXP(t.n) AS n FROM t", "write them differently"),
    "bare at": ("SELECT h.x AS x FROM h WHERE at > 0", "reads it as a keyword"),
    "null without a type": ("SELECT NULL AS n FROM t", "Say of which type"),
    "nameless expression": ("SELECT t.n + 1 FROM t", "with AS"),
    "nameless expression in a cte": ("WITH a AS (SELECT 1) SELECT t.n AS n FROM t", "with AS"),
    "joined table without alias": ("SELECT t.n AS n FROM t JOIN u AS u ON u.n = t.n", "short name"),
    "joined query without alias": ("SELECT t.n AS n FROM t AS t JOIN (SELECT 1 AS n) ON t.n = 1", "short name"),
    "unqualified column": ("SELECT n AS n FROM t AS t JOIN u AS u ON u.m = t.m", "say whose it is"),
    "unqualified column in a subquery": (
        "SELECT t.n AS n FROM t AS t WHERE EXISTS (SELECT 1 FROM u AS u WHERE m = t.m)",
        "say whose it is",
    ),
    "a statement": ("DROP TABLE t", "one SELECT"),
    "no SQL": ("SELECT FROM WHERE", "no SQL"),
}  # fmt: skip


def write(folder: Path, name: str, sql: str) -> Path:
    path = folder / f"{name}.sql"
    path.write_text(f"-- What it makes.\n{sql}\n", "utf-8")
    return path


@pytest.mark.parametrize("name", ALLOWED)
def test_core_sql_passes(name: str, tmp_path: Path) -> None:
    assert lint(write(tmp_path, name, ALLOWED[name])) == []


@pytest.mark.parametrize("name", FORBIDDEN)
def test_everything_else_is_named_with_its_remedy(name: str, tmp_path: Path) -> None:
    sql, complaint = FORBIDDEN[name]
    found = lint(write(tmp_path, "query", sql))
    assert any(complaint in str(violation) for violation in found), found


def test_a_violation_names_file_and_line(tmp_path: Path) -> None:
    path = write(tmp_path, "query", "SELECT\n    t.a AS a,\n    AVG(t.n) AS n\nFROM t\nGROUP BY\n    1")
    assert lint(path) == [
        Violation(path, 4, "AVG(t.n)", "Divide a SUM by a COUNT, both cast as you mean them."),
        Violation(path, 7, "GROUP BY 1", "Name the column."),
    ]
    assert str(lint(path)[0]).startswith(f"{path}:4: AVG(t.n). Divide")


def test_a_file_opens_with_its_sentence(tmp_path: Path) -> None:
    path = tmp_path / "query.sql"
    path.write_text("SELECT t.n AS n FROM t", "utf-8")
    assert [violation.construct for violation in lint(path)] == ["no sentence"]


def test_types_made_in_one_file_are_known_in_the_next(tmp_path: Path) -> None:
    reader = write(tmp_path, "a_reader", "SELECT CAST(m.half AS BIGINT) AS n FROM made AS m")
    maker = write(tmp_path, "made", "SELECT t.n * 5e-1 AS half FROM t")
    assert lint(reader) == []  # alone, nobody can tell
    assert [violation.path for violation in lint_all([reader, maker])] == [reader]


def test_the_command_prints_violations_and_exits_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "good", ALLOWED["sums"])
    assert main([str(tmp_path)]) == 0
    write(tmp_path, "bad", "SELECT AVG(t.n) AS n FROM t")
    assert main([str(tmp_path)]) == 1
    assert "bad.sql:2: AVG(t.n)" in capsys.readouterr().out
