"""Chances and models as Arrow tables for the flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy.typing as npt
import pyarrow as pa

from muster.chances.signs import Panel
from muster.chances.told import Learnt

ESTIMATE = pa.schema(
    [
        ("account_id", pa.string()),
        ("solution_id", pa.string()),
        ("week_at", pa.int64()),
        ("p_open", pa.float64()),
        ("p_open_low", pa.float64()),
        ("p_open_high", pa.float64()),
        ("log_odds", pa.int64()),
        ("rank", pa.int64()),
        ("rank_low", pa.int64()),
        ("rank_high", pa.int64()),
        ("expected_amount_cents", pa.int64()),
        ("median_amount_cents", pa.int64()),
        ("amount_low_cents", pa.int64()),
        ("amount_high_cents", pa.int64()),
        ("model_version", pa.string()),
        ("amount_version", pa.string()),
    ]
)
WIN = pa.schema(
    [
        ("week_at", pa.int64()),
        ("solution_id", pa.string()),
        ("p_win", pa.float64()),
        ("model_version", pa.string()),
    ]
)
_MODEL = pa.schema(
    [
        ("model_version", pa.string()),
        ("target", pa.string()),
        ("kind", pa.string()),
        ("rung", pa.string()),
        ("trained_at", pa.int64()),
        ("horizon_weeks", pa.int64()),
        ("row_count", pa.int64()),
        ("opening_count", pa.int64()),
        ("openings_told", pa.string()),
        ("needed_count", pa.int64()),
        ("challenger", pa.string()),
        ("challenger_gain", pa.float64()),
        ("challenger_low", pa.float64()),
        ("penalty", pa.float64()),
        ("intercept", pa.float64()),
        ("slope", pa.float64()),
        ("spread", pa.float64()),
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


def estimates(
    panel: Panel, said: Mapping[str, pa.Array | npt.NDArray[Any]], *, amount_version: str | None
) -> pa.Table:
    """What is said of a panel's rows, by column; null where nothing is."""
    found = {
        "account_id": pa.array(panel.account_ids, pa.string()),
        "solution_id": pa.array(panel.solution_ids, pa.string()),
        "week_at": pa.array(panel.weeks),
        "amount_version": pa.repeat(pa.scalar(amount_version, pa.string()), len(panel)),
    }
    found |= {name: pa.array(column) for name, column in said.items()}
    return pa.table(
        [found.get(field.name, pa.nulls(len(panel), field.type)) for field in ESTIMATE], schema=ESTIMATE
    )


def models(learnt: Sequence[Learnt]) -> pa.Table:
    """A row for each model."""
    rows = [dict.fromkeys(_MODEL.names) | model.row() for model in learnt]
    for row, model in zip(rows, learnt, strict=True):
        row["model_version"] = model.version
    return pa.Table.from_pylist(rows, schema=_MODEL)


def coefficients(learnt: Sequence[Learnt]) -> pa.Table:
    """A row for each number that a model weighs with."""
    names = ("feature", "mean", "scale", "coefficient")
    rows = [
        {"model_version": model.version} | dict(zip(names, weight, strict=True))
        for model in learnt
        for weight in model.weights()
    ]
    return pa.Table.from_pylist(rows, schema=_COEFFICIENT)
