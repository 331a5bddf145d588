"""Whether the world is still the one the model learnt: signs at once, chances once outcomes are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from muster.chances.signs import KEYS, LABELS
from muster.control.ground import control_rules
from muster.engine.protocol import Engine
from muster.recall.clock import WEEK

Vector = npt.NDArray[np.float64]

BINS = 10
Z_RARE = 3.08  # the normal quantile that one of fifty signs passes by chance in one month of twenty
# Of rows without a group one in sixteen is looked at, and counts for as many.
QUIET, KEPT_OF_QUIET = "10", 1 / 16
_DRIFT = pa.schema(
    [
        *((name, pa.string()) for name in ("measure", "feature")),
        ("week_at", pa.int64()),
        ("row_count", pa.int64()),
        *((name, pa.float64()) for name in ("value", "low", "high", "bound")),
        ("is_beyond", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class Spread:
    """How a sign was spread in the weeks a model learnt from."""

    edges: Vector
    parts: Vector
    rows: float  # as many equal rows as weigh as much

    def index(self, now: Vector, weights: Vector) -> float:
        """The stability index of `now`."""
        q = _parts(now, weights, self.edges)
        return float(((q - self.parts) * np.log(q / self.parts)).sum())

    def by_chance(self, weights: Vector) -> float:
        """What the index of rows of such weights seldom passes though nothing has changed.

        (1/n + 1/m) x the chi-square quantile of as many degrees as there are edges (Yurdakul and Naranjo
        2020), that quantile by Wilson and Hilferty (1931).
        """
        degrees = max(len(self.edges), 1)
        step = 2 / (9 * degrees)
        chi_square = degrees * (1 - step + Z_RARE * step**0.5) ** 3
        return float((1 / self.rows + 1 / _equal_rows(weights)) * chi_square)


def put_drift(engine: Engine) -> None:
    """Put `drift`: `psi` of each sign, `label_average` of chances, and their monthly `intercept`."""
    rules = control_rules(engine)
    rows = [*_signs(engine, rules), *_labels(engine, rules), *_intercepts(engine, rules)]
    engine.put("drift", pa.Table.from_pylist(rows, schema=_DRIFT))


def stability(seen: Vector, seen_weights: Vector, now: Vector, now_weights: Vector) -> float:
    """The population stability index of `now` against `seen`: 0 where both are spread alike.

    PSI = sum over bins of (q - p) ln(q/p), bins by deciles of `seen` (a value that fills several is one bin);
    half a row is added to each bin, so that an empty one does not make the index endless.

    Reference: Siddiqi, "Credit Risk Scorecards" (2006), who calls more than 0.25 a change; here 0.2.
    """
    return spread_of(seen, seen_weights).index(now, now_weights)


def spread_of(seen: Vector, weights: Vector) -> Spread:
    """Bins by deciles of `seen`, and what part of it each holds."""
    edges = np.unique(_quantiles(seen, weights, np.arange(1, BINS) / BINS))
    return Spread(edges, _parts(seen, weights, edges), _equal_rows(weights))


def intercept(opened: Vector, said: Vector) -> tuple[float, float]:
    """By how much the log-odds of all chances would have to move to meet what came, and its standard error.

    Solves sum(y) = sum of expit(logit(p) + a) by Newton's steps; 0 where the chances are right on the whole.

    Reference: Cox (1958); "calibration in the large", Steyerberg (2019).
    """
    odds = np.log(said / (1 - said))
    a = 0.0
    # Half an opening more and half a row less: without any opening the answer would be minus infinity.
    total = float(np.clip(opened.sum(), 0.5, len(opened) - 0.5))
    information = 1.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-(odds + a)))
        information = float((p * (1 - p)).sum())
        step = (total - float(p.sum())) / information
        a += max(-1.0, min(1.0, step))
        if abs(step) < 1e-10:
            break
    return a, information**-0.5


def _equal_rows(weights: Vector) -> float:
    """As many rows of one weight as say as much (Kish 1965)."""
    return float(weights.sum() ** 2 / np.square(weights).sum())


def _signs(engine: Engine, rules: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each sign on the first Monday of each month, against the weeks that the model in force learnt from."""
    trained = sorted(
        (row["trained_at"], row["horizon_weeks"])
        for row in engine.arrow(
            "SELECT m.trained_at, m.horizon_weeks FROM chance_model AS m"
            " WHERE m.target = 'open' AND m.rung <> 'rule'"
        ).to_pylist()
    )
    if not trained:
        return
    weeks = _mondays_of_months(engine)
    names = [c for c in _columns(engine) if c not in (*KEYS, *LABELS)]
    told = ", ".join(f"p.{name}" for name in ("week_at", *names))
    found = engine.arrow(
        f"SELECT {told} FROM panel AS p WHERE p.week_at IN ({', '.join(map(str, weeks))})"
        f" AND (p.in_group = 1 OR p.draw < '{QUIET}')"
    )
    at = found.column("week_at").to_numpy()
    values = {name: found.column(name).to_numpy().astype(np.float64) for name in names}
    weights = np.where(values["in_group"] > 0, 1.0, 1 / KEPT_OF_QUIET)
    learnt: dict[tuple[int, int], dict[str, Spread]] = {}
    for week in weeks:
        model = max((t for t in trained if t[0] <= week), default=None)
        now = at == week
        if model is None or not now.any():
            continue
        if model not in learnt:
            seen = at + model[1] * WEEK <= model[0]
            learnt[model] = {
                name: spread_of(values[name][seen], weights[seen]) for name in names if seen.any()
            }
        for name, spread in learnt[model].items():
            index = spread.index(values[name][now], weights[now])
            bound = max(rules["psi_limit"], spread.by_chance(weights[now]))
            yield {
                "measure": "psi",
                "feature": name,
                "week_at": week,
                "row_count": int(now.sum()),
                "value": index,
                "bound": bound,
                "is_beyond": index > bound,
            }


