"""Lists, pages, filters, kinds of answers, and what failures look like."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from starlette.testclient import TestClient
from tests.access.invented_accounts import INSIDE
from tests.serving.api.conftest import Office

from muster.engine.run_log import LOG
from muster.serving.api import runs
from muster.serving.api.callers import Quotas
from muster.serving.api.resources import GROUPS, RESOURCES, measures

LISTS = [f"/api/v1/{resource.name}" for resource in RESOURCES]
_SHARED: dict[str, Office] = {}
ROWS = [f"/api/v1/measures/{name}/rows" for name in list(measures())[::9]]  # made alike


def walked(client: TestClient, path: str, **asked: Any) -> list[dict[str, Any]]:
    """Every row of a list, page by page."""
    rows, following = [], f"{path}?{'&'.join(f'{k}={v}' for k, v in asked.items())}"
    while following:
        answer = client.get(following)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= asked.get("limit", 50)
        rows += page["items"]
        following = page["next"]
    return rows


@pytest.mark.parametrize("path", [*LISTS, *ROWS])
def test_pages_of_one_follow_each_other_to_the_whole_list(office: Office, path: str) -> None:
    client = office.client("admin")
    whole = walked(client, path, limit=200)
    assert whole
    assert walked(client, path, limit=3) == whole


@pytest.mark.parametrize("path", [*LISTS, *ROWS])
def test_a_page_after_another_run_came_is_gone_and_says_to_begin_again(
    opened: Callable[..., Office], path: str
) -> None:
    office = _SHARED.setdefault("office", opened())
    client = office.client("admin")
    first = client.get(f"{path}?limit=1").json()
    if first["next"] is None:
        pytest.skip("the invented company has one row there")
    assert client.get(first["next"]).status_code == 200
    another_run(office)
    late = client.get(first["next"])
    assert (late.status_code, late.json()["code"]) == (410, "run_changed")
    assert "without `after`" in late.json()["detail"]
    assert len(walked(client, path, limit=200)) > 1  # and whoever does reads the whole list


def another_run(office: Office) -> None:
    """Bring a run of the same records into force."""
    home = office.folder / ".muster"
    there = (home / "tables").resolve()
    new = there.with_name(f"{int(there.name[:6]) + 1:06d}-invented")
    shutil.copytree(there, new)
    told = json.loads((new / "manifest.json").read_text("utf-8"))
    (new / "manifest.json").write_text(json.dumps(told | {"run_id": new.name}), "utf-8")
    (home / "new").symlink_to(Path("runs") / new.name)
    (home / "new").replace(home / "tables")


def test_a_rep_lists_their_accounts_and_reads_one(office: Office) -> None:
    client = office.client("rep")
    listed = walked(client, "/api/v1/groups")
    assert {group["account_id"] for group in listed} == set(INSIDE)
    one = client.get(f"/api/v1/groups/{listed[0]['buying_group_id']}")
    assert one.json() in listed


def test_filters_keep_rows_and_updated_since_keeps_what_changed(office: Office) -> None:
    client = office.client("admin")
    every = walked(client, "/api/v1/members")
    some = walked(client, "/api/v1/members", buying_group_id="g-a10000000000000")
    assert some == [row for row in every if row["buying_group_id"] == "g-a10000000000000"] != []
    changed = sorted(row["updated_at"] for row in every)
    half = changed[len(changed) // 2]
    since = walked(client, "/api/v1/members", updated_since=half, limit=2)
    assert since == [row for row in every if row["updated_at"] >= half]
    assert 0 < len(since) < len(every)


@pytest.mark.parametrize("path", LISTS)
def test_every_list_keeps_what_was_updated_since(office: Office, path: str) -> None:
    client = office.client("admin")
    every = walked(client, path, limit=200)
    dates = sorted(row["updated_at"] for row in every if row["updated_at"] is not None)
    half = dates[len(dates) // 2]
    kept = walked(client, path, updated_since=half, limit=200)
    assert kept == [row for row in every if row["updated_at"] is not None and row["updated_at"] >= half] != []
    assert client.get(f"{path}?updated_since=2100-01-01T00:00:00Z").json()["items"] == []


def test_instants_are_utc_whatever_zone_they_are_asked_in(office: Office) -> None:
    client = office.client("admin")
    utc = walked(client, "/api/v1/scores", updated_since="2024-02-01T12:00:00Z")
    cet = walked(client, "/api/v1/scores", updated_since="2024-02-01T13:00:00%2B01:00")
    assert utc == cet != []


def test_a_list_is_json_csv_or_arrow(office: Office) -> None:
    client = office.client("admin")
    as_json = client.get("/api/v1/hand-offs").json()["items"]
    as_csv = client.get("/api/v1/hand-offs", headers={"accept": "text/csv"})
    assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(as_csv.text)))
    assert [row["hand_off_id"] for row in rows] == [row["hand_off_id"] for row in as_json]
    kind = "application/vnd.apache.arrow.stream"
    arrow = pa.ipc.open_stream(client.get("/api/v1/hand-offs", headers={"accept": kind}).content).read_all()
    assert arrow.column_names == list(as_json[0])
    assert arrow["score"].to_pylist() == [row["score"] for row in as_json]
    refused = client.get("/api/v1/hand-offs", headers={"accept": "image/png"})
    assert (refused.status_code, refused.json()["code"]) == (406, "not_acceptable")


def test_the_link_of_the_next_page_stands_in_a_header_too(office: Office) -> None:
    answer = office.client("admin").get("/api/v1/people?limit=1", headers={"accept": "text/csv"})
    link = re.fullmatch(r'<(.+)>; rel="next"', answer.headers["link"])
    assert link is not None
    assert office.client("admin").get(link[1]).status_code == 200


def test_who_has_an_answer_already_is_told_so(office: Office) -> None:
    client = office.client("rep")
    first = client.get("/api/v1/accounts")
    again = client.get("/api/v1/accounts", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get("/api/v1/accounts?limit=1", headers={"if-none-match": first.headers["etag"]})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/api/v1/groups/g-a60000000000000", 404, "not_found"),
        ("GET", "/api/v1/groups/never", 404, "not_found"),
        ("DELETE", "/api/v1/groups", 405, "method_not_allowed"),
        ("GET", "/api/v1/groups?limit=201", 422, "invalid"),
        ("GET", "/api/v1/groups?limit=many", 422, "invalid"),
        ("GET", "/api/v1/groups?solution=x", 422, "unknown_parameter"),
        ("GET", "/api/v1/groups?after=bm9uZQ", 422, "unknown_cursor"),
        ("GET", "/api/v1/groups?after=%F0%9F%90%BB", 422, "unknown_cursor"),
        ("GET", "/api/v1/groups?updated_since=yesterday", 422, "invalid"),
        ("GET", "/api/v1/measures", 403, "not_your_role"),
        ("GET", "/api/v1/runs", 403, "not_your_role"),
    ],
)
def test_every_failure_is_a_problem(office: Office, method: str, path: str, status: int, code: str) -> None:
    answer = office.client("rep").request(method, path)
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert (answer.status_code, told["status"], told["code"]) == (status, status, code)
    assert told["title"]
    assert told["detail"].endswith(".")


def test_a_fault_of_ours_tells_nothing_but_its_number(
    opened: Callable[..., Office], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("muster.access.seen.Seen.records", broken)
    answer = opened().client("rep").get("/api/v1/groups")
    assert (answer.status_code, answer.json()["code"]) == (500, "fault")
    assert "secret" not in answer.text
    number = re.search(r"under (\w+)\.", answer.json()["detail"])
    assert number is not None
    assert number[1] in caplog.text


def test_without_tables_the_api_says_how_to_build_them(opened: Callable[..., Office]) -> None:
    office = opened()
    (office.folder / ".muster" / "tables").unlink()
    answer = office.client("rep").get("/api/v1/groups")
    assert (answer.status_code, answer.json()["code"]) == (503, "no_run")


def test_calls_are_counted_and_one_too_many_is_told_when_to_come_back(opened: Callable[..., Office]) -> None:
    office = opened()
    office.api.state.quotas = Quotas(calls=3)
    client = office.client("rep")
    answers = [client.get("/api/v1/groups/g-a00000000000000") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["ratelimit-policy"] == '"calls";q=3;w=60'
    assert answers[0].headers["ratelimit"].startswith('"calls";r=2;t=')
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert answers[-1].json()["code"] == "too_many"
    assert office.client("analyst").get("/api/v1/groups/g-a00000000000000").status_code == 200


def test_a_chance_that_is_no_longer_said_is_not_told_of_a_group() -> None:
    """Once an opportunity is open there is none to foretell: the list tells what the latest score does."""
    with duckdb.connect() as connection:
        connection.execute("""
            CREATE TABLE score AS SELECT * FROM (VALUES
                ('g1', TIMESTAMP '2025-03-03', 40.0, 0.31, 0.2, 500),
                ('g1', TIMESTAMP '2025-03-10', 55.0, NULL, 0.3, NULL)
            ) AS v (buying_group_id, scored_at, score, p_open, p_win, expected_amount_cents)""")
        told = connection.execute(GROUPS.beside, {"keys": ["g1"]}).fetchall()
    assert told == [("g1", datetime(2025, 3, 10), 55, None, Decimal("0.3"), None)]


def begun(office: Office, day: int) -> dict[str, object]:
    """A line of the run log: a run that began on a day of March."""
    entry: dict[str, object] = {"started_at": f"2026-03-{day:02}T06:00:00+00:00", "ended": "published"}
    return entry | {"run_id": f"{day:06d}-invented", "as_of": "2026-03-01T00:00:00+00:00", "engine": "duckdb"}


def days_of(page: dict[str, Any]) -> list[int]:
    return [int(run["started_at"][8:10]) for run in page["items"]]


def days_after_a_page(office: Office, later: Sequence[int]) -> list[int]:
    """Six runs, two of them read; then the log has other days, and the next page is read."""
    client, log = office.client("admin"), office.folder / LOG
    log.parent.mkdir(exist_ok=True)

    def write(days: Iterable[int]) -> None:
        log.write_text("".join(json.dumps(begun(office, day)) + "\n" for day in days), "utf-8")

    write(range(1, 7))
    first = client.get("/api/v1/runs?limit=2").json()
    assert days_of(first) == [6, 5]
    write(later)
    return days_of(client.get(first["next"]).json())


@pytest.mark.parametrize("later", [range(1, 7), range(1, 9), range(3, 7), range(3, 9), (1, 2, 3, 4, 7)])
def test_pages_of_runs_go_on_where_they_were_though_the_log_grows_or_is_cut(
    office: Office, later: Sequence[int]
) -> None:
    assert days_after_a_page(office, later) == [4, 3]


def test_a_page_of_runs_that_goes_by_places_in_the_log_is_noticed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def by_place(run: Any) -> str:
        lines = (office.folder / LOG).read_text("utf-8").splitlines()
        [place] = [n for n, line in enumerate(lines) if run.run_id in line]
        return f"{place:06d}"

    monkeypatch.setattr(runs, "_key", by_place)
    assert days_after_a_page(office, range(3, 9)) != [4, 3]
