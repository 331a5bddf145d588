"""Whom a programme reached: job by job along the buying decision, and group by group."""

from __future__ import annotations

from dataclasses import dataclass, replace

from muster.reports.credit import CHOSEN, model_name
from muster.reports.published import Published
from muster.reports.values import Money, words
from muster.serving.tabled import Cell, Ref, Table, columns

# The touches of a programme (?) on the paths of groups.
_TOUCHES = """FROM path AS p
JOIN known_tactic AS t ON t.tactic_id = p.tactic_id AND t.program_id = ?
JOIN buying_group AS g ON g.buying_group_id = p.buying_group_id
LEFT JOIN account AS a ON a.account_id = g.account_id
WHERE p.definition = 'credit'"""
_GROUPS = Table(
    "groups",
    "Groups it reached, and the roles in them",
    columns("Group", "Touches#", "People#", "Roles", "First", "Last", "Became"),
    (),
    "No group met it.",
    note="Touches on the paths of groups (definition: credit).",
)


@dataclass(frozen=True, slots=True)
class Reached:
    """How many groups, people and roles a programme reached."""

    groups: int
    people: int
    roles: int


def jobs_table(tables: Published, program_id: str, currency: str) -> Table:
    """What it touched, whom it reached and what it is credited with, for each buying job and over all."""
    rows = tables.records(
        """SELECT * FROM program_job WHERE level = 'program' AND unit = ? AND currency = ?
        ORDER BY buying_job = '(all)' DESC, buying_job = '(none)', groups_reached DESC, buying_job""",
        [program_id, currency],
    )
    special = {"(all)": "all jobs", "(none)": "acts that show no job"}
    return Table(
        "jobs",
        "Along the buying decision, job by job",
        columns(
            *(
                "Buying job",
                "Touches#",
                "Groups reached#",
                "People#",
                "Roles#",
                "New members#",
                "Shares begun#",
            ),
            *(
                "Groups that moved after#",
                f"Credited of won, {model_name(CHOSEN)}#",
                "80 % from#",
                "80 % to#",
            ),
        ),
        tuple(
            (
                special.get(r["buying_job"], words(r["buying_job"])),
                *(
                    None if r[c] is None else int(r[c])
                    for c in (
                        *("touch_count", "groups_reached", "people_reached", "roles_reached"),
                        *("new_members", "shares_started", "groups_moved"),
                    )
                ),
                *(
                    None if r[c] is None else Money(int(r[c]), currency)
                    for c in ("won_credit_cents", "low_cents", "high_cents")
                ),
            )
            for r in rows
        ),
        "It touched no buying group.",
        note="Moved after: to a later status within the time of the rules, observed. The interval comes from "
        "drawing accounts anew.",
    )


def reached_by(tables: Published, program_id: str) -> Reached:
    """How many stand on paths that it touched (definition: credit)."""
    found = tables.records(
        f"SELECT COUNT(DISTINCT p.buying_group_id) AS groups, COUNT(DISTINCT p.person_id) AS people, "
        f"COUNT(DISTINCT p.role) AS roles {_TOUCHES}",
        [program_id],
    )[0]
    return Reached(int(found["groups"]), int(found["people"]), int(found["roles"]))


def groups_table(tables: Published, program_id: str, *, of: int) -> Table:
    """The groups it reached last, as many as a page lists; `of` is how many there are."""
    latest = f"""AND p.buying_group_id IN (
        SELECT p.buying_group_id {_TOUCHES} GROUP BY p.buying_group_id
        ORDER BY MAX(p.occurred_at) DESC, p.buying_group_id LIMIT {_GROUPS.listed})"""
    rows = _rows(tables, latest, [program_id, program_id])
    return replace(_GROUPS, rows=rows, left_out=of - len(rows))


def every_group(tables: Published, program_id: str) -> Table:
    """The same table with all of them."""
    return replace(_GROUPS, rows=_rows(tables, "", [program_id]))


def _rows(tables: Published, only: str, given: list[str]) -> tuple[tuple[Cell, ...], ...]:
    found = tables.records(
        f"""SELECT p.buying_group_id, g.account_id, g.solution_id,
            COALESCE(a.name, a.domain, g.account_id) AS account, COUNT(*) AS touch_count,
            COUNT(DISTINCT p.person_id) AS person_count,
            STRING_AGG(DISTINCT p.role, ', ' ORDER BY p.role) AS roles, MIN(p.occurred_at) AS first_at,
            MAX(p.occurred_at) AS last_at, MAX(p.outcome) AS outcome
        {_TOUCHES} {only}
        GROUP BY ALL ORDER BY last_at DESC, p.buying_group_id""",
        given,
    )
    return tuple(
        (
            Ref(
                f"{r['account']}, {r['solution_id']}", f"/groups/{r['buying_group_id']}", r["buying_group_id"]
            ),
            int(r["touch_count"]),
            int(r["person_count"]),
            words(r["roles"] or "anonymous"),
            r["first_at"].date(),
            r["last_at"].date(),
            r["outcome"],
        )
        for r in found
    )
