"""Recount every figure of every row: where a table and what it rests on do not agree, say so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from muster.canonical.tables import flow_tables
from muster.engine.shape import quoted
from muster.explain.archive import rows_of
from muster.explain.explanation import Recount, key_text
from muster.explain.keys import contract
from muster.explain.recount import recount
from muster.explain.rests_on import lineages
from muster.explain.tell import Opened, archive_of

_BATCH = 20_000


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A row and the figure of it that its rows do not give."""

    table: str
    key: str
    recount: Recount


def audit(workspace: Opened, tables: Iterable[str] | None = None) -> list[Disagreement]:
    """Every figure that does not agree with the rows it rests on, in all tables or those named."""
    found = []
    with archive_of(workspace) as archive:
        for name in tables if tables is not None else flow_tables():
            table, lineage = contract(name), lineages()[name]
            if not lineage.recounts:
                continue
            whole = archive.ask(f"SELECT r.* FROM {quoted(lineage.read_from)} AS r")
            for start in range(0, whole.num_rows, _BATCH):
                rows = whole.slice(start, _BATCH)
                numbered = rows.append_column("node", pa.array(range(rows.num_rows), pa.int64()))
                keys = [key_text(row[k] for k in table.key) for row in rows_of(rows)]
                found += [
                    Disagreement(name, keys[node], one)
                    for node, one in recount(archive, lineage.recounts, numbered)
                    if not one.agrees
                ]
    return found
