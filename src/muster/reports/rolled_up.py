"""Credit of touches added up by whatever they are: each way adds up to booked revenue, to the cent."""

from __future__ import annotations

from dataclasses import dataclass

from muster.problems import WrongUse
from muster.reports.credit import CHOSEN, disclaimer, model_name
from muster.reports.published import Published
from muster.reports.sheets import Column, Page, Query, Sheet, say
from muster.reports.values import Money, Value, counted, words

SHOWN = (CHOSEN, "first", "last", "time_decay", "w", "shapley", "markov_1")  # as many as a page has room for


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to add credit up: the column of `path`, and what touches without it are called."""

    column: str
    said: str
    without: str
    is_named: bool = False  # an id whose name known_tactic has

    @property
    def unit(self) -> str:
        """What is added up by, in SQL: channels count in lower case, as models take them."""
        return f"LOWER(p.{self.column})" if self.column == "channel" else f"p.{self.column}"


DIMENSIONS = {
    "tactic": Dimension("tactic_id", "tactic", "Touches without a tactic", is_named=True),
    "program": Dimension("program_id", "programme", "Touches without a programme", is_named=True),
    "campaign": Dimension("campaign_id", "campaign", "Touches without a campaign", is_named=True),
    "channel": Dimension("channel", "channel", "Touches without a channel"),
    "content": Dimension("content_id", "content", "Touches without known content"),
    "role": Dimension("role", "role", "Anonymous, or no member of the group"),
    "job": Dimension("buying_job", "buying job", "Acts that show no job"),
    "stage": Dimension("stage", "stage of the opportunity", "Before the opportunity was created"),
    "region": Dimension("region", "region", "Accounts without a region"),
}


def dimension(name: str) -> Dimension:
    """The dimension of that name. Raises WrongUse where there is none."""
    if name not in DIMENSIONS:
        raise WrongUse(f'Credit is not added up by "{name}".', remedy=f"Use {', '.join(DIMENSIONS)}.")
    return DIMENSIONS[name]


def rollup_sql(by: Dimension) -> str:
    """Won credit by currency, unit (null: without) and model; what is unattributed has no `is_touch`."""
    return f"""
    SELECT c.currency, c.engagement_id IS NOT NULL AS is_touch, {by.unit} AS unit, MAX(t.name) AS name,
        c.attribution_model, SUM(c.credit_cents) AS credit_cents
    FROM credit AS c
    LEFT JOIN path AS p ON p.definition = 'credit' AND p.opportunity_id = c.opportunity_id
        AND p.engagement_id = c.engagement_id
    LEFT JOIN known_tactic AS t ON t.tactic_id = p.{by.column}
    WHERE c.is_won
    GROUP BY ALL ORDER BY ALL"""


def rollups_sql() -> str:
    """The same of the models shown by every dimension; `way` names it, and each model has a column.

    A touch is joined with what it was once, not once for each model: two seconds in place of seven at seven
    million rows of won credit.
    """
    units = {name: by.unit for name, by in DIMENSIONS.items()}
    ways = " ".join(f"WHEN GROUPING({unit}) = 0 THEN '{name}'" for name, unit in units.items())
    unit = " ".join(f"WHEN GROUPING({unit}) = 0 THEN {unit}" for unit in units.values())
    of_touch = ", ".join(f"SUM(w.credit_cents) FILTER (w.attribution_model = '{m}') AS {m}" for m in SHOWN)
    return f"""
    SELECT CASE {ways} END AS way, c.currency, c.is_touch, CASE {unit} END AS unit,
        {", ".join(f"SUM(c.{m}) AS {m}" for m in SHOWN)}
    FROM (
        SELECT w.opportunity_id, w.engagement_id, w.currency, w.engagement_id IS NOT NULL AS is_touch,
            {of_touch}
        FROM credit AS w WHERE w.is_won AND w.attribution_model IN {SHOWN}
        GROUP BY w.opportunity_id, w.engagement_id, w.currency
    ) AS c
    LEFT JOIN (
        SELECT * FROM path WHERE definition = 'credit'
            AND opportunity_id IN (SELECT o.opportunity_id FROM known_opportunity AS o WHERE o.is_won)
    ) AS p ON p.opportunity_id = c.opportunity_id AND p.engagement_id = c.engagement_id
    GROUP BY GROUPING SETS ({", ".join(f"(c.currency, c.is_touch, {unit})" for unit in units.values())})
    ORDER BY ALL"""


def rolled_up(tables: Published, name: str, *, currency: str) -> tuple[Sheet, ...]:
    """Won credit of the whole record by one dimension under some models, a sheet a currency."""
    return _sheets(name, tables.records(rollup_sql(dimension(name))), currency)


def _sheets(name: str, found: list[dict[str, Value]], currency: str) -> tuple[Sheet, ...]:
    by = DIMENSIONS[name]
    query = Query(("credit", "path", "known_tactic"), rollup_sql(by))
    currencies = dict.fromkeys([currency, *sorted({str(r["currency"]) for r in found})])
    return tuple(
        _sheet(name, by, [r for r in found if r["currency"] == each], each, query, is_home=each == currency)
        for each in currencies
    )


def _sheet(
    name: str, by: Dimension, found: list[dict[str, Value]], currency: str, query: Query, *, is_home: bool
) -> Sheet:
    models = [m for m in SHOWN if any(r["attribution_model"] == m for r in found)]
    lines: dict[tuple[int, str], dict[str, int]] = {}
    names: dict[tuple[int, str], str] = {}
    for r in found:
        kind = 2 if not r["is_touch"] else 1 if r["unit"] is None else 0
        key = (kind, str(r["unit"] or ""))
        said = words(str(r["unit"])) if by.column in ("role", "buying_job") else str(r["unit"])
        names[key] = {0: str(r["name"] or said) if by.is_named else said, 1: by.without, 2: "Unattributed"}[
            kind
        ]
        lines.setdefault(key, {})[str(r["attribution_model"])] = int(str(r["credit_cents"]))
    ordered = sorted(lines, key=lambda k: (k[0], -lines[k].get(CHOSEN, 0), names[k], k[1]))
    sums = [Money(sum(line.get(m, 0) for line in lines.values()), currency) for m in models]
    return Sheet(
        f"by-{name}" if is_home else f"by-{name}-{currency.lower()}",
        f"Won revenue by {by.said}, {currency}: the whole record",
        (Column(by.said[:1].upper() + by.said[1:], is_words=True), *(Column(_title(m)) for m in models)),
        tuple((names[k], *(Money(lines[k].get(m, 0), currency) for m in models)) for k in ordered),
        query,
        f"Nothing was won in {currency}, so there is nothing to divide.",
        foot=("Won revenue, as booked", *sums) if lines else None,
        note=disclaimer(CHOSEN) + " The columns beside it divide the same dollars by other rules.",
        shown=8,
        tail=sum(1 for kind, _ in lines if kind),
        is_folded=not is_home,
    )


def _title(model: str) -> str:
    said = model_name(model)
    return said[:1].upper() + said[1:]


def rollup_page(tables: Published, currency: str) -> Page:
    """Every dimension, a sheet each; the credit is read once for all of them."""
    names = {r["id"]: r["name"] for r in tables.records("SELECT tactic_id AS id, name FROM known_tactic")}
    found: dict[str, list[dict[str, Value]]] = {name: [] for name in DIMENSIONS}
    for r in tables.records(rollups_sql()):
        line = {"currency": r["currency"], "is_touch": r["is_touch"], "unit": r["unit"]}
        found[r["way"]] += [
            {**line, "name": names.get(r["unit"]), "attribution_model": model, "credit_cents": r[model]}
            for model in SHOWN
            if r[model] is not None
        ]
    sheets = [sheet for name, rows in found.items() for sheet in _sheets(name, rows, currency)]
    home = [sheet for sheet in sheets if not sheet.is_folded]
    opening = say(
        f"The same won revenue, divided by the same rules and added up in {len(DIMENSIONS)} ways: {{}} under "
        f"{counted(len(home[0].columns) - 1, 'rule')}, each column adding up to what was booked.",
        (counted(len(home), "table"), home[0].key),
    )
    folded = [sheet for sheet in sheets if sheet.is_folded]
    return Page("credit", "Where won dollars are credited", opening, (*home, *folded))
