"""Random companies, told again from their records: weights, openings, scores and statuses all agree."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.flow.oracle_score import Evidence
from tests.flow.oracle_status import Stretch, near, stretches
from tests.flow.retelling import Act, evidence, scanned, worth

from muster.rules.read import default_text
from muster.testing import Record, Row, company, engaged, lead, rows
from muster.workspace import Workspace

START = datetime(2025, 1, 1)
AS_OF = datetime(2025, 6, 25, tzinfo=UTC)  # no firm has been silent for 26 weeks by then
# Within a day's cap and beyond it, within a scanner's minute and a second outside.
SECONDS = (0, 30, 59, 60, 61, 3600)
ACTS = ("email_clicked", "page_viewed", "pricing_viewed", "webinar_attended", "trial_started", "yawned",
        "social_engaged", "topic_researched", "docs_viewed", "event_attended")  # fmt: skip
POLICY = st.fixed_dictionaries(
    {
        "enter_at": st.sampled_from([14, 18]),
        "leave_below": st.sampled_from([8, 13]),
        "dwell_days": st.sampled_from([0, 10, 60]),
        "cool_down_days": st.sampled_from([20, 60]),
        "signal_half_points": st.sampled_from([20, 40]),
    }
)
# Days of one firm crowd around a few dates, so that groups rise, fade and rise again within months.
MOMENT = st.tuples(st.sampled_from([0, 9, 33, 48, 110]), st.integers(0, 4), st.sampled_from(SECONDS))
FIRM = st.tuples(
    st.lists(
        st.tuples(MOMENT, st.sampled_from(["ana", "bo"]), st.sampled_from(ACTS)), min_size=3, max_size=14
    ),
    st.lists(st.integers(0, 150), max_size=1),
)
COMPANY = st.lists(FIRM, min_size=8, max_size=16)
Firms = list[tuple[list[tuple[tuple[int, int, int], str, str]], list[int]]]


def told(
    folder: Path, firms: Firms, policy: dict[str, float]
) -> tuple[Workspace, list[Act], dict[str, list[datetime]]]:
    """The company of these firms, its acts, and when sales rejected each firm."""
    acts, records = list[Act](), list[Record]()
    rejected = defaultdict[str, list[datetime]](list)
    for number, (drawn, days) in enumerate(firms):
        firm = f"firm{number}"
        for (date, day, second), who, activity in drawn:
            at = START + timedelta(days=date + day, seconds=32400 + second)
            acts.append(Act(at, f"act{len(acts):05}", f"{who}@{firm}.example", activity))
        for day in days:
            at = START + timedelta(days=day, hours=12)
            rejected[firm].append(at)
            email = f"ana@{firm}.example"
            records.append(lead(email, disqualified=str(at), reason="No budget this year"))
    records += [engaged(str(a.at), a.email, a.activity, engagement_id=a.key) for a in acts]
    return company(folder, *records, policy=policy, as_of=AS_OF), acts, rejected


@settings(
    max_examples=5, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(firms=COMPANY, policy=POLICY)
def test_random_companies_are_told_as_the_records_tell_them(
    tmp_path_factory: pytest.TempPathFactory, firms: Firms, policy: dict[str, float]
) -> None:
    ws, acts, rejected = told(tmp_path_factory.mktemp("drawn"), firms, policy)
    weights = {row["engagement_id"]: row["weight"] for row in rows(ws, "FROM resolved_engagement")}
    assert weights == {act.key: points for act, points in worth(acts).items()}

    values = {
        row["name"]: float(row["value"]) for row in csv.DictReader(io.StringIO(default_text("qualification")))
    }
    groups = evidence(acts, values | policy)
    said = {
        row["domain"].removesuffix(".example"): row
        for row in rows(ws, "SELECT g.*, domain FROM buying_group AS g JOIN account USING (account_id)")
    }
    assert {firm: row["opened_at"] for firm, row in said.items()} == {
        firm: group.opened_at for firm, group in groups.items()
    }
    scores, qualified = by_group(ws, "score", "scored_at"), by_group(ws, "qualification", "from_at")
    for firm, group in groups.items():
        key = said[firm]["buying_group_id"]
        for row in scores[key]:
            assert abs(float(row["score"]) - group.exact(row["scored_at"])) <= 0.01, (firm, row)
        inside = [at for at in rejected[firm] if is_member(acts, group, f"ana@{firm}.example", at)]
        walked = stretches(group, inside, AS_OF.replace(tzinfo=None))
        found: list[Stretch] = [
            (row["from_at"], row["to_at"]) for row in qualified[key] if row["status"] == "qualified"
        ]
        assert len(walked) == len(found) and all(map(near, walked, found)), (firm, walked, found)


def by_group(ws: Workspace, table: str, since: str) -> dict[str, list[Row]]:
    """The rows of a table by buying group, in time."""
    found = defaultdict[str, list[Row]](list)
    for row in rows(ws, f"FROM {table} ORDER BY {since}"):
        found[row["buying_group_id"]].append(row)
    return found


def is_member(acts: list[Act], group: Evidence, email: str, at: datetime) -> bool:
    """Whether somebody was a member of the group at an instant: sales rejects it with her."""
    since = group.opened_at - timedelta(days=group.policy.lead_in_days)
    took_part = [
        a.at for a in acts if a.email == email and a.says("is_participation") and a not in scanned(acts)
    ]
    return group.opened_at <= at and any(since <= moment <= at for moment in took_part)
