"""The tables Muster reads into and publishes: names, columns, types, keys.

`source_tables.toml` holds what sources are read into, `flow_tables.toml` what the flow
publishes, `replay_tables.toml` what a replay writes. Everything that needs a column list
(readers, runner, checks, docs) takes it here.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

# type -> (DuckDB type inside the flow, how a column is published)
INSIDE = {
    "text": "VARCHAR",
    "instant": "BIGINT",
    "day": "BIGINT",
    "cents": "BIGINT",
    "points": "BIGINT",
    "integer": "BIGINT",
    "real": "DOUBLE",
    "flag": "BOOLEAN",
}
PUBLISHED = {
    "instant": "CAST(make_timestamp({c}) AS TIMESTAMP)",
    "day": "CAST(make_timestamp({c}) AS DATE)",
    "points": "CAST(CAST({c} AS DECIMAL(18,0)) / 100 AS DECIMAL(9,2))",
}

# Columns that every table read from a source carries: where a row came from, since when we know it.
LINEAGE = (
    ("source", "text", "name of the source in muster.toml"),
    ("source_file", "text", "file inside the source"),
    ("source_row", "integer", "row in the file as spreadsheets count: the header is row 1"),
    ("known_at", "instant", "the first instant at which the company could have known the row"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `type` is a word of `INSIDE`."""

    name: str
    type: str
    about: str


@dataclass(frozen=True, slots=True)
class Table:
    """The contract of one table. `key` columns are unique together; rows are stored in their `order`.

    That is the key's, or that of the columns in `stored_by` first: what readers ask for by them then lies
    together in the file, and the rest of it is left unread.
    """

    name: str
    about: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    step: str = "load"
    stored_by: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[str, ...]:
        """The columns by which rows are stored, nulls first."""
        return (*self.stored_by, *(k for k in self.key if k not in self.stored_by))

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in the order of the contract."""
        return tuple(c.name for c in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def _read(file: str, *, with_lineage: bool) -> dict[str, Table]:
    sections = tomllib.loads(files("muster.canonical").joinpath(file).read_text("utf-8"))
    tables = {}
    for name, body in sections.items():
        about, key, step = body.pop("about"), tuple(body.pop("key")), body.pop("step", "load")
        stored_by = tuple(body.pop("stored_by", ()))
        columns = [Column(c, *(part.strip() for part in text.split(":", 1))) for c, text in body.items()]
        if with_lineage:
            columns += [Column(*c) for c in LINEAGE]
        tables[name] = Table(name, about, key, tuple(columns), step, stored_by)
    return tables


@cache
def source_tables() -> dict[str, Table]:
    """What sources are read into, by name."""
    return _read("source_tables.toml", with_lineage=True)


@cache
def flow_tables() -> dict[str, Table]:
    """What the flow publishes, by name."""
    return _read("flow_tables.toml", with_lineage=False)


@cache
def replay_tables() -> dict[str, Table]:
    """What `muster replay` writes, by name."""
    return _read("replay_tables.toml", with_lineage=False)
