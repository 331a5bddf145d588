"""Weigh candidate pairs with Splink, on a DuckDB of its own: the same numbers whatever runs the flow."""

from __future__ import annotations

import logging
from typing import Any

import duckdb
import pyarrow as pa

from muster.identity.matching.model import Comparison, Model


def score_pairs(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    *,
    table: str,
    blocking: list[str],
    at_least: float | None = None,
) -> pa.Table:
    """Every pair of a table that shares a block, with its weight and the weight of each comparison.

    The columns: left_id, right_id, weight (log2 of the odds that the two are one), and
    `<comparison>_weight`. Weights are whole hundredths, so that a last digit decides nothing.
    """
    from splink import DuckDBAPI, Linker  # noqa: PLC0415  half a second, and not every run has pairs to weigh

    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(connection=connection)
    # What validation would log nobody reads: the settings are the model's own, not a person's.
    settings = model.settings(blocking)
    linker = Linker(api.register(table), settings, log_level=None, validate_settings=False)
    scored = linker.inference.predict(threshold_match_weight=at_least, warning_mode="never")
    later = {c.name: _later(c) for c in model.comparisons}
    parts = ", ".join(
        f"CAST(round((mw_{c.name}{_adjustment(c)} + {later[c.name]}) * 100) AS BIGINT) AS {c.name}_weight"
        for c in model.comparisons
    )
    relation: Any = connection.sql(
        "SELECT unique_id_l AS left_id, unique_id_r AS right_id, "
        f"CAST(round((match_weight + {' + '.join(later.values())}) * 100) AS BIGINT) AS weight, {parts} "
        f"FROM {scored.physical_name} AS s "
        f"JOIN {table} AS l ON l.unique_id = s.unique_id_l JOIN {table} AS r ON r.unique_id = s.unique_id_r "
        "ORDER BY left_id, right_id"
    )
    found = relation.to_arrow_table()
    scored.drop_table_from_database_and_remove_from_cache()
    return found


def _adjustment(comparison: Comparison) -> str:
    return f" + mw_tf_adj_{comparison.name}" if any(v.frequency for v in comparison.levels) else ""


def _later(comparison: Comparison) -> str:
    """What a shared value weighs less because fewer people were known when the later record came."""
    told = [level for level in comparison.levels if not level.is_null]
    cases = "".join(
        f" WHEN {len(told) - 1 - number} THEN log2(GREATEST(l.then_{v.frequency}, r.then_{v.frequency}))"
        for number, v in enumerate(told)
        if v.frequency
    )
    return f"CASE gamma_{comparison.name}{cases} ELSE 0e0 END" if cases else "0e0"
