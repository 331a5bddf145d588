"""The map of a timeline: it counts every touch once, leads to pages of the list, and marks the one open."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any

import httpx
import pytest
from tests.in_chromium import CLASHES, OVERFLOW, locks_nobody_out

from muster.serving.figures.group import minimap
from muster.serving.figures.group.minimap import PHONE, WIDE, Column, columns_of
from muster.serving.figures.group.timeline import PAGE, Touch

Client = Callable[..., httpx.Client]
LINKS = "#minimap .{} a"
WIDTHS = """selector => [...document.querySelectorAll(selector)]
    .map(e => e.getBoundingClientRect()).map(b => Math.min(b.width, b.height))"""


def touch(on: date, lane: str = "known", number: int = 0) -> Touch:
    at = datetime(on.year, on.month, on.day, 9, number % 60)
    return Touch(f"e{on}-{number}", at, lane, "p", None, "Ann", "page viewed", "web", "")


def told(columns: Sequence[Column], touches: Sequence[Touch]) -> None:
    """Every touch is counted in the column of its day, in its lane."""
    for column in columns:
        inside = [t.lane for t in touches if column.first <= t.occurred_at.date() < column.end]
        assert column.counts == tuple(inside.count(lane) for lane in ("known", "anonymous", "ours"))
    assert sum(sum(column.counts) for column in columns) == len(touches)


@pytest.mark.parametrize(
    ("days", "grain"), [(1, "week"), (100, "week"), (300, "month"), (900, "quarter"), (4000, "year")]
)
def test_every_touch_is_counted_once_by_the_shortest_step_there_is_room_for(days: int, grain: str) -> None:
    last = date(2025, 12, 31)
    lanes = ("known", "anonymous", "ours")
    touches = [touch(last - timedelta(days=n), lanes[n % 3], n) for n in range(0, days, 7)]
    columns = columns_of(touches, touches, (touches[-1].occurred_at.date(), last), WIDE)
    assert {column.grain for column in columns} == {grain} and len(columns) <= WIDE
    told(columns, touches)
    for column in columns:
        theirs = [t for t in touches if column.first <= t.occurred_at.date() < column.end]
        assert column.latest == (theirs[0] if theirs else None)


def test_and_a_touch_put_into_the_column_before_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    touches = [touch(date(2025, 12, 31) - timedelta(days=n), number=n) for n in range(0, 90, 9)]
    right = minimap._column
    monkeypatch.setattr(minimap, "_column", lambda starts, one: max(right(starts, one) - 1, 0))
    with pytest.raises(AssertionError):
        told(columns_of(touches, touches, (date(2025, 10, 1), date(2025, 12, 31)), WIDE), touches)


def test_a_column_without_a_touch_of_the_list_opens_nothing() -> None:
    touches = [touch(date(2025, 12, 30), "ours"), touch(date(2025, 12, 2))]
    columns = columns_of(touches, touches[1:], (date(2025, 12, 1), date(2025, 12, 31)), PHONE)
    assert [c.latest for c in columns if sum(c.counts)] == [touches[1], None]


@pytest.fixture(scope="module")
def busiest(demo_server: Any) -> str:
    """The group with most touches: several pages of them."""
    import duckdb  # noqa: PLC0415

    file = demo_server.workspace / ".muster" / "tables" / "group_engagement.parquet"
    with duckdb.connect() as connection:
        [(found,)] = connection.execute(f"SELECT MODE(buying_group_id) FROM '{file}'").fetchall()
    return str(found)


def test_each_column_opens_the_page_of_its_latest_touch(client: Client, busiest: str) -> None:
    analyst = client("analyst")
    page = analyst.get(f"/groups/{busiest}").text
    touches = analyst.get(f"/groups/{busiest}.json").json()["touches"]
    assert len(touches) > PAGE
    wide = page.split('id="minimap"')[1].split('<div class="phone">')[0]
    links = [unescape(one) for one in re.findall(r'<a href="([^"]*#t-[^"]*)"', wide)]
    rows = list(
        csv.DictReader(
            io.StringIO(analyst.get(f"/groups/{busiest}.csv?table=minimap").text.removeprefix("\ufeff"))
        )
    )
    added = {lane: sum(int(row[lane]) for row in rows) for lane in ("known", "anonymous", "ours")}
    assert added == dict.fromkeys(added, 0) | Counter(one["lane"] for one in touches)
    assert len(links) == sum(row["known"] + row["anonymous"] + row["ours"] != "000" for row in rows)
    for link in links:
        address, _, anchor = link.partition("#")
        assert f'id="{anchor}"' in analyst.get(address).text
    said = re.search(r"what the list shows now, ([^<]*)\.</figcaption>", page)
    second = re.search(
        r"what the list shows now, ([^<]*)\.</figcaption>", analyst.get(f"/groups/{busiest}?page=2").text
    )
    assert said and second and said[1] != second[1]


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (768, "light"), (390, "dark"), (320, "light")])
def test_the_map_is_pressed_by_keyboard_and_finger(
    signed_in: Any, busiest: str, width: int, scheme: str
) -> None:
    page = signed_in("analyst", width=width, scheme=scheme)
    page.goto(f"/groups/{busiest}")
    shown = LINKS.format("phone" if width < 768 else "wide")
    assert min(page.evaluate(WIDTHS, shown)) >= 24
    assert page.evaluate(OVERFLOW) <= 0 and page.evaluate(CLASHES) == []
    locks_nobody_out(page, targets=True)
    first = page.locator(shown).first
    first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/groups/*?act=*#t-*")
    assert page.locator("tr.here").is_visible()
    page.emulate_media(media="print")
    assert page.locator("#minimap svg").first.is_visible() or page.locator("#minimap svg").last.is_visible()
