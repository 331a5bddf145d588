"""Tables that the bundled company has no rows of: counted another way, and led back to files all the same."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from tests.explain.test_every_table import check_explanation, some_rows

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
    [found] = rows(ws, "SELECT * FROM co_engagement WHERE within_days = 0")
    assert found["pair_count"] == same > 20
    assert found["expected_by_interest"] == pytest.approx(by_interest, abs=1e-3)
    assert found["expected_by_block"] == pytest.approx(by_block, abs=1e-3)
    assert found["beyond_chance_high"] == pytest.approx(1 - by_interest / same, abs=1e-4)


def test_every_pair_is_a_likely_share_and_earns_no_points(ws: Workspace) -> None:
    found = rows(ws, "SELECT confidence FROM likely_share")
    assert len(found) == sum(first == second for _, first, second, _ in followed())
    assert all(0 < row["confidence"] <= 0.95 for row in found)
    assert rows(ws, "SELECT * FROM share") == []
    assert rows(ws, "SELECT * FROM signal WHERE reason IN ('content_shared', 'share_read')") == []


@pytest.mark.parametrize("table", ["co_engagement", "likely_share", "account_review"])
def test_they_lead_back_to_rows_of_files(ws: Workspace, table: str) -> None:
    with archive_of(ws) as archive:
        told = tell(archive, flow_tables()[table], some_rows(archive, table))
        assert told
        for explained in told:
            check_explanation(ws, explained)


def test_under_twenty_pairs_nothing_is_said(tmp_path: Path) -> None:
    firms = [account(f"Firm{firm}", website=f"firm{firm}.example") for firm in range(6)]
    told = [opening(who, firm, day, content) for firm, who, day, content in OPENINGS if firm < 6]
    ws = company(tmp_path / "ws", *firms, *told)
    assert rows(ws, "SELECT pair_count FROM co_engagement WHERE within_days = 0")[0]["pair_count"] > 0
    assert rows(ws, "SELECT * FROM likely_share") == []
