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


def explain_fault(message: str, tables: Mapping[str, Sequence[str]], *, sql: str = "") -> WrongUse:
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
        asked = _named(f"{sql}\n{message}", tables)
        ways = f'All columns: muster query "DESCRIBE {asked}"' if asked else "All tables: muster query"
        return WrongUse(told, remedy=f"{hint}{ways}")
    spoken = _stumbled_over(message)
    if spoken:
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


def _stumbled_over(message: str) -> str:
    """The word of SQL, used as a column of ours, that a syntax error is about; empty when it is another.

    DuckDB complains at the word itself (`SELECT column`), or at what it did not expect after it
    (`at, score` where AT wants a snapshot).
    """
    found = re.search(r'syntax error at or near "([^"]*)"', message)
    if found is None:
        return ""
    lines = message.splitlines()
    start = next((i for i, line in enumerate(lines) if re.match(r"LINE \d+:", line)), None)
    if found[1].lower() in RESERVED:
        return found[1].lower()
    if start is None or start + 1 >= len(lines):
        return ""
    before = lines[start][: lines[start + 1].find("^")]
    word = re.search(r'(?<!["\w.])(\w+)\s*$', before)
    return word[1].lower() if word and word[1].lower() in RESERVED else ""


def _named(text: str, tables: Mapping[str, Sequence[str]]) -> str:
    """The one table that a query reads, to describe; empty where it reads several, or none of ours."""
    spoken = {name.lower() for name in re.findall(r'\b(?:FROM|JOIN)\s+"?(\w+)', text, re.IGNORECASE)}
    read = sorted(spoken & set(tables))
    return read[0] if len(read) == 1 else ""