def _labels(engine: Engine, rules: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The moving average of (what came - what was said) a row, Monday after Monday, once 13 weeks are over.

    Neighbouring Mondays share most of their 13 weeks, so an average over them is hardly steadier than one
    of them: it is held to the limits of a single Monday.
    """
    columns = ("week_at", "row_count", "opened_count", "expected", "variance")
    told = ", ".join(f"r.{name}" for name in columns)
    found = engine.arrow(f"SELECT {told} FROM residual_week AS r").sort_by("week_at").to_pylist()
    average = 0.0
    for row in found:
        residual = (row["opened_count"] - row["expected"] / 1e6) / row["row_count"]
        average = rules["ewma_part"] * residual + (1 - rules["ewma_part"]) * average
        bound = rules["ewma_limits"] * (row["variance"] / 1e6) ** 0.5 / row["row_count"]
        yield {
            "measure": "label_average",
            "feature": "p_open",
            "week_at": row["week_at"],
            "row_count": row["row_count"],
            "value": average,
            "bound": bound,
            "is_beyond": abs(average) > bound,
        }


def _intercepts(engine: Engine, rules: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The first Monday of each month whose 13 weeks are over: by how much all chances were off."""
    weeks = _mondays_of_months(engine)
    if not weeks:
        return
    found = engine.arrow(
        "SELECT p.week_at, p.opens, k.p_open FROM chance AS k JOIN panel AS p"
        " ON p.account_id = k.account_id AND p.solution_id = k.solution_id AND p.week_at = k.scored_at"
        " WHERE k.p_open IS NOT NULL AND p.opens IS NOT NULL"
        f" AND k.scored_at IN ({', '.join(map(str, weeks))})"
    ).sort_by([("week_at", "ascending"), ("p_open", "ascending"), ("opens", "ascending")])
    at = found.column("week_at").to_numpy()
    opened = found.column("opens").to_numpy().astype(np.float64)
    said = np.clip(found.column("p_open").to_numpy(), 1e-7, 1 - 1e-7)
    for week in weeks:
        now = at == week
        if now.any():
            a, error = intercept(opened[now], said[now])
            reach = 1.959963984540054 * error
            yield {
                "measure": "intercept",
                "feature": "p_open",
                "week_at": week,
                "row_count": int(now.sum()),
                "value": a,
                "low": a - reach,
                "high": a + reach,
                "bound": rules["intercept_limit"],
                "is_beyond": abs(a) > rules["intercept_limit"] and not a - reach <= 0 <= a + reach,
            }


def _mondays_of_months(engine: Engine) -> list[int]:
    """The first Monday of each month of the calendar."""
    found = sorted(engine.arrow("SELECT w.week_at FROM week AS w").column("week_at").to_pylist())
    return [at for at in found if datetime.fromtimestamp(at // 1_000_000, UTC).day <= 7]


def _columns(engine: Engine) -> Sequence[str]:
    names: list[str] = engine.arrow("SELECT p.* FROM panel AS p WHERE 1 = 0").column_names
    return names


def _quantiles(values: Vector, weights: Vector, at: Vector) -> Vector:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    places = np.searchsorted(reached, at * reached[-1], side="left")
    return np.asarray(values[order][np.minimum(places, len(values) - 1)])


def _parts(values: Vector, weights: Vector, edges: Vector) -> Vector:
    """The part of each bin: up to and with the first edge, up to the second, and so on."""
    bins = np.searchsorted(edges, values, side="left")
    counts = np.bincount(bins, weights, minlength=len(edges) + 1) + 0.5
    return np.asarray(counts / counts.sum())
