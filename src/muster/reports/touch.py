"""Influence and sourcing of won revenue: every definition named, none added to another."""

from __future__ import annotations

from typing import Any

from muster.reports.published import Published
from muster.reports.quarter import quarter_of
from muster.reports.scope import Scope, periods
from muster.reports.sheets import Column, Query, Sheet
from muster.reports.values import Money, Share, Value

Row = dict[str, Any]
Answers = dict[tuple[str, str, str], Row]  # (quarter label, definition, answer)

DEFINITIONS = (
    ("group", "yes", "Influenced: a touch of any member or resolved visitor (group)"),
    ("account_window", "yes", "Influenced: a touch of anyone at the account (account window)"),
    ("contact_role", "yes", "Influenced: a touch of a person named on it (contact role)"),
    ("before", "yes", "Touched before the opportunity existed (group)"),
    ("first_touch", "marketing", "Sourced by marketing (first touch)"),
    ("first_touch", "sales", "Sourced by sales (first touch)"),
    ("first_touch", "partner", "Sourced by a partner (first touch)"),
    ("first_touch", "unknown", "Source unknown (first touch)"),
    ("crm_lead_source", "marketing", "Sourced by marketing (the CRM's lead source)"),
    ("crm_lead_source", "sales", "Sourced by sales (the CRM's lead source)"),
    ("crm_lead_source", "partner", "Sourced by a partner (the CRM's lead source)"),
    ("crm_lead_source", "unknown", "Source unknown (the CRM's lead source)"),
)


def touch_sheet(tables: Published, scope: Scope) -> tuple[Sheet, Answers]:
    """Dollars and opportunities by definition; also by (quarter label, definition, answer)."""
    sql = f"""
    WITH won AS (
        SELECT p.starts_on, o.opportunity_id, o.amount_cents, o.created_at
        FROM {periods(scope.compared)}
        JOIN known_opportunity AS o ON o.closed_at >= p.starts_on AND o.closed_at < p.ends_on
        WHERE o.is_won AND o.currency = '{scope.currency}'),
    answer AS (
        SELECT opportunity_id, definition, CASE WHEN is_marketing THEN 'yes' ELSE 'no' END AS answer
        FROM influence
        UNION ALL SELECT opportunity_id, definition, sourced_by FROM sourcing
        UNION ALL SELECT w.opportunity_id, 'before', 'yes' FROM won AS w
        WHERE EXISTS (SELECT 1 FROM touchpoint AS t
            WHERE t.opportunity_id = w.opportunity_id AND t.occurred_at < w.created_at))
    SELECT w.starts_on, a.definition, a.answer, COUNT(*) AS deal_count, SUM(w.amount_cents) AS deal_cents,
        (SELECT COUNT(*) FROM won AS v WHERE v.starts_on = w.starts_on) AS won_count,
        (SELECT SUM(v.amount_cents) FROM won AS v WHERE v.starts_on = w.starts_on) AS won_cents
    FROM won AS w JOIN answer AS a ON a.opportunity_id = w.opportunity_id
    GROUP BY w.starts_on, a.definition, a.answer ORDER BY w.starts_on DESC, a.definition, a.answer"""
    found = {(quarter_of(r["starts_on"]).label, r["definition"], r["answer"]): r for r in tables.records(sql)}
    totals = {quarter: (r["won_count"], r["won_cents"]) for (quarter, _, _), r in found.items()}

    def row(definition: str, answer: str, label: str) -> tuple[Value, ...]:
        cells: list[Value] = [label]
        for i, quarter in enumerate(scope.compared):
            count, cents = totals.get(quarter.label, (0, 0))
            got = found.get((quarter.label, definition, answer), {"deal_count": 0, "deal_cents": 0})
            if i == 0:
                cells += [got["deal_count"], count, Money(int(got["deal_cents"]), scope.currency)]
            cells.append(Share(int(got["deal_cents"]), int(cents)))
        return tuple(cells)

    told = {(definition, answer) for _, definition, answer in found}
    rows = tuple(
        row(*entry) for entry in DEFINITIONS if entry[:2] in told or entry[1] in ("yes", "marketing")
    )
    sheet = Sheet(
        "touch",
        "Influence and sourcing of won revenue, by definition",
        (
            Column("Definition", is_words=True),
            Column("Opportunities"),
            Column("of won"),
            Column("Won"),
            Column("Share of won"),
            Column(f"in {scope.before.label}"),
            Column(f"in {scope.year_ago.label}"),
        ),
        rows if scope.quarter.label in totals else (),
        Query(("known_opportunity", "influence", "sourcing", "touchpoint"), sql),
        f"No opportunity was won in {scope.quarter.label}, so there is nothing to have influenced "
        "or sourced.",
        note="Influence counts an opportunity whole when it was touched at all: never add it up over "
        "programmes. Observed; not what would have been lost without marketing.",
    )
    return sheet, found
