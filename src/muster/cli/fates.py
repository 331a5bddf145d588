"""What became of what was read, shown: problems from the gravest, then the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from muster.cli.last_run import FLOW
from muster.cli.screen import clean, table
from muster.cli.summary import count
from muster.problems import Problem

# severity: how a person says it, and its colour
_GRAVITY = {
    "error": ("error", "left out until corrected", "bold red"),
    "warning": ("warning", "read, but look", "bold yellow"),
    "note": ("note", "good to know", "bold"),
}
_COUNTS = ("rows_read", "rows_landed", "rows_repeated", "rows_set_aside")


def print_problems(problems: Sequence[Problem], screen: Console) -> None:
    """Every problem with place, reason, example and remedy; the gravest first."""
    if not problems:
        screen.print("Nothing needs a look.")
    for severity, (word, meaning, style) in _GRAVITY.items():
        some = [problem for problem in problems if problem.severity == severity]
        if not some:
            continue
        screen.print(Text.assemble((count(len(some), word), style), f": {meaning}"))
        for problem in sorted(some, key=lambda p: (-p.count, p.source, p.file, p.column or "")):
            screen.print(Text(f"  {_place(problem)}", "bold"), soft_wrap=True)
            screen.print(Text(f"    {_what(problem)}"), soft_wrap=True)
            screen.print(Text(f"    {clean(problem.remedy)}", "dim"), soft_wrap=True)


def print_ledger(ledger: Sequence[Mapping[str, Any]], screen: Console) -> None:
    """What became of every row: read = landed + repeated + set aside, file by file."""
    if not ledger:
        return
    rows = [
        [Text(clean(row[name])) for name in ("source", "file", "reads_into")]
        + [Text(f"{row[name]:,}") for name in _COUNTS]
        for row in ledger
    ]
    total = [Text("all", "bold"), Text(), Text()]
    total += [Text(f"{sum(row[name] for row in ledger):,}", "bold") for name in _COUNTS]
    names = ("source", "file", "reads into", "read", "landed", "repeated", "set aside")
    screen.print(table(names, [*rows, total], right={3, 4, 5, 6}))
    screen.print("Every row read has landed, is a repeat, or was set aside.")


def _place(problem: Problem) -> str:
    if problem.source == FLOW and problem.row is None:
        return clean(problem.column or "records")
    parts = (problem.file,) if problem.source == FLOW else (problem.source, problem.file)
    place = "/".join(part for part in parts if part)
    return clean(f"{place}, column {problem.column}" if problem.column else place) or "all sources"


def _what(problem: Problem) -> str:
    value = f'"{problem.value}" ' if problem.value is not None else ""
    where = f", first in row {problem.row:,}" if problem.row is not None else ""
    rows = f" ({count(problem.count, 'row')}{where})" if problem.row is not None or problem.count > 1 else ""
    return clean(f"{value}{problem.reason}{rows}")
