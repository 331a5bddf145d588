# ruff: noqa: PLC0415  commands start fast: the database's library is imported by the command that needs it
"""`muster audit`: who decided what, and whether anybody changed that record."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from muster.cli.endings import LOOK
from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples
from muster.cli.screen import clean, hint, notes, print_json, results, table

if TYPE_CHECKING:
    from muster.store.audit import Entry

EXAMPLES = examples("muster audit", "muster audit --check", "muster audit --json | jq '.[-1].seal'")
_LINES = 40  # of the trail on the screen


def audit(
    *,
    check: Annotated[bool, typer.Option("--check", help="Only say whether the trail is whole.")] = False,
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Show who did what, oldest first, and check that no row was changed or taken out.

    Each row is sealed with the one before. Ends with 1 where a seal is broken, naming the first row that is.
    """
    from muster.store.audit import entries, first_broken
    from muster.store.opening import open_store
    from muster.workspace import open_workspace

    opened = open_workspace(workspace)
    store = open_store(opened.folder, opened.config.store)
    told: list[Entry] = []
    if store is not None:
        with closing(store):
            told = entries(store)
    broken = first_broken(told)
    if json:
        print_json([asdict(entry) for entry in told])
    elif not told:
        hint("Nobody decided anything yet.", quiet=quiet)
    else:
        _show(told, only_check=check, is_whole=broken is None, quiet=quiet)
    if broken is not None:
        notes().print(
            f"Row {broken} of the audit trail, or one before it, was changed or taken out. "
            "Compare the store with a copy from before.",
            soft_wrap=True,
        )
        raise typer.Exit(LOOK)


def _show(told: list[Entry], *, only_check: bool, is_whole: bool, quiet: bool) -> None:
    if not only_check:
        columns = ("row", "at", "who", "did", "about", "details")
        rows = [(str(e.number), e.at, e.who, e.action, e.subject, e.detail) for e in told[-_LINES:]]
        shown = [[Text(clean(cell)) for cell in row] for row in rows]
        results().print(table(columns, shown, right={0}))
        if len(told) > _LINES:
            hint(f"{len(told) - _LINES} earlier rows are not shown; see them with --json.", quiet=quiet)
    if is_whole:
        results().print(f"Whole: {len(told)} rows, the last seal {told[-1].seal}", soft_wrap=True)
