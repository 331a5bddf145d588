"""What must hold of scores in any workspace. Each check returns the rows that break it."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.flow.oracle_score import off_the_oracle

from muster.testing import Row, rows
from muster.workspace import Workspace


def parts_add_up(workspace: Workspace) -> list[Row]:
    """A score is the sum of its parts to the hundredth, and 0 to 100; only weak frame control is negative."""
    return rows(
        workspace,
        """
        FROM score WHERE score <> fit + intent + engagement + frame_control + completeness
        OR NOT score BETWEEN 0 AND 100
        OR LEAST(fit, intent, engagement, completeness) < 0
        OR (frame_control < 0 AND NOT EXISTS (SELECT 1 FROM signal AS s WHERE s.reason = 'frame_week'))
        """,
    )


def reasons_add_up(workspace: Workspace) -> list[Row]:
    """The reasons of a score add up to it exactly, and those of each part to that part."""
    return rows(
        workspace,
        """
        WITH part AS (
            UNPIVOT (SELECT buying_group_id, scored_at, fit, intent, engagement, frame_control, completeness
                     FROM score)
            ON fit, intent, engagement, frame_control, completeness INTO NAME component VALUE points
        ),
        reason AS (
            SELECT buying_group_id, scored_at, component, SUM(points) AS points FROM score_reason GROUP BY ALL
        )
        SELECT p.*, r.points AS said FROM part AS p
        FULL JOIN reason AS r USING (buying_group_id, scored_at, component)
        WHERE COALESCE(p.points, 0) <> COALESCE(r.points, 0)
        """,
    )


def every_act_counts_once(workspace: Workspace) -> list[Row]:
    """An engagement that is worth points counts them once in a group of its account and solution, or never
    where it happened outside every cycle; nothing else counts as an engagement."""
    return rows(
        workspace,
        """
        WITH counted AS (
            SELECT s.buying_group_id, s.source_id AS engagement_id, s.points FROM signal AS s
            WHERE s.kind IN ('fast', 'slow')
            AND s.reason NOT IN ('content_shared', 'share_read', 'share_read_upward')
        ),
        owed AS (
            SELECT g.buying_group_id, g.engagement_id, e.weight AS points FROM group_engagement AS g
            JOIN resolved_engagement AS e USING (engagement_id)
            JOIN buying_group AS b USING (buying_group_id)
            WHERE e.weight > 0 AND (b.closed_at IS NULL OR g."at" < b.closed_at)
            UNION ALL
            SELECT g.buying_group_id, e.engagement_id, e.weight FROM resolved_engagement AS e
            JOIN buying_group AS g ON g.account_id = e.account_id AND g.solution_id = e.solution_id
            JOIN counted AS c ON c.buying_group_id = g.buying_group_id AND c.engagement_id = e.engagement_id
            WHERE e.person_id IS NULL AND e.visitor_id IS NULL
        )
        FROM (FROM counted EXCEPT ALL FROM owed) UNION ALL FROM (FROM owed EXCEPT ALL FROM counted)
        """,
    )


def scanners_score_nothing(workspace: Workspace) -> list[Row]:
    """Three clicks or more of one address within a minute are worth nothing."""
    file = workspace.published.folder / "records" / "engagement.parquet"
    return rows(
        workspace,
        f"""
        WITH click AS (
            SELECT engagement_id, COUNT(*) OVER (
                PARTITION BY email ORDER BY occurred_at RANGE BETWEEN CURRENT ROW AND 59999999 FOLLOWING
            ) AS followed
            FROM read_parquet('{file}') WHERE activity = 'email_clicked' AND email IS NOT NULL
        )
        SELECT c.engagement_id, e.weight FROM click AS c JOIN resolved_engagement AS e USING (engagement_id)
        WHERE c.followed >= 3 AND (e.weight > 0 OR e.is_act)
        """,
    )


def scored_every_monday_and_at_every_change(workspace: Workspace) -> list[Row]:
    """A score at the opening, every Monday of the cycle and every change of status; and at no other time."""
    as_of = datetime.fromisoformat(workspace.published.manifest["as_of"]).replace(tzinfo=None)
    expected = set()
    for group in rows(workspace, "FROM buying_group"):
        key, at = group["buying_group_id"], group["opened_at"]
        monday = datetime(at.year, at.month, at.day) - timedelta(days=at.weekday())
        monday += timedelta(days=7) if monday < at else timedelta()
        expected.add((key, at))
        while monday < group["closed_at"] if group["closed_at"] else monday <= as_of:
            expected.add((key, monday))
            monday += timedelta(days=7)
    expected |= {(r["buying_group_id"], r["from_at"]) for r in rows(workspace, "FROM qualification")}
    found = [(r["buying_group_id"], r["scored_at"]) for r in rows(workspace, "FROM score")]
    wrong = expected.symmetric_difference(found)
    return [{"buying_group_id": key, "scored_at": at} for key, at in sorted(wrong)]


def as_the_oracle_says(workspace: Workspace) -> list[Row]:
    """Every score is the direct sum of its evidence, each piece faded to the instant."""
    return off_the_oracle(workspace)


CHECKS = (
    parts_add_up,
    reasons_add_up,
    every_act_counts_once,
    scanners_score_nothing,
    scored_every_monday_and_at_every_change,
    as_the_oracle_says,
)
