"""Data health: its figures are the ledger's, its buttons decide and run for those who may press them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from muster.engine.run_log import append_entry, entries
from muster.serving import background, rendering
from muster.serving.figures import health
from muster.store.decisions import read_decisions

Client = Callable[..., httpx.Client]


def asked(served: Any, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute(f"SET file_search_path = '{served.workspace / '.muster' / 'tables'}'")
        return connection.execute(sql).fetchall()


def test_its_rows_are_those_of_the_ledger(client: Client, demo_server: Any) -> None:
    told = client("analyst").get("/health.csv?table=ledger").text.splitlines()
    counted = asked(demo_server, "SELECT SUM(rows_read), SUM(rows_set_aside) FROM 'intake_ledger.parquet'")
    last = told[-1].split(",")
    assert [(int(last[2]), int(last[5]))] == counted
    found = client("analyst").get("/health/rows.json").json()
    [(errors,)] = asked(demo_server, "SELECT COUNT(*) FROM 'problem.parquet' WHERE severity = 'error'")
    assert sum(row["severity"] == "error" for row in found) == errors > 0
    only = client("analyst").get("/health/rows.json?severity=error&source=crm").json()
    assert {(row["severity"], row["source"]) for row in only} == {("error", "crm")}


@pytest.mark.parametrize(
    "address", ["/health", "/health/rows", "/health/review", "/health/decisions", "/health/runs"]
)
def test_reps_have_other_work(client: Client, address: str) -> None:
    assert client("rep").get(address).status_code == 403
    assert client("rep").get(f"{address}.json").status_code == 403
    assert client("marketer").get(address).status_code == 200


def test_only_those_who_may_begin_a_run(client: Client, own_server: Any) -> None:
    assert client("marketer", own_server).post("/health/runs").status_code == 403
    assert entries(own_server.workspace) == []


def test_a_verdict_about_two_people_is_kept_and_shown(client: Client, own_server: Any) -> None:
    marketer = client("marketer", own_server)
    pair = next(p for p in marketer.get("/health/review.json").json() if p["matter"] == "people")
    form = {"matter": "people", "one": pair["one"], "other": pair["other"], "verdict": "two"}
    assert client("rep", own_server).post("/health/review", data=form).status_code == 403
    assert read_decisions(own_server.store) == []
    answer = marketer.post("/health/review", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/health/review")
    [kept] = read_decisions(own_server.store)
    assert (kept.kind, kept.pair) == ("split", frozenset((pair["one"], pair["other"])))
    assert kept.decided_by == "marketer@halden.example"
    assert "split, from the next run" in marketer.get("/health/review").text
    again = marketer.post("/health/review", data=form | {"verdict": "maybe"})
    assert again.status_code == 422


def test_a_pair_tells_what_each_record_says_and_not_twice_who_they_were_made_into(
    client: Client, bundled: Path
) -> None:
    exported = {}
    for kind in ("Lead", "Contact"):
        with (bundled / "crm" / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
            exported |= {row["Id"]: (kind.lower(), row["Email"]) for row in csv.DictReader(file)}
    pairs = [p for p in client("marketer").get("/health/review.json").json() if p["matter"] == "people"]
    for pair in pairs:
        for side in ("one", "other"):
            kind, email = exported[pair[side]]
            assert pair[f"{side}_is"] == f"{kind} {pair[side]}"
            assert email.lower() in pair[f"{side}_shown"]
        assert pair["one_shown"] != pair["other_shown"]  # else there is nothing to judge by
        assert pair["why"].startswith("joined; alike: ")
    assert pairs


class Going:
    """A process that has begun, and does not hold the workspace yet."""

    def poll(self) -> None:
        """It goes on."""


def test_a_run_that_is_asked_for_twice_is_one_and_the_page_says_that_it_goes(
    client: Client, own_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(background._running, (own_server.workspace, "run"), Going())
    analyst = client("analyst", own_server)
    again = analyst.post("/health/runs")
    assert (again.status_code, again.headers["location"]) == (303, "/health/runs")
    told = analyst.get("/health/runs").text
    assert "A run is going." in told and "Run now" not in told


def test_a_run_that_wrote_nothing_to_the_crm_is_listed_as_any_other(client: Client, own_server: Any) -> None:
    published = {"started_at": "2026-01-01T05:00:00+00:00", "ended": "published", "run_id": "000001-ab"}
    append_entry(own_server.workspace, published)  # as every run without fields that are on
    answer = client("analyst", own_server).get("/health/runs")
    assert answer.status_code == 200 and "000001-ab" in answer.text


def test_a_run_that_was_killed_is_told_of(client: Client, own_server: Any) -> None:
    append_entry(own_server.workspace, {"started_at": "2026-01-01T05:00:00", "ended": "failed", "why": "old"})
    note = own_server.workspace / ".muster" / "log" / "run-begun.json"
    note.write_text('{"started_at": "2026-01-02T05:00:00+00:00"}', "utf-8")
    told = client("analyst", own_server).get("/health/runs").text
    assert "it was broken off" in told.partition("</nav>")[2].partition("</table>")[0]
    banner = told.partition('class="banner"')[2].partition("</p>")[0]
    assert "2 Jan 2026" in banner and "broken off" in banner and "old" not in banner


def test_days_are_said_to_be_counted_to_the_last_day_of_the_records(
    client: Client, demo_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bundled company's records ended long ago: its newest source is hardly behind, and not new."""
    told: list[int] = []

    def since(as_of: datetime, now: datetime) -> int:
        told.append(health.days_since(as_of, now))
        return told[-1]

    monkeypatch.setattr(rendering, "days_since", since)
    page = client("analyst").get("/health").text
    assert told[-1] > 300 and f"The records end on 29 Dec 2025, {told[-1]} days ago." in page
    assert "Days are counted to that day, not to today." in page and "Days ago" not in page
    assert f"{told[-1]} days ago; days are counted to then" in client("rep").get("/worklist").text
    monkeypatch.setattr(rendering, "days_since", lambda *_: 0)  # they end this week
    fresh = client("analyst").get("/health").text
    assert "The records end on 29 Dec 2025. Days are counted" in fresh and "days ago" not in fresh
    assert "counted to then" not in client("rep").get("/worklist").text


def test_a_page_that_keeps_the_age_of_the_records_to_itself_is_noticed(
    client: Client, demo_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seeded fault: however old, the records count as of this week."""
    monkeypatch.setattr(health, "STALE_DAYS", 100_000)
    with pytest.raises(AssertionError):
        test_days_are_said_to_be_counted_to_the_last_day_of_the_records(client, demo_server, monkeypatch)
