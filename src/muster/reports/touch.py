"""Influence and sourcing of won revenue: every definition named, none added to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from muster.reports.money import short
from muster.reports.published import Published
from muster.reports.quarter import quarter_of
from muster.reports.scope import Scope, periods
from muster.reports.sheets import Column, Query, Sheet
from muster.reports.values import Money, Share, Value

Row = dict[str, Any]
Answers = dict[tuple[str, str, str], Row]  # (quarter label, definition, answer)
Lines = tuple[tuple[str, str, str], ...]  # (definition, answer, in words)

INFLUENCE: Lines = (
    ("account_window", "yes", "Anyone at the account (account window)"),
    ("group", "yes", "Anyone in the buying group (group)"),
    ("contact_role", "yes", "A person named on the opportunity (contact role)"),
)
# By first touch "sales" covers two cases a board would tell apart: somebody touched first, or nobody did.
SOURCING: Lines = (
    ("first_touch", "marketing", "Marketing, by first touch"),
    ("first_touch", "sales", "Sales, by first touch"),
    ("first_touch", "partner", "A partner, by first touch"),
    ("first_touch", "untouched", "No touch before the opportunity existed"),
    ("first_touch", "unknown", "Not known, by first touch"),
    ("crm_lead_source", "marketing", "Marketing, by the CRM's lead source"),
    ("crm_lead_source", "sales", "Sales, by the CRM's lead source"),
    ("crm_lead_source", "partner", "A partner, by the CRM's lead source"),
    ("crm_lead_source", "unknown", "Not said by the CRM's lead source"),
)


def touch_sheets(tables: Published, scope: Scope) -> tuple[Sheet, Sheet, Answers]:
    """Influence and sourcing, a table each; also by (quarter label, definition, answer)."""
    sql = f"""
    WITH won AS (
        SELECT p.starts_on, o.opportunity_id, o.amount_cents, o.created_at
        FROM {periods(scope.compared)}
        JOIN known_opportunity AS o ON o.closed_at >= p.starts_on AND o.closed_at < p.ends_on
        WHERE o.is_won AND o.currency = '{scope.currency}'),
    answer AS (
        SELECT opportunity_id, definition, CASE WHEN is_marketing THEN 'yes' ELSE 'no' END AS answer
        FROM influence
        UNION ALL
        SELECT s.opportunity_id, s.definition,
            CASE WHEN s.definition = 'first_touch' AND s.sourced_by <> 'marketing' AND NOT EXISTS (
                SELECT 1 FROM touchpoint AS t
                WHERE t.opportunity_id = s.opportunity_id AND t.occurred_at <= w.created_at)
            THEN 'untouched' ELSE s.sourced_by END
        FROM sourcing AS s JOIN won AS w ON w.opportunity_id = s.opportunity_id)
    SELECT w.starts_on, a.definition, a.answer, COUNT(*) AS deal_count, SUM(w.amount_cents) AS deal_cents,
        (SELECT COUNT(*) FROM won AS v WHERE v.starts_on = w.starts_on) AS won_count,
        (SELECT SUM(v.amount_cents) FROM won AS v WHERE v.starts_on = w.starts_on) AS won_cents
    FROM won AS w JOIN answer AS a ON a.opportunity_id = w.opportunity_id
    GROUP BY w.starts_on, a.definition, a.answer ORDER BY w.starts_on DESC, a.definition, a.answer"""
    found = {(quarter_of(r["starts_on"]).label, r["definition"], r["answer"]): r for r in tables.records(sql)}
    query = Query(("known_opportunity", "influence", "sourcing", "touchpoint"), sql)
    label = scope.quarter.label
    influence = _sheet(
        "touch",
        found,
        title=f"Won revenue of {label} that marketing touched, by three definitions",
        first="Who was touched",
        lines=INFLUENCE,
        query=query,
        scope=scope,
        note=_between(found, scope)
        + "A touch lies within the credit window and before the closing. Each definition counts an "
        "opportunity "
        "whole when it was touched at all: never add them up. Observed; not what would have been lost "
        "without marketing.",
    )
    sourcing = _sheet(
        "sourcing",
        found,
        title=f"Who sourced the won revenue of {label}: two definitions, each adding up to all of it",
        first="Sourced by",
        lines=SOURCING,
        query=query,
        scope=scope,
        note="First touch: the first touch of anyone in the buying group, if it came before the opportunity "
        "was created.",
    )
    return influence, sourcing, found


def _between(found: Mapping[tuple[str, str, str], Row], scope: Scope) -> str:
    """What the account's definition holds and the group's does not, in a sentence."""

    def cents(definition: str) -> int:
        return int(found.get((scope.quarter.label, definition, "yes"), {"deal_cents": 0})["deal_cents"])

    apart = cents("account_window") - cents("group")
    if apart <= 0:
        return ""
    return (
        f"Between the first two lines lie {short(apart, scope.currency)}: nobody of the buying group was "
        "touched, but somebody else at the account was. "
    )


def _sheet(
    key: str,
    found: Mapping[tuple[str, str, str], Row],
    *,
    title: str,
    first: str,
    lines: Lines,
    query: Query,
    scope: Scope,
    note: str,
) -> Sheet:
    totals = {quarter: (r["won_count"], r["won_cents"]) for (quarter, _, _), r in found.items()}
    told = {(definition, answer) for _, definition, answer in found}
    nothing = {"deal_count": 0, "deal_cents": 0}

    def row(definition: str, answer: str, words: str) -> tuple[Value, ...]:
        got = [found.get((q.label, definition, answer), nothing) for q in scope.compared]
        shares = (
            Share(int(r["deal_cents"]), int(totals.get(q.label, (0, 0))[1]))
            for q, r in zip(scope.compared, got, strict=True)
        )
        return (words, got[0]["deal_count"], Money(int(got[0]["deal_cents"]), scope.currency), *shares)

    count, cents = totals.get(scope.quarter.label, (0, 0))
    label = scope.quarter.label
    return Sheet(
        key,
        title,
        (
            Column(first, is_words=True),
            Column("Opportunities"),
            Column("Won"),
            Column("Share of won"),
            Column(f"Share in {scope.before.label}"),
            Column(f"in {scope.year_ago.label}"),
        ),
        tuple(row(*line) for line in lines if line[:2] in told or line[1] in ("yes", "marketing"))
        if count
        else (),
        query,
        f"No opportunity was won in {label}, so there is nothing to have influenced or sourced.",
        foot=("All won", count, Money(int(cents), scope.currency), None, None, None) if count else None,
        note=note,
    )
