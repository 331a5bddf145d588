"""Page 6, next quarter: what may be expected, where a decision maker is missing, what the board is asked."""

from __future__ import annotations

from muster.reports.forecast import forecast_picture
from muster.reports.published import Published
from muster.reports.scope import Scope
from muster.reports.sheets import Column, Notes, Page, Query, Sheet
from muster.reports.standing import LATEST, UNDECIDED, standing_sentence, standing_sheet
from muster.reports.values import Money, Value, show
from muster.reports.worklist import worklist

_LISTED = 40
NO_ASKS = "No decision is asked of the board this time."


def outlook_page(tables: Published, scope: Scope) -> Page:
    """Standing on the as-of day, not at the quarter's end: this is where to act."""
    counts = standing_sheet(tables, scope)
    asks = Notes("asks", "Decisions asked of the board", (NO_ASKS,))
    return Page(
        "outlook",
        "Next quarter",
        standing_sentence(counts, scope),
        (
            asks,
            forecast_picture(tables, scope),
            counts,
            undecided_sheet(tables, scope),
            worklist(tables, scope),
        ),
    )


def undecided_sheet(tables: Published, scope: Scope) -> Sheet:
    """Qualified groups that need a decision maker and know none, dearest first."""
    sql = f"""
    WITH {LATEST.strip()},
    selling AS (
        SELECT x.buying_group_id, SUM(o.amount_cents) AS open_cents
        FROM opportunity_group AS x
        JOIN known_opportunity AS o ON o.opportunity_id = x.opportunity_id
        WHERE NOT o.is_closed AND o.currency = '{scope.currency}'
        GROUP BY x.buying_group_id)
    SELECT COALESCE(a.name, a.domain, g.account_id) AS account, g.solution_id, st.from_at, g.member_count,
        l.expected_amount_cents, d.open_cents
    FROM buying_group AS g
    JOIN standing AS st ON st.buying_group_id = g.buying_group_id AND st.status = 'qualified'
    LEFT JOIN latest AS l ON l.buying_group_id = g.buying_group_id AND l.back = 1
    LEFT JOIN selling AS d ON d.buying_group_id = g.buying_group_id
    LEFT JOIN account AS a ON a.account_id = g.account_id
    WHERE g.closed_at IS NULL AND {UNDECIDED}
    ORDER BY COALESCE(d.open_cents, l.expected_amount_cents, 0) DESC, g.buying_group_id"""
    found = tables.records(sql)

    def money(cents: object) -> Money | None:
        return None if cents is None else Money(int(str(cents)), scope.currency)

    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            r["account"],
            r["solution_id"],
            r["from_at"].date(),
            int(r["member_count"]),
            money(r["open_cents"]),
            money(r["expected_amount_cents"]),
        )
        for r in found[:_LISTED]
    )
    more = f" The first {_LISTED} of {len(found):,}." if len(found) > _LISTED else ""
    return Sheet(
        "undecided",
        f"Groups in a buying cycle without a decision maker on {show(scope.as_of.date())}",
        (
            Column("Account", is_words=True),
            Column("Solution", is_words=True),
            Column("Qualified since", is_words=True),
            Column("Members"),
            Column("Open opportunities"),
            Column("Expected"),
        ),
        rows,
        Query(
            (
                "buying_group",
                "qualification",
                "role_gap",
                "signal",
                "score",
                "opportunity_group",
                "known_opportunity",
                "account",
            ),
            sql,
        ),
        "Every qualified group has its decision maker, or no group is qualified now.",
        note=f"Neither counted by the latest score nor held by a member, as in the table above.{more}",
        shown=8,
        is_to_date=True,
    )
