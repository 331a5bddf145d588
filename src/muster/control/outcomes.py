"""What became of what sales was given: drift against its chances, and the yield of each stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa

from muster.chances.terms import read_terms, terms_at
from muster.control.charts import risk_adjusted
from muster.control.ground import (
    as_of_date,
    control_rules,
    restarts_of,
    rows_in_order,
    stretches_between_restarts,
)
from muster.control.yields import FAILED, PASSED, Yield, passing
from muster.engine.protocol import Engine
from muster.recall.clock import WEEK
from muster.survival.incidence import OPEN

DAY = WEEK // 7
CLOSING_DAYS = 365.0  # by when an opened opportunity is asked whether it was won
_CUSUM = pa.schema(
    [
        *((name, pa.string()) for name in ("process", "unit_id")),
        ("at", pa.int64()),
        ("p_open", pa.float64()),
        ("opened", pa.bool_()),
        *((name, pa.float64()) for name in ("better", "worse")),
        *((name, pa.bool_()) for name in ("alarm_better", "alarm_worse")),
        ("alarm_at", pa.float64()),
    ]
)
_STAGE = pa.schema(
    [
        *((name, pa.string()) for name in ("process", "stage")),
        *((name, pa.int64()) for name in ("entered_count", "passed_count", "failed_count", "open_count")),
        *((name, pa.float64()) for name in ("yield_share", "low", "high", "rolled_share")),
        ("within_days", pa.int64()),
    ]
)


def put_cusum(engine: Engine) -> None:
    """Put `cusum` from `given_outcome`: units whose chance was known and whose weeks are over."""
    rules, restarts, as_of = control_rules(engine), restarts_of(engine), as_of_date(engine)
    rows: list[dict[str, Any]] = []
    found = [r for r in _outcomes(engine) if r["p_open"] is not None and r["ends_at"] <= as_of]
    for _, units in groupby(found, key=lambda r: r["process"]):
        for stretch in stretches_between_restarts(list(units), restarts, at="at"):
            happened = np.array([row["opened_at"] is not None for row in stretch], float)
            expected = np.clip(np.array([row["p_open"] for row in stretch]), 1e-6, 1 - 1e-6)
            sums = risk_adjusted(happened, expected, times=rules["cusum_times"], limit=rules["cusum_limit"])
            for t, row in enumerate(stretch):
                rows.append(
                    {c: row[c] for c in ("process", "unit_id", "at", "p_open")}
                    | {
                        "opened": row["opened_at"] is not None,
                        "better": float(sums.better[t]),
                        "worse": float(sums.worse[t]),
                        "alarm_better": bool(sums.alarm_better[t]),
                        "alarm_worse": bool(sums.alarm_worse[t]),
                        "alarm_at": rules["cusum_limit"],
                    }
                )
    engine.put("cusum", pa.Table.from_pylist(rows, schema=_CUSUM))


def put_yields(engine: Engine) -> None:
    """Put `stage_yield` from `given_outcome`: taken up, opened, won; rolled is the product so far.

    All are asked by as many weeks as chances are about on the as-of date: one yard for the whole history.
    """
    as_of = as_of_date(engine)
    horizon = terms_at(read_terms(engine), as_of).horizon
    rows: list[dict[str, Any]] = []
    for process, units in groupby(_outcomes(engine), key=lambda r: r["process"]):
        rolled: float | None = 1.0
        for stage, within, found in _stages(list(units), as_of, horizon / DAY):
            rolled = None if rolled is None or found.share is None else rolled * found.share
            rows.append(
                {
                    "process": process,
                    "stage": stage,
                    "entered_count": found.entered,
                    "passed_count": found.passed,
                    "failed_count": found.failed,
                    "open_count": found.still_open,
                    "yield_share": found.share,
                    "low": found.low,
                    "high": found.high,
                    "rolled_share": rolled,
                    "within_days": round(within),
                }
            )
    engine.put("stage_yield", pa.Table.from_pylist(rows, schema=_STAGE))


def _stages(
    units: Sequence[dict[str, Any]], as_of: int, horizon: float
) -> Iterator[tuple[str, float, Yield]]:
    """Each stage, by how many days, and its yield. Taking up and opening run from the hand-off, winning from
    the opening.
    """

    def watched(row: dict[str, Any], passed_at: int | None) -> tuple[float, int]:
        failed_at = row["rejected_at"]
        if passed_at is not None and (failed_at is None or passed_at <= failed_at):
            return (passed_at - row["at"]) / DAY, PASSED
        if failed_at is not None:
            return (failed_at - row["at"]) / DAY, FAILED
        # Openings are looked for in the weeks that held when it was given: nobody watched it longer.
        is_short = row["ends_at"] - row["at"] < horizon * DAY
        return ((min(as_of, row["ends_at"]) if is_short else as_of) - row["at"]) / DAY, OPEN

    taken = _passing([watched(r, _first(r["taken_up_at"], r["opened_at"])) for r in units], horizon)
    opened = _passing([watched(r, r["opened_at"]) for r in units], horizon)
    yield "taken_up", horizon, taken
    # Whoever opened was taken up: the part of those taken up is one share by the other.
    share = opened.share / taken.share if taken.share and opened.share is not None else None
    waiting = min(opened.still_open, taken.passed - opened.passed)
    failed = taken.passed - opened.passed - waiting
    by_then = Yield(taken.passed, opened.passed, failed, waiting, share, None, None)
    yield "opened", horizon, by_then
    went = [r for r in units if r["opened_at"] is not None]
    closing = [
        (r["closed_at"] - r["opened_at"], PASSED if r["is_won"] else FAILED)
        if r["closed_at"] is not None
        else (as_of - r["opened_at"], OPEN)
        for r in went
    ]
    yield "won", CLOSING_DAYS, _passing([(us / DAY, ending) for us, ending in closing], CLOSING_DAYS)


def _passing(seen: Sequence[tuple[float, int]], horizon: float) -> Yield:
    days = np.array([days for days, _ in seen], float)
    return passing(days, np.array([ending for _, ending in seen], np.int64), horizon=horizon)


def _first(*instants: int | None) -> int | None:
    return min((at for at in instants if at is not None), default=None)


def _outcomes(engine: Engine) -> list[dict[str, Any]]:
    columns = "process, at, unit_id, ends_at, p_open, taken_up_at, rejected_at, opened_at, closed_at, is_won"
    return rows_in_order(engine, "given_outcome", columns)
