"""A source's column map as the page shows and saves it: muster.toml holds it, and nothing else moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from muster.config.rewriting import set_keys
from muster.config.settings import ColumnMap, Config, SourceConfig
from muster.problems import WrongUse
from muster.serving.column_words import AS_IT_IS, Known, with_words, words_chosen
from muster.sources.column_map import check_choices, table_shape
from muster.sources.offered import Field, columns_for, fields_of_crm, fields_of_table, files_of
from muster.sources.unread import Unread, attributes_chosen, unread_columns

ATTRIBUTE = "attribute."  # before the column whose name as a fit attribute a field of the form holds
_NOTHING: Known = MappingProxyType({})
_ALWAYS = ("activity", "channel", "solution_id", "tactic_id", "arm", "currency", "kind")


@dataclass(frozen=True, slots=True)
class Part:
    """The fields of one table with the columns that may fill them, each column with a value of it."""

    table: str
    fields: tuple[Field, ...]
    columns: Mapping[str, str]

    @property
    def filled(self) -> int:
        """How many of the fields something fills."""
        return sum(field.is_filled for field in self.fields)


def parts_of(config: Config, source: SourceConfig, workspace: Path) -> tuple[list[Part], tuple[str, ...]]:
    """The map of a source, table by table, and the names of the files that it was made from.

    Raises ConfigError where there is nothing at the source's path.
    """
    seen = files_of(source, workspace)
    if source.kind == "salesforce":
        fields = fields_of_crm(source, seen, currency=config.company.currency)
        fields = [field for field in fields if field.column or field.by_itself or not field.fixed]
    else:
        fields = fields_of_table(source, [column for file in seen for column in file.samples])
    tables = dict.fromkeys(field.table for field in fields)
    parts = [
        Part(table, tuple(f for f in fields if f.table == table), columns_for(table, source, seen))
        for table in tables
    ]
    return parts, tuple(file.name for file in seen)


def may_be_always(field: Field) -> bool:
    """Whether one text may stand for a field in every row of a file, as the channel of a file of mails."""
    return field.name in _ALWAYS


def missing(parts: list[Part]) -> list[Field]:
    """What nothing fills and something rests on: without the first no row lands, without the others they
    land poorer."""
    told = [field for part in parts for field in part.fields if not field.is_filled]
    return [field for field in told if field.is_needed or field.costs]


def save_map(
    config: Config,
    name: str,
    workspace: Path,
    chosen: Mapping[str, str],
    *,
    date_format: str,
    known: Known = _NOTHING,
) -> dict[str, str]:
    """Write the chosen columns of a source into muster.toml; the caller holds the workspace.

    `chosen` says of `TABLE.FIELD` a column, nothing, or AS_IT_IS, of `always.TABLE.FIELD` a text for
    every row, of `word.TABLE.FIELD.WORD` what a word is read as from now on (AS_IT_IS: as it is written;
    `known` says what it may be), and of `attribute.COLUMN` what a column of accounts is called as a fit
    attribute. Returns what changed: the new column by field. Raises WrongUse naming the field that is wrong.
    """
    number, source = next(((i, s) for i, s in enumerate(config.source) if s.name == name), (-1, None))
    if source is None:
        raise WrongUse(f"There is no source {name}, or no longer.", remedy="Go back to the sources.")
    parts, _ = parts_of(config, source, workspace)
    attributes = _attributes(config, source, workspace, chosen)
    changed: dict[str, Any] = {}
    for part in parts:
        for field in part.fields:
            key = f"{part.table}.{field.name}"
            if key not in chosen:
                continue
            column, always = chosen[key], chosen.get(f"always.{key}", "").strip()
            _check_one(name, part, field, column, always)
            if always:
                changed[key] = {"value": always}
            elif column not in (AS_IT_IS, field.column) or (field.fixed and not column):
                changed[key] = _written(source, field.name, column)
            words = words_chosen(field, chosen, known)
            if column and words != field.words:
                changed[key] = with_words(source, field.name, changed.get(key), words)
    values = {key.partition(".")[2]: value for key, value in changed.items()}
    if source.kind == "salesforce":
        changed |= attributes
        values = changed
    else:
        _check_needed(config, source, values)
    if values:
        place = ("source", number, "fields" if source.kind == "salesforce" else "columns")
        set_keys(workspace, place, values)
    if date_format.strip() != (source.date_format or ""):
        check_choices(source.model_copy(update={"date_format": date_format.strip() or None}))
        set_keys(workspace, ("source", number), {"date_format": date_format.strip() or None})
        changed["date_format"] = date_format.strip()
    return {key: str(value or "") for key, value in changed.items()}


def unread_of(config: Config, source: SourceConfig, workspace: Path) -> list[Unread]:
    """The columns of a CRM's accounts that nothing reads, each with the fit attribute it is named as."""
    return unread_columns(source, files_of(source, workspace), currency=config.company.currency)


def _check_one(name: str, part: Part, field: Field, column: str, always: str) -> None:
    """Refuse a column that no file has, and one beside a text for every row."""
    key = f"{part.table}.{field.name}"
    if column not in ("", AS_IT_IS, field.column, *part.columns):
        words = f'No file of {name} has a column "{column[:60]}".'
        raise WrongUse(words, remedy="Choose one that is there.", field=key)
    if always and column:
        words = f"{field.name} is filled by a column and by a text for every row."
        raise WrongUse(words, remedy="Choose one of both.", field=f"always.{key}")


def _attributes(
    config: Config, source: SourceConfig, workspace: Path, chosen: Mapping[str, str]
) -> dict[str, str | None]:
    names = {key.removeprefix(ATTRIBUTE): name for key, name in chosen.items() if key.startswith(ATTRIBUTE)}
    return attributes_chosen(unread_of(config, source, workspace), names) if names else {}


def _written(source: SourceConfig, field: str, column: str) -> Any:
    """What muster.toml says of a field then: nothing, a column, or one with how its values are read."""
    how = source.columns.get(field) if source.kind == "table" else None
    if not column or not isinstance(how, ColumnMap) or how.columns:
        return column or None
    return {**how.model_dump(exclude_defaults=True, exclude={"value"}), "column": column}


def _check_needed(config: Config, source: SourceConfig, values: Mapping[str, Any]) -> None:
    columns = {**source.columns, **values}
    for field in fields_of_table(source):
        if field.is_needed and columns.get(field.name) is None:
            raise WrongUse(
                f"Nothing fills {field.name}: without it no row of the file can be taken.",
                remedy="Choose its column.",
                field=f"{field.table}.{field.name}",
            )
    kept = {name: how for name, how in columns.items() if how is not None}
    raw = source.model_dump(exclude_defaults=True, exclude={"columns"}) | {
        "columns": {
            k: v.model_dump(exclude_defaults=True) if isinstance(v, ColumnMap) else v for k, v in kept.items()
        }
    }
    table_shape(SourceConfig.model_validate(raw), currency=config.company.currency)
