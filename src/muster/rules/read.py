"""Read the rule files of a workspace, checked; a file that is not there counts as its default."""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from muster.problems import RuleError

FOREVER = 9_000_000_000_000_000  # microseconds: the year 2255, for rules that still hold
_DAY = 86_400_000_000
_DATE = "date"  # the kind of `effective_from`, which every rule file has

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class RuleShape:
    """Columns and key of one rule file."""

    name: str
    about: str
    key: tuple[str, ...]
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rules:
    """Every rule of a workspace: file name -> rows, each with `from_at` and `to_at` in microseconds.

    `version` is a fingerprint of all rows: two workspaces with the same rules have the same one.
    """

    rows: Mapping[str, tuple[Mapping[str, Value], ...]]
    version: str

    def __getitem__(self, name: str) -> tuple[Mapping[str, Value], ...]:
        """Rows of one rule file."""
        return self.rows[name]


@cache
def rule_shapes() -> dict[str, RuleShape]:
    """The rule files there are, by name."""
    raw = tomllib.loads(files("muster.rules").joinpath("shapes.toml").read_text("utf-8"))
    return {n: RuleShape(n, s["about"], tuple(s["key"]), s["columns"]) for n, s in raw.items()}


def default_text(name: str) -> str:
    """The rule file that `muster init` writes."""
    return files("muster.rules").joinpath("defaults", f"{name}.csv").read_text("utf-8")


def rule_text(folder: Path, name: str) -> str:
    """A rule file as it is in a workspace's folder of rules, else as it comes with Muster."""
    file = folder / f"{name}.csv"
    return file.read_text("utf-8-sig") if file.is_file() else default_text(name)


def with_row(text: str, row: Mapping[str, str]) -> str:
    """The text of a rule file with one row more."""
    columns = next(csv.reader(io.StringIO(text)))
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([row.get(column, "") for column in columns])
    return f"{text.rstrip()}\n{line.getvalue()}"


def read_with_row(folder: Path, name: str, row: Mapping[str, str]) -> Rules:
    """The rules of a workspace as they would be with one row more in one file. Raises RuleError."""
    rules = read_rules(folder)
    rows, _ = _rows(name, with_row(rule_text(folder, name), row))
    return Rules({**rules.rows, name: rows}, rules.version)


def read_rules(folder: Path) -> Rules:
    """Read `rules/*.csv` of a workspace. Raises RuleError naming file, row, column and remedy."""
    for path in sorted(folder.glob("*.csv")):
        if path.stem not in rule_shapes():
            near = difflib.get_close_matches(path.stem, rule_shapes(), n=1)
            hint = f"Did you mean {near[0]}.csv?" if near else f"Known: {', '.join(rule_shapes())}."
            raise RuleError(f"rules/{path.name} is no rule file.", remedy=hint)
    rows, told = {}, {}
    for name in rule_shapes():
        rows[name], told[name] = _rows(name, rule_text(folder, name))
    fingerprint = "\n".join(told[name] for name in sorted(told))
    return Rules(rows, version=hashlib.sha256(fingerprint.encode()).hexdigest()[:12])


def in_force(rows: Iterable[Mapping[str, Value]], at: int) -> list[Mapping[str, Value]]:
    """The rows that hold at an instant, in file order."""
    return [row for row in rows if row["from_at"] <= at < row["to_at"]]  # type: ignore[operator]


@lru_cache(maxsize=256)  # most companies keep most defaults, and one process may read many companies
def _rows(name: str, text: str) -> tuple[tuple[Mapping[str, Value], ...], str]:
    """The rows of one rule file, and a text that differs wherever they do."""
    shape = rule_shapes()[name]
    rows = tuple(_dated(list(_parse(shape, text)), shape))
    return rows, repr((name, [sorted(row.items()) for row in rows]))


def _parse(shape: RuleShape, text: str) -> Iterator[dict[str, Value]]:
    reader = csv.DictReader(io.StringIO(text))
    header = reader.fieldnames or []
    wanted = [*shape.columns, "effective_from", "why"]
    for column in header:
        if column not in wanted:
            near = difflib.get_close_matches(column, wanted, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(wanted)}."
            raise RuleError(f"rules/{shape.name}.csv has a column {column!r} that no rule uses.", remedy=hint)
    for column in wanted[:-1]:
        if column not in header:
            raise RuleError(f"rules/{shape.name}.csv lacks the column {column}.", remedy="Add it.")
    for number, cells in enumerate(reader, start=2):  # as spreadsheets count
        row: dict[str, Value] = {}
        for column, kind in {**shape.columns, "effective_from": _DATE}.items():
            try:
                row["from_at" if kind == _DATE else column] = _typed(cells[column] or "", kind)
            except RuleError as error:
                place = f"rules/{shape.name}.csv, row {number}, column {column}"
                raise RuleError(f"{place}: {error.message}", remedy=error.remedy, field=column) from None
        yield row


def _typed(cell: str, kind: str) -> Value:
    cell = cell.strip()
    if kind == "text":
        return cell
    if kind == "flag":
        if cell.lower() not in {"yes", "no"}:
            raise RuleError(f'"{cell}" is neither yes nor no.', remedy="Write yes or no.")
        return cell.lower() == "yes"
    if kind == _DATE:
        return _instant(cell)
    try:
        number = Decimal(cell)
    except InvalidOperation:
        raise RuleError(f'"{cell}" is not a number.', remedy="Write a number such as 2.5.") from None
    if not number.is_finite():
        raise RuleError(f'"{cell}" is not a finite number.', remedy="Write a number such as 2.5.")
    if kind == "real":
        return float(number)
    scaled = number * 100 if kind == "points" else number
    if scaled != int(scaled):
        allowed = "two decimals" if kind == "points" else "whole numbers"
        raise RuleError(f'"{cell}" is finer than {allowed}.', remedy="Round it.")
    return int(scaled)


def _instant(cell: str) -> int:
    try:
        day = date.fromisoformat(cell.strip())
    except ValueError:
        raise RuleError(f'"{cell}" is not a date.', remedy="Write it as 2026-01-31.") from None
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000_000


def _dated(rows: list[dict[str, Value]], shape: RuleShape) -> Iterator[Mapping[str, Value]]:
    """Give each row its end: the start of the next row with the same key."""
    starts: dict[tuple[Value, ...], list[int]] = {}
    for row in rows:
        key = _key(row, shape)
        start = row["from_at"]
        assert isinstance(start, int)
        if start in starts.setdefault(key, []):
            raise RuleError(
                f"rules/{shape.name}.csv has two rows for {' '.join(map(str, key))} from the same day.",
                remedy="Delete one, or date it later.",
                field="effective_from",
            )
        starts[key].append(start)
    for position, row in enumerate(rows, start=1):
        later = [s for s in starts[_key(row, shape)] if s > row["from_at"]]  # type: ignore[operator]
        yield {**row, "to_at": min(later, default=FOREVER), "position_in_file": position}


def _key(row: Mapping[str, Value], shape: RuleShape) -> tuple[Value, ...]:
    """What tells one rule from another: names differ by more than their case."""
    cells = (row[column] for column in shape.key)
    return tuple(cell.casefold() if isinstance(cell, str) else cell for cell in cells)
