"""Muster's own attribution models, and what all models installed give each touch.

Rules are one SQL file each; models that learn from all paths are functions (`learnt.py`).

Milestones that fall on one touch add up; a milestone an opportunity lacks, or an empty middle, leaves
its part to the others.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from muster.engine.queries import Query, unite
from muster.plugins import AttributionModel, attribution_models


def _own(name: str) -> AttributionModel:
    sql = files("muster.measurement.attribution").joinpath(f"{name}.sql").read_text("utf-8")
    return AttributionModel(name, sql)


FIRST = _own("first")
LAST = _own("last")
LINEAR = _own("linear")
TIME_DECAY = _own("time_decay")
U = _own("u")
U_40_20_40 = _own("u_40_20_40")
W = _own("w")
FULL_PATH = _own("full_path")
LAST_BEFORE_CREATION = _own("last_before_creation")
CUSTOM = _own("custom")
SHAPLEY = _own("shapley")
_SHIPPED = {
    FIRST,
    LAST,
    LINEAR,
    TIME_DECAY,
    U,
    U_40_20_40,
    W,
    FULL_PATH,
    LAST_BEFORE_CREATION,
    CUSTOM,
    SHAPLEY,
}


@cache
def credit_weight() -> Query:
    """The query of `credit_weight`: opportunity_id, position, attribution_model, weight, of every model."""
    models = attribution_models()
    return unite(
        Path(str(files("muster.measurement"))) / "credit_weight.sql",
        about="What each attribution model gives each touch.",
        column="attribution_model",
        parts={model.name: model.sql or _learnt(model) for model in models},
        columns=("opportunity_id", "position", "weight"),
        shipped={model for model in models if model.sql} <= _SHIPPED,
    )


def _learnt(model: AttributionModel) -> str:
    return (
        "SELECT l.opportunity_id, l.position, l.weight\nFROM learnt_weight AS l\n"
        f"WHERE l.attribution_model = '{model.name}'"
    )
