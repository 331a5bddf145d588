"""Credit, influence, sourcing and programme value of drawn companies, counted again: no differences."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from itertools import combinations

import pytest
from tests.flow import oracle_programs as oracle
from tests.flow.checks_money import rollups_add_up
from tests.flow.conftest import Drawn
from tests.flow.oracle_paths import Step, paths
from tests.flow.test_properties import SEEDS

from muster.reports.rolled_up import DIMENSIONS, SHOWN, rollup_sql, rollups_sql
from muster.testing import rows
from muster.workspace import Workspace

Cents = dict[str, int]


def hamilton(amount: int, weights: list[tuple[str, Fraction]]) -> Cents:
    """An amount divided by weights: floors, and the cents left to the largest remainders, earliest first."""
    whole = sum(weight for _, weight in weights)
    exact = [(key, abs(amount) * weight / whole) for key, weight in weights if weight]
    cents = {key: int(part) for key, part in exact}
    order = sorted(range(len(exact)), key=lambda n: (int(exact[n][1]) - exact[n][1], n))
    for n in order[: abs(amount) - sum(cents.values())]:
        cents[exact[n][0]] += 1
    return {key: part if amount >= 0 else -part for key, part in cents.items()}


def weights(model: str, steps: list[Step]) -> list[tuple[str, Fraction]]:
    """What three rules give each step: by its milestones, times its part."""
    kinds = [step.kind.split("+") for step in steps]
    of = {
        "linear": lambda n: 1,
        "first": lambda n: n == 0,
        "u": lambda n: ("first_touch" in kinds[n]) + ("lead_creation" in kinds[n]),
    }[model]
    return [(step.engagement_id, Fraction(of(n)) * step.share * step.times) for n, step in enumerate(steps)]


@pytest.mark.parametrize("seed", SEEDS)
def test_credit_is_divided_again_over_paths_counted_again(drawn: Drawn, seed: int) -> None:
    ws = drawn(seed)
    amounts = {r["opportunity_id"]: r["amount_cents"] for r in oracle.table(ws, "known_opportunity")}
    again = {key: steps for (name, key), steps in paths(ws).items() if name == "credit" and steps}
    for model in ("linear", "first", "u"):
        told: dict[str, Cents] = defaultdict(dict)
        for r in rows(ws, f"FROM credit WHERE attribution_model = '{model}'"):
            told[r["opportunity_id"]][r["engagement_id"]] = r["credit_cents"]
        for key, amount in amounts.items():
            assert told[key] == (
                hamilton(amount, weights(model, again[key])) if key in again else {None: amount}
            )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", DIMENSIONS)
def test_a_rollup_is_added_up_again_from_touches(drawn: Drawn, seed: int, name: str) -> None:
    ws = drawn(seed)
    column = DIMENSIONS[name].column
    what = {
        (p["opportunity_id"], p["engagement_id"]): p[column].lower()
        if p[column] and name == "channel"
        else p[column]
        for p in oracle.table(ws, "path")
        if p["definition"] == "credit"
    }
    again: Counter[tuple[object, ...]] = Counter()
    for c in rows(ws, "FROM credit WHERE is_won"):
        unit = what.get((c["opportunity_id"], c["engagement_id"]))
        again[c["currency"], c["engagement_id"] is not None, unit, c["attribution_model"]] += c[
            "credit_cents"
        ]
    told = {
        (r["currency"], r["is_touch"], r["unit"], r["attribution_model"]): r["credit_cents"]
        for r in rows(ws, rollup_sql(DIMENSIONS[name]))
    }
    assert told == dict(again)


def rolled(ws: Workspace, sql: str, *, way: str) -> Counter[tuple[object, ...]]:
    """The lines of a rollup, whatever their order."""
    columns = ("currency", "is_touch", "unit", "attribution_model", "credit_cents")
    return Counter((way, *(r[column] for column in columns)) for r in rows(ws, sql))


def in_one_reading(ws: Workspace, sql: str) -> Counter[tuple[object, ...]]:
    """The lines of all rollups together, in which each model has a column."""
    return Counter(
        (r["way"], r["currency"], r["is_touch"], r["unit"], model, r[model])
        for r in rows(ws, sql)
        for model in SHOWN
        if r[model] is not None
    )


def each_by_itself(ws: Workspace) -> Counter[tuple[object, ...]]:
    """The lines of every rollup, asked one after the other, of the models that are shown."""
    found: Counter[tuple[object, ...]] = Counter()
    for name, by in DIMENSIONS.items():
        found += rolled(ws, f"SELECT * FROM ({rollup_sql(by)}) WHERE attribution_model IN {SHOWN}", way=name)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_all_rollups_in_one_reading_are_each_by_itself(drawn: Drawn, seed: int) -> None:
    assert in_one_reading(drawn(seed), rollups_sql()) == each_by_itself(drawn(seed))


def test_one_reading_that_forgets_what_nothing_explains_is_noticed(drawn: Drawn) -> None:
    forgets = rollups_sql().replace("LEFT JOIN", "JOIN")
    assert any(in_one_reading(drawn(seed), forgets) != each_by_itself(drawn(seed)) for seed in SEEDS)


def test_a_rollup_that_forgets_what_nothing_explains_is_noticed(
    drawn: Drawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [rollups_add_up(drawn(seed)) for seed in SEEDS]
    assert not any(found)
    monkeypatch.setattr(
        "tests.flow.checks_money.rollup_sql", lambda by: rollup_sql(by).replace("LEFT JOIN path", "JOIN path")
    )
    assert any(rollups_add_up(drawn(seed)) for seed in SEEDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_influence_of_programmes_is_counted_again(drawn: Drawn, seed: int) -> None:
    ws = drawn(seed)
    told = oracle.table(ws, "program_influence")
    columns = ("opportunity_count", "won_count", "amount_cents", "won_cents")
    again = oracle.program_influence(ws)
    assert {
        (r["level"], r["unit"], r["definition"], r["currency"]): tuple(r[c] for c in columns) for r in told
    } == again
    for r in told:
        if r["unit"] != "(any)":
            assert r["times_counted"] is None
        elif r["won_cents"]:
            place = (r["level"], r["definition"], r["currency"])
            summed = sum(f[3] for (lv, u, d, c), f in again.items() if (lv, d, c) == place and u != "(any)")
            assert r["times_counted"] == pytest.approx(summed / r["won_cents"])
    counts = {key: len(by) for key, by in oracle.touched(ws).items()}
    assert {
        (r["opportunity_id"], r["definition"]): r["touch_count"] for r in oracle.table(ws, "influence")
    } == counts


@pytest.mark.parametrize("seed", SEEDS)
def test_sourcing_and_its_disputes_are_told_again(drawn: Drawn, seed: int) -> None:
    ws = drawn(seed)
    said = {(r["opportunity_id"], r["definition"]): r["sourced_by"] for r in oracle.table(ws, "sourcing")}
    again = oracle.sourced(ws)
    assert {key: by for key, by in said.items() if key[1] != "crm_lead_source"} == again
    disputes = {
        (key, one, other)
        for key in {deal for deal, _ in said}
        for one, other in combinations(("crm_lead_source", "first_act", "first_touch"), 2)
        if said[key, one] != said[key, other]
    }
    assert {
        (r["opportunity_id"], r["definition"], r["other_definition"])
        for r in oracle.table(ws, "sourcing_dispute")
    } == disputes


@pytest.mark.parametrize("seed", SEEDS)
def test_what_programmes_did_is_counted_again(drawn: Drawn, seed: int) -> None:
    ws = drawn(seed)
    again = oracle.programs(ws)
    told = oracle.table(ws, "program_job")
    for r in told:
        figures = again.get((r["level"], r["unit"], r["buying_job"]))
        for name in figures or {"touch_count": 0, "groups_reached": 0, "moves_after": 0}:
            assert r[name] == (figures or {}).get(name, 0), (r["unit"], r["buying_job"], name)
    assert {(r["level"], r["unit"], r["buying_job"]) for r in told if r["touch_count"]} == set(again)
    assert _money(ws, told)


def _money(ws: Workspace, told: list[dict[str, object]]) -> bool:
    """Over jobs, credit and cost add up to what all jobs have; programmes' cost is what was spent."""
    sums: dict[tuple[object, ...], Counter[str]] = defaultdict(Counter)
    for r in told:
        for column in ("won_credit_cents", "cost_cents"):
            of = "all" if r["buying_job"] == "(all)" else "jobs"
            sums[r["level"], r["unit"], r["currency"], column][of] += int(str(r[column]))
    touched = {(r["level"], r["unit"]) for r in told if r["touch_count"]}
    for (level, unit, _, column), c in sums.items():
        assert c["all"] == c["jobs"] or (column == "cost_cents" and (level, unit) not in touched)
    spent = sum(r["cost_cents"] for r in rows(ws, "FROM program_value WHERE attribution_model = 'linear'"))
    found = sum(
        c["all"] for (level, _, _, column), c in sums.items() if (level, column) == ("program", "cost_cents")
    )
    return spent == found
