"""The key a person types, found: parts joined by `/`, the beginning of a key, an instant to the day."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise

import pyarrow as pa

from muster.canonical.tables import Column, Table, flow_tables, source_tables
from muster.engine.duckdb_engine import literal
from muster.engine.shape import may_be_null, quoted
from muster.explain.archive import Archive
from muster.explain.nearest import not_found, too_many
from muster.explain.rests_on import lineages
from muster.problems import WrongUse

MOST = 20  # rows of the beginning of a key that are explained at once
_MOST_SPLITS = 700  # ways to read a key with slashes: enough for ten of them in a key of six parts
_NOTHING = ("", "-")
_DAY = len("2025-01-31")


def contract(table: str) -> Table:
    """The table of that name. Raises WrongUse, naming the nearest, when there is none."""
    known = {**source_tables(), **flow_tables()}
    if table in known:
        return known[table]
    near = difflib.get_close_matches(table, known, n=3)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(flow_tables())}."
    raise WrongUse(f"There is no table {table}.", remedy=hint)


def find_rows(archive: Archive, table: Table, key: str | Sequence[str]) -> pa.Table:
    """The rows that a key or its beginning names. Raises WrongUse when there are none, or too many."""
    readings = list(_splits(key, len(table.key))) if isinstance(key, str) else [tuple(key)]
    relation = quoted(lineages()[table.name].read_from)
    conditions = [f"({found})" for parts in readings if (found := begins(table, parts)) is not None]
    if conditions:
        where, order = " OR ".join(conditions), ", ".join(f"r.{quoted(k)} NULLS FIRST" for k in table.key)
        found = archive.ask(
            f"SELECT r.* FROM {relation} AS r WHERE {where} ORDER BY {order} LIMIT {MOST + 1}"
        )
        if found.num_rows > MOST:
            raise too_many(table, found, most=MOST)
        if found.num_rows:
            return found
    raise not_found(archive, table, relation, [(parts, _known(table, parts)) for parts in readings])


def _splits(text: str, most: int) -> Iterable[tuple[str, ...]]:
    """Every way to cut a text at its slashes into at most so many parts: values may hold slashes."""
    pieces, count = text.split("/"), 0
    for parts in range(min(most, len(pieces)), 0, -1):
        for cuts in combinations(range(1, len(pieces)), parts - 1):
            yield tuple("/".join(pieces[a:b]) for a, b in pairwise([0, *cuts, len(pieces)]))
            count += 1
            if count == _MOST_SPLITS:
                return


def begins(table: Table, parts: Sequence[str]) -> str | None:
    """SQL for rows whose key begins with these parts; None when no key can."""
    if len(parts) > len(table.key):
        return None
    each = [_equals(table.column(k), part) for k, part in zip(table.key, parts, strict=False)]
    if any(one is None for one in each):
        return None
    return " AND ".join(f"({one})" for one in each)


def _known(table: Table, parts: tuple[str, ...]) -> list[str | None]:
    """For each length of a beginning, from the longest to none, its condition."""
    longest = min(len(parts), len(table.key)) - 1
    return [begins(table, parts[:length]) if length else "TRUE" for length in range(longest, -1, -1)]


def _equals(column: Column, part: str) -> str | None:
    name = f"r.{quoted(column.name)}"
    if part in _NOTHING and (may_be_null(column) or part == ""):
        return f"{name} IS NULL" + (f" OR {name} = {literal(part)}" if column.type == "text" else "")
    if column.type not in {"instant", "day"}:
        return f"{name} = {literal(part)}"
    moment = read_instant(part)
    if moment is None:
        return None
    if column.type == "instant" and len(part) == _DAY:
        return f"{name} >= TIMESTAMP '{moment}' AND {name} < TIMESTAMP '{moment + timedelta(days=1)}'"
    return f"{name} = TIMESTAMP '{moment}'"


def read_instant(text: str) -> datetime | None:
    """An instant or a day, in UTC without saying so, as published tables hold it."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
