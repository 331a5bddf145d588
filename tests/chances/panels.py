"""The panel of a company written in a test: made by the flow's own SQL, up to the table `panel`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from muster import flow
from muster.engine.duckdb_engine import DuckDBEngine
from muster.recall.clock import micros
from muster.sources.load import load
from muster.steps import STEPS
from muster.testing import Record, company

AFTER_PANEL = {
    "chance",
    "chance_estimate",
    "chance_part",
    "chance_reason",
    "chance_model",
    "chance_coefficient",
    "win_chance",
}
Row = dict[str, Any]
NOW = datetime(2030, 1, 1, tzinfo=UTC)


@contextmanager
def built_panel(folder: Path, *records: Record, as_of: datetime) -> Iterator[DuckDBEngine]:
    """An engine that holds every table up to `panel`, as of a date."""
    workspace = company(folder, *records, run=False)
    landing = folder / "landing"
    loaded = load(workspace.config, folder, landing, now=NOW)
    with DuckDBEngine(threads=2) as engine:
        _, given = flow.prepare(
            engine, loaded, landing, workspace.config, workspace.rules, as_of=as_of, now=NOW
        )
        for step in STEPS[: [s.name for s in STEPS].index("chance") + 1]:
            for query in flow._ordered(step, folder, given):
                if step.name == "chance" and query.name in AFTER_PANEL:
                    continue
                if query.name in step.made_by_python:
                    step.made_by_python[query.name][1](engine)
                else:
                    engine.create(query.name, query.sql)
        yield engine


def panel_of(folder: Path, *records: Record, as_of: datetime) -> list[Row]:
    """The panel's rows, in the order of their keys."""
    with built_panel(folder, *records, as_of=as_of) as engine:
        found = engine.arrow("SELECT p.* FROM panel AS p").to_pylist()
    return sorted(found, key=lambda row: (row["account_id"], row["solution_id"], row["week_at"]))


def signs(panel: list[Row]) -> list[Row]:
    """The rows without what only the weeks after can tell: the labels."""
    return [{k: v for k, v in row.items() if not k.startswith("opens")} for row in panel]


def on(panel: list[Row], day: str) -> Row:
    """The only row of a Monday."""
    [row] = [row for row in panel if row["week_at"] == at(day)]
    return row


def at(text: str) -> int:
    """An instant as the flow has it."""
    return micros(datetime.fromisoformat(text).replace(tzinfo=UTC))
