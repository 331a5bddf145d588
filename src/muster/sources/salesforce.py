"""Sources of kind `salesforce`: object exports, in API names or the names warehouses give them."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from muster.canonical.tables import source_tables
from muster.config.settings import SourceConfig
from muster.problems import ConfigError, Problem
from muster.sources.files import InputFile
from muster.sources.plan import FilePlan, asked_names, column_twice, missing_column, nearest
from muster.sources.shape import Also, Cell, Shape, canonical_cell, table_rules
from muster.sources.sqltext import identifier, literal
from muster.sources.typing_sql import FileColumns
from muster.sources.values import DAY, instant_of
from muster.sources.wording import listed

_PREFIXES: Final = {"sf", "sfdc", "salesforce", "export", "raw", "stg", "src"}
_SUFFIXES: Final = {"data", "export", "extract", "full", "part", "dump", "copy", "backup", "all", "csv"}
_VERSION: Final = ("SystemModstamp", "LastModifiedDate", "_fivetran_start", "_fivetran_synced")
_CUSTOM: Final = re.compile(r"_c$", re.IGNORECASE)
_LEAD_DATES: Final = ("mql", "sal", "working", "recycled", "disqualified")
_SAID: Final = {"mql": "an MQL", "sal": "accepted by sales", "working": "taken up by sales"}
Headers = list[tuple[InputFile, tuple[str, ...]]]
_ATTRIBUTE: Final = "account_attribute"


def fold(name: str) -> str:
    """A column name as all spellings of it fold: Custom__c, custom__c and custom_c are one.

    >>> fold("AccountId") == fold("account_id") == fold("ACCOUNT_ID") == fold("property_account_id")
    True
    """
    folded = name.strip().lower()
    if folded.startswith("_"):
        return folded
    return re.sub(r"^(property_|properties_|properties\.)", "", folded).replace("_", "")


def object_of(stem: str) -> str | None:
    """The object a file holds, by the file's name; None when Muster does not read it.

    >>> object_of("sf_opportunity_contact_role_data"), object_of("Account-2026-01-31"), object_of("Case")
    ('OpportunityContactRole', 'Account', None)
    """
    tokens = [t for t in re.split(r"[^A-Za-z0-9]+", stem) if t]
    while tokens and tokens[0].lower() in _PREFIXES:
        tokens = tokens[1:]
    while len(tokens) > 1 and (tokens[-1].isdigit() or tokens[-1].lower() in _SUFFIXES):
        tokens = tokens[:-1]
    name = "".join(tokens).lower()
    known = {o.lower(): o for o in _objects()}
    plural = {o.lower()[:-1] + "ies" if o.endswith("y") else f"{o.lower()}s": o for o in _objects()}
    return known.get(name) or plural.get(name)


def table_of(name: str) -> str:
    """The canonical table that an object's rows become."""
    return str(_objects()[name]["table"])


def wants(name: str) -> dict[str, str]:
    """What comes of it where an object's file has no field for a column, by column."""
    return dict(_objects()[name].get("wants", {}))


def lead_dates() -> dict[str, str]:
    """What a field of the lead may date, and why it ended: the words behind `lead_status_change.`."""
    dated = {word: f"when the lead was {_SAID.get(word, word)}" for word in _LEAD_DATES}
    return dated | {"reason": "why it was disqualified"}


@cache
def _objects() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("muster.sources").joinpath("salesforce_objects.toml").read_text("utf-8"))


_LEFT_ALONE = (
    "Nothing to do; if it tells what people did or what was spent, "
    "make it a source of its own: a table whose columns you name."
)
# The likeliest cause: a report, whose columns are the labels of fields. No line of muster.toml heals that.
_BY_API_NAME = (
    "Export the object itself rather than a report of it (in Salesforce: Data Export or Data Loader): "
    "its columns are API names, such as Id and AccountId."
)


def shapes(source: SourceConfig, *, currency: str, now: datetime) -> dict[str, Shape]:
    """The shape of every object, with the custom fields that muster.toml names."""
    _check_fields(source)
    return {
        name: _shape(name, body, source, currency=source.currency or currency, now=now)
        for name, body in _objects().items()
    }


def without_plain_text(headers: Headers) -> tuple[Headers, list[str]]:
    """The files that may be tables, and the names of text files that are none, such as LICENSE.txt."""
    prose = [
        file.name
        for file, names in headers
        if file.suffix == ".txt" and object_of(file.stem) is None and "id" not in map(fold, names)
    ]
    return [(file, names) for file, names in headers if file.name not in prose], prose


