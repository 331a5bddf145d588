"""Control charts, sigma levels and yields of what sales was given, made of the counts that SQL gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa

from muster.chances.terms import read_terms, terms_at
from muster.control.charts import Limits, Vector, laney, moving_average, risk_adjusted, sigma_level
from muster.control.yields import FAILED, PASSED, Yield, passing
from muster.engine.protocol import Engine
from muster.recall.clock import WEEK, micros
from muster.survival.incidence import OPEN

DAY = WEEK // 7
CLOSING_DAYS = 365.0  # by when an opened opportunity is asked whether it was won
POOLS = (1, 2, 4, 13)  # weeks a point may hold

_CHART = pa.schema(
    [
        *((name, pa.string()) for name in ("process", "defect")),
        *((name, pa.int64()) for name in ("week_at", "week_count", "unit_count", "defect_count")),
        *((name, pa.bool_()) for name in ("is_mature", "is_provisional")),
        *((name, pa.float64()) for name in ("mean", "spread", "low", "high", "average", "average_limit")),
        *((name, pa.bool_()) for name in ("is_beyond", "is_average_beyond")),
        ("changed", pa.string()),
    ]
)
_QUALITY = pa.schema(
    [
        ("process", pa.string()),
        ("quarter_on", pa.int64()),
        ("defect", pa.string()),
        *((name, pa.int64()) for name in ("unit_count", "passed_count", "judged_count", "defect_count")),
        *((name, pa.float64()) for name in ("dpmo", "sigma", "sigma_conventional")),
    ]
)
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


def put_charts(engine: Engine) -> None:
    """Put `control_chart` from `defect_week`, with the rules that changed beside the points."""
    rules = control_rules(engine)
    restarts = _restarts(engine)
    settled = as_of_date(engine) - rules["verdict_us"]  # verdicts on what was given before are all in
    changes = _sorted(engine, "rule_change", "at, file")
    rows: list[dict[str, Any]] = []
    found = _sorted(engine, "defect_week", "process, defect, week_at, unit_count, defect_count, is_mature")
    for _, weeks in groupby(found, key=lambda r: (r["process"], r["defect"])):
        for stretch in stretches_between_restarts(list(weeks), restarts):
            rows += (
                point | {"changed": _changed(point, changes)} for point in _chart(stretch, rules, settled)
            )
    engine.put("control_chart", pa.Table.from_pylist(rows, schema=_CHART))


def put_quality(engine: Engine) -> None:
    """Put `process_quality` from `defect_day`: by quarter and kind, and for all of them."""
    found = _sorted(
        engine,
        "defect_day",
        "process, given_on, defect, unit_count, passed_count, judged_count, defect_count",
    )
    counts = ("judged_count", "defect_count")
    made: dict[tuple[str, int | None, str | None], dict[str, int]] = {}
    units: dict[tuple[str, int | None], dict[str, int]] = {}
    for (process, day), kinds in groupby(found, key=lambda r: (r["process"], r["given_on"])):
        for number, row in enumerate(kinds):
            for quarter in (_quarter(day), None):
                if number == 0:  # the units of a day stand in the row of each kind
                    _add(units.setdefault((process, quarter), {}), row, ("unit_count", "passed_count"))
                for defect in (row["defect"], None):
                    _add(made.setdefault((process, quarter, defect), {}), row, counts)
    rows: list[dict[str, Any]] = []
    for (process, quarter, defect), sums in made.items():
        key = {"process": process, "quarter_on": quarter, "defect": defect}
        rows.append(
            {**key, **units[process, quarter], **sums, **_levels(sums["defect_count"], sums["judged_count"])}
        )
    engine.put("process_quality", pa.Table.from_pylist(rows, schema=_QUALITY))


def put_cusum(engine: Engine) -> None:
    """Put `cusum` from `given_outcome`: units whose chance was known and whose weeks are over."""
    rules, restarts, as_of = control_rules(engine), _restarts(engine), as_of_date(engine)
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


def _chart(weeks: Sequence[dict[str, Any]], rules: dict[str, Any], settled: int) -> Iterator[dict[str, Any]]:
    """The points of one stretch: weeks pooled until one expects enough defects; limits of its beginning."""
    first = weeks[0]["week_at"]
    size, points, limits = POOLS[0], list[dict[str, Any]](), None
    for size in POOLS:
        points = _pooled(weeks, first, size, settled)
        base = [
            p for p in points if p["is_mature"] and p["week_at"] + size * WEEK <= first + rules["baseline_us"]
        ]
        units = np.array([p["unit_count"] for p in base], float)
        defects = np.array([p["defect_count"] for p in base], float)
        limits = laney(defects, units)
        if limits is not None and _expected(limits, units) >= rules["fewest_defects"]:
            break
    else:
        limits = None
    last = max((p["week_at"] + size * WEEK for p in points if p["is_mature"]), default=first)
    yield from _drawn(points, limits, rules, is_provisional=last < first + rules["baseline_us"])


def _expected(limits: Limits, units: Vector) -> float:
    """Defects that a point of the baseline expects, or those without one where these are fewer."""
    return float(np.median(units)) * min(limits.mean, 1 - limits.mean)


def _drawn(
    points: Sequence[dict[str, Any]], limits: Limits | None, rules: dict[str, Any], *, is_provisional: bool
) -> Iterator[dict[str, Any]]:
    nothing = dict.fromkeys(("mean", "spread", "low", "high", "average", "average_limit"))
    if limits is None:
        yield from (
            p | nothing | {"is_provisional": is_provisional, "is_beyond": False, "is_average_beyond": False}
            for p in points
        )
        return
    units = np.array([p["unit_count"] for p in points], float)
    defects = np.array([p["defect_count"] for p in points], float)
    low, high = limits.of(units, sigmas=rules["sigma_limits"])
    average, reach = moving_average(
        limits.standing(defects, units), part=rules["ewma_part"], sigmas=rules["ewma_limits"]
    )
    for t, point in enumerate(points):
        share, told = defects[t] / units[t], point["is_mature"]
        yield point | {
            "is_provisional": is_provisional,
            "mean": limits.mean,
            "spread": limits.spread,
            "low": float(low[t]),
            "high": float(high[t]),
            "average": float(average[t]) if told else None,
            "average_limit": float(reach[t]) if told else None,
            "is_beyond": bool(told and not low[t] <= share <= high[t]),
            "is_average_beyond": bool(told and abs(average[t]) > reach[t]),
        }


def _pooled(weeks: Sequence[dict[str, Any]], first: int, size: int, settled: int) -> list[dict[str, Any]]:
    """Weeks in blocks of `size` from the first on; a block is mature when all of it is, to its last week."""
    points = []
    for block, rows in groupby(weeks, key=lambda r: (r["week_at"] - first) // (size * WEEK)):
        held = list(rows)
        start = first + block * size * WEEK
        points.append(
            {"process": held[0]["process"], "defect": held[0]["defect"]}
            | {"week_at": start, "week_count": size}
            | {count: sum(r[count] for r in held) for count in ("unit_count", "defect_count")}
            | {"is_mature": start + size * WEEK <= settled and all(r["is_mature"] for r in held)}
        )
    return points


def _changed(point: dict[str, Any], changes: Sequence[dict[str, Any]]) -> str | None:
    """The rule files that changed in the weeks of a point."""
    end = point["week_at"] + point["week_count"] * WEEK
    files = {change["file"] for change in changes if point["week_at"] <= change["at"] < end}
    return ", ".join(sorted(files)) or None


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


def _levels(defects: int, judged: int) -> dict[str, float | None]:
    sigma = sigma_level(defects, judged)
    return {
        "dpmo": 1e6 * defects / judged if judged else None,
        "sigma": sigma,
        "sigma_conventional": None if sigma is None else sigma + 1.5,
    }


def _add(sums: dict[str, int], row: dict[str, Any], counts: Sequence[str]) -> None:
    for count in counts:
        sums[count] = sums.get(count, 0) + row[count]


def _quarter(at: int) -> int:
    """The first day of the quarter of an instant."""
    day = datetime.fromtimestamp(at // 1_000_000, UTC)
    return micros(day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1))


def stretches_between_restarts(
    rows: Sequence[dict[str, Any]], restarts: Sequence[int], *, at: str = "week_at"
) -> Iterator[list[dict[str, Any]]]:
    """The rows between one restart and the next; rows are sorted by time."""
    for _, part in groupby(rows, key=lambda r: sum(start <= r[at] for start in restarts)):
        yield list(part)


def _outcomes(engine: Engine) -> list[dict[str, Any]]:
    columns = "process, at, unit_id, ends_at, p_open, taken_up_at, rejected_at, opened_at, closed_at, is_won"
    return _sorted(engine, "given_outcome", columns)


def _sorted(engine: Engine, table: str, columns: str) -> list[dict[str, Any]]:
    """The named columns of a table, its rows sorted by them in turn."""
    names = columns.split(", ")
    told = ", ".join(f"t.{name}" for name in names)
    found = engine.arrow(f"SELECT {told} FROM {table} AS t")
    rows: list[dict[str, Any]] = found.sort_by([(name, "ascending") for name in names[:3]]).to_pylist()
    return rows


def control_rules(engine: Engine) -> dict[str, Any]:
    """The rules of charts in force on the as-of date: limits are drawn by one hand over the whole history."""
    as_of = as_of_date(engine)
    found: list[dict[str, Any]] = engine.arrow("SELECT r.* FROM rule_control AS r").to_pylist()
    return next(row for row in found if row["from_at"] <= as_of < row["to_at"])


def _restarts(engine: Engine) -> list[int]:
    found = engine.arrow("SELECT r.at FROM rule_restart AS r").column("at").to_pylist()
    return sorted(at for at in found if at is not None)


def as_of_date(engine: Engine) -> int:
    """The instant the run is as of."""
    at = engine.arrow("SELECT c.as_of_at FROM clock AS c").column("as_of_at").to_pylist()[0]
    assert isinstance(at, int)
    return at
