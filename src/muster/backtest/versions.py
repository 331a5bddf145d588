"""The versions of the model of openings, each on the Mondays it judged, beside the version before it.

What a version was worth is told by weeks that came after it was learnt. The one before it is asked about the
same rows, so that whoever thinks of going back (rules/models.csv) sees what that would have changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from muster.backtest.draws import FEWEST
from muster.canonical.tables import flow_tables
from muster.chances.basis import Basis
from muster.chances.curve import is_of_curve, read_curve
from muster.chances.duel import average_precision, duel
from muster.chances.learn import Model
from muster.chances.ridge import Vector, fit
from muster.chances.signs import KEYS, LABELS, Panel, read_panel
from muster.engine.published import Published
from muster.recall.clock import FIRST_MONDAY, WEEK

SAMPLED_EVERY = 4 * WEEK
_MODELS = """
SELECT m.* EXCLUDE (trained_at), epoch_us(m.trained_at) AS trained_at,
    strftime(m.trained_at, '%Y-%m-%d') AS trained_on
FROM chance_model AS m
WHERE m.target = 'open'
ORDER BY m.trained_at
"""
_WEIGHTS = """
SELECT c.* FROM chance_coefficient AS c
SEMI JOIN (SELECT m.model_version FROM chance_model AS m WHERE m.kind = 'ridge') AS o
    ON o.model_version = c.model_version
ORDER BY c.model_version
"""
_JUDGED = """
SELECT c.model_version, strftime(MIN(c.scored_at), '%Y-%m-%d') AS first_on,
    strftime(MAX(c.scored_at), '%Y-%m-%d') AS last_on,
    array_to_string(list_sort(list(DISTINCT c.solution_id)
        FILTER (WHERE c.scored_at = (SELECT MAX(x.scored_at) FROM chance AS x))), ', ') AS in_use
FROM chance AS c
WHERE c.model_version IS NOT NULL
GROUP BY c.model_version
"""


@dataclass(frozen=True, slots=True)
class Version:
    """A version, the Mondays it judged, and how well; None where too few openings tell."""

    model_version: str
    trained_on: str
    kind: str
    rung: str
    horizon_weeks: int
    opening_count: int
    openings_told: str
    first_on: str | None  # Mondays it judged; None where it judged none
    last_on: str | None
    in_use: str  # solutions it judges on the last Monday
    judged_openings: int  # different openings after the Mondays it judged, as far as their weeks are over
    average_precision: float | None
    slope: float | None
    before: float | None  # of the version before it on the same rows, if about as many weeks
    gain_low: float | None  # of what it gains on that: the 80 % interval over samples of accounts
    gain_high: float | None


def versions(published: Published) -> tuple[Version, ...]:
    """Every version of the model of openings, in the order of time."""
    models = published.arrow(_MODELS).to_pylist()
    judged = {row["model_version"]: row for row in published.arrow(_JUDGED).to_pylist()}
    panel, said, by = _rows(published)
    ridge = _ridge_models(models, published)
    found, before = [], None
    for row in models:
        own = by == row["model_version"]
        if before is not None and before.basis.horizon_weeks != row["horizon_weeks"]:
            before = None  # it was asked about other weeks
        told = judged.get(row["model_version"], {})
        figures = _figures(panel.only(own), said[own], before)
        found.append(
            Version(
                row["model_version"],
                row["trained_on"],
                row["kind"],
                row["rung"],
                row["horizon_weeks"],
                row["opening_count"],
                row["openings_told"],
                told.get("first_on"),
                told.get("last_on"),
                told.get("in_use") or "",
                *figures,
            )
        )
        before = ridge.get(row["model_version"])
    return tuple(found)


def _figures(
    panel: Panel, said: Vector, before: Model | None
) -> tuple[int, float | None, float | None, float | None, float | None, float | None]:
    openings = len({key for key in panel.opening if key is not None})
    if openings < FEWEST or not np.isfinite(said).all():
        return openings, None, None, None, None, None
    precision = average_precision(said, opens=panel.opens, weights=panel.weights)
    x = np.column_stack([np.ones(len(panel)), said])
    slope = fit(x, panel.opens, weights=panel.weights, penalty=np.zeros(2), start=np.array([0.0, 1.0]))[1]
    if before is None:
        return openings, precision, float(slope), None, None, None
    other = before.log_odds(_narrowed(panel, before))[0]
    gain = duel(other, said, opens=panel.opens, weights=panel.weights, accounts=panel.first_acts).precision
    low, high = (float(end) for end in np.quantile(gain[1:], [0.1, 0.9]))
    return openings, precision, float(slope), precision - float(gain[0]), low, high


def _narrowed(panel: Panel, model: Model) -> Panel:
    """The columns that a model weighs."""
    kept = [place for place, name in enumerate(panel.names) if name in model.names]
    return replace(panel, names=tuple(panel.names[place] for place in kept), values=panel.values[:, kept])


def _rows(published: Published) -> tuple[Panel, Vector, npt.NDArray[np.object_]]:
    """Every fourth Monday's rows whose weeks are over, the log-odds that were said, and which version did."""
    table = flow_tables()["panel"]
    units = {"instant": "epoch_us(p.{0}) AS {0}", "points": "CAST(ROUND(100 * p.{0}) AS BIGINT) AS {0}"}
    columns = ", ".join(units.get(c.type, "p.{0}").format(c.name) for c in table.columns)
    found = published.arrow(
        f"SELECT {columns}, c.log_odds / 1e6 AS log_odds, c.model_version"
        " FROM panel AS p JOIN chance AS c ON c.account_id = p.account_id"
        " AND c.solution_id = p.solution_id AND c.scored_at = p.week_at"
        f" WHERE p.opens IS NOT NULL AND (epoch_us(p.week_at) - {FIRST_MONDAY}) % {SAMPLED_EVERY} = 0"
    ).sort_by([(key, "ascending") for key in ("week_at", "first_act", "solution_id")])
    said = found.column("log_odds").to_numpy().astype(np.float64)
    by = np.array(found.column("model_version").to_pylist(), dtype=object)
    return read_panel(found.drop_columns(["log_odds", "model_version"])), said, by


def _ridge_models(models: list[dict[str, Any]], published: Published) -> dict[str, Model]:
    """Ridge models built again from what is published of them."""
    weights: dict[str, list[Mapping[str, Any]]] = {}
    for row in published.arrow(_WEIGHTS).to_pylist():
        weights.setdefault(row["model_version"], []).append(row)
    order = {name: place for place, name in enumerate(_sign_names())}
    found = {}
    for row in models:
        if row["kind"] != "ridge":
            continue
        told = [
            (one["feature"], one["mean"], one["scale"], one["coefficient"])
            for one in weights[row["model_version"]]
        ]
        curve = [one for one in told if is_of_curve(one[0])]
        own = sorted(
            (one for one in told if not is_of_curve(one[0])),
            key=lambda one: (order.get(one[0], len(order)), one[0]),
        )
        found[row["model_version"]] = Model(
            row["trained_at"],
            Basis(row["rung"], row["horizon_weeks"], row["row_count"], row["opening_count"], "", None),
            row["penalty"],
            row["slope"],
            row["intercept"],
            tuple(one[0] for one in own),
            np.array([one[1] for one in own]),
            np.array([one[2] for one in own]),
            np.array([one[3] for one in own]),
            read_curve(curve),
            np.zeros((len(own), 0)),
        )
    return found


def _sign_names() -> tuple[str, ...]:
    columns = flow_tables()["panel"].column_names
    return ("intercept", *(name for name in columns if name not in (*KEYS, *LABELS)))
