"""The walk back, table by table: all rows met of one table are followed at once, so few questions are asked.

What a table rests on never leads back to it, so a table's turn comes when everything that rests on
it has been followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from graphlib import TopologicalSorter
from typing import Any

import pyarrow as pa

from muster.canonical.tables import Table, source_tables
from muster.explain.archive import Archive, rows_of
from muster.explain.explanation import Recount, RuleRow, SourceRow, key_text
from muster.explain.keys import contract
from muster.explain.questions import parents_of, rules_of, sources_of
from muster.explain.recount import recount
from muster.explain.rests_on import Edge, lineages

# How many rows are shown for each reason, by distance from the row that was asked for.
LIMITS = (20, 5, 1)
_HELPERS = ["node", "_found", "_place"]
Address = tuple[str, tuple[Any, ...]]


@dataclass(slots=True)
class Step:
    """One row met on the walk; `parents` are the addresses of rows it rests on, with the reason."""

    table: str
    row: dict[str, Any]
    depth: int
    parents: list[tuple[Address, str]] = field(default_factory=list)
    sources: list[SourceRow] = field(default_factory=list)
    rules: list[RuleRow] = field(default_factory=list)
    recounts: list[Recount] = field(default_factory=list)
    left_out: int = 0
    sources_left_out: int = 0


@dataclass(slots=True)
class Walk:
    """Where the walk stands: every row met, and by table those that were not followed yet."""

    archive: Archive
    limits: Sequence[int]
    steps: dict[Address, Step] = field(default_factory=dict)
    waiting: dict[str, list[pa.Table]] = field(default_factory=dict)


def walk(
    archive: Archive, table: Table, rows: pa.Table, *, limits: Sequence[int] = LIMITS
) -> dict[Address, Step]:
    """Every row behind `rows` of a table, within the limits; `rows` come first."""
    going = Walk(archive, limits)
    for row in rows_of(rows):
        going.steps[address_of(table, row)] = Step(table.name, row, 0)
    going.waiting[table.name] = [rows]
    for name in followed_in_order():
        if name in going.waiting:
            _follow(going, name, pa.concat_tables(going.waiting.pop(name)))
    return going.steps


@cache
def followed_in_order() -> tuple[str, ...]:
    """Every table after all those that rest on it. Raises CycleError if one rests on itself."""
    resting: dict[str, set[str]] = {name: set() for name in lineages()}
    for lineage in lineages().values():
        for edge in lineage.parents:
            resting[edge.table].add(lineage.table)
    return tuple(TopologicalSorter(resting).static_order())


def address_of(table: Table, row: dict[str, Any]) -> Address:
    """Table and key: what tells one row from another."""
    return table.name, tuple(row[k] for k in table.key)


def _follow(going: Walk, name: str, rows: pa.Table) -> None:
    """Find what the rows of one table rest on, and count their figures again."""
    lineage, table, archive = lineages()[name], contract(name), going.archive
    here = [going.steps[address_of(table, row)] for row in rows_of(rows)]
    limits = [going.limits[min(step.depth, len(going.limits) - 1)] for step in here]
    explained = rows.append_column("node", pa.array(range(rows.num_rows), pa.int64()))
    explained = explained.append_column("_limit", pa.array(limits, pa.int64()))
    asked = explained.filter(pa.array([step.depth == 0 for step in here], pa.bool_()))
    always = [query for query in lineage.recounts if not query.asked_only]
    when_asked = [query for query in lineage.recounts if query.asked_only] if asked.num_rows else []
    for queries, of in ((always, explained), (when_asked, asked)):
        for node, recounted in recount(archive, queries, of):
            here[node].recounts.append(recounted)
    for edge in lineage.sources:
        for found in archive.rows(sources_of(edge), explained=explained):
            _keep_source(here[found["node"]], edge, found)
    for edge in lineage.rules:
        for found in archive.rows(rules_of(edge), explained=explained):
            here[found["node"]].rules.append(archive.rule_row(edge.table, found["position_in_file"]))
    for edge in lineage.parents:
        of = asked if edge.asked_only else explained
        if of.num_rows:
            _keep_parents(going, here, edge, archive.ask(parents_of(edge), explained=of))


def _keep_parents(going: Walk, here: list[Step], edge: Edge, found: pa.Table) -> None:
    """Note which rows rest on which; those met for the first time wait for their table's turn."""
    table = contract(edge.table)
    rows = found.drop_columns(_HELPERS)
    new = []
    for number, (row, helper) in enumerate(zip(rows_of(rows), rows_of(found.select(_HELPERS)), strict=True)):
        address, step = address_of(table, row), here[helper["node"]]
        if helper["_place"] == 1:
            step.left_out += helper["_found"]
        step.left_out -= 1
        if address in going.steps:
            going.steps[address].depth = min(going.steps[address].depth, step.depth + 1)
        else:
            going.steps[address] = Step(table.name, row, step.depth + 1)
            new.append(number)
        if all(known != address for known, _ in step.parents):
            step.parents.append((address, edge.because))
    if new:
        going.waiting.setdefault(table.name, []).append(rows.take(pa.array(new, pa.int64())))


def _keep_source(step: Step, edge: Edge, found: dict[str, Any]) -> None:
    of_records = source_tables().get(edge.table)
    if of_records is not None:
        table, key = of_records.name, key_text(found[f"key_{n}"] for n in range(len(of_records.key)))
    else:
        table, key = found["table_name"], found["key_text"]
    row = SourceRow(found["source"], found["source_file"], found["source_row"], table, key, found["known_at"])
    if found["_place"] == 1:
        step.sources_left_out += found["_found"]
    step.sources_left_out -= 1
    if row not in step.sources:
        step.sources.append(row)
