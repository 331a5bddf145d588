"""One SELECT that turns a file's raw text rows into typed cells, and marks what cannot be read.

Level by level: the text each cell is read from (`_t`), its typed value (`_v`), whether that failed
(`_f`), and last the row: its cells, its issue codes, whether it is set aside, its raw text as JSON
where anything was wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from muster.sources import values
from muster.sources.shape import Cell, Shape
from muster.sources.sqltext import any_of, identifier, literal
from muster.sources.wording import ROW


@dataclass(frozen=True, slots=True)
class FileColumns:
    """A file's column names as written, and where each name the shape asks for stands among them."""

    names: tuple[str, ...]
    places: Mapping[str, int]

    def raw(self, name: str) -> str | None:
        """The Arrow column of a name the shape asks for; None when the file has no such column."""
        place = self.places.get(name)
        return None if place is None else f"r{place}"

    def written(self, cell: Cell) -> str:
        """A cell's column as the file writes it, for messages."""
        known = [self.names[self.places[c]] for c in cell.columns if c in self.places]
        return " + ".join(known) if cell.separator is not None else (known[0] if known else cell.name)


def typing_query(shape: Shape, columns: FileColumns, *, source: str, file: str, now: datetime) -> str:
    """The SELECT over `rows` (columns `_row`, `r0`, ...) that gives the staged columns of one file."""
    cells = list(enumerate(shape.cells))
    faulty = [(i, cell) for i, cell in cells if values.can_fail(cell)]
    texts = [f"{_text(cell, columns, shape)} AS _t{i}" for i, cell in cells]
    typed = [f"{values.typed(cell, f'_t{i}')} AS _v{i}" for i, cell in cells]
    faults = [f"({values.fault(cell, f'_t{i}', f'_v{i}', now=now)}) AS _f{i}" for i, cell in faulty]
    clean = [f"{_clean(cell, i, columns)} AS {identifier(cell.name)}" for i, cell in cells]
    where = _where(shape, columns)
    rules = [(f"coalesce({condition}, FALSE)", code) for condition, code in shape.rules]
    if where:
        rules.append((where, "where"))
    bad = any_of([f"_f{i}" for i, _ in faulty] + [condition for condition, _ in rules])
    aside = any_of(
        [f"_f{i}" for i, cell in faulty if cell.strict]
        + [condition for condition, code in rules if ROW[code].sets_aside]
    )
    issues = [
        f"CASE WHEN _f{i} THEN '{i}:' || {values.fault_code(cell, f'_t{i}', f'_v{i}')} END"
        for i, cell in faulty
    ] + [f"CASE WHEN {condition} THEN ':{code}' END" for condition, code in rules]
    fingerprint = f", {_print(columns, source)} AS _print" if shape.fingerprint else ""
    names = ", ".join(identifier(cell.name) for cell in shape.cells)
    return f"""
        SELECT
            {literal(source)} AS source, {literal(file)} AS source_file, _row AS source_row,
            {names}{fingerprint},
            CASE WHEN {bad} THEN concat_ws(',', {", ".join(issues) or "NULL"}) END AS _issues,
            {aside} AS _aside,
            CASE WHEN {bad} THEN {raw_json(columns.names)} END AS _raw
        FROM (SELECT *, {", ".join(clean)}
        FROM (SELECT {", ".join(["*", *faults])}
        FROM (SELECT *, {", ".join(typed)}
        FROM (SELECT *, {", ".join(texts)} FROM rows))))
    """


def raw_json(names: Sequence[str]) -> str:
    """SQL for a raw row as one JSON object; a name that occurs twice is numbered."""
    pairs = []
    for i, name in enumerate(names):
        twin = list(names[:i]).count(name)
        pairs.append(f"{literal(name if not twin else f'{name} ({twin + 1})')}, r{i}")
    return f"CAST(json_object({', '.join(pairs)}) AS VARCHAR)" if pairs else "'{}'"


def _text(cell: Cell, columns: FileColumns, shape: Shape) -> str:
    if cell.value is not None:
        text = literal(cell.value) if cell.value else "CAST(NULL AS VARCHAR)"
    else:
        parts = [values.trimmed(cell, raw) for name in cell.columns if (raw := columns.raw(name))]
        if not parts:
            text = "CAST(NULL AS VARCHAR)"
        elif cell.separator is None:
            text = parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"
        elif cell.needed:  # parts of a key keep their places, so that ("a", "") and ("", "a") differ
            joined = f" || {literal(cell.separator)} || ".join(f"coalesce({p}, '')" for p in parts)
            text = f"CASE WHEN coalesce({', '.join(parts)}) IS NOT NULL THEN {joined} END"
        else:
            text = f"nullif(concat_ws({literal(cell.separator)}, {', '.join(parts)}), '')"
    if cell.values or cell.others is not None:
        text = _renamed(cell, text)
    if cell.only_where:
        other = columns.raw(cell.only_where[0])
        allowed = ", ".join(literal(v) for v in cell.only_where[1])
        folded = f"lower(replace(replace({other}, '_', ''), ' ', ''))" if other else "NULL"
        text = f"CASE WHEN {folded} IN ({allowed}) THEN {text} END"
    return text


def _renamed(cell: Cell, text: str) -> str:
    branches = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in cell.values.items() if k)
    rest = text if cell.others is None else literal(cell.others)
    if "" in cell.values:
        branches += f" ELSE CASE WHEN {text} IS NULL THEN {literal(cell.values[''])} ELSE {rest} END"
    elif cell.others is not None:
        branches += f" ELSE CASE WHEN {text} IS NOT NULL THEN {rest} END"
    else:
        branches += f" ELSE {rest}"
    if not branches.startswith("WHEN"):
        branches = f"WHEN NULL THEN NULL {branches}"
    return f"nullif(CASE {text} {branches} END, '')"


def _clean(cell: Cell, place: int, columns: FileColumns) -> str:
    value = f"CASE WHEN _f{place} THEN NULL ELSE _v{place} END" if values.can_fail(cell) else f"_v{place}"
    if cell.type == "flag" and any(c in columns.places for c in cell.columns):
        return f"coalesce({value}, FALSE)"  # exports leave false empty; a missing column stays unknown
    return value


def _where(shape: Shape, columns: FileColumns) -> str:
    kept = []
    for name, allowed in shape.where.items():
        options = ", ".join(literal(v) for v in allowed)
        kept.append(f"coalesce({columns.raw(name)}, '') IN ({options})" if options else "FALSE")
    return f"NOT ({' AND '.join(kept)})" if kept else ""


def _print(columns: FileColumns, source: str) -> str:
    """A fingerprint of all cells by name: the order of columns and empty cells do not matter."""
    order = sorted(range(len(columns.names)), key=lambda i: (columns.names[i], i))
    cells = [f"CASE WHEN r{i} <> '' THEN {literal(columns.names[i])} || chr(30) || r{i} END" for i in order]
    return f"md5(concat_ws(chr(31), {', '.join([literal(source), *cells])}))"
