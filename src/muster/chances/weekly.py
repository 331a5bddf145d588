"""Each Monday's chances by the model as it would have been learnt by then, never by a later one."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
from threadpoolctl import threadpool_limits

from muster.chances.learn import Model, learn
from muster.chances.parts import PART, in_millionths, parts
from muster.chances.signs import Panel, read_panel
from muster.engine.protocol import Engine
from muster.recall.clock import FIRST_MONDAY, WEEK

HORIZON = 13 * WEEK
# A new model every quarter, from a panel of every fourth Monday: days fixed by the calendar, not by the
# company's first record, so that the same days come whatever else is known.
LEARNT_EVERY = 13 * WEEK
SAMPLED_EVERY = 4 * WEEK
# Of rows without a group and without an opening one in sixteen is learnt from, with sixteen times the weight.
QUIET = "10"
KEPT_OF_QUIET = 1 / 16

_ESTIMATE = pa.schema(
    [
        ("account_id", pa.string()),
        ("solution_id", pa.string()),
        ("week_at", pa.int64()),
        ("p_open", pa.float64()),
        ("p_open_low", pa.float64()),
        ("p_open_high", pa.float64()),
        ("log_odds", pa.int64()),
        ("model_version", pa.string()),
    ]
)
_MODEL = pa.schema(
    [
        ("model_version", pa.string()),
        ("trained_at", pa.int64()),
        ("row_count", pa.int64()),
        ("opening_count", pa.int64()),
        ("penalty", pa.float64()),
        ("intercept", pa.float64()),
        ("slope", pa.float64()),
    ]
)
_COEFFICIENT = pa.schema(
    [
        ("model_version", pa.string()),
        ("feature", pa.string()),
        ("mean", pa.float64()),
        ("scale", pa.float64()),
        ("coefficient", pa.float64()),
    ]
)


def put_chances(engine: Engine) -> None:
    """Put `chance_estimate`, `chance_part`, `chance_model` and `chance_coefficient` from `panel`.

    One thread does the sums: with several, their order and so their last digits would differ.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        estimates, divided, models = _weekly(engine)
    engine.put("chance_estimate", pa.concat_tables([_ESTIMATE.empty_table(), *estimates]))
    engine.put("chance_part", pa.concat_tables([PART.empty_table(), *divided]))
    engine.put("chance_model", _models(models))
    engine.put("chance_coefficient", _coefficients(models))


def _weekly(engine: Engine) -> tuple[list[pa.Table], list[pa.Table], list[Model]]:
    """What was said quarter by quarter, the parts of what was said of groups, and the models that said it."""
    known = _learning_rows(engine)
    estimates, divided, models = [], [], []
    for trained_at, until in _spans(engine):
        ripe = known.only(known.weeks + HORIZON <= trained_at)
        model = learn(ripe, trained_at=trained_at)
        rows = engine.arrow(f"SELECT {_names(engine)} FROM panel AS p WHERE {_between(trained_at, until)}")
        panel = read_panel(rows)
        estimates.append(_estimates(panel, model))
        if model is not None:
            models.append(model)
            divided.append(parts(panel, model))
    return estimates, divided, models


def _spans(engine: Engine) -> Iterator[tuple[int, int]]:
    """Each day of learning with the day of the next one, as far as there are Mondays."""
    found = engine.arrow("SELECT MIN(p.week_at) AS first, MAX(p.week_at) AS last FROM panel AS p").to_pylist()
    first, last = found[0]["first"], found[0]["last"]
    if first is not None:
        start = first - (first - FIRST_MONDAY) % LEARNT_EVERY
        for trained_at in range(start, last + 1, LEARNT_EVERY):
            yield trained_at, trained_at + LEARNT_EVERY


def _learning_rows(engine: Engine) -> Panel:
    rows = engine.arrow(
        f"SELECT {_names(engine)} FROM panel AS p"
        f" WHERE MOD(p.week_at - {FIRST_MONDAY}, {SAMPLED_EVERY}) = 0"
        f" AND (p.opens = 1 OR p.in_group = 1 OR p.draw < '{QUIET}')"
    )
    return read_panel(rows, kept_of_quiet=KEPT_OF_QUIET)


def _between(start: int, end: int) -> str:
    return f"p.week_at >= {start} AND p.week_at < {end}"


def _names(engine: Engine) -> str:
    columns = engine.arrow("SELECT p.* FROM panel AS p WHERE 1 = 0").column_names
    return ", ".join(f"p.{name}" for name in columns)


def _estimates(panel: Panel, model: Model | None) -> pa.Table:
    """What a model says of the rows of its quarter; nothing where there was none to learn from."""
    nothing = pa.nulls(len(panel), pa.float64())
    said = (nothing, nothing, nothing) if model is None else tuple(map(pa.array, model.judge(panel)))
    total = pa.nulls(len(panel), pa.int64()) if model is None else pa.array(in_millionths(model, panel))
    version = pa.nulls(len(panel), pa.string()) if model is None else pa.array([model.version] * len(panel))
    keys = (
        pa.array(panel.account_ids, pa.string()),
        pa.array(panel.solution_ids, pa.string()),
        pa.array(panel.weeks),
    )
    return pa.table([*keys, *said, total, version], schema=_ESTIMATE)


def _models(models: list[Model]) -> pa.Table:
    rows = [
        {
            "model_version": model.version,
            "trained_at": model.trained_at,
            "row_count": model.rows,
            "opening_count": model.openings,
            "penalty": model.penalty,
            "intercept": model.intercept,
            "slope": model.slope,
        }
        for model in models
    ]
    return pa.Table.from_pylist(rows, schema=_MODEL)


def _coefficients(models: list[Model]) -> pa.Table:
    rows = [
        {
            "model_version": model.version,
            "feature": name,
            "mean": float(mean),
            "scale": float(scale),
            "coefficient": float(coefficient),
        }
        for model in models
        for name, mean, scale, coefficient in zip(
            model.names, model.means, model.scales, model.coefficients, strict=True
        )
    ]
    return pa.Table.from_pylist(rows, schema=_COEFFICIENT)
