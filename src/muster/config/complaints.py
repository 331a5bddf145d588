"""What is wrong with muster.toml, told by its line, source and key, with the nearest right one."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import ValidationError

from muster.config.settings import FILE, Config, Section
from muster.problems import ConfigError


def line_of(needle: str, text: str) -> int:
    """The line, counted from 1, in which a text first stands; the first where it stands nowhere."""
    return text[: max(text.find(needle), 0)].count("\n") + 1


def complaints(error: ValidationError, text: str, raw: Mapping[str, Any]) -> str:
    """What is wrong with the settings, a line for each thing, in the words of the file."""
    return "\n".join(_complaint(e, text, raw) for e in _telling(error))


def _telling(error: ValidationError) -> list[Any]:
    """The errors without those of the other way a column could have been mapped, as text or as a table."""
    kept = [
        e
        for e in error.errors()
        if not (e["loc"][-1] == "str" and isinstance(e["input"], dict))
        and not (e["loc"][-1] == "ColumnMap" and not isinstance(e["input"], dict))
    ]
    return kept or list(error.errors())


def not_toml(error: tomllib.TOMLDecodeError, text: str) -> ConfigError:
    """What is not TOML, in its line and source, with the two commonest reasons."""
    found = re.search(r"line (\d+)", str(error))
    number = int(found[1]) if found else text.count("\n") + 1
    line = (text.splitlines() or [""])[min(number, text.count("\n") + 1) - 1 :][:1]
    named = _source_at(number, text)
    where = f", in source {named}" if named else ""
    shown = f"\n    {line[0].strip()}" if line and line[0].strip() else ""
    remedy = "Texts stand in quotes, keys with dots or spaces too."
    if line and "\\" in line[0]:
        remedy = "Write paths with / or in single quotes: a backslash in double quotes means something else."
    return ConfigError(f"{FILE}, line {number}{where}, is not valid TOML: {error}.{shown}", remedy=remedy)


def _source_at(number: int, text: str) -> str:
    """The name of the [[source]] in which a line stands, as it is written; empty outside of any."""
    starts = _source_starts(text)
    above = [start for start in starts if text[:start].count("\n") < number]
    if not above:
        return ""
    below = min((start for start in starts if start > above[-1]), default=len(text))
    name = re.search(r"^\s*name\s*=\s*(.+?)\s*(#.*)?$", text[above[-1] : below], re.MULTILINE)
    return name[1] if name else f"{len(above)}"


def _source_starts(text: str) -> list[int]:
    return _starts(text, "source")


def _starts(text: str, section: str) -> list[int]:
    """Where each table of a list begins, as in `[[source]]`."""
    pattern = rf"^[ \t]*\[\[\s*{re.escape(section)}\s*\]\]"
    return [match.start() for match in re.finditer(pattern, text, re.MULTILINE)]


def _complaint(error: Any, text: str, raw: Mapping[str, Any]) -> str:
    """One pydantic error in the words of the file: source, key, line, nearest right key."""
    place = [part for part in error["loc"] if part not in {"str", "ColumnMap"}]
    begin, end, source = 0, len(text), ""
    match place:
        case ["source", int(number), *rest]:
            starts = [*_source_starts(text), len(text)]
            if number + 1 < len(starts):
                begin, end = starts[number], starts[number + 1]
            given = raw["source"][number]
            named = given.get("name") if isinstance(given, dict) else None
            source = f' source "{named}":' if isinstance(named, str) else f" source {number + 1}:"
            place = rest or ["source"]
        case ["crm_write_back", "field", int(number), *_]:
            starts = [*_starts(text, "crm_write_back.field"), len(text)]
            if number + 1 < len(starts):
                begin, end = starts[number], starts[number + 1]
    key = str(next((part for part in reversed(place) if isinstance(part, str)), "muster.toml"))
    name = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
    line = text[:begin].count("\n") + _line_of_key(key, text[begin:end])
    where = f"{FILE}, line {line}:{source}"
    if error["type"] == "missing":
        return f"{where if source else f'{FILE}:'} the key {name} is missing."
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(key, _keys_there(error["loc"]), n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        return f"{where} there is no key {name}.{hint}"
    return f"{where} {name} = {error['input']!r} is wrong: {error['msg'].removeprefix('Value error, ')}."


def _line_of_key(key: str, text: str) -> int:
    """The line that gives a key, counted from 1; the first where none does."""
    pattern = re.compile(rf'^\s*(\[+)?\s*"?(\w+\.)*{re.escape(key)}"?\s*(=|\])', re.MULTILINE)
    match = pattern.search(text)
    if match is None:  # inside { ... }
        match = re.search(rf'[{{,]\s*"?()()({re.escape(key)})"?\s*=', text)
    return text[: match.start(3)].count("\n") + 1 if match else 1


def _keys_there(loc: Sequence[int | str]) -> list[str]:
    """The keys that may stand beside one that may not: those of the sections its place leads through."""
    sections: set[type[Section]] = {Config}
    for part in loc[:-1]:
        named = {
            inner
            for section in sections
            for key, field in section.model_fields.items()
            if part in {key, field.alias}
            for inner in _sections_in(field.annotation)
        }
        sections = named or sections  # a number in a list, or a name that the user gave, leads no deeper
    return sorted({f.alias or key for section in sections for key, f in section.model_fields.items()})


def _sections_in(annotation: Any) -> set[type[Section]]:
    """The sections that a field may hold, however its type nests them."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return {annotation}
    return {section for part in get_args(annotation) for section in _sections_in(part)}
