"""What must hold of statuses in any workspace. Each check returns the rows that break it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from tests.flow.oracle_status import Stretch, off_the_oracle

from muster.testing import Row, rows
from muster.workspace import Workspace

LAST = datetime.max
WEEK = timedelta(days=7)


def stretches_tile_the_cycle(workspace: Workspace) -> list[Row]:
    """A group's statuses follow each other from its opening to its end, without a gap or an overlap."""
    return rows(
        workspace,
        """
        WITH stretch AS (
            SELECT q.*, g.opened_at, g.closed_at,
                LAG(q.to_at, 1, g.opened_at) OVER w AS follows, LAG(q.status) OVER w AS status_before,
                LEAD(q.from_at, 1, g.closed_at) OVER w AS followed
            FROM qualification AS q RIGHT JOIN buying_group AS g USING (buying_group_id)
            WINDOW w AS (PARTITION BY g.buying_group_id ORDER BY q.from_at)
        )
        FROM stretch
        WHERE from_at IS NULL OR from_at <> follows OR to_at IS DISTINCT FROM followed
        OR to_at <= from_at OR status = status_before OR (to_at IS NULL) <> (ended_because IS NULL)
        """,
    )


def accounts_are_qualified_while_a_group_is(workspace: Workspace) -> list[Row]:
    """An account is qualified exactly while at least one of its groups is, and engaged otherwise."""
    by_group = rows(
        workspace,
        """
        SELECT account_id, from_at, to_at FROM qualification JOIN buying_group USING (buying_group_id)
        WHERE status = 'qualified'
        """,
    )
    by_account = rows(workspace, "FROM account_status ORDER BY account_id, from_at")
    wrong = []
    for account in {row["account_id"] for row in rows(workspace, "FROM buying_group")}:
        groups = union((r["from_at"], r["to_at"]) for r in by_group if r["account_id"] == account)
        own = [r for r in by_account if r["account_id"] == account]
        said = [(r["from_at"], r["to_at"]) for r in own if r["status"] == "qualified"]
        ends = [r["to_at"] for r in own]
        tiled = bool(own) and ends[:-1] == [r["from_at"] for r in own[1:]] and ends[-1] is None
        if said != groups or not tiled:
            wrong.append({"account_id": account, "said": said, "groups": groups})
    return wrong


def union(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Stretches that overlap or touch, as one."""
    merged: list[Stretch] = []
    for start, end in sorted(stretches, key=lambda s: (s[0], s[1] or LAST)):
        if merged and (merged[-1][1] or LAST) >= start:
            longest = max(merged[-1][1] or LAST, end or LAST)
            merged[-1] = (merged[-1][0], None if longest == LAST else longest)
        else:
            merged.append((start, end))
    return merged


def qualified_groups_dwell(workspace: Workspace) -> list[Row]:
    """A stretch that ends by fading lasted the dwell time at least."""
    [days] = [row["value"] for row in workspace.rules["qualification"] if row["name"] == "dwell_days"]
    return rows(
        workspace,
        f"""
        FROM qualification WHERE status = 'qualified' AND ended_because LIKE 'score fell%'
        AND to_at < from_at + INTERVAL {int(float(str(days)))} DAY
        """,
    )


def movements_are_recounted(workspace: Workspace) -> list[Row]:
    """Entries, departures, and who is qualified at the end of each week, counted one by one."""
    as_of = datetime.fromisoformat(workspace.published.manifest["as_of"]).replace(tzinfo=None)
    stretches = rows(
        workspace,
        """
        SELECT buying_group_id, account_id, from_at, COALESCE(to_at, TIMESTAMP '9999-01-01') AS to_at
        FROM qualification JOIN buying_group USING (buying_group_id) WHERE status = 'qualified'
        """,
    )
    wrong = []
    for week in rows(workspace, "FROM account_movement"):
        start = datetime.combine(week["week_on"], datetime.min.time())
        end = min(start + WEEK, as_of)
        still = [s for s in stretches if s["from_at"] < start + WEEK and s["to_at"] > end]
        counted = (
            sum(start <= s["from_at"] < start + WEEK for s in stretches),
            sum(start <= s["to_at"] < start + WEEK for s in stretches),
            len({s["buying_group_id"] for s in still}),
            len({s["account_id"] for s in still}),
        )
        said = tuple(week[f"{name}_count"] for name in ("entered", "left", "qualified", "qualified_account"))
        if said != counted:
            wrong.append({"week_on": start, "said": said, "counted": counted})
    return wrong


def as_the_oracle_says(workspace: Workspace) -> list[Row]:
    """Groups are qualified when a walk through their days says so, to the second."""
    return off_the_oracle(workspace)


CHECKS = (
    stretches_tile_the_cycle,
    accounts_are_qualified_while_a_group_is,
    qualified_groups_dwell,
    movements_are_recounted,
    as_the_oracle_says,
)
