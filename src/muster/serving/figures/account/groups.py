"""The groups of an account, every solution and cycle, and what it looked at without a group yet."""

from __future__ import annotations

from muster.reports.published import Published
from muster.serving.tabled import Ref, Table, columns


def groups_of(tables: Published, key: str) -> Table:
    """Those open first, the latest of them on top; an ended one has no score."""
    found = tables.records(
        """SELECT g.buying_group_id, g.solution_id, g.business_unit, g.cycle, g.opened_at, g.closed_at,
            g.closing_reason, g.member_count, g.visitor_count, q.status, s.score, s.expected_amount_cents
        FROM buying_group AS g
        LEFT JOIN qualification AS q ON q.buying_group_id = g.buying_group_id AND q.to_at IS NULL
        LEFT JOIN (SELECT x.buying_group_id, x.score, x.expected_amount_cents FROM score AS x
            WHERE x.buying_group_id IN
                (SELECT b.buying_group_id FROM buying_group AS b WHERE b.account_id = $key)
            QUALIFY ROW_NUMBER() OVER (PARTITION BY x.buying_group_id ORDER BY x.scored_at DESC) = 1) AS s
            ON s.buying_group_id = g.buying_group_id
        WHERE g.account_id = $key
        ORDER BY g.closed_at IS NOT NULL, g.opened_at DESC, g.buying_group_id""",
        {"key": key},
    )
    rows = tuple(
        (
            Ref(
                r["solution_id"] + (f", {r['business_unit']}" if r["business_unit"] else ""),
                f"/groups/{r['buying_group_id']}",
                r["buying_group_id"],
            ),
            int(r["cycle"]),
            f"ended: {r['closing_reason']}" if r["closed_at"] else r["status"] or "nurture",
            r["opened_at"].date(),
            r["closed_at"].date() if r["closed_at"] else None,
            int(r["member_count"] or 0),
            int(r["visitor_count"] or 0),
            None if r["closed_at"] or r["score"] is None else int(r["score"]),
        )
        for r in found
    )
    return Table(
        "groups",
        "Its buying groups, every solution and cycle",
        columns(
            "Solution", "Cycle#", "Status", "Opened", "Closed", "Members#", "Anonymous#", "Score of 100#"
        ),
        rows,
        "No group yet: one forms when two of its people engage with one solution, or sales opens a deal.",
    )


def early_interest_of(tables: Published, key: str) -> Table:
    """Solutions with signs of it and no group, and what would make one."""
    rows = tables.records(
        "SELECT * FROM early_interest WHERE account_id = ? ORDER BY last_at DESC, solution_id", [key]
    )
    return Table(
        "early",
        "Solutions it looked at without a group yet",
        columns("Solution", "People#", "Visitors#", "Acts#", "Last", "Why not", "What would change it"),
        tuple(
            (
                r["solution_id"],
                int(r["person_count"]),
                int(r["visitor_count"]),
                int(r["act_count"]),
                r["last_at"].date(),
                r["reason"],
                r["would_change"],
            )
            for r in rows
        ),
        "None in the last half year.",
    )
