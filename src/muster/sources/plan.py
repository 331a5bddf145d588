"""What to do with each file of a source: read it by a shape, or set it aside whole, and why."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from muster.problems import Problem
from muster.sources.files import InputFile
from muster.sources.shape import Shape
from muster.sources.typing_sql import FileColumns
from muster.sources.wording import listed, shorten


@dataclass(frozen=True, slots=True)
class FilePlan:
    """One file with its columns; `why_not` is set where none of its rows can land."""

    file: InputFile
    columns: FileColumns
    shape: Shape | None = None
    why_not: Problem | None = None
    notes: tuple[Problem, ...] = field(default=())


def asked_names(shape: Shape) -> tuple[str, ...]:
    """Every file column a shape asks for, by the names the shape uses."""
    names: dict[str, None] = dict.fromkeys(name for cell in shape.cells for name in cell.columns)
    names.update(dict.fromkeys(cell.only_where[0] for cell in shape.cells if cell.only_where))
    names.update(dict.fromkeys(shape.where))
    return tuple(names)


def nearest(name: str, names: Iterable[str]) -> str:
    """Did you mean, or nothing when no name comes near.

    >>> nearest("Solution__C", ["Solution__c", "Name"])
    ' Did you mean "Solution__c"?'
    """
    options = {other.lower(): other for other in names if other}
    near = difflib.get_close_matches(name.lower(), list(options), n=1, cutoff=0.5)
    return f' Did you mean "{options[near[0]]}"?' if near else ""


def missing_column(source: str, file: str, name: str, names: tuple[str, ...], *, line: str = "") -> Problem:
    """Why a file cannot be read that lacks a column.

    `line` is what muster.toml says of it where it can do without.
    """
    reason = f"the file has no column {name}.{nearest(name, names)} {columns_found(names)}"
    remedy = f"Export the file with this column, or correct its name in muster.toml{or_without(line)}."
    return Problem("error", source, file, reason, remedy, column=name)


def columns_found(names: tuple[str, ...]) -> str:
    """What a file's header holds; one long name is a delimiter that is not the right one.

    >>> columns_found(("Id", "Name")), columns_found(("Id^Name",))
    ('Its columns are: Id, Name.', 'It has one column only, Id^Name: set `delimiter` if that is wrong.')
    """
    if len(names) == 1:
        return f"It has one column only, {shorten(names[0])}: set `delimiter` if that is wrong."
    return f"Its columns are: {listed([name for name in names if name])}."


def or_without(line: str) -> str:
    """The way out for a column that nothing needs."""
    return f", or remove this line from it: {line}" if line else ""


def column_twice(source: str, file: str, name: str) -> Problem:
    """Why a file cannot be read in which a column that counts occurs twice."""
    return Problem("error", source, file, "the file has two columns of this name", "Rename one.", column=name)
