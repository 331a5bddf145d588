"""The columns of a source as somebody chooses them: what its files have, and what fills which of our fields.

Nothing is read beyond a file's first rows.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from muster.canonical.tables import LINEAGE, source_tables
from muster.config.settings import SourceConfig
from muster.sources import salesforce
from muster.sources.files import Found, InputFile, find_files
from muster.sources.reading import open_rows
from muster.sources.rows import ReadingChoices
from muster.sources.salesforce import fold, object_of
from muster.sources.shape import table_rules
from muster.sources.suppression import read_suppression
from muster.sources.text import UnreadableFile
from muster.sources.wording import shorten

_OURS = {name for name, _, _ in LINEAGE}
_LEAD = "lead_status_change"
_ROWS = 200  # of a file that are looked at
_CRM_COSTS = {("opportunity", "solution_id"): "the solution is looked for in the opportunity's name alone"}


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file with its columns, and of each column its first value that is not empty (empty: none near).

    `filled` counts the values of each column in the first `row_count` rows; none where no row is looked at.
    """

    name: str
    stem: str
    samples: Mapping[str, str]
    filled: Mapping[str, int]
    row_count: int


@dataclass(frozen=True, slots=True)
class Field:
    """One of our fields: what it is, what fills it, and what is lost where nothing does.

    `column` is the file's column that muster.toml names, `by_itself` the one that is taken where it names
    none, `fixed` what fills it otherwise: a text for all rows, several columns in one, or Muster itself.
    `maybe` is a column that may mean it by its name, and is taken only where somebody says so.
    `words` are those of the file that are read as others (empty: as nothing), `others` what all else becomes.
    """

    table: str
    name: str
    about: str
    is_needed: bool
    costs: str
    column: str = ""
    by_itself: str = ""
    fixed: str = ""
    maybe: str = ""
    words: Mapping[str, str] = dataclasses.field(default_factory=dict)
    others: str | None = None

    @property
    def is_filled(self) -> bool:
        """Whether anything fills it."""
        return bool(self.column or self.by_itself or self.fixed)


def holdings() -> dict[str, str]:
    """The tables that a file may be said to hold, in words."""
    return {table: body["holds"] for table, body in _offered().items()}


def files_of(source: SourceConfig, workspace: Path) -> tuple[SeenFile, ...]:
    """The files of a source with their columns; one that cannot be read is left out: `muster check` says why.

    Where people were erased no value is shown, since the file may still hold theirs. Raises ConfigError.
    """
    found = find_files(workspace / source.path, source=source.name)
    choices = ReadingChoices(source.encoding, source.delimiter)
    shows = read_suppression(workspace) is None
    seen = [_seen(file, choices, shows=shows) for file in found.files]
    return tuple(file for file in seen if file is not None)


def broken_files(source: SourceConfig, workspace: Path) -> list[tuple[str, str]]:
    """The files of a source that cannot be read, each with why and what to do. Raises ConfigError."""
    return unreadable_files(
        find_files(workspace / source.path, source=source.name),
        ReadingChoices(source.encoding, source.delimiter),
    )


def unreadable_files(
    found: Found, choices: ReadingChoices, *, may_be_empty: Collection[str] = ()
) -> list[tuple[str, str]]:
    """Of some files those that cannot be read, each with why and what to do.

    No more than the beginning of a text is looked at.
    """
    told = [(name, "it is damaged or no zip archive. Copy or export it again.") for name in found.broken]
    for file in found.files:
        try:
            open_rows(file, choices).close()
        except UnreadableFile as error:
            if file.name not in may_be_empty or error.severity == "error":
                told.append((file.name, f"the file {error.reason}. {error.remedy}"))
    return told


def guessed(table: str, columns: Sequence[str]) -> dict[str, str]:
    """Which column fills which field of a table, by its name alone; each column is taken once.

    >>> guessed("spend", ["campaign_id", "Spend Date", "cost", "note"])
    {'tactic_id': 'campaign_id', 'spent_on': 'Spend Date', 'amount_cents': 'cost'}
    """
    by_fold = {fold(column).replace(" ", ""): column for column in reversed(columns) if column.strip()}
    called, taken = _offered()[table]["called"], dict[str, str]()
    for field in _fields(table):
        names = [name for name in (field, *called.get(field, ())) if fold(name) in by_fold]
        column = next((c for c in (by_fold[fold(name)] for name in names) if c not in taken.values()), None)
        if column is not None:
            taken[field] = column
    return taken


