"""The board: its figures against the tables, what stands before plus in minus out, and who sees what."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from tests.serving.conftest import Served

from muster.reports.published import Published
from muster.serving.figures.board import STATES, Week, days_of
from muster.serving.narrowing import narrowing_of

Client = Callable[..., httpx.Client]
WEEK = "2025-10-20"


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def counts(client: httpx.Client, **query: str) -> dict[str, dict[str, Any]]:
    told = client.get("/board.json", params=query)
    assert told.status_code == 200, told.text
    return {column["state"]: column for column in told.json()["columns"]}


@pytest.fixture(scope="module")
def tables(demo_server: Served) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    folder: Path = demo_server.workspace / ".muster" / "tables"
    for name in ("account", "buying_group", "known_opportunity", "opportunity_group", "customer"):
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder / name}.parquet')")
    return connection


def test_every_place_stands_in_one_column(client: Client, tables: duckdb.DuckDBPyConnection) -> None:
    columns = counts(client("analyst"))
    [(places,)] = tables.execute(
        "SELECT COUNT(DISTINCT (account_id, solution_id, business_unit)) FROM buying_group"
    ).fetchall()
    assert list(columns) == list(STATES)
    assert sum(column["count"] for column in columns.values()) == places


def test_open_groups_with_open_opportunities_are_the_opportunity_column(
    client: Client, tables: duckdb.DuckDBPyConnection
) -> None:
    column = counts(client("analyst"))["opportunity"]
    [(groups, cents)] = tables.execute(
        "SELECT COUNT(DISTINCT g.buying_group_id), SUM(o.amount_cents) FROM buying_group AS g "
        "JOIN opportunity_group AS l ON l.buying_group_id = g.buying_group_id "
        "JOIN known_opportunity AS o ON o.opportunity_id = l.opportunity_id "
        "WHERE g.closed_at IS NULL AND NOT o.is_closed AND o.currency = 'USD'"
    ).fetchall()
    assert (column["count"], column["dollars"]["USD"]) == (groups, cents)


@pytest.mark.parametrize("unit", ["groups", "accounts"])
def test_what_stood_before_plus_in_minus_out_stands_now(client: Client, unit: str) -> None:
    analyst = client("analyst")
    after, before = counts(analyst, unit=unit, week=WEEK), counts(analyst, unit=unit, week="2025-10-13")
    moves = analyst.get("/board.json", params={"unit": unit, "week": WEEK}).json()["flows"]
    assert moves
    for state in STATES:
        came = sum(flow["count"] for flow in moves if flow["to_state"] == state)
        went = sum(flow["count"] for flow in moves if flow["from_state"] == state)
        assert (after[state]["came"], after[state]["went"]) == (came, went)
        assert after[state]["count"] == before[state]["count"] + came - went


def test_each_flow_opens_its_movers_with_their_reasons(client: Client) -> None:
    analyst = client("analyst")
    flows = analyst.get("/board.json", params={"week": WEEK}).json()["flows"]
    for flow in flows:
        asked = {"week": WEEK, "from": flow["from_state"], "to": flow["to_state"], "table": "moves"}
        movers = rows_of(analyst.get("/board.csv", params=asked))
        assert len(movers) == flow["count"]
        assert all(mover["reason"] and mover["at"] >= WEEK for mover in movers)


def test_an_account_stands_at_the_strongest_state_of_its_groups(client: Client) -> None:
    analyst = client("analyst")
    strength = ("cold", "customer", "cooling", "warming", "qualified", "working", "opportunity")
    groups: dict[str, list[str]] = {}
    for row in rows_of(analyst.get("/board.csv", params={"table": "groups"})):
        groups.setdefault(row["account_id"], []).append(row["state"])
    accounts = rows_of(analyst.get("/board.csv", params={"unit": "accounts", "table": "accounts"}))
    assert set(groups) <= {row["account_id"] for row in accounts}
    for row in accounts:
        theirs = groups.get(row["account_id"], ["customer"])
        assert row["state"] == max(theirs, key=strength.index)


def test_filters_narrow_the_same_cards(client: Client) -> None:
    analyst = client("analyst")
    every = rows_of(analyst.get("/board.csv"))
    for column, asked in (("solution", "solution"), ("state", "state")):
        for value, count in Counter(row[column] for row in every).items():
            found = rows_of(analyst.get("/board.csv", params={asked: value}))
            assert len(found) == count and {row[column] for row in found} == {value}
    region = Counter(row["region"] for row in every).most_common(1)[0]
    found = rows_of(analyst.get("/board.csv", params={"territory": f"region:{region[0]}"}))
    assert len(found) == region[1]


def test_a_rep_finds_only_the_accounts_of_her_own(
    client: Client, tables: duckdb.DuckDBPyConnection, owners: list[str]
) -> None:
    mine = {
        row[0]
        for row in tables.execute("SELECT account_id FROM account WHERE owner_id = ?", [owners[0]]).fetchall()
    }
    hers = {row["account_id"] for row in rows_of(client("rep").get("/board.csv"))}
    everybodys = {row["account_id"] for row in rows_of(client("analyst").get("/board.csv"))}
    assert everybodys & mine <= hers < everybodys
    page = client("rep").get("/board")
    assert "came in and" not in page.text  # the picture of the year counts all accounts


def test_days_that_are_none_or_still_to_come_are_the_latest_week() -> None:
    as_of = datetime(2025, 12, 29)

    def days(**query: str) -> Week:
        asked = narrowing_of(query)
        return days_of(asked.since, asked.until, as_of)

    assert days() == days(week="2025-13-01") == Week(datetime(2025, 12, 22), as_of)
    assert days(week="2026-03-01") == days(since="2026-01-01") == days()
    assert days(week="2025-12-25").from_at == datetime(2025, 12, 22)
    assert days(until="2025-10-26") == days(week="2025-10-20")
    assert days(since="2025-10-01") == Week(datetime(2025, 10, 1), as_of)
    assert days(period="2025-Q3") == Week(datetime(2025, 7, 1), datetime(2025, 10, 1))


def test_a_view_is_kept_shared_and_forgotten(client: Client) -> None:
    marketer, analyst = client("marketer"), client("analyst")
    path = "/board?state=qualified&solution=data-platform"
    kept = marketer.post("/views", data={"name": "My <b>platform</b>", "path": path})
    assert (kept.status_code, kept.headers["location"]) == (303, path)
    assert "My &lt;b&gt;platform&lt;/b&gt;" in marketer.get("/board").text
    assert "platform&lt;/b&gt;" not in analyst.get("/board").text
    marketer.post("/views", data={"name": "My <b>platform</b>", "path": path, "shared": "1"})
    seen = analyst.get("/board").text
    assert "platform&lt;/b&gt;" in seen and "/delete" not in seen
    mine = marketer.get("/board").text
    number = mine.split("/views/")[1].split("/")[0]
    assert analyst.post(f"/views/{number}/delete", data={"back": "/board"}).status_code == 422
    forgotten = marketer.post(f"/views/{number}/delete", data={"back": "//evil.example"})
    assert (forgotten.status_code, forgotten.headers["location"]) == (303, "/")
    assert "platform&lt;/b&gt;" not in analyst.get("/board").text
    assert marketer.post("/views", data={"name": "x", "path": "https://evil.example"}).status_code == 422


def test_ribbons_open_lists_and_the_table_sorts_without_script(signed_in: Any) -> None:
    page = signed_in("analyst", java_script_enabled=False)
    page.goto(f"/board?week={WEEK}")
    page.locator("svg a").first.click()
    assert page.locator("#movers tbody tr").count() > 0
    page.goto("/board?view=table")
    page.get_by_role("link", name="Dollars").click()
    assert "sort=dollars" in page.url


def test_the_worklist_counts_as_warming_whom_the_board_shows_there(
    demo_server: Served, client: Client
) -> None:
    folder = demo_server.workspace / ".muster" / "tables"
    with Published(folder) as every:
        engaged = every.records(
            """SELECT COUNT(*) AS n FROM qualification AS q JOIN buying_group AS g USING (buying_group_id)
            WHERE q.to_at IS NULL AND q.status = 'engaged' AND g.closed_at IS NULL"""
        )[0]["n"]
    assert 0 < counts(client("admin"))["warming"]["count"] < engaged  # some are with sales, or a deal
    rep = client("rep")
    assert f">{counts(rep)['warming']['count']} groups are warming</a>" in rep.get("/worklist").text
