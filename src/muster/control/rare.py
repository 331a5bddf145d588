"""Charts of defects too rare for a p' chart: how much was given in between one and the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa

from muster.control.charts import Vector, between, moving_average
from muster.control.ground import as_of_date, control_rules, stretches_between_restarts
from muster.engine.protocol import Engine

FEWEST = 5  # defects of the baseline below which its mean gap says nothing
_GAP = pa.schema(
    [
        *((name, pa.string()) for name in ("process", "defect", "unit_id")),
        ("at", pa.int64()),
        ("gap", pa.int64()),
        *((name, pa.float64()) for name in ("mean", "low", "high", "average", "average_limit")),
        *((name, pa.bool_()) for name in ("is_provisional", "is_beyond", "is_average_beyond")),
    ]
)


def put_gaps(engine: Engine) -> None:
    """Put `gap_chart`: of kinds for which `control_chart` has no limits, each defect and the gap before it.

    Counted are units whose time for verdicts is over and on which there is one, in the order they were given.
    """
    rules, as_of = control_rules(engine), as_of_date(engine)
    restarts = sorted(at for at in engine.arrow("SELECT r.at FROM rule_restart AS r")["at"].to_pylist() if at)
    judged = engine.arrow(
        "SELECT d.process, d.defect, g.at, d.unit_id, d.is_defect FROM defect AS d"
        " JOIN given_unit AS g ON g.process = d.process AND g.unit_id = d.unit_id"
        " LEFT JOIN (SELECT DISTINCT c.process, c.defect FROM control_chart AS c"
        " WHERE c.mean IS NOT NULL) AS l ON l.process = d.process AND l.defect = d.defect"
        f" WHERE l.process IS NULL AND d.is_defect IS NOT NULL AND g.verdict_at <= {as_of}"
    )
    order = [(name, "ascending") for name in ("process", "defect", "at", "unit_id")]
    rows: list[dict[str, Any]] = []
    for _, units in groupby(judged.sort_by(order).to_pylist(), key=lambda r: (r["process"], r["defect"])):
        for stretch in stretches_between_restarts(list(units), restarts, at="at"):
            rows += _chart(stretch, rules, as_of)
    engine.put("gap_chart", pa.Table.from_pylist(rows, schema=_GAP))


def _chart(units: Sequence[dict[str, Any]], rules: dict[str, Any], as_of: int) -> Iterator[dict[str, Any]]:
    """Each defect of one stretch, with the limits that its baseline gives; none where half had one."""
    places = [n for n, unit in enumerate(units) if unit["is_defect"]]
    gaps: Vector = np.diff(np.array([-1, *places])) - 1.0
    until = units[0]["at"] + rules["baseline_us"]
    baseline = [unit["is_defect"] for unit in units if unit["at"] < until]
    if 2 * sum(baseline) >= len(baseline):
        return
    base = gaps[[units[n]["at"] < until for n in places]] if places else gaps
    limits = between(base, sigmas=rules["sigma_limits"]) if len(base) >= FEWEST else None
    scores = np.zeros(len(gaps)) if limits is None else limits.scores(gaps)
    average, reach = moving_average(scores, part=rules["ewma_part"], sigmas=rules["ewma_limits"])
    for t, n in enumerate(places):
        told = {name: units[n][name] for name in ("process", "defect", "unit_id", "at")}
        told |= {"gap": int(gaps[t]), "is_provisional": until + rules["verdict_us"] > as_of}
        if limits is None:
            yield told | {"is_beyond": False, "is_average_beyond": False}
            continue
        yield told | {
            "mean": limits.mean,
            "low": limits.low,
            "high": limits.high,
            "average": float(average[t]),
            "average_limit": float(reach[t]),
            "is_beyond": not limits.low <= gaps[t] <= limits.high,
            "is_average_beyond": bool(abs(average[t]) > reach[t]),
        }
