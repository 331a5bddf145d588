# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster init`: a workspace with the rules a RevOps person would begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples, in_place
from muster.cli.screen import hint, print_json, results
from muster.problems import WrongUse

EXAMPLES = examples("muster init acme", "muster init -w acme", "muster init   (in the current folder)")


def init(
    folder: Annotated[Path | None, typer.Argument(help="The folder to make a workspace of.")] = None,
    *,
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make a workspace: muster.toml and the rules, with defaults. Files that are there stay as they are."""
    from muster.workspace import init_workspace

    if folder is not None and workspace != Path():
        raise WrongUse("The folder was given twice.", remedy="Give it once, as in: muster init acme")
    place = folder if folder is not None else workspace
    if place.exists() and not place.is_dir():
        raise WrongUse(f"{place} is a file.", remedy="Name a folder, as in: muster init acme")
    before = set(place.rglob("*")) if place.is_dir() else set()
    init_workspace(place)
    made = sorted(
        path
        for path in (place / "muster.toml", *(place / "rules").glob("*.csv"))
        if path not in before and path.is_file()
    )
    if json:
        print_json({"workspace": str(place), "made": [str(path) for path in made]})
        return
    screen = results()
    said = "is a workspace now." if made else "is a workspace already; nothing was changed."
    screen.print(f"{place} {said} Edit next:")
    screen.print(f"  {place / 'muster.toml'}   your exports under [[source]], your own mail domains")
    screen.print(f"  {place / 'rules' / 'solutions.csv'}   what you sell, and how your exports spell it")
    screen.print(f"  {place / 'rules' / 'goals.csv'}   plans; beside it program_goals.csv, for programmes")
    hint(f"Then: muster check{in_place(place)}", quiet=quiet)
