"""What a policy handed over, what came of it, and what another policy would have handed over instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from muster.backtest.places import Handed, matched
from muster.backtest.questions import Questions
from muster.engine.duckdb_engine import literal
from muster.problems import WrongUse
from muster.recall.clock import WEEK
from muster.rules.read import FOREVER, Rules

# What a variant sets: policy -> the value in `qualification.csv`; capacity has a file of its own.
_VALUES = {"points": "enter_at", "probability": "enter_chance"}
_POLICIES = ("points", "capacity", "probability")

_HANDED = """
SELECT epoch_us(h."at") AS at, g.account_id, g.solution_id
FROM hand_off AS h
JOIN buying_group AS g ON g.buying_group_id = h.buying_group_id
WHERE epoch_us(h."at") >= {first} AND epoch_us(h."at") < {end}
ORDER BY h."at", h.hand_off_id
"""
_STRETCHES = """
SELECT
    COUNT(*) AS stretches,
    MEDIAN(date_diff('second', q.from_at, COALESCE(q.to_at, make_timestamp({as_of}))) / 86400.0) AS days,
    COUNT(q.to_at) AS ended
FROM qualification AS q
JOIN buying_group AS g ON g.buying_group_id = q.buying_group_id
WHERE q.status = 'qualified' AND epoch_us(q.from_at) >= {first} AND epoch_us(q.from_at) < {end} {only}
"""
_TURNS = """
WITH turned AS (
    SELECT q.buying_group_id, date_trunc('quarter', q.from_at) AS quarter, COUNT(*) AS entries
    FROM qualification AS q
    JOIN buying_group AS g ON g.buying_group_id = q.buying_group_id
    WHERE q.status = 'qualified' AND epoch_us(q.from_at) >= {first} AND epoch_us(q.from_at) < {end} {only}
    GROUP BY ALL
)
SELECT COUNT(*) AS quarters, COUNT(*) FILTER (t.entries > 1) AS flaps FROM turned AS t
"""


@dataclass(frozen=True, slots=True)
class Steadiness:
    """How long groups stayed qualified, and how often one came in more than once in a quarter."""

    stretches: int
    median_dwell_days: float | None  # of those that last, the days so far
    lasting: int
    group_quarters: int  # quarters in which a group came in
    flaps: int  # those in which it came in more than once


@dataclass(frozen=True, slots=True)
class Variant:
    """A policy beside the one in force: `points`, `points=50`, `capacity=1.2`, `probability=0.03`."""

    policy: str
    value: float | None

    @property
    def name(self) -> str:
        """As it was asked for."""
        return self.policy if self.value is None else f"{self.policy}={self.value:g}"


@dataclass(frozen=True, slots=True)
class Compared:
    """What a policy would have handed over in the same weeks, beside the policy in force."""

    name: str
    hand_offs: int
    hits: int
    openings_caught: int
    openings: int
    more_hand_offs: int
    more_openings: int
    more_hours: float
    steadiness: Steadiness
    sentence: str


def handed_over(tables: Path, asked: Questions) -> Handed:
    """The hand-offs of a run in the weeks asked about, each with the first opening within the horizon."""
    ids = {name: number for number, name in enumerate(asked.account_ids)}
    solutions = {name: number for number, name in enumerate(asked.solution_ids)}
    rows = [
        (row["at"], ids[row["account_id"]], solutions[row["solution_id"]])
        for row in _ask(tables, _HANDED.format(first=asked.span.first, end=asked.span.last + WEEK))
        if row["account_id"] in ids and row["solution_id"] in solutions
    ]
    at, account, solution = (np.array([row[n] for row in rows], np.int64) for n in range(3))
    opening = matched(at, account, solution, asked.openings, horizon=asked.span.horizon)
    return Handed(at, account, solution, opening, np.full(len(at), -1, np.int64))


def steadiness(tables: Path, asked: Questions, *, as_of: int, solution_id: str | None) -> Steadiness:
    """Of the groups that qualified in the weeks asked about."""
    only = "" if solution_id is None else f"AND g.solution_id = {literal(solution_id)}"
    names = {"first": asked.span.first, "end": asked.span.last + WEEK, "as_of": as_of, "only": only}
    [stretch] = _ask(tables, _STRETCHES.format(**names))
    [turned] = _ask(tables, _TURNS.format(**names))
    count = int(stretch["stretches"])
    return Steadiness(
        count, stretch["days"], count - int(stretch["ended"]), int(turned["quarters"]), int(turned["flaps"])
    )


def read_variants(text: str) -> list[Variant]:
    """`capacity=1.2,points` as variants. Raises WrongUse naming what is none."""
    found = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        policy, _, said = part.partition("=")
        try:
            value = float(said) if said else None
        except ValueError:
            value = -1.0
        if policy not in _POLICIES or (value is not None and not 0 < value < 1e9):
            raise WrongUse(
                f"There is no policy {part!r} to compare with.",
                remedy="As in: --compare points=50,capacity=1.2,probability=0.03 (or a name alone).",
            )
        found.append(Variant(policy, value))
    if not found:
        raise WrongUse("--compare names no policy.", remedy="As in: --compare capacity=1.2,points")
    return found


def rules_of(rules: Rules, variant: Variant) -> Rules:
    """The workspace's rules with a variant in place of its policy, for every solution and all of the past."""
    always: dict[str, Any] = {"from_at": 0, "to_at": FOREVER}
    rows: dict[str, tuple[Mapping[str, Any], ...]] = dict(rules.rows)
    rows["policies"] = ({**rules["policies"][0], "solution_id": "*", "policy": variant.policy, **always},)
    if variant.value is not None and variant.policy == "capacity":
        own = next((r for r in rules["capacity"] if r["solution_id"] == "*"), rules["capacity"][0])
        rows["capacity"] = ({**own, "solution_id": "*", "groups_a_week": variant.value, **always},)
    elif variant.value is not None:
        name = _VALUES[variant.policy]
        own = next(r for r in rules["qualification"] if r["name"] == name)
        others = [r for r in rules["qualification"] if r["name"] != name]
        rows["qualification"] = (*others, {**own, "value": variant.value, **always})
    return replace(rules, rows=rows)


