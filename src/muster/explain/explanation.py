"""What an explanation says: a row, the rows it rests on, and where in the source it all began."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of a file that a figure rests on: `row` as spreadsheets count, the header is row 1."""

    source: str
    file: str
    row: int
    table: str
    key: str
    known_at: datetime | None


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One row of a rule file that was in force: its cells as they are written.

    `is_default` where the workspace has no such file and Muster's own counts.
    """

    file: str
    row: int
    cells: Mapping[str, str]
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Recount:
    """A figure computed again from the rows it rests on: what the row says, and what they give."""

    figure: str
    said: Any
    found: Any
    agrees: bool
    how: str


@dataclass(frozen=True, slots=True)
class MadeBy:
    """The SQL file that made a table, and the sentence it opens with."""

    file: str
    about: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A row, what it says, and the rows behind it.

    `because` is why it stands among the parents of the row above it. Parents and sources beyond the
    limit are counted in `left_out` and `sources_left_out`, never silently dropped. Where a key named
    only the beginning of a key, `row` is empty and the parents are the rows that begin so.
    """

    table: str
    key: dict[str, Any]
    sentence: str
    row: dict[str, Any]
    parents: tuple[Explanation, ...]
    sources: tuple[SourceRow, ...]
    left_out: int
    sources_left_out: int = 0
    because: str = ""
    made_by: MadeBy | None = None
    rules: tuple[RuleRow, ...] = ()
    recounts: tuple[Recount, ...] = ()
    cautions: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """The key as `muster explain` takes it: `g06565d0062ac5d01/2025-06-13T13:49:53`."""
        return key_text(self.key.values())

    def each(self) -> Iterator[Explanation]:
        """This explanation and every one behind it, each once."""
        seen: set[tuple[str, str]] = set()
        waiting = [self]
        while waiting:
            one = waiting.pop(0)
            if (one.table, one.name) not in seen:
                seen.add((one.table, one.name))
                yield one
                waiting += one.parents

    @property
    def disagreements(self) -> tuple[tuple[Explanation, Recount], ...]:
        """Every figure, here or behind, that its rows do not give."""
        return tuple((one, r) for one in self.each() for r in one.recounts if not r.agrees)


def key_text(parts: Any) -> str:
    """The parts of a key joined by `/`; `-` stands for a part that is null."""
    return "/".join(key_part(part) for part in parts)


def key_part(value: Any) -> str:
    """One part of a key as text: instants and days as ISO, `-` for null."""
    if value is None:
        return "-"
    return value.isoformat() if isinstance(value, date) else str(value)  # a datetime is a date


def as_argument(text: str) -> str:
    """A key as one argument of a shell.

    >>> as_argument("2024-04-01/(all)/USD")
    "'2024-04-01/(all)/USD'"
    """
    if all(character.isalnum() or character in "/-:._@+" for character in text):
        return text
    return "'" + text.replace("'", "'\\''") + "'"


def to_json(explanation: Explanation) -> dict[str, Any]:
    """The explanation as values that JSON has. A row met again is named, marked `"as_above": true`."""
    return _json(explanation, seen=set())


def _json(one: Explanation, *, seen: set[tuple[str, str]]) -> dict[str, Any]:
    told = {
        "table": one.table,
        "key": {name: _plain(value) for name, value in one.key.items()},
        "because": one.because,
        "sentence": one.sentence,
    }
    if (one.table, one.name) in seen:
        return told | {"as_above": True}
    seen.add((one.table, one.name))
    return told | {
        "cautions": list(one.cautions),
        "row": {name: _plain(value) for name, value in one.row.items()},
        "made_by": {"file": one.made_by.file, "about": one.made_by.about} if one.made_by else None,
        "recounts": [
            {
                "figure": r.figure,
                "said": _plain(r.said),
                "found": _plain(r.found),
                "agrees": r.agrees,
                "how": r.how,
            }
            for r in one.recounts
        ],
        "rules": [
            {"file": r.file, "row": r.row, "is_default": r.is_default, "cells": dict(r.cells)}
            for r in one.rules
        ],
        "sources": [
            {
                "source": s.source,
                "file": s.file,
                "row": s.row,
                "table": s.table,
                "key": s.key,
                "known_at": _plain(s.known_at),
            }
            for s in one.sources
        ],
        "sources_left_out": one.sources_left_out,
        "left_out": one.left_out,
        "parents": [_json(parent, seen=seen) for parent in one.parents],
    }


def _plain(value: Any) -> Any:
    """Instants as ISO with Z, days as ISO, points as numbers; cents are whole numbers already."""
    if isinstance(value, datetime):
        return f"{value.isoformat()}Z"
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
