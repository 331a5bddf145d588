"""Page 3, what marketing moved: credit by programme, what programmes reached and cost."""

from __future__ import annotations

from muster.reports.buying_jobs import goals_sheet
from muster.reports.credit import CHOSEN, UNATTRIBUTED, UNPLANNED, credit_picture, disclaimer, model_name
from muster.reports.money import short
from muster.reports.published import Published
from muster.reports.scope import Scope
from muster.reports.sheets import Block, Column, Page, Query, Sentence, Sheet, say
from muster.reports.values import Money, Value, counted, show, words
from muster.reports.velocity import acquisition_sheet

# Lines that are no programme, so that credit adds up to what was booked.
OUTSIDE = {
    "(unattributed)": UNATTRIBUTED,
    "(no programme)": UNPLANNED,
}


def programs_page(tables: Published, scope: Scope) -> Page:
    """Credit of the quarter, programme value to date, lift, goals, cost per acquisition."""
    credit, further = credit_picture(tables, scope)
    value, *others = value_sheets(tables, scope)
    lift, cost = lift_sheet(tables), acquisition_sheet(tables, scope)
    blocks: tuple[Block, ...] = (credit, value, goals_sheet(tables), lift, cost, *further, *others)
    return Page("programs", "What marketing moved", _opening(credit.twin, value, scope), blocks)


def value_sheets(tables: Published, scope: Scope) -> tuple[Sheet, ...]:
    """What every programme reached, cost and is credited with over the whole record, a sheet a currency."""
    sql = f"""
    SELECT currency, program_id, MAX(name) AS name, MAX(channel) AS channel,
        MAX(groups_reached) AS groups_reached, MAX(people_reached) AS people_reached,
        MAX(roles_reached) AS roles_reached,
        SUM(won_credit_cents) FILTER (WHERE attribution_model = '{CHOSEN}') AS won_cents,
        MIN(won_credit_cents) AS least_cents, MAX(won_credit_cents) AS most_cents,
        SUM(open_credit_cents) FILTER (WHERE attribution_model = '{CHOSEN}') AS open_cents,
        MAX(cost_cents) AS cost_cents
    FROM program_value
    GROUP BY currency, program_id
    ORDER BY CASE WHEN currency = '{scope.currency}' THEN 0 ELSE 1 END, currency,
        CASE WHEN program_id LIKE '(%' THEN 1 ELSE 0 END, won_cents DESC, cost_cents DESC, program_id"""
    found = tables.records(sql)
    currencies = dict.fromkeys([scope.currency, *(r["currency"] for r in found)])
    return tuple(
        _value_sheet([r for r in found if r["currency"] == c], c, Query(("program_value",), sql), scope)
        for c in currencies
    )


def lift_sheet(tables: Published) -> Sheet:
    """What experiments say would have been otherwise, in words; the others have none to say it."""
    sql = """
    SELECT COALESCE(name, experiment) AS programme, outcome, treated_count, holdout_count, sentence,
        is_interim
    FROM lift WHERE design <> 'none' AND NOT is_surrogate
    ORDER BY CASE status WHEN 'estimable' THEN 0 ELSE 1 END, programme, experiment, design, outcome"""
    return Sheet(
        "lift",
        "Lift: what experiments say would have been otherwise",
        (
            Column("Experiment", is_words=True),
            Column("Outcome", is_words=True),
            Column("Treated"),
            Column("Held out"),
            Column("What it says", is_words=True),
        ),
        tuple(
            (
                r["programme"],
                words(r["outcome"]).capitalize() + (", so far" if r["is_interim"] else ""),
                None if r["treated_count"] is None else int(r["treated_count"]),
                None if r["holdout_count"] is None else int(r["holdout_count"]),
                r["sentence"],
            )
            for r in tables.records(sql)
        ),
        Query(("lift",), sql),
        "Not estimable: no programme was held out from anybody, so nothing says what it brought about. "
        "Credit is no lift.",
        shown=6,
        is_to_date=True,
    )


def _value_sheet(found: list[dict[str, Value]], currency: str, query: Query, scope: Scope) -> Sheet:
    def money(cents: object) -> Money | None:
        return None if cents is None else Money(int(str(cents)), currency)

    def total(name: str) -> Money:
        return Money(sum(int(str(r[name] or 0)) for r in found), currency)

    def row(r: dict[str, Value]) -> tuple[Value, ...]:
        outside = OUTSIDE.get(str(r["program_id"]))
        name = outside or r["name"] or r["program_id"]
        reached = (None,) * 3 if outside else (r["groups_reached"], r["people_reached"], r["roles_reached"])
        amounts = (money(r[f"{part}_cents"]) for part in ("won", "least", "most", "open"))
        channel = words(str(r["channel"])) if r["channel"] else None
        return (name, channel, *reached, *amounts, None if outside else money(r["cost_cents"]))

    is_home = currency == scope.currency
    # Least and most are of different rules: they do not add up.
    foot = (
        "All, as booked",
        *(None,) * 4,
        total("won_cents"),
        None,
        None,
        total("open_cents"),
        total("cost_cents"),
    )
    return Sheet(
        "programs" if is_home else f"programs-{currency.lower()}",
        f"What every programme reached, cost and is credited with, {currency}: the whole record to "
        f"{show(scope.as_of.date())}",
        (
            Column("Programme", is_words=True),
            Column("Channel", is_words=True),
            Column("Groups reached"),
            Column("People reached"),
            Column("Roles reached"),
            Column(f"Credited of won, {model_name(CHOSEN)}"),
            Column("Least of all rules"),
            Column("Most of all rules"),
            Column(f"Credited of open, {model_name(CHOSEN)}"),
            Column("Cost"),
        ),
        tuple(row(r) for r in found),
        query,
        "No programme is on record. Campaigns with dates and costs come from your CRM's export or a "
        "table source.",
        foot=foot if found else None,
        note=disclaimer(CHOSEN) + " Groups and people are not added up: one group meets several programmes.",
        shown=12,
        tail=sum(1 for r in found if r["program_id"] in OUTSIDE),
        is_folded=not is_home,
        is_to_date=True,
    )


def _opening(credit: Sheet, value: Sheet, scope: Scope) -> Sentence:
    label = scope.quarter.label
    if credit.foot is None:
        return say(f"No opportunity was won in {label}: there is no revenue to divide over programmes.")
    won = credit.foot[1]
    assert isinstance(won, Money)
    apart = {str(row[0]): row[1].cents for row in credit.rows if isinstance(row[1], Money)}
    untouched, unplanned = (apart.get(name, 0) for name in (UNATTRIBUTED, UNPLANNED))
    programmes = sum(1 for row in value.rows if row[0] not in OUTSIDE.values())
    return say(
        f"By the {model_name(CHOSEN)} rule, {{}} of the {{}} won in {label} falls to {{}}, {{}} to touches "
        "outside any programme; {} has no touch of its group.",
        (short(won.cents - untouched - unplanned, scope.currency), "credit"),
        (short(won.cents, scope.currency), "credit"),
        (counted(programmes, "programme"), "programs"),
        (short(unplanned, scope.currency), "credit"),
        (short(untouched, scope.currency), "credit"),
    )
