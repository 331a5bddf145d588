"""Reading source rows back: does the file hold, in that row, what the record says?"""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from muster.explain import SourceRow
from muster.workspace import Workspace

# Columns that tell a record in its row; of those with a fingerprint for a key, what else tells them.
_TOLD_BY = {
    "account_attribute": ("account_record_id",),
    "engagement": ("engagement_id", "company_domain", "email"),
    "exchange_rate": ("currency",),
    "experiment_arm": ("account_record_id",),
    "lead_status_change": ("person_record_id",),
    "spend": ("tactic_id",),
    "stage_change": ("stage_change_id", "opportunity_id"),
}


def cells_of(workspace: Workspace, source: SourceRow) -> list[str]:
    """The cells of the row in the file that the source row names."""
    [config] = [s for s in workspace.config.source if s.name == source.source]
    root = workspace.folder / config.path
    rows = _rows(root / source.file if root.is_dir() else root)
    assert root.is_dir() or root.name == source.file
    return rows[source.row - 1]  # row 1 is the header


def check_source(workspace: Workspace, source: SourceRow) -> None:
    """Fail unless the file has the row, and the row the record's id."""
    cells = cells_of(workspace, source)
    records = _records(workspace.published.folder / "records", source.table)
    if source.table == "set_aside":
        raw = json.loads(records[(source.source, source.file, source.row)][0]["raw"])
        assert list(raw.values() if isinstance(raw, dict) else raw) == cells
        return
    found = records[(source.source, source.file, source.row)]
    columns = _TOLD_BY.get(source.table, tuple(found[0])[:1])
    told = {record[column] for record in found for column in columns if record[column]}
    assert told & {cell.strip() for cell in cells}, (source, told, cells)


@cache
def _rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


@cache
def _records(folder: Path, table: str) -> dict[tuple[str, str, int], list[dict[str, Any]]]:
    found: dict[tuple[str, str, int], list[dict[str, Any]]] = {}
    for record in pq.read_table(folder / f"{table}.parquet").to_pylist():
        file = record["file"] if table == "set_aside" else record["source_file"]
        row = record["row"] if table == "set_aside" else record["source_row"]
        found.setdefault((record["source"], file, row), []).append(record)
    return found
