"""Options that many commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_PLACE = "muster.workspace"


def remember(context: typer.Context, workspace: Path) -> Path:
    """Keep which workspace a command was given, for what is said when it ends badly."""
    context.find_root().meta[_PLACE] = workspace
    return workspace


def workspace_of(context: typer.Context) -> Path:
    """The workspace a command was given; the current folder before it was read."""
    place = context.find_root().meta.get(_PLACE, Path())
    assert isinstance(place, Path)
    return place


def in_place(workspace: Path) -> str:
    """What a suggested command needs to mean this workspace: nothing in the current folder."""
    return "" if workspace == Path() else f" -w {workspace}"


def examples(*commands: str) -> str:
    """Examples below a command's help."""
    return "\n".join(["Examples:", *(f"  {command}" for command in commands)])


WorkspaceOption = Annotated[
    Path,
    typer.Option(
        "--workspace",
        "-w",
        metavar="DIR",
        help="The workspace: a folder with muster.toml.",
        show_default="the current folder",
        callback=remember,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no hints.")]
