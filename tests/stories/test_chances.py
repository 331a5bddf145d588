"""The chance that an opportunity opens: as observed so far, and not at all while data are thin."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from tests.stories.telling import Stories

from muster.testing import Record, account, contact, engaged, opportunity, rows
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
# A group of the last weeks, when there is a model: somebody asks for a demo, and a vice president reads.
told(
    account("late"),
    contact("vera@late.example", title="VP Finance"),
    engaged("2025-02-12 09:00", "ana@late.example", "demo_requested"),
    engaged("2025-02-13 09:00", "vera@late.example", "page_viewed"),
)


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
    scored = rows(ws, "SELECT scored_at, opening_rate FROM score ORDER BY scored_at")
    before = [row for row in scored if row["scored_at"] < enough]
    assert before and all(row["opening_rate"] is None for row in before)
    # Without an open opportunity there is a rate from then on: the week of the fortieth knows it first.
    monday = enough - timedelta(days=enough.weekday(), hours=enough.hour) + timedelta(weeks=1)
    after = [row for row in scored if row["scored_at"] >= monday]
    assert after and all(row["opening_rate"] is not None for row in after)


def test_the_rate_is_that_of_groups_with_such_a_score_shrunk_to_that_of_all(ws: Workspace) -> None:
    """Counted again: of the group-weeks of a band that are a quarter old and had no deal open, how many
    opened one within the quarter, with the weight of 20 weeks of all bands together."""
    deals = openings(ws)
    weekly = [
        (row["scored_at"], int(row["score"] // 5), row["account_id"])
        for row in rows(ws, "FROM score JOIN buying_group USING (buying_group_id)")
        if row["scored_at"].weekday() == 0 and row["scored_at"].hour == 0
    ]
    told_rates = rows(ws, "SELECT scored_at, score, opening_rate FROM score WHERE opening_rate IS NOT NULL")
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
        assert row["opening_rate"] == pytest.approx(expected, abs=1e-12), row
        checked.add(band)
    assert len(checked) > 2 and any(a != b for a, b in pairwise(row["opening_rate"] for row in told_rates))


def test_there_is_no_win_rate_before_forty_deals_have_closed(ws: Workspace) -> None:
    closed = sorted(until for _, _, until in openings(ws))
    scored = rows(ws, "SELECT scored_at, p_win FROM score")
    known = {row["scored_at"]: row["p_win"] for row in scored}
    assert all(rate is None for at, rate in known.items() if at < closed[39])
    # A model is learnt every 13 weeks: a quarter after the last closing it knows them all.
    late = [rate for at, rate in known.items() if at > closed[-1] + THIRTEEN_WEEKS + timedelta(weeks=1)]
    # 23 of 45 were won; one solution borrows from all, which is itself
    assert late and all(rate == pytest.approx(23 / 45, abs=1e-5) for rate in late)


def test_reasons_add_up_to_the_chance_and_are_what_the_model_weighs(ws: Workspace) -> None:
    """Counted again from what is published: slope x coefficient x (value - mean) / scale, sign by sign.

    What the curve adds stretches all signs of a row alike.
    """
    [told] = rows(
        ws,
        """
        SELECT * FROM chance JOIN buying_group USING (account_id, solution_id)
        WHERE log_odds IS NOT NULL ORDER BY scored_at DESC, account_id LIMIT 1
        """,
    )
    key = f"account_id = '{told['account_id']}' AND scored_at = '{told['scored_at']}'"
    reasons = {row["topic"]: row for row in rows(ws, f"FROM chance_reason WHERE {key}")}
    assert len(reasons) == 13
    assert sum(row["millionths"] for row in reasons.values()) == told["log_odds"]
    assert 1 / (1 + math.exp(-told["log_odds"] / 1e6)) == pytest.approx(told["p_open"], abs=1e-6)
    [signs] = rows(ws, f"FROM panel WHERE {key.replace('scored_at', 'week_at')}")
    [model] = rows(ws, f"FROM chance_model WHERE model_version = '{told['model_version']}'")
    weighed = {
        row["feature"]: row
        for row in rows(ws, f"FROM chance_coefficient WHERE model_version = '{told['model_version']}'")
    }

    def part(sign: str) -> float:
        by = weighed[sign]
        return float(
            1e6 * model["slope"] * by["coefficient"] * (math.log1p(signs[sign]) - by["mean"]) / by["scale"]
        )

    hands, seniors = part("demos") + part("forms"), part("seniors_4") + part("seniors_13")
    straight = "curve" not in weighed
    stretch = 1.0 if straight else reasons["hands"]["millionths"] / hands
    assert straight or 0.4 < stretch < 4
    assert reasons["hands"]["millionths"] == pytest.approx(hands * stretch, abs=2)
    assert reasons["seniors"]["millionths"] == pytest.approx(seniors * stretch, abs=4)


def test_each_reason_has_the_latest_act_known_by_then_behind_it(ws: Workspace) -> None:
    told = rows(
        ws,
        """
        SELECT r.*, e.occurred_at, e.known_at, e.account_id = r.account_id AS is_theirs
        FROM chance_reason AS r LEFT JOIN resolved_engagement AS e ON e.engagement_id = r.evidence
        """,
    )
    said = {(row["topic"], row["sentence"]) for row in told if row["evidence"]}
    assert (
        "hands",
        "raised a hand or sent a form once in 13 weeks; the latest: a known person asked for a demo",
    ) in said
    assert (
        "seniors",
        "one vice president or above took part in 13 weeks; the latest: VP Finance read a page",
    ) in said
    behind = [row for row in told if row["evidence"]]
    assert all(
        row["is_theirs"] and max(row["occurred_at"], row["known_at"]) <= row["scored_at"] for row in behind
    )
    upward = {
        (row["is_missing"], row["evidence"], row["sentence"]) for row in told if row["topic"] == "upward"
    }
    assert upward == {(True, None, "nobody more senior read what was passed on in 13 weeks")}
