"""One programme: whom it reached along the buying decision, what it is credited with, lift, cost, goals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from muster.reports.credit import CHOSEN
from muster.reports.published import Published
from muster.reports.values import Money, counted, words
from muster.serving.figures.program.reached import groups_table, jobs_table, reached_by
from muster.serving.figures.program.worth import cost_table, credit_table, goals_table, lift_table
from muster.serving.tabled import Table, columns


@dataclass(frozen=True, slots=True)
class Program:
    """A programme in the company's currency, with the tables behind its figures.

    Of the groups that it reached those are listed that a page has room for: of a large one all are many, and
    a page is kept (`reached.every_group` tells the others).
    """

    program_id: str
    name: str
    channel: str
    groups: int
    people: int
    roles: int
    credited: Money | None
    low: Money | None
    high: Money | None
    open_credit: Money | None
    cost: Money | None
    lift: str
    goals_met: str
    tables: tuple[Table, ...]


def program_of(tables: Published, program_id: str, *, currency: str) -> Program | None:
    """The programme of an id; None where no tactic or figure names it."""
    named = tables.records(
        """SELECT t.tactic_id, t.name, t.channel FROM known_tactic AS t
        WHERE t.tactic_id = $id OR t.program_id = $id ORDER BY t.tactic_id = $id DESC, t.name, t.tactic_id""",
        {"id": program_id},
    )
    values = tables.records(
        "SELECT * FROM program_value WHERE program_id = ? AND currency = ? ORDER BY attribution_model",
        [program_id, currency],
    )
    if not named and not values:
        return None
    chosen = next((v for v in values if v["attribution_model"] == CHOSEN), values[0] if values else None)
    sure = tables.records(
        "SELECT * FROM credit_interval WHERE dimension = 'program' AND unit = ? AND currency = ? "
        "ORDER BY attribution_model = ? DESC, attribution_model",
        [program_id, currency, CHOSEN],
    )
    interval = sure[0] if sure and sure[0]["attribution_model"] == CHOSEN else None
    reached = reached_by(tables, program_id)
    goals, lift = goals_table(tables, program_id), lift_table(tables, program_id)
    met = sum(row[4] == "met" for row in goals.rows)
    own = next((r["name"] for r in named if r["tactic_id"] == program_id), None)

    def money(row: dict[str, Any] | None, column: str) -> Money | None:
        return None if row is None or row[column] is None else Money(int(row[column]), currency)

    return Program(
        program_id=program_id,
        name=own or (chosen["name"] if chosen else None) or program_id,
        channel=words(str(chosen["channel"])) if chosen and chosen["channel"] else "",
        groups=reached.groups,
        people=reached.people,
        roles=reached.roles,
        credited=money(chosen, "won_credit_cents"),
        low=money(interval, "low_cents"),
        high=money(interval, "high_cents"),
        open_credit=money(chosen, "open_credit_cents"),
        cost=money(chosen, "cost_cents"),
        lift=str(lift.rows[0][-1]) if lift.rows else "Not estimable: nothing was held out.",
        goals_met=f"{met} of {counted(len(goals.rows), 'goal')} met" if goals.rows else "no goal set",
        tables=(
            jobs_table(tables, program_id, currency),
            groups_table(tables, program_id, of=reached.groups),
            credit_table(values, sure, currency),
            lift,
            cost_table(tables, program_id),
            goals,
            Table(
                "tactics",
                "Its tactics",
                columns("Tactic", "Channel", "Id"),
                tuple(
                    (r["name"], words(r["channel"] or ""), r["tactic_id"])
                    for r in named
                    if r["tactic_id"] != program_id
                ),
                "No tactic names it.",
                shown=8,
            ),
        ),
    )
