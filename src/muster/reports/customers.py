"""Page 5, customers: what they bought again or on top, and who forms a group for another solution."""

from __future__ import annotations

from typing import Any

from muster.reports.credit import CHOSEN, UNPLANNED, disclaimer, model_name
from muster.reports.money import short
from muster.reports.published import Published
from muster.reports.quarter import quarter_of
from muster.reports.scope import Scope, within
from muster.reports.sheets import Column, Page, Query, Sentence, Sheet, join, say
from muster.reports.standing import LATEST
from muster.reports.values import Money, Rate, Share, Value, show, words
from muster.reports.won import kinds_sheet

Row = dict[str, Any]
_LISTED = 40


def customers_page(tables: Published, scope: Scope) -> Page:
    """Renewals and upsell of the quarter, and customers who are buying something else."""
    ends, rows = _ends_sheet(tables, scope)
    forming = _forming_sheet(tables, scope)
    return Page(
        "customers",
        "Customers",
        _opening(rows, forming, scope),
        (
            ends,
            kinds_sheet(tables, scope),
            _recurring_sheet(tables, scope),
            _relationship_sheet(tables, scope),
            forming,
        ),
    )


def _ends_sheet(tables: Published, scope: Scope) -> tuple[Sheet, list[Row]]:
    sql = f"""
    SELECT COALESCE(o.type, 'kind not named') AS kind, COUNT(*) AS closed_count,
        COUNT(*) FILTER (WHERE o.is_won) AS won_count,
        SUM(CASE WHEN o.is_won THEN o.amount_cents ELSE 0 END) AS won_cents,
        SUM(CASE WHEN o.is_won THEN 0 ELSE o.amount_cents END) AS lost_cents,
        SUM(CASE WHEN o.is_won AND i.is_marketing THEN o.amount_cents ELSE 0 END) AS touched_cents
    FROM known_opportunity AS o
    LEFT JOIN influence AS i ON i.opportunity_id = o.opportunity_id AND i.definition = 'group'
    WHERE o.is_closed AND o.currency = '{scope.currency}' AND {within("o.closed_at", scope.quarter)}
    GROUP BY kind
    ORDER BY CASE kind WHEN 'renewal' THEN 1 WHEN 'upsell' THEN 2 WHEN 'cross_sell' THEN 3
        WHEN 'new_business' THEN 4 ELSE 5 END, kind"""
    found = tables.records(sql)
    rows = tuple(
        (
            words(r["kind"]).capitalize(),
            int(r["closed_count"]),
            int(r["won_count"]),
            Share(int(r["won_count"]), int(r["closed_count"])),
            Money(int(r["won_cents"]), scope.currency),
            Money(int(r["lost_cents"]), scope.currency),
            Share(int(r["won_cents"]), int(r["won_cents"] + r["lost_cents"])),
            Money(int(r["touched_cents"]), scope.currency),
        )
        for r in found
    )
    counts = [sum(int(r[n]) for r in found) for n in ("closed_count", "won_count")]
    cents = [sum(int(r[n]) for r in found) for n in ("won_cents", "lost_cents", "touched_cents")]
    sheet = Sheet(
        "closings",
        f"What closed in {scope.quarter.label}, won and lost, by kind",
        (
            Column("Kind", is_words=True),
            Column("Closed"),
            Column("Won"),
            Column("Won of closed"),
            Column("Won"),
            Column("Lost"),
            Column("Won of amounts"),
            Column("Won, group touched"),
        ),
        rows,
        Query(("known_opportunity", "influence"), sql),
        f"No opportunity closed in {scope.quarter.label}.",
        foot=(
            "All closed",
            *counts,
            Share(counts[1], counts[0]),
            *(Money(c, scope.currency) for c in cents[:2]),
            Share(cents[0], cents[0] + cents[1]),
            Money(cents[2], scope.currency),
        )
        if found
        else None,
        note="A renewal that was lost is revenue that went; one that is still open stands in the pipeline.",
    )
    return sheet, found


def _recurring_sheet(tables: Published, scope: Scope) -> Sheet:
    """Annual recurring revenue and its moves, with GRR and NRR over a year."""
    sql = f"""
    SELECT period_on, start_cents, new_cents, win_back_cents, expansion_cents, contraction_cents,
        churn_cents, end_cents, customers_at_end, grr, nrr
    FROM recurring_revenue
    WHERE cohort = '(all)' AND currency = '{scope.currency}'
        AND {within("period_on", scope.year_ago, scope.quarter)}
    ORDER BY period_on DESC"""
    names = ("start", "new", "win_back", "expansion", "contraction", "churn", "end")
    return Sheet(
        "recurring",
        "Annual recurring revenue: what moved it, and what was kept",
        (
            Column("Quarter", is_words=True),
            *(Column(words(name).capitalize()) for name in names),
            Column("Customers at its end"),
            Column("GRR"),
            Column("NRR"),
        ),
        tuple(
            (
                quarter_of(r["period_on"]).label,
                *(Money(int(r[f"{name}_cents"]), scope.currency) for name in names),
                int(r["customers_at_end"]),
                *(None if r[n] is None else Rate(float(r[n])) for n in ("grr", "nrr")),
            )
            for r in tables.records(sql)
        ),
        Query(("recurring_revenue",), sql),
        "No recurring revenue is on record: it comes from subscriptions, or from opportunities as "
        "rules/finance.csv says.",
        note="Start + new + win back + expansion \u2212 contraction \u2212 churn = end. GRR and NRR: of what "
        "customers brought a year ago, what is kept without and with what they bought on top.",
    )


