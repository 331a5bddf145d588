"""The chance that an opportunity opens: as observed so far, and not at all while data are thin."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from tests.stories.telling import Stories

from muster.testing import Record, account, engaged, opportunity, rows
from muster.workspace import Workspace

told = Stories(as_of="2025-03-31")
THIRTEEN_WEEKS = timedelta(weeks=13)
FIRST = datetime(2023, 1, 3, 9)
OPENINGS = 45


def _story(number: int) -> list[Record]:
    """A raised hand each week; every second account's deal opens six weeks later, and most are won."""
    raised = FIRST + timedelta(weeks=number)
    firm = f"chance{number}"
    found = [account(firm), engaged(str(raised), f"ana@{firm}.example", "demo_requested")]
    opened = raised + timedelta(weeks=6)
    if number % 2:
        won = str(opened + timedelta(weeks=2)) if number % 4 == 1 else ""
        lost = "" if won else str(opened + timedelta(weeks=2))
        found.append(opportunity(str(opened), firm, account=firm, won=won, lost=lost))
    return found


told(*[record for number in range(2 * OPENINGS) for record in _story(number)])


def openings(ws: Workspace) -> list[tuple[str, datetime, datetime]]:
    """Account, creation and end of every opportunity."""
    file = ws.published.folder / "records" / "stage_change.parquet"
    found = rows(
        ws,
        f"""
        SELECT g.account_id, make_timestamp(MIN(h.changed_at)) AS since,
            make_timestamp(MAX(h.changed_at)) AS until
        FROM read_parquet('{file}') AS h JOIN opportunity_group AS o USING (opportunity_id)
        JOIN buying_group AS g USING (buying_group_id) GROUP BY ALL
        """,
    )
    return [(row["account_id"], row["since"], row["until"]) for row in found]


def test_there_is_no_rate_before_forty_deals_had_opened_a_quarter_before(ws: Workspace) -> None:
    created = sorted(since for _, since, _ in openings(ws))
    assert len(created) == OPENINGS
    enough = created[39] + THIRTEEN_WEEKS
    scored = rows(ws, "SELECT scored_at, p_open, expected_amount_cents FROM score ORDER BY scored_at")
    before = [row for row in scored if row["scored_at"] < enough]
    assert before and all(row["p_open"] is row["expected_amount_cents"] is None for row in before)
    # Without an open opportunity there is a rate from then on: the week of the fortieth knows it first.
    monday = enough - timedelta(days=enough.weekday(), hours=enough.hour) + timedelta(weeks=1)
    after = [row for row in scored if row["scored_at"] >= monday]
    assert after and all(row["p_open"] is not None for row in after)


def test_the_rate_is_that_of_groups_with_such_a_score_shrunk_to_that_of_all(ws: Workspace) -> None:
    """Counted again: of the group-weeks of a band that are a quarter old and had no deal open, how many
    opened one within the quarter, with the weight of 20 weeks of all bands together."""
    deals = openings(ws)
    weekly = [
        (row["scored_at"], int(row["score"] // 5), row["account_id"])
        for row in rows(ws, "FROM score JOIN buying_group USING (buying_group_id)")
        if row["scored_at"].weekday() == 0 and row["scored_at"].hour == 0
    ]
    told_rates = rows(ws, "SELECT scored_at, score, p_open FROM score WHERE p_open IS NOT NULL")
    assert len(told_rates) > 50
    checked = set()
    for row in told_rates:
        week = row["scored_at"] - timedelta(days=row["scored_at"].weekday())
        week = week.replace(hour=0, minute=0, second=0)
        band = int(row["score"] // 5)
        groups, opened = dict[int, int](), dict[int, int]()
        for at, its_band, account_id in weekly:
            mine = [deal for deal in deals if deal[0] == account_id]
            if at + THIRTEEN_WEEKS > week or any(since <= at < until for _, since, until in mine):
                continue
            groups[its_band] = groups.get(its_band, 0) + 1
            hit = any(at < since <= at + THIRTEEN_WEEKS for _, since, _ in mine)
            opened[its_band] = opened.get(its_band, 0) + hit
        overall = sum(opened.values()) / sum(groups.values())
        expected = (opened.get(band, 0) + 20 * overall) / (groups.get(band, 0) + 20)
        assert row["p_open"] == pytest.approx(expected, abs=1e-12), row
        checked.add(band)
    assert len(checked) > 2 and any(a != b for a, b in pairwise(row["p_open"] for row in told_rates))


def test_there_is_no_win_rate_before_forty_deals_have_closed(ws: Workspace) -> None:
    closed = sorted(until for _, _, until in openings(ws))
    scored = rows(ws, "SELECT scored_at, p_win FROM score")
    known = {row["scored_at"]: row["p_win"] for row in scored}
    assert all(rate is None for at, rate in known.items() if at < closed[39])
    late = [rate for at, rate in known.items() if at > closed[-1] + timedelta(weeks=1)]
    # 23 of 45 were won; one solution borrows from all, which is itself
    assert late and all(rate == pytest.approx(23 / 45) for rate in late)
