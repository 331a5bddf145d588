"""(d) Measurement: influence beside sourcing, the way of groups, defects, velocity, cost, programmes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fastapi import APIRouter

from muster.reports.answers import answers_page
from muster.reports.control_charts import charts_page
from muster.reports.conversion_report import conversion_pages
from muster.reports.credit import CHOSEN, model_name
from muster.reports.customers import customers_page
from muster.reports.defect_rate import rate_page
from muster.reports.drifting import drift_page
from muster.reports.goals_report import goals_pages
from muster.reports.lead_signs import signs_page
from muster.reports.lift import lift_pages
from muster.reports.programs_report import programs_pages
from muster.reports.published import Published
from muster.reports.quarter import last_full_quarter, quarter_of
from muster.reports.rolled_up import rollup_page
from muster.reports.scope import Scope
from muster.reports.sheets import Page, Sheet, say
from muster.reports.velocity import acquisition_sheet, velocity_sheet, win_rate_sheet
from muster.serving.figures.measures import calibration_page, influence_page, models_of, waits_page
from muster.serving.narrowing import EVERY
from muster.serving.reading import Reading
from muster.serving.reported import Pages, reported, scope_of
from muster.serving.screen import Screen, screen

router = APIRouter(include_in_schema=False)
_QUARTERS = 12

# Each part with its word, and the pages of the documentation that define what it shows.
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "/measures": ("Influence and sourcing", ("influence", "sourcing", "attribution-models", "goals")),
    "/measures/conversion": ("Conversion", ("conversion", "win-rate", "forecast", "first-conversation")),
    "/measures/defects": ("Defects", ("dpmo", "control-chart", "gap-chart", "cusum", "drift", "gaming")),
    "/measures/velocity": ("Velocity", ("velocity", "win-rate")),
    "/measures/cost": ("Cost", ("cost-per-acquisition", "payback")),
    "/measures/calibration": ("Calibration", ("score", "win-rate-and-expected-amount", "opening-rate")),
    "/measures/programs": ("Programmes", ("program-value", "attribution-models", "paths")),
    "/measures/credit": ("Credit", ("attribution-models", "paths")),
    "/measures/lift": ("Lift", ("lift",)),
    "/measures/customers": ("Customers", ("recurring-revenue", "renewals", "customer-value")),
    "/measures/goals": ("Goals", ("goals",)),
}


def _one(make: Callable[[Published, Scope], Page]) -> Pages:
    return lambda tables, scope: (make(tables, scope),)


def _defects(tables: Published, _: Scope) -> tuple[Page, ...]:
    made = (rate_page, charts_page, answers_page, drift_page, signs_page)
    return tuple(page(tables) for page in made)


def _conversion(tables: Published, scope: Scope) -> tuple[Page, ...]:
    return (*conversion_pages(tables, scope), waits_page(tables))


def _velocity(tables: Published, scope: Scope) -> tuple[Page, ...]:
    sheet, said = velocity_sheet(tables, scope)
    rates = win_rate_sheet(tables, scope)
    nothing = say(f"Too few opportunities to say how fast {scope.quarter.label} was.")
    return (Page("velocity", "Velocity and win rate", said or nothing, (sheet, rates)),)


def _cost(tables: Published, scope: Scope) -> tuple[Page, ...]:
    sheet: Sheet = acquisition_sheet(tables, scope)
    said = (
        say("{} with spend beside what it brought.", (f"{len(sheet.rows)} quarters", sheet.key))
        if sheet.rows
        else say("No spend is on record, so no cost can be told. Spend comes from a table source.")
    )
    return (Page("cost", "Cost per acquisition, payback, pipeline for each unit spent", said, (sheet,)),)


@screen(router, "/measures", needs="see_measures")
def measures(reading: Reading) -> Screen:
    """Dollars first: what marketing touched and began, under the rule that was picked."""
    models = reading.once("models", lambda: models_of(reading.tables))
    asked = reading.query.get("model", "")
    model = asked if asked in models else models[0] if models else CHOSEN
    return _part(
        reading,
        "/measures",
        _one(lambda tables, scope: influence_page(tables, scope, model)),
        key=f"influence {model}",
        models=[(name, model_name(name)) for name in models],
        model=model,
    )


def _shown(path: str, make: Pages, *, is_to_date: bool = False) -> None:
    """A part that is a report as it stands; `is_to_date` where it tells the same of every quarter."""

    def part(reading: Reading) -> Screen:
        return _part(reading, path, make, key=path, is_to_date=is_to_date)

    part.__name__ = path.strip("/").replace("/", "_")
    screen(router, path, needs="see_measures")(part)


def _part(
    reading: Reading, path: str, make: Pages, *, key: str, is_to_date: bool = False, **more: object
) -> Screen:
    word, defined = PARTS[path]
    current = quarter_of(reading.snapshot.as_of.date())
    quarters = [current.plus(-back) for back in range(_QUARTERS)]
    chosen = scope_of(reading).quarter
    told = {
        "parts": [(address, name) for address, (name, _) in PARTS.items()],
        "part": path,
        "defined": defined,
        "dated": reading.asked.carried(),
        "models": [],
        "model": "",
        "programs": [],
    }
    shown = reported(
        reading,
        f"measures {key}",
        make,
        title=word,
        active="/measures",
        template="measures.html",
        more=told | more,
        is_to_date=is_to_date,
        is_narrowed=True,
    )
    picks = [(str(quarter), quarter.label) for quarter in quarters]
    if (str(chosen), chosen.label) not in picks:
        picks.append((str(chosen), chosen.label))
    last = last_full_quarter(reading.snapshot.as_of.date())
    return replace(
        shown,
        narrows=("solution", "territory") if is_to_date else EVERY,
        quarters=() if is_to_date else (("", f"Last full one ({last.label})"), *picks),
        quarter=str(chosen) if reading.asked.has_days and not is_to_date else "",
    )


_shown("/measures/conversion", _conversion)
_shown("/measures/defects", _defects, is_to_date=True)
_shown("/measures/velocity", _velocity)
_shown("/measures/cost", _cost)
_shown("/measures/calibration", _one(lambda tables, _: calibration_page(tables)), is_to_date=True)


@screen(router, "/measures/programs", needs="see_measures")
def programs(reading: Reading) -> Screen:
    """Programmes along the buying decision, each leading to its own page."""
    names = reading.once(
        "program names",
        lambda: reading.tables.records(
            """SELECT t.program_id, COALESCE(MAX(n.name), t.program_id) AS name FROM known_tactic AS t
            LEFT JOIN known_tactic AS n ON n.tactic_id = t.program_id
            WHERE t.program_id IS NOT NULL GROUP BY t.program_id ORDER BY name, t.program_id"""
        ),
    )
    return _part(reading, "/measures/programs", programs_pages, key="programs", programs=names)


_shown("/measures/credit", _one(lambda tables, scope: rollup_page(tables, scope.currency)), is_to_date=True)
_shown("/measures/lift", lift_pages)
_shown("/measures/customers", _one(customers_page))
_shown("/measures/goals", goals_pages)
