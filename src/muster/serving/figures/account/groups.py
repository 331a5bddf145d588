"""The groups of an account, every solution and cycle, and what it looked at without a group yet."""

from __future__ import annotations

from muster.reports.published import Published
from muster.serving.tabled import Ref, Table, columns


def groups_of(tables: Published, key: str) -> Table:
    """Those open first, the latest of them on top; an ended one has no score."""
    found = tables.records(
        """SELECT g.buying_group_id, g.solution_id, g.business_unit, g.cycle, g.opened_at, g.closed_at,
            g.closing_reason, g.member_count, g.visitor_count
        FROM buying_group AS g
        WHERE g.account_id = ?
        ORDER BY g.closed_at IS NOT NULL, g.opened_at DESC, g.buying_group_id""",
        [key],
    )
    standing = _standing(tables, [r["buying_group_id"] for r in found if r["closed_at"] is None])
    rows = tuple(
        (
            Ref(
                r["solution_id"] + (f", {r['business_unit']}" if r["business_unit"] else ""),
                f"/groups/{r['buying_group_id']}",
                r["buying_group_id"],
            ),
            int(r["cycle"]),
            f"ended: {r['closing_reason']}" if r["closed_at"] else standing[r["buying_group_id"]][0],
            r["opened_at"].date(),
            r["closed_at"].date() if r["closed_at"] else None,
            int(r["member_count"] or 0),
            int(r["visitor_count"] or 0),
            None if r["closed_at"] else standing[r["buying_group_id"]][1],
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


def _standing(tables: Published, open_groups: list[str]) -> dict[str, tuple[str, int | None]]:
    """Status and latest score of groups, asked by ids, so that the files' other rows are left unread."""
    told: dict[str, tuple[str, int | None]] = dict.fromkeys(open_groups, ("nurture", None))
    if not told:
        return told
    marks = ", ".join("?" for _ in told)
    status = tables.records(
        f"""SELECT q.buying_group_id, q.status FROM qualification AS q
        WHERE q.to_at IS NULL AND q.buying_group_id IN ({marks})""",
        open_groups,
    )
    scores = tables.records(
        f"""SELECT s.buying_group_id, ARG_MAX(s.score, s.scored_at) AS score FROM score AS s
        WHERE s.buying_group_id IN ({marks}) GROUP BY s.buying_group_id""",
        open_groups,
    )
    of = {r["buying_group_id"]: r["status"] for r in status}
    score = {r["buying_group_id"]: int(r["score"]) for r in scores}
    return {group: (of.get(group) or "nurture", score.get(group)) for group in told}


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
