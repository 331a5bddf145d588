"""What people see: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE = 100_000  # nobody's screen: into a file or a pipe nothing is folded or cut off
# Control characters, and those that turn the direction of writing: data must not steer a terminal.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def results() -> Console:
    """Standard output."""
    return _console(stderr=False, width=None if sys.stdout.isatty() else _WIDE)


def notes() -> Console:
    """Standard error."""
    return _console(stderr=True)


def hint(text: str, *, quiet: bool) -> None:
    """One line of advice on standard error."""
    if not quiet:
        notes().print(Text(clean(text), "dim"), soft_wrap=True)


def clean(text: str, *, lines: bool = False) -> str:
    r"""A text as a terminal may show it: control characters written out, as in \x1b.

    >>> clean("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    return _CONTROL.sub(lambda found: found[0] if lines and found[0] == "\n" else _escape(found[0]), text)


def table(columns: Sequence[str], rows: Iterable[Sequence[Text]], *, right: set[int]) -> Table:
    """A table whose cells fold rather than lose anything; columns of numbers stand to the right."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, name in enumerate(columns):
        made.add_column(Text(clean(name)), justify="right" if place in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _console(*, stderr: bool, width: int | None = None) -> Console:
    colours: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
    return Console(stderr=stderr, width=width, color_system=colours, highlight=False, markup=False)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
