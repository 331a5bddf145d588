"""The shape of a file: which typed cells are read out of a raw row, and which table they become.

Both kinds of source compile to shapes: `salesforce.py` from the object list, `column_map.py` from
muster.toml. Everything after that (reading, typing, ledger) knows shapes only.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from muster.canonical.tables import source_tables

# Finer than the contract's types: what a text column holds decides how it is cleaned.
_BY_NAME = {"email": "email", "sharer_email": "email", "url": "path", "content_id": "content"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row: where it is read from and what it becomes.

    `columns` are file columns; the first that is not empty counts, unless `separator` joins them
    all. `only_where` reads the cell only in rows whose other column has one of the given values
    (compared as canonical names). A `strict` cell that cannot be read sets its row aside; any
    other becomes null with a warning. `happened` cells may not lie in the future.
    """

    name: str
    type: str
    columns: tuple[str, ...] = ()
    value: str | None = None
    separator: str | None = None
    format: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    others: str | None = None
    plus_days: int = 0
    times: int = 1
    decimal: str = "."
    only_where: tuple[str, tuple[str, ...]] | None = None
    needed: bool = False
    strict: bool = False
    happened: bool = False


@dataclass(frozen=True, slots=True)
class Also:
    """Rows of a further table that landed rows bring along, such as the MQL date on a lead."""

    table: str
    where: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shape:
    """What the rows of one kind of file become.

    `emit` gives SQL over the cells for columns that are more than a cell of the same name;
    `rules` are conditions over the cells with the code of what is then wrong (see wording.py).
    `fingerprint` names the key column that is made from the row's content.
    """

    label: str
    table: str
    cells: tuple[Cell, ...]
    emit: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[tuple[str, str], ...] = ()
    also: tuple[Also, ...] = ()
    version: str | None = None
    fingerprint: str | None = None
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    folds_names: bool = False


@dataclass(frozen=True, slots=True)
class TableRules:
    """What a table asks of its rows, whatever they are read from (table_rules.toml).

    `known_by` are the columns whose first date says since when a row can be known; `keeps` says
    which row stays when two have one key: the `latest` version or the `first` report.
    """

    needs: tuple[str, ...]
    strict: tuple[str, ...]
    happened: tuple[str, ...]
    known_by: tuple[str, ...]
    keeps: str
    fingerprint: str | None
    defaults: Mapping[str, str]


@cache
def table_rules() -> dict[str, TableRules]:
    """The rules of every table, by name."""
    text = files("muster.sources").joinpath("table_rules.toml").read_text("utf-8")
    return {name: _rules(name, body) for name, body in tomllib.loads(text).items()}


def _rules(name: str, body: Mapping[str, Any]) -> TableRules:
    key = source_tables()[name].key
    known_by = tuple(body.get("known_by", ()))
    needs = tuple(dict.fromkeys((*key, *body.get("needs", ()))))
    return TableRules(
        needs=needs,
        strict=(*needs, *known_by, *body.get("strict", ())),
        happened=tuple(body.get("happened", ())),
        known_by=known_by,
        keeps=body["keeps"],
        fingerprint=body.get("fingerprint"),
        defaults=body.get("defaults", {}),
    )


def cell_type(table: str, column: str) -> str:
    """How a canonical column is cleaned: its contract type, or id, email, path or content."""
    contract = source_tables()[table].column(column)
    if contract.type != "text":
        return contract.type
    if column in _BY_NAME:
        return _BY_NAME[column]
    return "id" if column.endswith("_id") and column != "solution_id" else "text"


def canonical_cell(table: str, column: str, /, **how: Any) -> Cell:
    """A cell for a canonical column, as strict as its table's rules ask."""
    rules = table_rules()[table]
    return Cell(
        name=column,
        type=how.pop("type", None) or cell_type(table, column),
        needed=how.pop("needed", column in rules.needs),
        strict=how.pop("strict", column in rules.strict),
        happened=column in rules.happened,
        **how,
    )
