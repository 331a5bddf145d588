"""Booked revenue against the CRM's closed-won total, to the cent, or every opportunity that lies between.

The CRM's side is counted again from the landed records, row by row and without the flow's tables. What
differs needs a reason that a record bears out; what has none stops the pack.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from muster.reports import money
from muster.reports.published import Published
from muster.reports.quarter import Quarter
from muster.reports.scope import Scope, within
from muster.reports.sheets import Column, Mark, Query, Sheet
from muster.reports.two_sides import Apart, two_sides
from muster.reports.unread_wins import unread_wins
from muster.reports.values import Money, Value, counted

_LISTED = 5  # how many opportunities a sentence names


@dataclass(frozen=True, slots=True)
class Booked:
    """The two sheets and the mark of page 1, and what stops the pack."""

    sheets: tuple[Sheet, ...]
    mark: Mark
    red: tuple[str, ...]


def booked(tables: Published, scope: Scope) -> Booked:
    """Compare nine quarters, currency by currency."""
    sql = f"""
    SELECT CAST(date_trunc('quarter', o.closed_at) AS DATE) AS quarter_on, o.currency,
        COUNT(*) AS won_count, SUM(o.amount_cents) AS won_cents
    FROM known_opportunity AS o
    WHERE o.is_won AND {within("o.closed_at", scope.shown[0], scope.quarter)}
    GROUP BY quarter_on, o.currency ORDER BY quarter_on DESC, o.currency"""
    query = Query(("known_opportunity",), sql)
    if not tables.has_records:
        text = "Not compared with the CRM: the landed records of this run are not beside its tables."
        return Booked((_totals({}, query, scope),), Mark(True, text, "booked"), ())
    ours, theirs, apart = two_sides(tables, scope)
    apart = [a for a in (*apart, *unread_wins(tables, scope)) if a.quarter in scope.shown]
    totals: dict[tuple[Quarter, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for side, bookings in enumerate((theirs, ours)):
        for b in bookings:
            if b.quarter in scope.shown:
                totals[b.quarter, b.currency][side] += b.cents
    for a in apart:
        totals[a.quarter, a.currency][2] += 1
    red = tuple(_told(a) for a in apart if a.is_red)
    sheets: tuple[Sheet, ...] = (_totals(totals, query, scope),)
    if apart:
        sheets += (_list(apart, scope, query),)
    return Booked(sheets, _mark(totals, apart, scope), red)


def _totals(totals: dict[tuple[Quarter, str], list[int]], query: Query, scope: Scope) -> Sheet:
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            quarter.label if currency == scope.currency else f"{quarter.label}, {currency}",
            *(Money(cents, currency, is_exact=True) for cents in (crm, our, our - crm)),
            count,
        )
        for (quarter, currency), (crm, our, count) in sorted(
            totals.items(),
            key=lambda item: (-item[0][0].year, -item[0][0].number, item[0][1] != scope.currency, item[0][1]),
        )
    )
    return Sheet(
        "booked",
        "Booked revenue against the CRM's closed-won total, to the cent",
        (
            Column("Quarter", is_words=True),
            Column("Closed won in the CRM"),
            Column("Booked here"),
            Column("Difference"),
            Column("Opportunities apart"),
        ),
        rows,
        query,
        "No opportunity was won in these quarters, or the landed records are not at hand.",
        note="The CRM's side is counted again from the landed opportunity records, by close date, won and "
        "not deleted; records without a currency are in the company's.",
        is_folded=True,
    )


def _list(apart: list[Apart], scope: Scope, query: Query) -> Sheet:
    ordered = sorted(apart, key=lambda a: (not a.is_red, -a.quarter.year, -a.quarter.number, a.name))
    return Sheet(
        "booked-apart",
        "Opportunities that the CRM and this pack book otherwise, and why",
        (
            Column("Opportunity", is_words=True),
            Column("Quarter", is_words=True),
            Column("Closed won in the CRM"),
            Column("Booked here"),
            Column("Why", is_words=True),
            Column("Where", is_words=True),
        ),
        tuple(
            (
                a.name,
                a.quarter.label,
                Money(a.crm_cents, a.currency, is_exact=True),
                Money(a.our_cents, a.currency, is_exact=True),
                a.reason,
                a.place,
            )
            for a in ordered
        ),
        query,
        "None.",
        shown=8,
        is_folded=all(a.quarter != scope.quarter for a in apart),
    )


def _mark(totals: dict[tuple[Quarter, str], list[int]], apart: list[Apart], scope: Scope) -> Mark:
    here = {c: t for (q, c), t in totals.items() if q == scope.quarter}
    label = scope.quarter.label
    link = "See each quarter"
    if red := [a for a in apart if a.is_red]:
        return Mark(
            False,
            f"Booked revenue does not agree with the CRM: {counted(len(red), 'win')} unread, missing or "
            f"without a reason. {' '.join(_told(a) for a in red[:_LISTED])}",
            "booked-apart",
            link="See them",
        )
    sums = " and ".join(
        money.exact(t[1], c) for c, t in sorted(here.items(), key=lambda i: i[0] != scope.currency)
    )
    apart_here = sum(a.quarter == scope.quarter for a in apart)
    if apart_here:
        text = (
            f"Booked revenue of {label}, {sums}, differs from the CRM's closed-won total by "
            f"{counted(apart_here, 'opportunity', 'opportunities')}, each with its reason."
        )
        return Mark(True, text, "booked-apart", link="See them")
    if not here:
        return Mark(
            True, f"The CRM has nothing closed won in {label}, and nothing is booked.", "booked", link=link
        )
    return Mark(
        True, f"Booked revenue equals the CRM's closed-won total to the cent: {sums}.", "booked", link=link
    )


def _told(a: Apart) -> str:
    crm, ours = money.exact(a.crm_cents, a.currency), money.exact(a.our_cents, a.currency)
    amounts = "" if a.crm_cents == a.our_cents == 0 else f" CRM {crm}, booked {ours};"
    return f"{a.name}, {a.quarter.label}:{amounts} {a.reason} ({a.place})."
