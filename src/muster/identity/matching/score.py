"""Weigh candidate pairs with Splink, on a DuckDB of its own: the same numbers whatever runs the flow."""

from __future__ import annotations

import logging
from typing import Any

import duckdb
import pyarrow as pa

from muster.identity.matching.model import Model


def score_pairs(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    *,
    table: str,
    rows: int,
    blocking: list[str],
    at_least: float | None = None,
) -> pa.Table:
    """Every pair of a table that shares a block, with its weight and the weight of each comparison.

    The columns: left_id, right_id, weight (log2 of the odds that the two are one), and
    `<comparison>_weight`. Weights are whole hundredths, so that a last digit decides nothing.
    `rows` are the records of the whole, of which the table may be a part.
    """
    from splink import DuckDBAPI, Linker  # noqa: PLC0415  half a second, and not every run has pairs to weigh

    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(connection=connection)
    linker = Linker(api.register(table), model.settings(rows, blocking), log_level=None)
    scored = linker.inference.predict(threshold_match_weight=at_least, warning_mode="never")
    parts = ", ".join(_part(c.name, any(level.frequency for level in c.levels)) for c in model.comparisons)
    relation: Any = connection.sql(
        "SELECT unique_id_l AS left_id, unique_id_r AS right_id, "
        f"CAST(round(match_weight * 100) AS BIGINT) AS weight, {parts} "
        f"FROM {scored.physical_name} ORDER BY left_id, right_id"
    )
    found = relation.to_arrow_table()
    scored.drop_table_from_database_and_remove_from_cache()
    return found


def _part(name: str, has_frequency: bool) -> str:
    frequency = f" + mw_tf_adj_{name}" if has_frequency else ""
    return f"CAST(round((mw_{name}{frequency}) * 100) AS BIGINT) AS {name}_weight"
