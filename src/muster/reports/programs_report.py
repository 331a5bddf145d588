"""`muster report programs`: credit of the quarter, value job by job, goals, which programmes truly differ."""

from __future__ import annotations

from muster.reports.buying_jobs import value_page
from muster.reports.credit import CHOSEN, disclaimer, model_name
from muster.reports.programs import programs_page
from muster.reports.published import Published
from muster.reports.scope import Scope
from muster.reports.sheets import Column, Page, Query, Sentence, Sheet, say
from muster.reports.values import Money, counted


def programs_pages(tables: Published, scope: Scope) -> tuple[Page, ...]:
    """The board's page on programmes, what each did along the buying process, their credit with intervals."""
    intervals, page = _intervals(tables, scope), programs_page(tables, scope)
    [goals] = (sheet for sheet in page.sheets if sheet.key == "goals")
    return (
        page,
        value_page(tables, scope.currency, goals=goals),
        Page("intervals", "How sure the credit is", _opening(intervals), (intervals,)),
    )


def _intervals(tables: Published, scope: Scope) -> Sheet:
    sql = f"""
    SELECT COALESCE(p.name, i.unit) AS name, i.credit_cents, i.low_cents, i.high_cents, i.account_count,
        i.rank, i.is_separated
    FROM credit_interval AS i
    LEFT JOIN known_tactic AS p ON p.tactic_id = i.unit
    WHERE i.dimension = 'program' AND i.attribution_model = '{CHOSEN}' AND i.currency = '{scope.currency}'
        AND i.unit NOT LIKE '(%'
    ORDER BY i.credit_cents DESC, i.unit"""
    return Sheet(
        "credit-intervals",
        f"Won credit of every programme by the {model_name(CHOSEN)} rule, with its 80 % interval",
        (
            Column("Programme", is_words=True),
            Column("Credited of won"),
            Column("80 % from"),
            Column("to"),
            Column("Accounts"),
            Column("Rank", is_words=True),
        ),
        tuple(
            (
                r["name"],
                *(
                    None if r[n] is None else Money(int(r[n]), scope.currency)
                    for n in ("credit_cents", "low_cents", "high_cents")
                ),
                int(r["account_count"]),
                str(r["rank"]) if r["is_separated"] and r["rank"] else "not told apart",
            )
            for r in tables.records(sql)
        ),
        Query(("credit_interval", "known_tactic"), sql),
        "No programme is credited with won revenue, so there is no interval either.",
        note=f"{disclaimer(CHOSEN)} From drawing accounts anew; a programme is ranked only where its "
        "interval meets no other.",
        is_to_date=True,
    )


def _opening(sheet: Sheet) -> Sentence:
    if not sheet.rows:
        return say("No programme is credited with won revenue yet.")
    apart = sum(row[-1] != "not told apart" for row in sheet.rows)
    return say(
        "{} of {} can be ranked: their intervals meet no other.",
        (str(apart), sheet.key),
        (counted(len(sheet.rows), "programme"), sheet.key),
    )
