"""Tables that the bundled company has no rows of: counted another way, and led back to files all the same."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random

import pytest
from tests.explain.test_every_table import check_explanation, some_rows
from tests.stories import test_capacity, test_gates, test_nurture, test_units
from tests.stories.telling import Stories

from muster.canonical.tables import flow_tables
from muster.explain.tell import archive_of, tell
from muster.testing import Record, account, company, engaged, rows
from muster.workspace import Workspace

ACCOUNTS = 30
START = datetime(2025, 3, 13, 9)  # a stretch of four weeks begins
WEEK = timedelta(days=7)


def opening(who: str, firm: int, day: int, content: str) -> Record:
    at = f"{START + timedelta(days=day):%Y-%m-%d %H:%M}"
    return engaged(
        at, f"{who}@firm{firm}.example", "page_viewed", content_id=content, engagement_id=f"e{firm}{who}"
    )


# (account, person, day, content): Bo follows Ana to the same page at four firms of five, Cy to another one.
OPENINGS = [
    *((firm, "ana", firm % 7, f"page{firm % 5}") for firm in range(ACCOUNTS)),
    *((firm, "bo", firm % 7 + 1 + firm % 6, f"page{firm % 5}") for firm in range(ACCOUNTS) if firm % 5),
    *((firm, "cy", firm % 7 + 2, f"page{(firm + 1) % 5}") for firm in range(ACCOUNTS)),
]


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    firms = [account(f"Firm{firm}", website=f"firm{firm}.example") for firm in range(ACCOUNTS)]
    told = [opening(who, firm, day, content) for firm, who, day, content in OPENINGS]
    twice = [
        account("Summit Health", record="sum-1", website="", country="US"),
        account("Summit Health", record="sum-2", website="", country="France"),
    ]
    return company(tmp_path_factory.mktemp("few") / "ws", *firms, *twice, *told)


def followed() -> list[tuple[int, str, str, timedelta]]:
    """Pairs of openings at one firm within seven days: firm, what was opened first and second, gap."""
    pairs = []
    for (firm, one, day, first), (other, two, later, second) in product(OPENINGS, repeat=2):
        gap = timedelta(days=later - day)
        if firm == other and one != two and timedelta(0) < gap <= WEEK:
            pairs.append((firm, first, second, gap))
    return pairs


def test_pairs_and_what_chance_explains_are_counted_another_way(ws: Workspace) -> None:
    popular = Counter(content for *_, content in OPENINGS)
    by_interest = sum(popular[first] / len(OPENINGS) for _, first, _, _ in followed())
    by_block = 0.0
    block = lambda day: (START + timedelta(days=day) - datetime(1970, 1, 1)) // timedelta(days=28)  # noqa: E731
    assert len({block(day) for _, _, day, _ in OPENINGS}) == 1  # so that a firm is a block
    for firm, *_ in followed():
        counts = Counter(content for other, _, _, content in OPENINGS if other == firm)
        n = sum(counts.values())
        by_block += sum(c * (c - 1) for c in counts.values()) / (n * (n - 1))
    same = sum(first == second for _, first, second, _ in followed())
    [found] = rows(ws, "SELECT * FROM co_engagement WHERE within_days = 0 AND first_came = 'any'")
    assert found["following_count"] == len(followed())
    assert found["pair_count"] == same > 20
    assert found["expected_by_interest"] == pytest.approx(by_interest, abs=1e-3)
    assert found["expected_by_block"] == pytest.approx(by_block, abs=1e-3)
    assert found["beyond_chance_high"] == pytest.approx(1 - by_interest / same, abs=1e-4)
    chances = [popular[first] / len(OPENINGS) for _, first, _, _ in followed()]
    spread = sum(chance * (1 - chance) for chance in chances) ** 0.5
    beyond = (same - by_interest) / (1 - by_interest / len(followed()))
    assert found["excess_high"] == pytest.approx(min(beyond + 1.96 * spread, same), abs=1e-2)


def test_the_shifted_expectation_is_counted_another_way(tmp_path: Path) -> None:
    days = [("ana", 0), ("bo", 15), ("cy", 15 + 21), ("dee", 15 + 22), ("eve", 15 + 63)]
    told = [opening(who, 0, day, "page1") for who, day in days]
    told += [opening("flo", 0, 38, "page2")]  # something follows, or there is no row
    ws = company(tmp_path / "ws", account("Firm0", website="firm0.example"), *told)
    shifts = [week for week in range(-5, 6) if abs(week) >= 2]
    moved = sum(
        timedelta(0) < timedelta(days=later - day) - shift * WEEK <= WEEK
        for (one, day), (two, later) in product(days, repeat=2)
        for shift in shifts
        if one != two
    )
    [found] = rows(ws, "SELECT * FROM co_engagement WHERE within_days = 0 AND first_came = 'any'")
    assert found["expected_by_shift"] == moved / len(shifts) > 0


def readers(seed: int) -> list[tuple[int, str, int, str]]:
    """Twelve firms; each reads eight pages of forty, and passes half of them on within three days."""
    dice, openings = Random(seed), []
    for firm in range(12):
        for number in range(8):
            day, page = dice.randrange(20), f"page{dice.randrange(40)}"
            openings.append((firm, f"a{number}", day, page))
            if number % 2:
                openings.append((firm, f"b{number}", day + dice.randint(1, 3), page))
    return openings


def beyond_chance(folder: Path, openings: list[tuple[int, str, int, str]]) -> dict[str, float]:
    firms = [account(f"Firm{firm}", website=f"firm{firm}.example") for firm in range(12)]
    told = [opening(who, firm, day, content) for firm, who, day, content in openings]
    ws = company(folder, *firms, *told)
    return rows(ws, "SELECT * FROM co_engagement WHERE within_days = 0 AND first_came = 'any'")[0]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_passed_on_lies_between_the_bounds_and_dealt_out_anew_nothing_is(
    tmp_path: Path, seed: int
) -> None:
    openings = readers(seed)
    found = beyond_chance(tmp_path / "told", openings)
    assert 0 < found["excess_low"] <= 48 <= 1.05 * found["excess_high"]  # bounds hold 19 times in 20
    dealt, dice = [], Random(seed)
    for firm in range(12):
        own = [row for row in openings if row[0] == firm]
        pages = [page for *_, page in own]
        dice.shuffle(pages)  # what the firm read stays, and when; who read what is drawn by lot
        dealt += [(*row[:3], page) for row, page in zip(own, pages, strict=True)]
    assert beyond_chance(tmp_path / "dealt", dealt)["excess_low"] == 0
    assert beyond_chance(tmp_path / "told", openings) == found


def test_every_pair_is_a_likely_share_and_earns_no_points(ws: Workspace) -> None:
    found = rows(ws, "SELECT confidence FROM likely_share")
    assert len(found) == sum(first == second for _, first, second, _ in followed())
    assert all(0 < row["confidence"] <= 0.97 for row in found)
    assert rows(ws, "SELECT * FROM share") == []
    assert rows(ws, "SELECT * FROM signal WHERE reason IN ('content_shared', 'share_read')") == []


@pytest.mark.parametrize("table", ["co_engagement", "likely_share", "account_review"])
def test_they_lead_back_to_rows_of_files(ws: Workspace, table: str) -> None:
    with archive_of(ws) as archive:
        told = tell(archive, flow_tables()[table], some_rows(archive, table))
        assert told
        for explained in told:
            check_explanation(ws, explained)


@pytest.mark.parametrize(
    ("stories", "tables"),
    [
        (test_gates.told, ("gate",)),
        (test_capacity.told, ("queue",)),
        (test_units.told, ("group_change", "person_part", "decided_about")),
        (test_nurture.told, ("experiment_draw", "experiment_power")),
    ],
    ids=["gates", "capacity", "units", "nurture"],
)
def test_those_that_a_story_has_lead_back_too(
    tmp_path: Path, stories: Stories, tables: tuple[str, ...]
) -> None:
    told = stories.build(tmp_path / "ws")
    with archive_of(told) as archive:
        for table in tables:
            explained = tell(archive, flow_tables()[table], some_rows(archive, table))
            assert explained, table
            for each in explained:
                check_explanation(told, each)


def test_under_twenty_pairs_nothing_is_said(tmp_path: Path) -> None:
    firms = [account(f"Firm{firm}", website=f"firm{firm}.example") for firm in range(6)]
    told = [opening(who, firm, day, content) for firm, who, day, content in OPENINGS if firm < 6]
    ws = company(tmp_path / "ws", *firms, *told)
    assert rows(ws, "SELECT pair_count FROM co_engagement WHERE within_days = 0")[0]["pair_count"] > 0
    assert rows(ws, "SELECT * FROM likely_share") == []
