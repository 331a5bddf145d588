"""Frame control: counted another way, moving groups in and out, and no claim beyond what was observed."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from math import log
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.flow.checks_score import parts_add_up, reasons_add_up
from tests.flow.oracle_score import off_the_oracle
from tests.stories.telling import stretches

from muster.explain import audit
from muster.measurement.frame_association import associate, newcombe
from muster.testing import Record, account, company, contact, engaged, instant, rows, shared, visited
from muster.workspace import Workspace

WEEK = timedelta(days=7)
PARTS = {"upward": 3.0, "attendance": 2.0, "sharing": 2.0, "depth": 1.0, "response": 0.2}
SENIORITY = {"vp": 1.3, "manager": 1.0}


def pair(firm: str, *acts: str, day: str = "2025-02-04") -> list[Record]:
    """Two people of a firm who do the same things one after the other."""
    who = [contact(f"{name}@{firm}.example", title=title, account_record_id=firm)
           for name, title in (("ana", "HR Manager"), ("vera", "VP People"))]  # fmt: skip
    done = [engaged(f"{day} 09:{n:02d}", f"{name}@{firm}.example", act)
            for n, name in enumerate(("ana", "vera")) for act in acts]  # fmt: skip
    return [account(firm), *who, *done]


STORY = [
    *(record for n in range(5) for record in pair(f"plain{n}", "page_viewed")),
    # Warm: everything but a webinar's worth of points is there.
    *pair("warm", "webinar_attended", "event_attended", "email_replied", "pricing_viewed"),
    shared("2025-02-04 10:00", "ana@warm.example", "t1"),
    visited("2025-02-05 10:00", "v1", email="vera@warm.example", share_token="t1"),
    # Contested: as warm as can be, and reading about a competitor ever since.
    *pair("contested", "demo_requested", "trial_started", "pricing_viewed"),
    *(
        engaged(f"2025-0{month}-{day} 09:00", "", "competitor_researched", company_domain="contested.example")
        for month in (2, 3, 4, 5)
        for day in (10, 17, 24)
    ),
]  # fmt: skip


def told(folder: Path, swing: float, *, peers: int = 5) -> Workspace:
    return company(
        folder,
        *STORY,
        policy={"frame_swing": swing, "frame_peers": peers, "enter_at": 56},
        as_of=datetime.fromisoformat("2025-08-01T00:00+00:00"),
    )


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return told(tmp_path_factory.mktemp("still"), 0)


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return told(tmp_path_factory.mktemp("moved"), 12)


def weeks(ws: Workspace, firm: str) -> list[dict[str, Any]]:
    return rows(
        ws,
        "SELECT f.* FROM frame_week AS f JOIN buying_group USING (buying_group_id) JOIN account AS a "
        f"USING (account_id) WHERE a.domain = '{firm}.example' ORDER BY week_at",
    )


def test_strong_frame_control_brings_a_group_in_on_the_monday(still: Workspace, moved: Workspace) -> None:
    assert stretches(still, "warm.example") == []
    [(since, _)] = stretches(moved, "warm.example")
    assert since == instant("2025-02-10 00:00")
    [why] = rows(
        moved,
        "SELECT points, sentence FROM score_reason JOIN buying_group USING (buying_group_id) "
        "JOIN account AS a USING (account_id) WHERE a.domain = 'warm.example' AND reason = 'frame_week' "
        "AND scored_at = TIMESTAMP '2025-02-10'",
    )
    assert why["points"] > 0
    assert why["sentence"] == "stronger than in most of 7 groups of the same solution and size"


def test_a_competitors_frame_takes_a_group_out_sooner(still: Workspace, moved: Workspace) -> None:
    [(_, until)] = stretches(still, "contested.example")
    [(_, sooner)] = stretches(moved, "contested.example")
    assert sooner is not None and (until is None or sooner < until)
    shares = [week["share_of_frame"] for week in weeks(moved, "contested")]
    assert shares[0] is None and shares[-1] < shares[1] < 1  # first seen on 10 February at nine
    assert all(week["share_of_frame"] is None for week in weeks(moved, "warm")), "not seen is not known"


def test_scores_still_add_up_and_lead_back_to_what_moved_them(still: Workspace, moved: Workspace) -> None:
    for ws in (still, moved):
        assert parts_add_up(ws) == [] and reasons_add_up(ws) == [] and off_the_oracle(ws) == []
    assert audit(moved) == []
    assert rows(moved, "SELECT * FROM score WHERE frame_control < 0") != []


def test_with_too_few_groups_to_compare_nothing_is_said(tmp_path: Path) -> None:
    ws = told(tmp_path / "ws", 12, peers=8)
    assert rows(ws, "SELECT DISTINCT compared_with, percentile, points FROM frame_week") == [
        {"compared_with": "too few", "percentile": None, "points": 0}
    ]
    assert rows(ws, "SELECT * FROM signal WHERE reason = 'frame_week'") == []


def counted(ws: Workspace) -> dict[tuple[str, datetime], dict[str, float]]:
    """The parts of every group and Monday, act by act."""
    rules = {row["name"]: row for row in ws.rules["frame"] if row["kind"] == "activity"}
    seniority = {
        row["person_id"]: row["seniority"] for row in rows(ws, "SELECT person_id, seniority FROM person")
    }
    acts: dict[str, list[tuple[datetime, datetime, str, float]]] = defaultdict(list)
    for row in rows(
        ws,
        'SELECT g.buying_group_id, g."at", e.occurred_at, e.activity, g.person_id FROM group_engagement AS g '
        "JOIN resolved_engagement AS e USING (engagement_id) WHERE e.weight > 0 "
        "UNION ALL SELECT s.buying_group_id, s.\"at\", s.decays_from, s.reason, CASE s.reason "
        "WHEN 'content_shared' THEN h.from_person_id ELSE h.to_person_id END FROM signal AS s "
        "JOIN share AS h ON h.share_id = s.source_id "
        'UNION ALL SELECT b.buying_group_id, e.known_at, e.occurred_at, e.activity, NULL '
        "FROM resolved_engagement AS e JOIN buying_group AS b USING (account_id) "
        "WHERE e.activity = 'competitor_researched'",
    ):  # fmt: skip
        if (rule := rules.get(row["activity"])) is not None:
            counts = float(str(rule["weight"])) * SENIORITY.get(seniority.get(row["person_id"], ""), 0.85)
            acts[row["buying_group_id"]].append((row["at"], row["occurred_at"], str(rule["part"]), counts))
    found = {}
    for week in rows(ws, "SELECT buying_group_id, week_at FROM frame_week"):
        at = week["week_at"]
        left = dict.fromkeys((*PARTS, "competing"), 0.0)
        for known, done, part, counts in acts[week["buying_group_id"]]:
            if known <= at and part != "response":
                left[part] += counts * 0.5 ** ((at - done) / (6 * WEEK))
        found[(week["buying_group_id"], at)] = left
    for row in rows(
        ws,
        'SELECT buying_group_id, g."at", activity FROM group_engagement AS g JOIN resolved_engagement AS e '
        "USING (engagement_id) WHERE activity = 'email_replied'",
    ):  # fmt: skip
        monday = row["at"] - timedelta(days=row["at"].weekday()) + WEEK
        monday = monday.replace(hour=0, minute=0)
        for (group, at), left in found.items():
            if group == row["buying_group_id"] and at >= monday:
                age = (at - monday) / WEEK
                left["response"] += 3 * log(2) * (0.5 ** (age / 6) / 6 - 0.5 ** (age / 26) / 26)
    return found


def test_every_week_is_the_oracles(moved: Workspace) -> None:
    oracle = counted(moved)
    for row in rows(moved, "SELECT * FROM frame_week"):
        key = (row["buying_group_id"], row["week_at"])
        left = oracle[key]
        assert {part: row[part] for part in PARTS} == pytest.approx({p: left[p] for p in PARTS}, abs=2e-5), (
            key
        )
        peers = [oracle[other] for other in oracle if other[1] == row["week_at"]]
        assert row["peers"] == len(peers)
        if len(peers) < 5:
            assert row["percentile"] is None
            continue
        percentile = {
            part: sum(
                1.0 if left[part] - peer[part] > 2e-6 else 0.5 if abs(left[part] - peer[part]) <= 2e-6 else 0
                for peer in peers
            )
            / len(peers)
            for part in PARTS
        }
        mean = sum(weight * percentile[part] for part, weight in PARTS.items()) / sum(PARTS.values())
        assert row["percentile"] == pytest.approx(mean, abs=1e-9), key
        ours = sum(weight * max(left[part], 0) for part, weight in PARTS.items())
        assert row["control"] == pytest.approx(mean * (ours + 1) / (ours + left["competing"] + 1), abs=1e-5)
        assert float(row["points"]) == pytest.approx(12 * (2 * row["control"] - 1), abs=0.006)


def test_newcombes_own_example() -> None:
    """56 of 70 against 48 of 80: 0.0524 to 0.3339 (Newcombe 1998, table II, method 10)."""
    assert newcombe(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_deals_of_one_account_widen_the_interval() -> None:
    """Each account's four deals end alike: there are a quarter as many answers as deals."""
    deals = pa.Table.from_pylist(
        [
            {"account_id": f"a{firm}", "is_won": firm % 3 == 0, "has_upward": firm % 2 == 0}
            | {f"has_{sign}": None for sign in ("sharing", "attendance", "response", "control")}
            for firm in range(30)
            for _ in range(4)
        ]
    )
    found = {row["sign"]: row for row in associate(deals).to_pylist()}
    upward = found["upward"]
    assert (upward["with_count"], upward["with_won"], upward["without_count"], upward["without_won"]) == (
        60, 20, 60, 20,
    )  # fmt: skip
    assert upward["difference"] == 0
    assert upward["account_high"] - upward["account_low"] > 1.6 * (upward["high"] - upward["low"])
    assert found["sharing"]["with_count"] == 0 and found["sharing"]["difference"] is None
    assert associate(deals).equals(associate(deals))
