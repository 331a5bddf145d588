"""Control charts and sigma levels of the defects of what sales was given, from the counts that SQL gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa

from muster.control.charts import Limits, Vector, laney, moving_average, sigma_level
from muster.control.ground import (
    as_of_date,
    control_rules,
    restarts_of,
    rows_in_order,
    stretches_between_restarts,
)
from muster.engine.protocol import Engine
from muster.recall.clock import WEEK, micros

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


def put_charts(engine: Engine) -> None:
    """Put `control_chart` from `defect_week`, with the rules that changed beside the points."""
    rules = control_rules(engine)
    restarts = restarts_of(engine)
    settled = as_of_date(engine) - rules["verdict_us"]  # verdicts on what was given before are all in
    changes = rows_in_order(engine, "rule_change", "at, file")
    rows: list[dict[str, Any]] = []
    found = rows_in_order(
        engine, "defect_week", "process, defect, week_at, unit_count, defect_count, is_mature"
    )
    for _, weeks in groupby(found, key=lambda r: (r["process"], r["defect"])):
        for stretch in stretches_between_restarts(list(weeks), restarts):
            rows += (
                point | {"changed": _changed(point, changes)} for point in _chart(stretch, rules, settled)
            )
    engine.put("control_chart", pa.Table.from_pylist(rows, schema=_CHART))


def put_quality(engine: Engine) -> None:
    """Put `process_quality` from `defect_day`: by quarter and kind, and for all of them."""
    found = rows_in_order(
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
