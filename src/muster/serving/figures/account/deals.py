"""The opportunities of an account, which of them marketing touched, and the programmes on their paths."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from muster.reports.published import Published
from muster.reports.values import Money, words
from muster.serving.tabled import Ref, Table, columns


@dataclass(frozen=True, slots=True)
class Influence:
    """Deals of the account that marketing touched, by the definition that looks at the group's members."""

    deals: int
    touched: int
    won: dict[str, int]  # cents by currency
    won_touched: dict[str, int]


def deals_of(tables: Published, key: str) -> tuple[Table, Influence]:
    """The opportunities, open ones first, and how many of them marketing touched."""
    deals = tables.records(
        """SELECT o.opportunity_id, o.name, o.solution_id, o.type, o.stage, o.amount_cents, o.currency,
            o.created_at, o.closed_at, o.is_closed, o.is_won
        FROM known_opportunity AS o
        JOIN account_alias AS x ON x.account_record_id = o.account_record_id AND x.account_id = ?
        ORDER BY o.is_closed, o.created_at DESC, o.opportunity_id""",
        [key],
    )
    touched = _touched(tables, [deal["opportunity_id"] for deal in deals])
    deals = [deal | touched[deal["opportunity_id"]] for deal in deals]
    table = Table(
        "opportunities",
        "Its opportunities",
        columns(
            *("Opportunity", "Solution", "Kind", "Stage", "Created", "Closed", "Amount#"),
            *("Marketing touches#", "First touched by"),
        ),
        tuple(
            (
                Ref(r["name"] or r["opportunity_id"], f"/groups/{r['buying_group_id']}", r["opportunity_id"])
                if r["buying_group_id"]
                else r["name"] or r["opportunity_id"],
                r["solution_id"],
                words(r["type"] or "not named"),
                "won" if r["is_won"] else "lost" if r["is_closed"] else r["stage"],
                r["created_at"].date(),
                r["closed_at"].date() if r["closed_at"] else None,
                Money(int(r["amount_cents"]), r["currency"]) if r["amount_cents"] is not None else None,
                int(r["touch_count"] or 0),
                words(r["sourced_by"] or "no touch found"),
            )
            for r in deals
        ),
        "Sales opened no opportunity here.",
        note="Touches: by marketing, of the members of the deal's group (definition: group). First touched: "
        "definition first_touch. Observed; neither says what brought a deal about.",
    )
    return table, _influence(deals)


def _touched(tables: Published, ids: list[str]) -> dict[str, dict[str, Any]]:
    """Group, touches and source of each deal, asked by ids, so that the files' other rows are left unread."""
    if not ids:
        return {}
    marks = ", ".join(f"${number}" for number, _ in enumerate(ids, 1))
    found = tables.records(
        f"""SELECT o.opportunity_id, g.buying_group_id, i.touch_count,
            COALESCE(i.is_marketing, FALSE) AS is_touched, s.sourced_by
        FROM (SELECT UNNEST([{marks}]) AS opportunity_id) AS o
        LEFT JOIN opportunity_group AS g
            ON g.opportunity_id = o.opportunity_id AND g.opportunity_id IN ({marks})
        LEFT JOIN influence AS i ON i.opportunity_id = o.opportunity_id AND i.opportunity_id IN ({marks})
            AND i.definition = 'group'
        LEFT JOIN sourcing AS s ON s.opportunity_id = o.opportunity_id AND s.opportunity_id IN ({marks})
            AND s.definition = 'first_touch'""",
        ids,
    )
    return {deal["opportunity_id"]: deal for deal in found}


def _influence(deals: list[dict[str, Any]]) -> Influence:
    won: Counter[str] = Counter()
    touched: Counter[str] = Counter()
    for deal in deals:
        if deal["is_won"] and deal["amount_cents"] is not None:
            won[deal["currency"]] += int(deal["amount_cents"])
            touched[deal["currency"]] += int(deal["amount_cents"]) if deal["is_touched"] else 0
    return Influence(len(deals), sum(bool(deal["is_touched"]) for deal in deals), dict(won), dict(+touched))


def programs_of(tables: Published, key: str) -> Table:
    """Programmes with a touch on the path of one of its groups, the most touches first."""
    rows = tables.records(
        """SELECT t.program_id, MAX(COALESCE(n.name, t.program_id)) AS name, COUNT(*) AS touch_count,
            COUNT(DISTINCT p.opportunity_id) AS deal_count, MIN(p.occurred_at) AS first_at,
            MAX(p.occurred_at) AS last_at
        FROM path AS p
        JOIN buying_group AS g ON g.buying_group_id = p.buying_group_id AND g.account_id = ?
        JOIN known_tactic AS t ON t.tactic_id = p.tactic_id
        LEFT JOIN known_tactic AS n ON n.tactic_id = t.program_id
        WHERE p.definition = 'credit' AND t.program_id IS NOT NULL
        GROUP BY t.program_id ORDER BY touch_count DESC, t.program_id""",
        [key],
    )
    return Table(
        "programs",
        "Programmes that reached its groups",
        columns("Programme", "Touches#", "Opportunities#", "First", "Last"),
        tuple(
            (
                Ref(r["name"], f"/programs/{r['program_id']}", r["program_id"]),
                int(r["touch_count"]),
                int(r["deal_count"]),
                r["first_at"].date(),
                r["last_at"].date(),
            )
            for r in rows
        ),
        "No touch of a programme is on the paths of its groups.",
        shown=8,
    )