def _relationship_sheet(tables: Published, scope: Scope) -> Sheet:
    """What customers brought to date, divided over the programmes that are credited with winning them."""
    sql = f"""
    SELECT r.program_id, MAX(t.name) AS name, COUNT(DISTINCT r.account_id) AS customers,
        SUM(r.credit_cents) AS cents
    FROM relationship_credit AS r LEFT JOIN known_tactic AS t ON t.tactic_id = r.program_id
    WHERE r.attribution_model = '{CHOSEN}' AND r.currency = '{scope.currency}' AND r.share > 0
    GROUP BY r.program_id
    ORDER BY CASE WHEN r.program_id LIKE '(%' THEN 1 ELSE 0 END, cents DESC, r.program_id"""
    found = tables.records(sql)
    whole = sum(int(r["cents"]) for r in found)
    outside = {"(unattributed)": "Won by no touch, or no deal on record", "(no programme)": UNPLANNED}
    return Sheet(
        "relationship",
        "What customers brought over the whole relationship, by the programmes that won them",
        (
            Column("Programme", is_words=True),
            Column("Customers"),
            Column(f"Brought to date, {model_name(CHOSEN)}"),
            Column("Part of all"),
        ),
        tuple(
            (
                outside.get(r["program_id"]) or r["name"] or r["program_id"],
                int(r["customers"]),
                Money(int(r["cents"]), scope.currency),
                Share(int(r["cents"]), whole),
            )
            for r in found
        ),
        Query(("relationship_credit", "known_tactic"), sql),
        "No account has bought yet: win a deal, or add subscriptions.",
        foot=("All customers", None, Money(whole, scope.currency), None) if found else None,
        note=f"{disclaimer(CHOSEN)} Revenue after the sale: of subscriptions what came to date, else "
        "everything won, divided as the deal that won the customer is. A customer stands with each programme "
        "that touched it before.",
        shown=8,
        tail=sum(1 for r in found if r["program_id"] in outside),
        is_to_date=True,
    )


def _forming_sheet(tables: Published, scope: Scope) -> Sheet:
    """Open groups at accounts that have bought, for a solution they have not bought."""
    sql = f"""
    WITH {LATEST.strip()},
    bought AS (
        SELECT DISTINCT b.account_id, o.solution_id
        FROM opportunity_group AS x
        JOIN buying_group AS b ON b.buying_group_id = x.buying_group_id
        JOIN known_opportunity AS o ON o.opportunity_id = x.opportunity_id AND o.is_won)
    SELECT g.buying_group_id, COALESCE(a.name, a.domain, g.account_id) AS account, g.solution_id,
        (SELECT string_agg(h.solution_id, ', ' ORDER BY h.solution_id) FROM bought AS h
            WHERE h.account_id = g.account_id) AS has,
        st.status, g.member_count, l.expected_amount_cents
    FROM buying_group AS g
    JOIN (SELECT DISTINCT account_id FROM bought) AS c ON c.account_id = g.account_id
    LEFT JOIN bought AS s ON s.account_id = g.account_id AND s.solution_id = g.solution_id
    LEFT JOIN standing AS st ON st.buying_group_id = g.buying_group_id
    LEFT JOIN latest AS l ON l.buying_group_id = g.buying_group_id AND l.back = 1
    LEFT JOIN account AS a ON a.account_id = g.account_id
    WHERE g.closed_at IS NULL AND s.account_id IS NULL
    ORDER BY CASE st.status WHEN 'qualified' THEN 0 WHEN 'engaged' THEN 1 ELSE 2 END,
        COALESCE(l.expected_amount_cents, 0) DESC, g.buying_group_id"""
    found = tables.records(sql)
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            r["account"],
            r["solution_id"],
            r["has"],
            r["status"] or "no status yet",
            int(r["member_count"]),
            None
            if r["expected_amount_cents"] is None
            else Money(int(r["expected_amount_cents"]), scope.currency),
        )
        for r in found[:_LISTED]
    )
    more = f" The first {_LISTED} of {len(found):,}." if len(found) > _LISTED else ""
    return Sheet(
        "forming-elsewhere",
        f"Customers with a group open for another solution on {show(scope.as_of.date())}",
        (
            Column("Customer", is_words=True),
            Column("Looks at", is_words=True),
            Column("Has bought", is_words=True),
            Column("Status", is_words=True),
            Column("Members"),
            Column("Expected"),
        ),
        rows,
        Query(
            (
                "buying_group",
                "opportunity_group",
                "known_opportunity",
                "score",
                "qualification",
                "account",
            ),
            sql,
        ),
        "No customer has a group open for a solution it has not bought.",
        note=f"A customer: an account with a won opportunity on record. Qualified groups first.{more}",
        shown=8,
        is_to_date=True,
    )


def _opening(closed: list[Row], forming: Sheet, scope: Scope) -> Sentence:
    again = [r for r in closed if r["kind"] in ("renewal", "upsell", "cross_sell")]
    won, lost = (sum(int(r[n]) for r in again) for n in ("won_cents", "lost_cents"))
    label = scope.quarter.label
    if again:
        first = say(
            f"Customers bought {{}} more or again in {label}; {{}} of such opportunities were lost.",
            (short(won, scope.currency), "closings"),
            (short(lost, scope.currency), "closings"),
        )
    else:
        first = say(f"No renewal, upsell or cross-sell closed in {label}.")
    count = len({row[0] for row in forming.rows})
    if not count:
        return join(first, say("No customer is looking at another solution now."))
    verb = "customer has" if count == 1 else "customers have"
    return join(first, say(f"{{}} {verb} a group open for another solution.", (str(count), forming.key)))
