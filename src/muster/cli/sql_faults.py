"""Wrong SQL explained: DuckDB's first lines, and the nearest name there is."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

from muster.problems import WrongUse

_NO_TABLE = re.compile(r"Table with name ([^\s!]+) does not exist")
_NO_COLUMN = re.compile(r'(?:Referenced column|does not have a column named) "([^"]+)"')
# Columns of ours that are words of SQL: they need quotes.
RESERVED = ("at", "column")


def explain_fault(message: str, tables: Mapping[str, Sequence[str]]) -> WrongUse:
    """The complaint for a query that DuckDB refused; `tables` are the published ones with their columns."""
    told = _first_lines(message)
    missing = _NO_TABLE.search(message)
    if missing:
        near = _nearest(missing[1], list(tables))
        hint = f"Did you mean {near}? " if near else ""
        return WrongUse(f"There is no table {missing[1]}.", remedy=f"{hint}All tables: muster query")
    missing = _NO_COLUMN.search(message)
    if missing:
        owners = {column: table for table, columns in tables.items() for column in columns}
        near = _nearest(missing[1], list(owners))
        hint = f"Did you mean {near} of {owners[near]}? " if near and "Candidate" not in told else ""
        return WrongUse(told, remedy=f'{hint}All columns: muster query "DESCRIBE {_named(message, tables)}"')
    spoken = next((w for w in RESERVED if re.search(rf'(?<!")\b{w}\b', told, re.IGNORECASE)), None)
    if "syntax error" in told and spoken:
        return WrongUse(told, remedy=f'"{spoken}" is a word of SQL: in double quotes it is the column.')
    return WrongUse(told, remedy="All tables: muster query")


def _first_lines(message: str) -> str:
    """The message up to its copy of the query, where the fault is marked in the line it is in."""
    lines = [line.rstrip() for line in message.splitlines()]
    start = next((i for i, line in enumerate(lines) if re.match(r"LINE \d+:", line)), None)
    kept = [line for line in lines[:start] if line][:3]
    if start is not None:
        kept += lines[start : start + 2]
    return "\n".join(kept)


def _nearest(name: str, names: list[str]) -> str:
    lowered = {n.lower(): n for n in names}
    near = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return lowered[near[0]] if near else ""


def _named(message: str, tables: Mapping[str, Sequence[str]]) -> str:
    """A table that the query speaks of, to describe; any one where the message shows none."""
    words = re.findall(r"\w+", message)
    return next((word for word in words if word in tables), next(iter(tables)))
