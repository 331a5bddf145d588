"""The tables of a panel and of what the flow learns from it, as a run publishes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.backtest.invented import Row, Tables
from tests.chances.test_weekly import _panel as weekly_panel
from tests.chances.test_weekly import chance_rules, put

from muster.chances import weekly
from muster.engine.duckdb_engine import DuckDBEngine
from muster.engine.published import Published


def learnt(folder: Path, *pins: dict[str, Any], horizon_weeks: int = 13) -> Published:
    """A company whose models are learnt quarter by quarter, with rows of models.csv."""
    panel = weekly_panel()
    with DuckDBEngine(threads=1) as engine:
        put(engine, panel, chance_rules(("horizon_weeks", horizon_weeks, 0)), *pins)
        weekly.put_chances(engine)
        said = engine.arrow("SELECT e.*, e.week_at AS scored_at FROM chance_estimate AS e").to_pylist()
        models = engine.arrow("SELECT m.* FROM chance_model AS m").to_pylist()
        weights = engine.arrow("SELECT c.* FROM chance_coefficient AS c").to_pylist()
    tables = Tables(0)
    tables.rows |= {"panel": panel.to_pylist(), "chance": said, "chance_model": models}
    tables.rows["chance_coefficient"] = weights
    dated = ("week_at", "opens_at", "scored_at", "trained_at")

    def as_published(table: str, rows: list[Row]) -> list[Row]:
        dates = [
            row | {name: instant(row[name]) for name in dated if row.get(name) is not None} for row in rows
        ]
        return [row | {"score": Decimal(row["score"]) / 100} for row in dates] if table == "panel" else dates

    return tables.write(folder, as_published)


def instant(micros: int) -> datetime:
    """As published: a timestamp without a zone."""
    return datetime(1970, 1, 1) + timedelta(microseconds=micros)
