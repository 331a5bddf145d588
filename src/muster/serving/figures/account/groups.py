"""The groups of an account, every solution and cycle, and what it looked at without a group yet."""

from __future__ import annotations

from muster.serving.figures.account.rows import Rows
from muster.serving.figures.asking import latest_first
from muster.serving.tabled import Ref, Table, columns


def groups_of(rows: Rows) -> Table:
    """Those open first, the latest of them on top; an ended one has no score."""
    found = latest_first(rows["buying_group"], "opened_at", "buying_group_id")
    found.sort(key=lambda row: row["closed_at"] is not None)
    status = {row["buying_group_id"]: row["status"] for row in rows["qualification"]}
    score = {row["buying_group_id"]: int(row["score"]) for row in rows["latest_score"]}
    told = tuple(
        (
            Ref(
                r["solution_id"] + (f", {r['business_unit']}" if r["business_unit"] else ""),
                f"/groups/{r['buying_group_id']}",
                r["buying_group_id"],
            ),
            int(r["cycle"]),
            f"ended: {r['closing_reason']}"
            if r["closed_at"]
            else status.get(r["buying_group_id"]) or "nurture",
            r["opened_at"].date(),
            r["closed_at"].date() if r["closed_at"] else None,
            int(r["member_count"] or 0),
            int(r["visitor_count"] or 0),
            None if r["closed_at"] else score.get(r["buying_group_id"]),
        )
        for r in found
    )
    return Table(
        "groups",
        "Its buying groups, every solution and cycle",
        columns(
            "Solution", "Cycle#", "Status", "Opened", "Closed", "Members#", "Anonymous#", "Score of 100#"
        ),
        told,
        "No group yet: one forms when two of its people engage with one solution, or sales opens a deal.",
    )


def early_interest_of(rows: Rows) -> Table:
    """Solutions with signs of it and no group, and what would make one."""
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
            for r in latest_first(rows["early_interest"], "last_at", "solution_id")
        ),
        "None in the last half year.",
    )
