"""Second leads: further people of accounts already worked, what became of them, the related dollars."""

from __future__ import annotations

from muster.reports.charts.shapes import SegmentBars, Segments
from muster.reports.money import short
from muster.reports.published import Published
from muster.reports.scope import Scope, within
from muster.reports.sheets import Column, Picture, Query, Sheet
from muster.reports.values import Money, Value, counted, words


def second_lead_picture(tables: Published, scope: Scope) -> Picture:
    """Second leads of the year to the quarter's end by fate; each related opportunity counts once a fate."""
    first = scope.quarter.plus(-3)
    sql = f"""
    WITH led AS (
        SELECT s.fate, s.person_id, s.at AS led_at, s.opportunity_id, s.currency, s.amount_cents
        FROM second_lead AS s
        WHERE {within("s.at", first, scope.quarter)}),
    related AS (SELECT DISTINCT fate, opportunity_id, currency, amount_cents FROM led
        WHERE opportunity_id IS NOT NULL)
    SELECT l.fate, COUNT(*) AS lead_count, COUNT(DISTINCT l.person_id) AS people_count,
        COUNT(*) FILTER (WHERE {within("l.led_at", scope.quarter)}) AS quarter_count,
        (SELECT COUNT(*) FROM related AS r WHERE r.fate = l.fate AND r.currency = '{scope.currency}')
            AS opportunity_count,
        (SELECT LIST(r.amount_cents ORDER BY r.amount_cents DESC, r.opportunity_id) FROM related AS r
            WHERE r.fate = l.fate AND r.currency = '{scope.currency}') AS amounts
    FROM led AS l GROUP BY l.fate ORDER BY lead_count DESC, l.fate"""
    found = tables.records(sql)
    span = f"{first.label} to {scope.quarter.label}"
    rows: list[tuple[Value, ...]] = []
    bars = []
    for r in found:
        amounts = tuple(int(a or 0) for a in r["amounts"] or ())
        rows.append(
            (
                words(r["fate"]).capitalize(),
                int(r["quarter_count"]),
                int(r["lead_count"]),
                int(r["people_count"]),
                int(r["opportunity_count"]),
                Money(sum(amounts), scope.currency),
            )
        )
        bars.append(Segments(f"{words(r['fate']).capitalize()} ({int(r['lead_count']):,})", amounts))
    sheet = Sheet(
        "second-leads",
        f"Second leads by what became of them, {span}",
        (
            Column("What became of them", is_words=True),
            Column(scope.quarter.label),
            Column("Four quarters"),
            Column("People"),
            Column("Related opportunities"),
            Column("Related amount"),
        ),
        tuple(rows),
        Query(("second_lead",), sql),
        f"No second lead was found in {span}.",
        note="Related: an opportunity of the same account near in time. Related is not lost: nobody can "
        "say from history what would have been won. An opportunity counts once in a row and may stand "
        "in several, so the rows do not add up.",
    )
    return Picture(
        "second-leads-picture",
        _finding({r["fate"]: row for r, row in zip(found, rows, strict=True)}, span),
        "A bar for each fate of second leads, made of the amounts of the opportunities related to them.",
        f"Rests on {counted(sum(int(r['lead_count']) for r in found), 'second lead')} of {span}.",
        SegmentBars(
            f"related amounts, {scope.currency}; one segment an opportunity",
            tuple(bars),
            scope.currency,
            noun="opportunity",
            plural="opportunities",
        )
        if found
        else None,
        sheet,
    )


def _finding(told: dict[str, tuple[Value, ...]], span: str) -> str:
    if not told:
        return f"No second lead was found in {span}"
    dropped = told.get("dropped_duplicate")
    if dropped is None:
        total = sum(row[2] for row in told.values() if isinstance(row[2], int))
        return f"{counted(total, 'second lead')} joined in {span}; none was dropped as a duplicate"
    leads, amount = dropped[2], dropped[5]
    assert isinstance(leads, int)
    assert isinstance(amount, Money)
    head = f"{counted(leads, 'second lead')} dropped as duplicates"
    if not amount.cents:
        return f"{head}; no opportunity is related to them"
    return f"{head}; {short(amount.cents, amount.currency)} of opportunities are related to them"