def plan_files(source: SourceConfig, by_object: Mapping[str, Shape], headers: Headers) -> list[FilePlan]:
    """A plan for each file with its columns; a custom field that no file has is an error in muster.toml."""
    plans = [_plan(source, by_object, file, names) for file, names in headers]
    _check_fields_exist(source, plans)
    return plans


def _plan(
    source: SourceConfig, by_object: Mapping[str, Shape], file: InputFile, names: tuple[str, ...]
) -> FilePlan:
    folded = [fold(name) for name in names]
    name = object_of(file.stem)
    if name is not None and "history" in name.lower() and "_fivetran_start" in folded:
        name = None  # history mode of a sync tool: versions of records, not changes of stages
    if name is None:
        why = Problem("note", source.name, file.name, "not an object Muster reads", _LEFT_ALONE)
        return FilePlan(file, FileColumns(names, {}), why_not=why)
    shape = by_object[name]
    places = {asked: folded.index(asked) for asked in asked_names(shape) if asked in folded}
    columns = FileColumns(names, places)
    for needed in _objects()[name]["needs"]:
        if fold(needed) not in places:
            why = replace(missing_column(source.name, file.name, needed, names), remedy=_BY_API_NAME)
            return FilePlan(file, columns, shape, why_not=why)
    for asked, place in places.items():
        if folded.count(asked) > 1:
            return FilePlan(file, columns, shape, why_not=column_twice(source.name, file.name, names[place]))
    misspelt = _misspelt(source, file, names, shape)
    wanting = () if misspelt else _wanting(source, file, name, shape, places)
    notes = (*wanting, *_unread_note(source, file, names, places), *misspelt)
    return FilePlan(file, columns, shape, notes=notes)


def _wanting(
    source: SourceConfig, file: InputFile, name: str, shape: Shape, places: Mapping[str, int]
) -> tuple[Problem, ...]:
    """A column that the file does not have, and that groups or dollars rest on: the rows land, poorer."""
    wants: Mapping[str, str] = _objects()[name].get("wants", {})
    problems = []
    for cell in shape.cells:
        if cell.name in wants and not any(column in places for column in cell.columns):
            field = _spelled().get(cell.columns[0], cell.columns[0])
            reason = f"there is no column {field}: {wants[cell.name]}"
            remedy = "Export it with the others, if there is one."
            problems.append(Problem("warning", source.name, file.name, reason, remedy, column=field))
    return tuple(problems)


def _unread_note(
    source: SourceConfig, file: InputFile, names: tuple[str, ...], places: Mapping[str, int]
) -> tuple[Problem, ...]:
    """Custom fields that are not mapped; the standard fields that Muster has no use for are no news."""
    used = set(places.values())
    custom = [n for i, n in enumerate(names) if i not in used and _CUSTOM.search(n.strip())]
    if not custom:
        return ()
    reason = f"custom fields that are not mapped: {listed(custom)}"
    remedy = "Name them under `fields` of this source if you need them."
    return (Problem("note", source.name, file.name, reason, remedy),)


def _misspelt(
    source: SourceConfig, file: InputFile, names: tuple[str, ...], shape: Shape
) -> tuple[Problem, ...]:
    """A column that is missing while another is called nearly the same: probably a slip, so a warning."""
    asked = set(asked_names(shape))
    others = {fold(n): n for n in names if fold(n) not in asked and not _CUSTOM.search(n.strip())}
    problems = []
    for cell in shape.cells:
        if any(fold(n) in cell.columns for n in names):
            continue
        for column in cell.columns:
            for near in difflib.get_close_matches(column, list(others), n=1, cutoff=0.9):
                reason = (
                    f'a column is called "{others[near]}" where {_spelled().get(column, column)} is expected'
                )
                remedy = "Rename it if that is what it holds; it is not read as it is."
                problems.append(
                    Problem("warning", source.name, file.name, reason, remedy, column=others[near])
                )
    return tuple(problems)


@cache
def _spelled() -> dict[str, str]:
    """Field names as the object list spells them, by their folded form."""
    names: dict[str, str] = {}
    for body in _objects().values():
        for how in body["cells"].values():
            given = how.get("fields", ()) if isinstance(how, dict) else how
            names.update({fold(n): n for n in ([given] if isinstance(given, str) else given)})
    return {**{fold(n): n for n in _VERSION}, **names}