def fields_of_table(source: SourceConfig, columns: Collection[str] = ()) -> list[Field]:
    """The fields of a `table` source, those that are needed first; `columns` are those that its files have.

    A table that is none has no fields.
    """
    table = source.table or ""
    if table not in source_tables():
        return []
    needs = set(table_rules()[table].needs) - {table_rules()[table].fingerprint}
    costs = _offered().get(table, {}).get("costs", {})
    told = []
    for name in (*_fields(table), "known_at"):
        how = source.column_map(name)
        fixed = ""
        if how is not None and how.columns:
            fixed = how.separator.join(how.columns)
        elif how is not None and how.value is not None:
            fixed = f"always “{how.value}”"
        about = _about(table, name)
        column = (how.column or "") if how is not None else ""
        maybe = "" if column or fixed else _maybe(table, name, columns)
        one = Field(table, name, about, name in needs, costs.get(name, ""), column, fixed=fixed, maybe=maybe)
        told.append(replace(one, words=how.values, others=how.others) if how is not None else one)
    return sorted(told, key=lambda field: not field.is_needed)


def fields_of_crm(source: SourceConfig, seen: Sequence[SeenFile], *, currency: str) -> list[Field]:
    """The fields of Salesforce's objects: what is found by itself, and what muster.toml names instead."""
    plain = salesforce.shapes(
        source.model_copy(update={"fields": {}}), currency=currency, now=datetime.now(UTC)
    )
    told: dict[tuple[str, str], Field] = {}
    for file in seen:
        name = object_of(file.stem)
        if name is None:
            continue
        shape, wants = plain[name], salesforce.wants(name)
        by_fold = {fold(column): column for column in reversed(list(file.samples))}
        cells = {cell.name: cell for cell in shape.cells}
        for field in _fields(shape.table):
            cell = cells.get(field)
            found = next((by_fold[c] for c in cell.columns if c in by_fold), "") if cell else ""
            before = told.get((shape.table, field))
            fixed = "by itself" if (cell and cell.value is not None) or field in shape.emit else ""
            one = Field(
                shape.table,
                field,
                _about(shape.table, field),
                is_needed=bool(cell and cell.needed),
                costs=wants.get(field) or _CRM_COSTS.get((shape.table, field), ""),
                column=source.fields.get(f"{shape.table}.{field}", ""),
                by_itself=found,
                fixed="" if found else fixed,
            )
            if before is None:
                told[shape.table, field] = one
            else:
                both = dict.fromkeys(name for name in (before.by_itself, found) if name)
                costs = before.costs or one.costs
                told[shape.table, field] = replace(before, by_itself=", ".join(both), costs=costs)
        if name == "Lead":
            for word, about in salesforce.lead_dates().items():
                column = source.fields.get(f"{_LEAD}.{word}", "")
                told[_LEAD, word] = Field(_LEAD, word, about, is_needed=False, costs="", column=column)
    return list(told.values())


def columns_for(table: str, source: SourceConfig, seen: Sequence[SeenFile]) -> dict[str, str]:
    """The columns that may fill a field of a table, each with a value of it."""
    found: dict[str, str] = {}
    for file in seen:
        if source.kind == "salesforce":
            name = object_of(file.stem)
            wanted = "person_record" if table == _LEAD else table
            if name is None or salesforce.table_of(name) != wanted or (table == _LEAD and name != "Lead"):
                continue
        for column, sample in file.samples.items():
            found[column] = found.get(column) or sample
    return found


def _maybe(table: str, name: str, columns: Collection[str]) -> str:
    names = _offered().get(table, {}).get("maybe", {}).get(name, ())
    by_fold = {fold(column): column for column in reversed(list(columns))}
    return next((by_fold[fold(one)] for one in names if fold(one) in by_fold), "")


def _fields(table: str) -> list[str]:
    return [name for name in source_tables()[table].column_names if name not in _OURS]


def _about(table: str, name: str) -> str:
    if name == "known_at":
        return "the first instant at which the company could have known the row, if that is later"
    return source_tables()[table].column(name).about


def _seen(file: InputFile, choices: ReadingChoices, *, shows: bool) -> SeenFile | None:
    try:
        rows = open_rows(file, choices)
        try:
            samples = dict.fromkeys((name for name in rows.columns if name.strip()), "")
            batch = next(rows.batches, None) if shows else None
            first = batch.slice(0, _ROWS).to_pydict() if batch is not None else {}
            filled, row_count = dict[str, int](), 0
            for number, name in enumerate(rows.columns):
                if name in samples:
                    values = first.get(f"r{number}", ())
                    value = next((v for v in values if v and v.strip()), "")
                    samples[name] = samples[name] or (shorten(value) or "")
                    filled[name] = sum(bool(v and v.strip()) for v in values)
                    row_count = len(values)
        finally:
            rows.close()
    except UnreadableFile:
        return None
    return SeenFile(file.name, file.stem, samples, filled, row_count)


@cache
def _offered() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("muster.sources").joinpath("offered.toml").read_text("utf-8"))
