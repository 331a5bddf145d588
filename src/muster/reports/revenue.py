"""Page 1, the quarter in dollars: won, pipeline, influence and sourcing, reconciled to the cent."""

from __future__ import annotations

from typing import Any

from muster.reports import money
from muster.reports.booked import booked
from muster.reports.charts.shapes import Columns, Stack, below_zero
from muster.reports.money import MINUS
from muster.reports.pace import pace_headlines
from muster.reports.plan import Plans, against_plan, plan_sheet
from muster.reports.published import Published
from muster.reports.reconciliation import other_currencies, reconciliation
from muster.reports.scope import Scope
from muster.reports.sheets import Block, Headline, Headlines, Page, Picture, Sentence, Sheet, join, say
from muster.reports.touch import Answers, touch_sheets
from muster.reports.values import Change, counted, show
from muster.reports.won import pipeline_sheet, won_sheet

Row = dict[str, Any]


def revenue_page(tables: Published, scope: Scope) -> tuple[Page, tuple[str, ...]]:
    """The page the board reads first, without leads; and what of its money does not agree."""
    won, won_rows = won_sheet(tables, scope)
    pipeline, open_rows = pipeline_sheet(tables, scope)
    touch, sourcing, touch_rows = touch_sheets(tables, scope)
    credit, mark = reconciliation(tables, scope)
    books = booked(tables, scope)
    plan, plans = plan_sheet(tables, scope)
    blocks: list[Block] = [
        _headlines(scope, won_rows, open_rows, touch_rows, plans=plans),
        pace_headlines(tables, scope),
        books.mark,
        mark,
        _picture(scope, won, won_rows),
        plan,
        touch,
        sourcing,
        pipeline,
        *books.sheets,
        credit,
    ]
    others = other_currencies(tables, scope)
    if others.rows:
        blocks.insert(-1, others)
    sentence = _opening(scope, won_rows, open_rows, touch_rows)
    red = books.red if mark.is_good else (*books.red, mark.text)
    return Page("revenue", "The quarter in dollars", sentence, tuple(blocks)), red


def _headlines(
    scope: Scope, won: dict[str, Row], opened: dict[str, Row], touch: Answers, *, plans: Plans
) -> Headlines:
    def figure(label: str, to: str, amounts: list[int], *, day: bool = False, plan: str = "") -> Headline:
        compared = list(against_plan(plans, plan, scope.currency))
        for quarter, then in zip(scope.compared[1:], amounts[1:], strict=True):
            when = f"on {show(quarter.last_day)}" if day else f"in {quarter.label}"
            change = f" ({show(Change(amounts[0], then))})" if then else ""
            compared.append(f"{money.short(then, scope.currency)} {when}{change}")
        return Headline(label, money.short(amounts[0], scope.currency), tuple(compared), to)

    def of_touch(definition: str, answer: str) -> list[int]:
        keys = [(q.label, definition, answer) for q in scope.compared]
        return [int(touch[k]["deal_cents"]) if k in touch else 0 for k in keys]

    labels = [q.label for q in scope.compared]
    return Headlines(
        (
            figure("Won revenue", "won", [int(won[n]["won_cents"]) for n in labels], plan="revenue"),
            figure(
                f"Pipeline on {scope.end}",
                "pipeline",
                [int(opened[label]["open_cents"]) for label in labels],
                day=True,
                plan="pipeline",
            ),
            figure("Won, touched by marketing", "touch", of_touch("group", "yes")),
            figure("Won, sourced by marketing", "sourcing", of_touch("first_touch", "marketing")),
        )
    )


def _opening(scope: Scope, won: dict[str, Row], opened: dict[str, Row], touch: Answers) -> Sentence:
    label = scope.quarter.label
    nothing = {"deal_count": 0, "deal_cents": 0}
    count, amount = int(won[label]["won_count"]), int(won[label]["won_cents"])
    pipeline = int(opened[label]["open_cents"])
    stands = say(f"{{}} was open on {scope.end}.", (money.short(pipeline, scope.currency), "pipeline"))
    if not count:
        return join(say(f"No opportunity was won in {label}."), stands)
    whole = (money.short(amount, scope.currency), "won")
    touched = touch.get((label, "group", "yes"), nothing)
    if not amount:
        deals = (counted(count, "opportunity", "opportunities"), "won")
        first = say(f"{{}} won in {label}, worth {{}} on record.", deals, whole)
    elif not touched["deal_count"]:
        first = say(f"{{}} was won in {label}; no touch of the groups that bought is on record.", whole)
    else:
        before = touch.get((label, "first_touch", "marketing"), nothing)
        cents = int(touched["deal_cents"])
        met = f"Marketing touched {{}} of the {{}} won in {label}"
        numbers = [(money.short(cents, scope.currency), "touch"), whole]
        if int(touched["deal_count"]) == count:
            met, numbers = f"Marketing touched all of the {{}} won in {label}", [whole]
        if before["deal_cents"] == cents:
            first = say(f"{met}, all of it before an opportunity existed.", *numbers)
        else:
            sourced = (money.short(int(before["deal_cents"]), scope.currency), "sourcing")
            first = say(f"{met}, and {{}} of it before an opportunity existed.", *numbers, sourced)
    return join(first, stands)


def _picture(scope: Scope, sheet: Sheet, won: dict[str, Row]) -> Picture:
    now, before = won[scope.quarter.label], won[scope.before.label]
    stacks = tuple(
        Stack(
            q.label,
            (
                int(won[q.label]["sourced_cents"]),
                int(won[q.label]["touched_cents"]),
                int(won[q.label]["untouched_cents"]),
            ),
            is_now=q == scope.quarter,
        )
        for q in scope.shown
    )
    chart = Columns(
        f"won, {scope.currency}, by quarter of closing",
        ("sourced", "touched", "untouched"),
        stacks,
        scope.currency,
    )
    total = sum(int(row["won_count"]) for row in won.values())
    return Picture(
        "won-picture",
        _finding(scope, now, before, won[scope.year_ago.label]),
        "Columns of won revenue for nine quarters, each divided into sourced by marketing, touched by "
        "marketing but not sourced, and without a touch of the buying group.",
        f"Rests on {counted(total, 'won opportunity', 'won opportunities')}, {now['won_count']:,} of them in "
        f"{scope.quarter.label}. Touched: somebody of the buying group was. Sourced: before the opportunity "
        "existed." + below_zero(amount for stack in stacks for amount in stack.layers),
        chart if sheet.rows else None,
        sheet,
    )


def _finding(scope: Scope, now: Row, before: Row, year_ago: Row) -> str:
    amount = int(now["won_cents"])
    if not now["won_count"]:
        return f"No revenue was won in {scope.quarter.label}"
    told = []
    for quarter, row in ((scope.before, before), (scope.year_ago, year_ago)):
        then = int(row["won_cents"])
        if then:
            way = "above" if amount > then else "below" if amount < then else "level with"
            change = show(Change(amount, then)).lstrip("+" + MINUS) if amount != then else ""
            told.append(f"{change} {way} {quarter.label}".strip())
    ending = ", " + " and ".join(told) if told else ""
    return f"{money.short(amount, scope.currency)} won in {scope.quarter.label}{ending}"