def _shape(
    name: str, body: Mapping[str, Any], source: SourceConfig, *, currency: str, now: datetime
) -> Shape:
    table = body["table"]
    cells = {column: _cell(table, column, how) for column, how in body["cells"].items()}
    cells["x_version"] = Cell("x_version", "instant", tuple(fold(f) for f in _VERSION))
    cells["x_deleted"] = Cell("x_deleted", "flag", (fold("IsDeleted"), "_fivetran_deleted"))
    also = [Also(a["table"], a["where"], a["columns"]) for a in body.get("also", ())]
    emit = dict(body.get("emit", {}))
    rules = table_rules()[table]
    for column, sql in rules.defaults.items():
        emit.setdefault(column, f"coalesce({column}, {sql})" if column in cells else sql)
    if "currency" in source_tables()[table].column_names:
        code = literal(currency)
        emit["currency"] = f"coalesce(currency, {code})" if "currency" in cells else code
    for target, field in source.fields.items():
        _map_field(target, field, object_name=name, table=table, cells=cells, emit=emit, also=also)
    tomorrow = str(instant_of(now) + DAY)
    return Shape(
        label=name,
        table=table,
        cells=tuple(_dated(cell, source) for cell in cells.values()),
        emit=emit,
        rules=tuple(
            (sql.replace("{tomorrow}", tomorrow), code) for code, sql in body.get("rules", {}).items()
        ),
        also=tuple(also),
        version="x_version",
        folds_names=True,
    )


def _cell(table: str, column: str, how: Any) -> Cell:
    given: dict[str, Any] = dict(how) if isinstance(how, dict) else {"fields": how}
    fields = given.pop("fields", ())
    given["columns"] = tuple(fold(f) for f in ([fields] if isinstance(fields, str) else fields))
    if "only_where" in given:
        field, *allowed = given["only_where"]
        given["only_where"] = (fold(field), tuple(allowed))
    if column.startswith("x_"):
        return Cell(name=column, **given)
    return canonical_cell(table, column, **given)


def _map_field(
    target: str, field: str, *, object_name: str, table: str,
    cells: dict[str, Cell], emit: dict[str, str], also: list[Also],
) -> None:  # fmt: skip
    """Let a custom field fill `table.column`, an account attribute, or a date of the lead process."""
    where, _, column = target.partition(".")
    if where == _ATTRIBUTE and object_name == "Account":
        cell = f"x_attribute_{column}"
        cells[cell] = Cell(cell, "text", (fold(field),))
        quoted = identifier(cell)
        also.append(Also(_ATTRIBUTE, f"{quoted} IS NOT NULL", {
            "account_record_id": "account_record_id", "attribute": literal(column), "value": quoted,
            "known_at": "coalesce(created_at, 0)"}))  # fmt: skip
    elif where == "lead_status_change" and object_name == "Lead":
        name = "x_reason" if column == "reason" else f"x_{column}_at"
        cells[name] = replace(cells[name], columns=(fold(field),))
    elif where == table:
        standard = cells[column].columns if column in cells else ()
        cells[column] = canonical_cell(table, column, columns=(fold(field), *standard))
        emit.pop(column, None)


def _dated(cell: Cell, source: SourceConfig) -> Cell:
    return replace(cell, format=source.date_format) if cell.type in {"instant", "day"} else cell


def _check_fields(source: SourceConfig) -> None:
    tables = sorted({body["table"] for body in _objects().values()})
    for target in source.fields:
        table, _, column = target.partition(".")
        if table == _ATTRIBUTE and column:
            continue
        known = [f"{t}.{c}" for t in tables for c in source_tables()[t].column_names]
        known += [f"lead_status_change.{word}" for word in (*_LEAD_DATES, "reason")]
        if target not in known:
            raise ConfigError(
                f'muster.toml: source "{source.name}": fields has no "{target}".{nearest(target, known)}'
            )


def _check_fields_exist(source: SourceConfig, plans: list[FilePlan]) -> None:
    for target, field in source.fields.items():
        table = target.partition(".")[0]
        table = {_ATTRIBUTE: "account_record", "lead_status_change": "person_record"}.get(table, table)
        asked = [p for p in plans if p.shape is not None and p.shape.table == table]
        if asked and not any(fold(field) in [fold(n) for n in p.columns.names] for p in asked):
            names = [n for p in asked for n in p.columns.names]
            custom = sorted({n for n in names if _CUSTOM.search(n.strip())})
            found = f"Custom fields there are: {listed(custom)}." if custom else "There are no custom fields."
            raise ConfigError(
                f'muster.toml: source "{source.name}": {target} = "{field}", but '
                f"{' and '.join(sorted({p.file.name for p in asked}))} has no such column."
                f"{nearest(field, names)} {found}",
                remedy="Correct the field's name, export it too, or remove this line from [source.fields]: "
                f'"{target}" = "{field}".',
            )