def compare(
    name: str, handed: Handed, own: Handed, asked: Questions, *, steady: Steadiness, hours: float
) -> Compared:
    """A policy's hand-offs beside those of the policy in force; `hours` of a seller for each hand-off."""
    hits, caught = _counts(handed)
    _, own_caught = _counts(own)
    more, more_caught = len(handed.at) - len(own.at), caught - own_caught
    sentence = (
        f"{name}: {_more(more, 'hand-off')}, {_more(more_caught, 'opening')} caught, "
        f"{_more(round(more * hours), 'SDR hour')}."
    )
    return Compared(
        name,
        len(handed.at),
        hits,
        caught,
        len(asked.openings.at),
        more,
        more_caught,
        more * hours,
        steady,
        sentence,
    )


def _counts(handed: Handed) -> tuple[int, int]:
    hits = handed.opening[handed.opening >= 0]
    return len(hits), len(np.unique(hits))


def _more(count: int, noun: str) -> str:
    plural = noun if abs(count) == 1 else f"{noun}s"
    return f"as many {noun}s" if count == 0 else f"{abs(count):,} {'more' if count > 0 else 'fewer'} {plural}"


def _ask(tables: Path, sql: str) -> list[dict[str, Any]]:
    """The rows of a SELECT over the tables in a folder."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        for table in ("hand_off", "buying_group", "qualification"):
            file = literal(str(tables / f"{table}.parquet"))
            connection.execute(f'CREATE VIEW "{table}" AS SELECT * FROM read_parquet({file})')
        rows: list[dict[str, Any]] = connection.sql(sql).to_arrow_table().to_pylist()
        return rows
