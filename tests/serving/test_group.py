"""The page of one buying group: its figures against the published tables, and what a browser makes of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from tests.in_chromium import CLASHES, OPEN_ALL, OVERFLOW, locks_nobody_out

from muster.access.seen import Seen
from muster.access.viewer import EVERYTHING
from muster.reports.horizon import horizon_of
from muster.serving.figures.group.group import groups_of
from muster.serving.figures.group.rows import rows_of
from muster.serving.figures.group.score import chance_of, score_of, waterfall_of
from muster.serving.figures.role_words import role_titles

Client = Callable[..., httpx.Client]
AS_OF = datetime(2025, 12, 29)
# The open group with most members that was handed off, and one with an anonymous visitor and a missing role.
BUSY = """
SELECT g.buying_group_id FROM buying_group AS g JOIN hand_off AS h ON h.buying_group_id = g.buying_group_id
WHERE g.closed_at IS NULL ORDER BY g.member_count DESC, g.buying_group_id LIMIT 1"""
LACKING = """
SELECT g.buying_group_id FROM buying_group AS g JOIN role_gap AS r ON r.buying_group_id = g.buying_group_id
WHERE g.closed_at IS NULL AND r.missing > 0 AND g.visitor_count > 0
ORDER BY g.member_count DESC, g.buying_group_id LIMIT 1"""


@pytest.fixture(scope="module")
def published(bundled: Path) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
    """Plain SQL on the files, past everything that serves them."""
    folder = bundled / ".muster" / "tables"
    with duckdb.connect() as connection:
        for file in folder.glob("*.parquet"):
            connection.execute(f"CREATE VIEW \"{file.stem}\" AS FROM read_parquet('{file}')")

        def ask(sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
            return connection.execute(sql, parameters or []).fetchall()

        yield ask


@pytest.fixture(scope="module")
def seen(bundled: Path) -> Iterator[Seen]:
    with Seen(bundled / ".muster" / "tables", EVERYTHING) as tables:
        yield tables


def test_the_waterfall_of_every_group_adds_up_to_its_stored_score(
    seen: Seen, published: Callable[..., Any]
) -> None:
    stored = published(
        "SELECT s.buying_group_id, arg_max(s.score, s.scored_at) FROM score AS s GROUP BY s.buying_group_id"
    )
    assert len(stored) > 100
    told = rows_of(seen, groups_of(seen, [key for key, _ in stored]), as_of=AS_OF)
    for key, total in stored:
        score = score_of(told[key])
        assert score is not None and score.score == total and score.reconciles, key
        picture = waterfall_of(score)
        assert sum(points for _, points in picture.parts) == picture.total == int(total * 100), key


def test_the_chance_of_every_group_that_has_one_is_the_sum_of_what_sellers_ask_for(
    seen: Seen, published: Callable[..., Any]
) -> None:
    found = 0
    open_now = [
        key for (key,) in published("SELECT buying_group_id FROM buying_group WHERE closed_at IS NULL")
    ]
    horizon = horizon_of(seen)
    for rows in rows_of(seen, groups_of(seen, open_now), as_of=AS_OF).values():
        chance = chance_of(rows, as_of=AS_OF, horizon=horizon)
        if chance is not None:
            found += 1
            assert chance.reconciles and {a.asks for a in chance.asked} <= {
                *("budget", "authority", "need", "timing", "base")
            }
    assert found > 5


def test_people_and_acts_are_those_of_the_tables(client: Client, published: Callable[..., Any]) -> None:
    [(key,)] = published(BUSY)
    analyst = client("analyst")
    told = analyst.get(f"/groups/{key}.json").json()
    people = published(
        "SELECT person_id, role, engagement_count FROM member "
        "WHERE buying_group_id = ? AND person_id IS NOT NULL",
        [key],
    )
    listed = told["people"]["members"]
    assert {(m["person_id"], m["role"], m["engagement_count"]) for m in listed} == set(people)
    [(acts,)] = published("SELECT count(*) FROM group_engagement WHERE buying_group_id = ?", [key])
    assert sum(t["lane"] != "ours" for t in told["touches"]) == acts
    [(recent,)] = published(
        """SELECT count(*) FROM group_engagement AS x
        JOIN resolved_engagement AS e ON e.engagement_id = x.engagement_id
        WHERE x.buying_group_id = ? AND x.person_id IS NOT NULL AND e.is_act
            AND e.occurred_at > ? - INTERVAL 26 WEEK AND e.occurred_at <= ?""",
        [key, AS_OF, AS_OF],
    )
    assert sum(sum(m["weeks"]) for m in listed) == recent
    rows = list(csv.DictReader(io.StringIO(analyst.get(f"/groups/{key}.csv").content.decode("utf-8-sig"))))
    weeks = [int(row[f"week {n}"]) for row in rows for n in range(-25, 1)]
    assert sum(weeks) == recent
    said = analyst.get(f"/groups/{key}.csv?table=answers").text
    [(answers,)] = published(
        "SELECT count(*) FROM disposition AS d JOIN hand_off AS h ON h.hand_off_id = d.hand_off_id "
        "WHERE h.buying_group_id = ?",
        [key],
    )
    assert len(said.splitlines()) == answers + 1


def test_the_timeline_is_filtered_and_cut_into_pages(client: Client, published: Callable[..., Any]) -> None:
    [(key,)] = published(BUSY)
    analyst = client("analyst")
    everything = analyst.get(f"/groups/{key}.json").json()["touches"]
    person = next(t["person_id"] for t in everything if t["person_id"])
    theirs = analyst.get(f"/groups/{key}.json?person={person}").json()["touches"]
    assert theirs == [t for t in everything if t["person_id"] == person] != everything
    page = analyst.get(f"/groups/{key}").text
    assert page.count('id="t-') == min(50, len(everything))
    last = analyst.get(f"/groups/{key}?act={everything[-1]['touch_id']}").text
    assert f'id="t-{everything[-1]["touch_id"]}"' in last  # evidence opens on the page that holds it


def test_a_group_of_somebody_else_reads_as_one_that_is_not_there(
    client: Client, published: Callable[..., Any], owners: list[str]
) -> None:
    [(foreign,)] = published(
        """SELECT g.buying_group_id FROM buying_group AS g JOIN account AS a ON a.account_id = g.account_id
        WHERE g.closed_at IS NOT NULL AND a.owner_id <> ? ORDER BY g.buying_group_id LIMIT 1""",
        [owners[0]],
    )
    rep = client("rep")
    theirs, none = rep.get(f"/groups/{foreign}"), rep.get("/groups/g0000000000000000")
    assert (theirs.status_code, none.status_code) == (404, 404)
    assert "not yours to see" in theirs.text
    assert rep.get(f"/groups/{foreign}.json").status_code == 404


def test_a_missing_role_says_whom_to_look_for(client: Client, published: Callable[..., Any]) -> None:
    [(key,)] = published(LACKING)
    told = client("analyst").get(f"/groups/{key}.json").json()
    missing = [gap for gap in told["people"]["gaps"] if gap["missing"]]
    assert missing and all(gap["look_for"] for gap in missing)
    assert len(told["people"]["visitors"]) > 0


def test_who_plays_a_role_is_told_by_the_surest_rules() -> None:
    rules = [
        {"function": "*", "seniority": "vp", "role": "decision_maker", "confidence": 0.5},
        {"function": "finance", "seniority": "director", "role": "decision_maker", "confidence": 0.9},
        {"function": "*", "seniority": "individual", "role": "decision_maker", "confidence": 0.04},
    ]
    assert role_titles(rules) == {"decision_maker": "a director of finance or a vice president"}


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_page_locks_nobody_out(
    signed_in: Callable[..., Any], published: Callable[..., Any], width: int, scheme: str
) -> None:
    asked: list[str] = []
    page = signed_in("analyst", width=width, scheme=scheme)
    page.on("request", lambda request: asked.append(request.url))
    for sql in (BUSY, LACKING):
        [(key,)] = published(sql)
        page.goto(f"/groups/{key}")
        page.evaluate(OPEN_ALL)
        locks_nobody_out(page)
        assert page.evaluate(OVERFLOW) <= 0
        assert page.evaluate(CLASHES) == []
    home = page.url.split("/groups")[0]
    assert all(url.startswith((home, "data:")) for url in asked)


def test_points_are_never_counted_again(seen: Seen, published: Callable[..., Any]) -> None:
    """A stored part that its reasons do not explain is said, not mended."""
    [(key,)] = published(BUSY)
    score = score_of(rows_of(seen, groups_of(seen, [key]), as_of=AS_OF)[key])
    assert score is not None
    broken = replace(score, score=score.score + Decimal("0.01"))
    assert score.reconciles and not broken.reconciles
