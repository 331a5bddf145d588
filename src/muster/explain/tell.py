"""Explain a row: find it by its key, walk back from it, say it in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from muster.canonical.tables import Table
from muster.config.settings import Config
from muster.engine.published import Published
from muster.explain.archive import Archive
from muster.explain.explanation import Explanation
from muster.explain.keys import contract, find_rows
from muster.explain.rests_on import lineages
from muster.explain.walk import Address, Step, walk
from muster.explain.words import Names, read_names, sentence
from muster.rules.read import Rules


class Opened(Protocol):
    """What explain needs of a workspace."""

    @property
    def folder(self) -> Path:
        """The workspace's folder."""

    @property
    def config(self) -> Config:
        """muster.toml, checked."""

    @property
    def rules(self) -> Rules:
        """The rule files, checked."""

    @property
    def published(self) -> Published:
        """The tables of the last run."""


def explain(workspace: Opened, table: str, key: str | Sequence[str]) -> Explanation:
    """Walk from one row of a table back to the rows it rests on, and to file and row of the source.

    `key` is the table's key, its columns joined by `/` or one by one; instants as ISO, `-` for null.
    The first columns of a key alone explain every row that has them, up to twenty. Raises WrongUse, naming
    the nearest keys there are, when no row has it.

    >>> print(render(explain(ws, "score", "g06565d0062ac5d01/2025-06-13T13:49:53")))  # doctest: +SKIP
    """
    of_key = contract(table)
    with archive_of(workspace) as archive:
        told = tell(archive, of_key, find_rows(archive, of_key, key))
        top = told[0] if len(told) == 1 else _together(of_key, told)
        return replace(top, cautions=archive.cautions)


def archive_of(workspace: Opened) -> Archive:
    """Everything the workspace's last run left."""
    return Archive(workspace.published, workspace.folder, workspace.config, workspace.rules)


def tell(archive: Archive, table: Table, rows: pa.Table) -> list[Explanation]:
    """The explanations of several rows of a table, walked back together."""
    steps = walk(archive, table, rows)
    called = read_names(archive, (step.row for step in steps.values()))
    told: dict[Address, Explanation] = {}
    return [_tell(address, steps, archive, called, told) for address in list(steps)[: rows.num_rows]]


def _tell(
    address: Address,
    steps: dict[Address, Step],
    archive: Archive,
    called: Names,
    told: dict[Address, Explanation],
) -> Explanation:
    """The explanation of one row met on the walk, told once however often it is met."""
    if address not in told:
        step = steps[address]
        parents = [
            replace(_tell(parent, steps, archive, called, told), because=because)
            for parent, because in step.parents
        ]
        told[address] = Explanation(
            table=step.table,
            key={name: step.row[name] for name in contract(step.table).key},
            sentence=sentence(lineages()[step.table].sentence, step.row, called),
            row=step.row,
            parents=tuple(parents),
            sources=tuple(step.sources),
            left_out=step.left_out,
            sources_left_out=step.sources_left_out,
            made_by=archive.made_by(step.table),
            rules=tuple(step.rules),
            recounts=tuple(step.recounts),
        )
    return told[address]


def _together(table: Table, rows: list[Explanation]) -> Explanation:
    """The rows that begin with one key, under one head."""
    shared: dict[str, Any] = {}
    for name in table.key:
        values = {str(row.key[name]) for row in rows}
        if len(values) > 1:
            break
        shared[name] = rows[0].key[name]
    rest = "/".join(table.key[len(shared) :])
    return Explanation(
        table=table.name,
        key=shared,
        sentence=f"{len(rows)} rows of {table.name} fit. To name one of them, add its {rest} to the key.",
        row={},
        parents=tuple(rows),
        sources=(),
        left_out=0,
        made_by=rows[0].made_by,
    )
