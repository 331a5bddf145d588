"""Does the money add up? Credit against won revenue to the cent, and what other currencies hold."""

from __future__ import annotations

from muster.reports import money
from muster.reports.credit import model_name
from muster.reports.published import Published
from muster.reports.scope import Scope, within
from muster.reports.sheets import Column, Mark, Query, Sheet
from muster.reports.values import Money, counted


def reconciliation(tables: Published, scope: Scope) -> tuple[Sheet, Mark]:
    """Credit of every model against won revenue of the quarter, and the mark that says whether they agree."""
    sql = f"""
    WITH won AS (
        SELECT o.opportunity_id, o.currency, o.amount_cents FROM known_opportunity AS o
        WHERE o.is_won AND {within("o.closed_at", scope.quarter)})
    SELECT w.currency, c.attribution_model, SUM(c.credit_cents) AS credit_cents,
        (SELECT SUM(v.amount_cents) FROM won AS v WHERE v.currency = w.currency) AS won_cents
    FROM won AS w JOIN credit AS c ON c.opportunity_id = w.opportunity_id
    GROUP BY w.currency, c.attribution_model
    ORDER BY CASE WHEN w.currency = '{scope.currency}' THEN 0 ELSE 1 END, w.currency, c.attribution_model"""
    found = tables.records(sql)
    rows = tuple(
        (
            f"{model_name(r['attribution_model'])} ({r['currency']})",
            Money(int(r["credit_cents"]), r["currency"], is_exact=True),
            Money(int(r["won_cents"]), r["currency"], is_exact=True),
            Money(int(r["won_cents"] - r["credit_cents"]), r["currency"], is_exact=True),
        )
        for r in found
    )
    sheet = Sheet(
        "reconciliation",
        f"Credit against won revenue of {scope.quarter.label}, to the cent",
        (
            Column("Attribution model", is_words=True),
            Column("Credited, unattributed included"),
            Column("Won"),
            Column("Difference"),
        ),
        rows,
        Query(("known_opportunity", "credit"), sql),
        f"No opportunity won in {scope.quarter.label} has credit rows.",
        note="Divides won dollars by each rule. Not what would have been lost without the programmes.",
        is_folded=True,
    )
    models = {r["attribution_model"] for r in found}
    apart = [r for r in found if r["credit_cents"] != r["won_cents"]]
    if not found:
        return sheet, Mark(
            True, f"Nothing to reconcile: no credit falls in {scope.quarter.label}.", sheet.key
        )
    if apart:
        text = (
            f"Credit does not add up to won revenue under {counted(len(apart), 'model')}: run muster check."
        )
        return sheet, Mark(False, text, sheet.key)
    won = " and ".join(dict.fromkeys(money.exact(int(r["won_cents"]), r["currency"]) for r in found))
    text = f"Credit adds up to won revenue under each of {counted(len(models), 'model')}, to the cent: {won}."
    return sheet, Mark(True, text, sheet.key)


def other_currencies(tables: Published, scope: Scope) -> Sheet:
    """Won and open amounts in currencies that are not the company's, each on its own line."""
    end = scope.quarter.ends_on
    sql = f"""
    SELECT o.currency, COUNT(*) FILTER (WHERE o.is_won AND {within("o.closed_at", scope.quarter)}) AS
        won_count,
        SUM(CASE WHEN o.is_won AND {within("o.closed_at", scope.quarter)}
            THEN o.amount_cents ELSE 0 END) AS won_cents,
        COUNT(*) FILTER (WHERE o.created_at < DATE '{end}'
            AND (o.closed_at IS NULL OR o.closed_at >= DATE '{end}')) AS open_count,
        SUM(CASE WHEN o.created_at < DATE '{end}' AND (o.closed_at IS NULL OR o.closed_at >= DATE '{end}')
            THEN o.amount_cents ELSE 0 END) AS open_cents
    FROM known_opportunity AS o WHERE o.currency <> '{scope.currency}'
    GROUP BY o.currency HAVING won_count + open_count > 0 ORDER BY o.currency"""
    rows = tuple(
        (
            r["currency"],
            r["won_count"],
            Money(int(r["won_cents"]), r["currency"]),
            r["open_count"],
            Money(int(r["open_cents"]), r["currency"]),
        )
        for r in tables.records(sql)
    )
    return Sheet(
        "currencies",
        f"In other currencies, not part of the {scope.currency} figures",
        (
            Column("Currency", is_words=True),
            Column("Opportunities won"),
            Column("Won"),
            Column("Open opportunities"),
            Column("Pipeline, at today's amounts"),
        ),
        rows,
        Query(("known_opportunity",), sql),
        "Every opportunity is in the company's currency.",
        note="Different currencies are never added without a dated rate.",
    )
