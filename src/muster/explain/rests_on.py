"""What each table rests on, as data: `lineage/*.toml`, one section a table.

    [score]
    sentence = "..."             {column} is the row's value, {column|else} says what stands for null,
                                 [ ... ] is left out when a value in it is null
    read_from = "..."            a relation to read its rows from, where that is not the table's file

    [[score.parents]]            rows of other tables: `from`, `join`, `where`, `order`, `limit`, `because`;
                                 `asked_only` where only the row that was asked for is followed so far
    [[score.sources]]            records: a canonical table, `landed` (any of them) or `set_aside`
    [[score.rules]]              rows of a rule file
    [[score.recounts]]           `how` in words, and `sql`: a SELECT of `node` and figures named as the row's

In all SQL, `r` (or `explained AS r`) is the row explained and `p` what it rests on. Instants are
TIMESTAMP as published; tables the flow makes on the way and does not keep hold microseconds.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from muster.canonical.tables import source_tables


@dataclass(frozen=True, slots=True)
class Edge:
    """Rows `p` of `table` that a row `r` rests on: FROM explained AS r `join`, table AS p WHERE `where`."""

    table: str
    where: str
    join: str = ""
    order: str = "0"
    limit: int = 1_000
    because: str = ""
    asked_only: bool = False  # followed only for the row that was asked for


@dataclass(frozen=True, slots=True)
class RecountQuery:
    """Figures of a row computed again; a row that the SELECT leaves out cannot be recounted."""

    how: str
    sql: str
    asked_only: bool = False


@dataclass(frozen=True, slots=True)
class Lineage:
    """What the rows of one table say and rest on."""

    table: str
    sentence: str
    read_from: str
    parents: tuple[Edge, ...] = ()
    sources: tuple[Edge, ...] = ()
    rules: tuple[Edge, ...] = ()
    recounts: tuple[RecountQuery, ...] = ()


@cache
def lineages() -> dict[str, Lineage]:
    """The lineage of every table that can be explained, by name."""
    found = {
        name: _read(name, section) for name, section in _sections().items() if name not in {"names", "views"}
    }
    for name, table in source_tables().items():
        of_record = found.get(name, Lineage(name, f"{table.about}", name))
        own = Edge(name, " AND ".join(f'p."{k}" IS NOT DISTINCT FROM r."{k}"' for k in table.key))
        found[name] = Lineage(
            name,
            of_record.sentence,
            of_record.read_from,
            of_record.parents,
            (own, *of_record.sources),
            of_record.rules,
            of_record.recounts,
        )
    return found


@cache
def views() -> dict[str, str]:
    """SELECTs that the data use by name, in `[views]`."""
    return dict(_sections()["views"])


@cache
def names() -> dict[str, tuple[tuple[str, ...], str]]:
    """What ids are called: by kind, the columns that hold such ids, and a SELECT of id and name."""
    return {kind: (tuple(body["columns"]), str(body["sql"])) for kind, body in _sections()["names"].items()}


@cache
def _sections() -> dict[str, Any]:
    sections: dict[str, Any] = {}
    for file in sorted(files("muster.explain").joinpath("lineage").iterdir(), key=lambda f: f.name):
        sections |= tomllib.loads(file.read_text("utf-8"))
    return sections


def _read(name: str, section: Mapping[str, Any]) -> Lineage:
    return Lineage(
        name,
        section["sentence"],
        section.get("read_from", name),
        parents=tuple(_edge(body) for body in section.get("parents", ())),
        sources=tuple(_edge(body) for body in section.get("sources", ())),
        rules=tuple(_edge(body) for body in section.get("rules", ())),
        recounts=tuple(RecountQuery(**body) for body in section.get("recounts", ())),
    )


def _edge(body: Mapping[str, Any]) -> Edge:
    return Edge(body["from"], **{key: value for key, value in body.items() if key != "from"})
