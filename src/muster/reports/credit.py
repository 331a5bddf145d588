"""The quarter's won dollars divided over programmes by every attribution model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from muster.reports.charts.shapes import Spread, Spreads, below_zero
from muster.reports.money import short
from muster.reports.published import Published
from muster.reports.scope import Scope, within
from muster.reports.sheets import Column, Picture, Query, Sheet
from muster.reports.values import Money, Value, counted, isolated, words

CHOSEN = "linear"  # every touch counts the same: the rule with the least opinion of its own
MODELS = ("first", "last", "linear", "time_decay", "u", "w", "full_path", "shapley", "markov_1")
# Muster's further models: in the tables, and left out of a page that has no room for them.
NOT_SHOWN = (
    "custom",
    "last_before_creation",
    "logit",
    "markov_2",
    "markov_3",
    "shapley_fitted",
    "u_40_20_40",
)
UNATTRIBUTED = "Unattributed: no touch of its group"
UNPLANNED = "Touches without a programme"
# Of a row of deal_credit (c), its programme as known_tactic names it (t): what it is called, and what it is.
PROGRAM = f"""CASE c.program_id
    WHEN '(unattributed)' THEN '{UNATTRIBUTED}' WHEN '(no programme)' THEN '{UNPLANNED}'
    ELSE COALESCE(t.name, c.program_id) END"""
KIND = "CASE c.program_id WHEN '(unattributed)' THEN 2 WHEN '(no programme)' THEN 1 ELSE 0 END"
DRAWN = 8
NAMES = {
    "u": "U-shaped",
    "u_40_20_40": "U-shaped, 40/20/40",
    "w": "W-shaped",
    "shapley": "Shapley",
    "shapley_fitted": "Shapley, fitted",
    "markov_1": "Markov",
    "markov_2": "Markov, order 2",
    "markov_3": "Markov, order 3",
}

RULES = {
    "first": "all to the first touch",
    "last": "all to the last touch",
    "linear": "the same to every touch",
    "time_decay": "more to later touches",
    "u": "half to the first touch, half to the one that made the lead",
    "w": "30 % each to first touch, lead and opportunity, 10 % to the rest",
    "full_path": "22.5 % each to first touch, lead, opportunity and closing, 10 % to the rest",
    "shapley": "the same to every channel of a path",
    "markov_1": "by how much rarer wins would be if paths ended at the channel",
}


def disclaimer(model: str) -> str:
    """The line that stands on every table of credit."""
    rule = f"{model_name(model)} ({RULES[model]})" if model in RULES else model_name(model)
    return f"Divides won dollars by rule {rule}. Not what would have been lost without the programme."


def model_name(model: str) -> str:
    """An attribution model's name in words."""
    return NAMES.get(model, words(model))


@dataclass
class _Line:
    name: str
    cents: dict[str, int] = field(default_factory=dict)


def credit_picture(tables: Published, scope: Scope) -> tuple[Picture, tuple[Sheet, ...]]:
    """The picture and table of the company's currency, and a table for each other currency won in."""
    sql = f"""
    SELECT o.currency, c.attribution_model, {PROGRAM} AS program, {KIND} AS kind, c.program_id,
        SUM(c.credit_cents) AS credit_cents
    FROM known_opportunity AS o
    JOIN deal_credit AS c ON c.opportunity_id = o.opportunity_id
    LEFT JOIN known_tactic AS t ON t.tactic_id = c.program_id
    WHERE o.is_won AND {within("o.closed_at", scope.quarter)} AND c.attribution_model NOT IN {NOT_SHOWN}
    GROUP BY ALL ORDER BY ALL"""
    lines: dict[str, dict[tuple[int, str], _Line]] = {scope.currency: {}}
    models: dict[str, None] = {}
    for r in tables.records(sql):
        key = (int(r["kind"]), str(r["program_id"]))
        line = lines.setdefault(r["currency"], {}).setdefault(key, _Line(r["program"]))
        line.cents[r["attribution_model"]] = int(r["credit_cents"])
        models[r["attribution_model"]] = None
    order = [m for m in MODELS if m in models] + sorted(m for m in models if m not in MODELS)
    query = Query(("known_opportunity", "deal_credit", "known_tactic"), sql)
    pictures = [_picture(scope, currency, found, order, query) for currency, found in lines.items()]
    return pictures[0], tuple(replace(picture.twin, is_folded=True) for picture in pictures[1:])


