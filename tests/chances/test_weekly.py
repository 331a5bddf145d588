"""Each quarter has its own model, and no model knows what was not known when it was learnt."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from muster.chances import weekly
from muster.chances.curve import is_of_curve
from muster.engine.duckdb_engine import DuckDBEngine
from muster.recall.clock import FIRST_MONDAY, WEEK
from muster.rules.chances import chance_tables
from muster.rules.read import read_rules

START = FIRST_MONDAY + 13 * 200 * WEEK
WEEKS = 78
ACCOUNTS = 250
DEAL = {
    "opportunity_id": pa.string(),
    "account_id": pa.string(),
    "solution_id": pa.string(),
    "created_at": pa.int64(),
    "closed_at": pa.int64(),
    "is_won": pa.bool_(),
    "amount_cents": pa.int64(),
    "currency": pa.string(),
}
SIZE = {
    "account_id": pa.string(),
    "employee_count": pa.float64(),
    "size_known_at": pa.int64(),
    "industry": pa.string(),
    "industry_known_at": pa.int64(),
}


def _panel() -> pa.Table:
    """Accounts whose interest grows until, for two of three, an opportunity opens."""
    rows: list[dict[str, Any]] = []
    draw = np.random.default_rng(6)
    for number in range(ACCOUNTS):
        opens = START + int(draw.integers(1, WEEKS)) * WEEK + 3600 if number % 3 else None
        for week in range(WEEKS):
            at = START + week * WEEK
            if opens is not None and opens <= at:
                continue
            near = opens is not None and at < opens <= at + 13 * WEEK
            acts = int(draw.poisson(4 if near else 1))
            rows.append(
                {
                    "account_id": f"a{number:04d}",
                    "solution_id": "one" if number % 2 else "two",
                    "week_at": at,
                    "first_act": f"e{number:04d}",
                    "opens": int(near),
                    "opens_after_gap": False,
                    "opens_at": opens if near else None,
                    "draw": hashlib.md5(f"{number} {week}".encode()).hexdigest()[:2],
                    "score": 100 * acts,
                    "in_group": int(acts > 2),
                    "acts_4": acts,
                }
            )
    return pa.Table.from_pylist(rows).cast(
        pa.schema(
            [
                ("account_id", pa.string()),
                ("solution_id", pa.string()),
                ("week_at", pa.int64()),
                ("first_act", pa.string()),
                ("opens", pa.int64()),
                ("opens_after_gap", pa.bool_()),
                ("opens_at", pa.int64()),
                ("draw", pa.string()),
                ("score", pa.int64()),
                ("in_group", pa.int64()),
                ("acts_4", pa.int64()),
            ]
        )
    )


def _known_by(panel: pa.Table, instant: int) -> pa.Table:
    """The panel as it was at an instant: no later row, and no opening that came later."""
    rows = [row for row in panel.to_pylist() if row["week_at"] <= instant]
    for row in rows:
        if row["opens_at"] is not None and row["opens_at"] > instant:
            row.update(opens=0, opens_at=None)
    return pa.Table.from_pylist(rows, schema=panel.schema)


THEN = START + 52 * WEEK  # a day on which a model is learnt


def _openings(panel: pa.Table) -> pa.Table:
    """The openings that the panel knows of."""
    found = {
        (row["account_id"], row["solution_id"], row["opens_at"])
        for row in panel.to_pylist()
        if row["opens_at"] is not None
    }
    names = ("account_id", "solution_id", "created_at")
    rows = [dict(zip(names, row, strict=True)) for row in sorted(found)]
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, DEAL[name]) for name in names]))


def chance_rules(*later: tuple[str, float, int]) -> list[dict[str, Any]]:
    """The rules as shipped, and values that count from a later instant: name, value, instant."""
    shipped = [dict(row) for row in read_rules(Path("/nowhere"))["chances"]]
    for name, value, at in later:
        [before] = [row for row in shipped if row["name"] == name and row["to_at"] > at]
        shipped.append(before | {"value": float(value), "from_at": at})
        before["to_at"] = at
    return shipped


NO_PINS = {
    "solution_id": pa.string(),
    "model_version": pa.string(),
    "use": pa.string(),
    "from_at": pa.int64(),
    "to_at": pa.int64(),
    "position_in_file": pa.int64(),
}


def put(engine: DuckDBEngine, panel: pa.Table, rules: list[dict[str, Any]], *pins: dict[str, Any]) -> None:
    """The panel, its Mondays, the rules, and a company without deals."""
    weeks = sorted(set(panel.column("week_at").to_pylist()))
    engine.put("panel", panel)
    engine.put("week", pa.table({"week_at": pa.array(weeks, pa.int64())}))
    engine.put("clock", pa.table({"currency": ["USD"]}))
    engine.put("deal", pa.schema(DEAL).empty_table())
    engine.put("foretold_opening", _openings(panel))
    engine.put("rule_chances", chance_tables(rules)["rule_chances"])
    engine.put("rule_models", pa.Table.from_pylist(list(pins), schema=pa.schema(NO_PINS)))
    engine.put("account_size", pa.schema(SIZE).empty_table())


def said(
    panel: pa.Table, *later: tuple[str, float, int], pins: tuple[dict[str, Any], ...] = ()
) -> dict[tuple[str, str, int], tuple[Any, ...]]:
    with DuckDBEngine(threads=1) as engine:
        put(engine, panel, chance_rules(*later), *pins)
        weekly.put_chances(engine)
        rows = engine.arrow("SELECT e.* FROM chance_estimate AS e").to_pylist()
    return {
        (r["account_id"], r["solution_id"], r["week_at"]): (
            r["p_open"],
            r["p_open_low"],
            r["p_open_high"],
            r["rank"],
            r["rank_low"],
            r["rank_high"],
            r["model_version"],
        )
        for r in rows
    }


def past_differs() -> int:
    """Rows up to a day that a later run tells differently from a run on that day."""
    panel = _panel()
    now, then = said(panel), said(_known_by(panel, THEN))
    past = {key: value for key, value in now.items() if key[2] <= THEN}
    assert past.keys() == then.keys()
    return sum(past[key] != then[key] for key in past)


def test_a_later_run_says_of_the_past_what_was_said_then() -> None:
    assert past_differs() == 0


LATER = START + 58 * WEEK  # neither a day on which a model is due nor one of the calendar's quarters


@pytest.mark.parametrize(
    ("name", "value"),
    [("horizon_weeks", 26), ("fewest_openings", 60), ("one_in_quiet", 4), ("learn_from_weeks", 30)],
)
def test_a_rule_that_changes_leaves_what_was_said_before(name: str, value: float) -> None:
    shipped, changed = said(_panel()), said(_panel(), (name, value, LATER))
    assert shipped.keys() == changed.keys()
    before = {key for key in shipped if key[2] < LATER}
    assert all(shipped[key] == changed[key] for key in before)
    moved = {key for key in shipped if key[2] >= LATER and shipped[key] != changed[key]}
    assert moved and (name == "fewest_openings" or moved == shipped.keys() - before)


def test_a_longer_horizon_is_learnt_from_the_weeks_that_it_is_about() -> None:
    """On a later Monday the model is that of a company whose horizon was never another."""
    panel = _panel()
    always = said(panel, ("horizon_weeks", 26, 1))
    changed = said(panel, ("horizon_weeks", 26, LATER))
    day = next(week for week in range(LATER, LATER + 14 * WEEK, WEEK) if (week - START) % (13 * WEEK) == 0)
    late = {key for key in always if key[2] >= day}
    assert late and all(always[key] == changed[key] for key in late)


def test_a_pinned_model_says_of_its_solution_what_it_would_have_said() -> None:
    """From its day on; the other solution has the latest model, and both have one ranking."""
    panel = _panel()
    latest = said(panel)
    versions = {key[2]: row[6] for key, row in latest.items()}
    shown = min(
        week for week, version in versions.items() if latest[min(k for k in latest if k[2] == week)][0]
    )
    rolled_back_at = shown + 20 * WEEK
    pin = {
        "solution_id": "one",
        "model_version": versions[shown],
        "use": "pin",
        "from_at": rolled_back_at,
        "to_at": 9_000_000_000_000_000,
        "position_in_file": 1,
    }
    pinned = said(panel, pins=(pin,))
    for (account, solution, week), row in pinned.items():
        before = latest[account, solution, week]
        if week < rolled_back_at:
            assert row == before
        elif solution == "one":
            assert row[6] == versions[shown] != before[6]
        else:
            assert row[:3] == before[:3] and row[6] == before[6]
    late = [row for key, row in pinned.items() if key[2] == max(versions)]
    by_chance = sorted(late, key=lambda row: float(row[0]), reverse=True)
    assert [row[3] for row in by_chance] == sorted(row[3] for row in late)
    assert all(row[4] <= row[3] <= row[5] for row in late if row[4] is not None)


@pytest.mark.parametrize("weeks", [0, 4, 12])
def test_the_suite_notices_a_model_that_learns_from_weeks_that_are_not_over(
    monkeypatch: pytest.MonkeyPatch, weeks: int
) -> None:
    monkeypatch.setattr(
        weekly, "over", lambda rows, terms, instant: rows.only(rows.weeks + weeks * WEEK <= instant)
    )
    assert past_differs() > 0


def test_each_quarter_is_judged_by_the_model_learnt_at_its_start() -> None:
    with DuckDBEngine(threads=1) as engine:
        put(engine, _panel(), chance_rules())
        weekly.put_chances(engine)
        models = engine.arrow("SELECT m.* FROM chance_model AS m").to_pylist()
        rows = engine.arrow("SELECT e.* FROM chance_estimate AS e").to_pylist()
        weights = engine.arrow("SELECT c.* FROM chance_coefficient AS c").to_pylist()
    models = sorted(models, key=lambda m: int(m["trained_at"]))
    learnt = {m["trained_at"]: m["model_version"] for m in models}
    thin = {m["trained_at"]: m["model_version"] for m in models if m["kind"] == "rule"}
    assert 0 < len(thin) < len(learnt)
    assert len(learnt) > 2 and all((at - START) % (13 * WEEK) == 0 for at in learnt)
    for row in rows:
        quarter = START + (row["week_at"] - START) // (13 * WEEK) * 13 * WEEK
        assert row["model_version"] == learnt[quarter]
        assert (row["p_open"] is None) == (quarter in thin) and row["rank"] is not None
    openings = [m["opening_count"] for m in models]
    assert openings == sorted(openings)
    assert [m["rung"] == "rule" for m in models] == [count < 40 for count in openings]
    weighed = {w["feature"] for w in weights if w["model_version"] not in thin.values()}
    assert {feature for feature in weighed if not is_of_curve(feature)} == {
        "intercept",
        "score",
        "in_group",
        "acts_4",
        "solution one",
        "solution two",
    }


def test_a_company_without_signs_has_no_chances() -> None:
    empty = _panel().slice(0, 0)
    assert said(empty) == {}


def test_rows_may_come_in_any_order() -> None:
    panel = _panel()
    mixed = panel.take(np.random.default_rng(1).permutation(panel.num_rows))
    assert said(mixed) == said(panel)


def test_an_account_that_took_another_id_changes_no_model() -> None:
    panel = _panel()
    renamed = [f"z{9999 - int(a[1:]):04d}" for a in panel.column("account_id").to_pylist()]
    at = panel.schema.get_field_index("account_id")
    other = said(panel.set_column(at, "account_id", pa.array(renamed)))
    own = {
        (f"z{9999 - int(a[1:]):04d}", solution, week): row for (a, solution, week), row in said(panel).items()
    }
    assert other == own


def test_what_is_said_hangs_on_no_other_rows_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = _panel()
    whole = said(panel)
    monkeypatch.setattr(weekly, "BLOCK", 100)
    assert said(panel) == whole
