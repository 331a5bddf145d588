"""muster.toml changed by the app: what was meant changes, every comment and other key stays as it was.

The file is edited as text, statement by statement; TOML's own reader says where a statement ends. Then both
texts are read, and unless they differ in just what was meant, nothing is written.
"""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from muster.config.complaints import not_toml
from muster.config.reading import config_of
from muster.config.settings import FILE
from muster.problems import WrongUse

Place = tuple[str | int, ...]  # ("company",), ("source", 2) or ("source", 2, "columns")
Value = str | date | tuple[str, ...] | Mapping[str, Any] | None
_BY_HAND = "Change it by hand, as docs/reference/muster-toml.md says."


def set_keys(workspace: Path, place: Place, values: Mapping[str, Value]) -> None:
    """Set keys of one table of muster.toml; None takes a key out. The caller holds the workspace.

    Raises ConfigError where the file says something impossible then, WrongUse where its way of writing does
    not let this be done alone; the file is then as it was.
    """

    def meant(raw: dict[str, Any]) -> None:
        table: Any = raw
        for part in place:
            table = table.setdefault(part, {}) if isinstance(part, str) else table[part]
        for key, value in values.items():
            if value is None:
                table.pop(key, None)
            else:
                table[key] = list(value) if isinstance(value, tuple) else value

    _rewrite(workspace, lambda lines: _with_keys(lines, place, values), meant)


def take_out(workspace: Path, number: int) -> None:
    """Take the source of that number, counted from 0, out of muster.toml. Raises as `set_keys` does."""

    def without(lines: list[str]) -> list[str]:
        own = [s for s in _statements(lines) if s.place[:2] == ("source", number)]
        first, last = (own[0].start, own[-1].stop) if own else (0, 0)
        return [*lines[:first], *lines[last:]]

    def meant(raw: dict[str, Any]) -> None:
        raw["source"].pop(number)
        if not raw["source"]:
            raw.pop("source")

    _rewrite(workspace, without, meant)


def _rewrite(
    workspace: Path, edit: Callable[[list[str]], list[str]], meant: Callable[[dict[str, Any]], None]
) -> None:
    file = (workspace / FILE).resolve()
    written = file.read_bytes().decode("utf-8-sig")
    before = written.replace("\r\n", "\n")
    try:
        raw = tomllib.loads(before)
    except tomllib.TOMLDecodeError as error:
        raise not_toml(error, before) from error
    meant(raw)
    try:
        after = "\n".join(edit(before.rstrip("\n").split("\n"))) + "\n"
        is_meant = tomllib.loads(after) == raw
    except (tomllib.TOMLDecodeError, ValueError):
        is_meant = False
    if not is_meant:
        raise WrongUse(f"{FILE} is written in a way that a page cannot change.", remedy=_BY_HAND)
    config_of(after)
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_bytes((after.replace("\n", "\r\n") if "\r\n" in written else after).encode())
    shutil.copymode(file, fresh)
    fresh.replace(file)


@dataclass(frozen=True, slots=True)
class _Statement:
    """A header, or a key with its value: the lines it takes, the table it is of, the key (None: a header)."""

    start: int
    stop: int
    place: Place
    key: str | None


def _statements(lines: list[str]) -> Iterator[_Statement]:
    place: Place = ()
    sources, number = -1, 0
    while number < len(lines):
        text = lines[number].strip()
        stop = number + 1
        if text.startswith("["):
            place = tuple(_path(tomllib.loads(text)))
            sources += text.startswith("[[") and place == ("source",)
            if place[0] == "source":
                place = ("source", sources, *place[1:])
            yield _Statement(number, stop, place, None)
        elif text and not text.startswith("#"):
            while stop < len(lines) and _read("\n".join(lines[number:stop])) is None:
                stop += 1  # a list or a text of several lines
            (key,) = tomllib.loads("\n".join(lines[number:stop]))
            yield _Statement(number, stop, place, key)
        number = stop


def _with_keys(lines: list[str], place: Place, values: Mapping[str, Value]) -> list[str]:
    statements = list(_statements(lines))
    own = [s for s in statements if s.place == place]
    inline = [s for s in statements if s.place == place[:-1] and s.key == place[-1]]
    if not own:  # a table of its own, at the end of the one it belongs to
        parent = [s for s in statements if s.place[: len(place) - 1] == place[:-1]]
        held: Any = _read(lines[inline[0].start]) if inline else None
        kept = dict(held[place[-1]]) if held else {}
        given = {key: value for key, value in {**kept, **values}.items() if value is not None}
        end = parent[-1].stop
        header = ".".join(str(part) for part in place if isinstance(part, str))
        fresh = [f"[{header}]", *(_line(key, value) for key, value in given.items())] if given else []
        made = [*lines[:end], *fresh, *lines[end:]]
        return [line for i, line in enumerate(made) if not (inline and i == inline[0].start)]
    made, end = list(lines), own[-1].stop
    there = {s.key: s for s in own if s.key is not None}
    made[end:end] = [_line(k, v) for k, v in values.items() if v is not None and k not in there]
    for key, statement in sorted(there.items(), key=lambda pair: -pair[1].start):
        if key in values:
            value = values[key]
            comment = _comment(made[statement.stop - 1], lines[statement.start : statement.stop])
            fresh = [] if value is None else [_line(key, value) + comment]
            made[statement.start : statement.stop] = fresh
    return made


def _comment(line: str, statement: list[str]) -> str:
    """What stands behind the value, from the blanks before its # on; empty where nothing does."""
    for place in (i for i, sign in enumerate(line) if sign == "#"):
        if _read("\n".join([*statement[:-1], line[:place]])) == _read("\n".join(statement)):
            return line[len(line[:place].rstrip()) :]
    return ""


def _read(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _path(header: Any) -> Iterator[str]:
    """The names of a header, as it was read by itself: {"a": [{"b": {}}]} is a, b."""
    while header:
        if isinstance(header, list):
            header = header[0]
            continue
        ((name, header),) = header.items()
        yield name


def _line(key: str, value: Value) -> str:
    name = key if key.replace("_", "").replace("-", "").isascii() and key.replace("_", "").isalnum() else None
    return f"{name or json.dumps(key)} = {_value(value)}"


def _value(value: Any) -> str:
    """A value as TOML has it: JSON's escapes are among those of TOML's basic strings."""
    match value:
        case bool() | int() | float():
            return json.dumps(value)
        case date():
            return value.isoformat()
        case str():
            return json.dumps(value, ensure_ascii=False)
        case Mapping():
            return f"{{ {', '.join(_line(key, one) for key, one in value.items())} }}"
    return f"[{', '.join(_value(one) for one in value)}]"
