"""The tables of conversion, velocity and forecast, made of how far opportunities got."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from muster.canonical.tables import flow_tables
from muster.engine.protocol import Engine
from muster.measurement.cohorts import conversions
from muster.measurement.forecast import forecasts, open_deals
from muster.measurement.leads import MQL, lead_progress
from muster.measurement.outlook import outlook
from muster.measurement.progress import read_progress
from muster.measurement.speed import velocities
from muster.measurement.visits import stage_exits

_ARROW = {
    "text": pa.string(), "instant": pa.int64(), "day": pa.int64(), "cents": pa.int64(),
    "integer": pa.int64(), "real": pa.float64(), "flag": pa.bool_(),
}  # fmt: skip


def put_rates(engine: Engine) -> None:
    """Put `conversion`, `velocity`, `forecast` and what stands beside them, made of `stage_reached`."""
    as_of = int(engine.arrow("SELECT c.as_of_at FROM clock AS c").column(0)[0].as_py())
    quarters = [
        (int(row["quarter_on"]), int(row["next_quarter_on"]))
        for row in engine.arrow(
            "SELECT q.quarter_on, q.next_quarter_on FROM quarter AS q ORDER BY q.quarter_on"
        ).to_pylist()
    ]
    progress = read_progress(engine, as_of=as_of)
    seen = outlook(progress)
    deals = open_deals(progress, seen)
    put(engine, "conversion", conversions(progress, seen, quarters=quarters))
    put(engine, "velocity", velocities(progress, quarters=quarters))
    put(engine, "deal_forecast", deals)
    put(engine, "forecast", forecasts(progress, seen, deals=deals))
    put(engine, "stage_exit", stage_exits(engine, progress, quarters=quarters))
    leads = lead_progress(engine, progress)
    told = conversions(leads, outlook(leads), quarters=quarters, only_from=MQL)
    put(engine, "mql_conversion", told)


def put(engine: Engine, name: str, rows: Iterable[dict[str, Any]]) -> None:
    """Put rows as a table of the contract."""
    columns = flow_tables()[name].columns
    schema = pa.schema([(column.name, _ARROW[column.type]) for column in columns])
    engine.put(name, pa.Table.from_pylist(list(rows), schema=schema))