def _picture(
    scope: Scope, currency: str, found: dict[tuple[int, str], _Line], models: list[str], query: Query
) -> Picture:
    chosen = CHOSEN if CHOSEN in models or not models else models[0]
    ordered = [
        line
        for _, line in sorted(
            found.items(), key=lambda p: (p[0][0], -p[1].cents.get(chosen, 0), p[1].name, p[0])
        )
    ]
    others = [m for m in models if m != chosen]
    label = scope.quarter.label
    sheet = Sheet(
        "credit" if currency == scope.currency else f"credit-{currency.lower()}",
        f"Won revenue of {label} by programme, {currency}, under every model",
        (Column("Programme", is_words=True), *(Column(_capital(model_name(m))) for m in (chosen, *others))),
        tuple(_row(line, (chosen, *others), currency) for line in ordered),
        query,
        f"No opportunity was won in {label}, so there is nothing to divide.",
        foot=_foot(ordered, (chosen, *others), currency) if ordered else None,
        note=disclaimer(chosen) + " The columns beside it divide the same dollars by the other rules.",
        shown=12,
        tail=sum(1 for kind, _ in found if kind),
    )
    named = [line for key, line in found.items() if key[0] == 0]
    named.sort(key=lambda line: (-line.cents.get(chosen, 0), line.name))
    rows = tuple(
        Spread(
            line.name,
            line.cents.get(chosen, 0),
            tuple((model_name(m), line.cents.get(m, 0)) for m in models),
        )
        for line in named[:DRAWN]
    )
    return Picture(
        f"{sheet.key}-picture",
        _finding(named, models, chosen, currency, label),
        f"For the {counted(len(rows), 'programme')} with most credit: a dot for the "
        f"{model_name(chosen)} rule on a bar from the least to the most that any rule gives.",
        f"Dot: {model_name(chosen)}. Bar: from the least to the most of all {len(models)} rules, each named "
        f"at "
        f"the end. Shows {len(rows):,} of {counted(len(named), 'programme')}. {disclaimer(chosen)}"
        + below_zero(amount for row in rows for _, amount in row.amounts),
        Spreads(f"credited, {currency}", model_name(chosen), rows, currency) if rows else None,
        sheet,
        is_open=True,
    )


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _row(line: _Line, models: tuple[str, ...], currency: str) -> tuple[Value, ...]:
    return (line.name, *(Money(line.cents.get(m, 0), currency) for m in models))


def _foot(lines: list[_Line], models: tuple[str, ...], currency: str) -> tuple[Value, ...]:
    sums = (sum(line.cents.get(m, 0) for line in lines) for m in models)
    return ("Won revenue, as booked", *(Money(cents, currency) for cents in sums))


def _finding(named: list[_Line], models: list[str], chosen: str, currency: str, label: str) -> str:
    if not named:
        return f"No programme is credited with revenue won in {label}"
    first = named[0]
    leads = sum(1 for m in models if max(line.cents.get(m, 0) for line in named) == first.cents.get(m, 0))
    title = (
        f"{isolated(first.name)} is credited with most, {short(first.cents.get(chosen, 0), currency)} by the "
    )
    title += f"{model_name(chosen)} rule"
    if len(models) > 1:
        title += ", and leads under " + (
            f"all {len(models)}" if leads == len(models) else f"{leads} of {len(models)}"
        )
        title += " rules"
    return title
