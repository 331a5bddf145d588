# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster explain`: from any row of any table back to file and row of the source."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples
from muster.cli.screen import clean, print_json, results
from muster.cli.waiting import wait_for

EXAMPLES = examples(
    "muster explain hand_off HAND_OFF_ID",
    "muster explain score GROUP_ID 2025-06-13   (a key of two columns; an instant to the day)",
    "muster explain credit OPPORTUNITY_ID/ENGAGEMENT_ID/linear --depth 1",
)


def explain(
    context: typer.Context,
    table: Annotated[str, typer.Argument(help="A table of `muster query`.")],
    key: Annotated[
        list[str],
        typer.Argument(
            help="One row's key: its columns' values in order, whole, joined by / or one by one; "
            "- stands for null. The first of several alone: every row that has them."
        ),
    ],
    *,
    depth: Annotated[int, typer.Option(min=0, help="How many levels are told.", show_default="2")] = 2,
    everything: Annotated[bool, typer.Option("--all", help="Tell every level (as --json does).")] = False,
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Tell what a row says, what it rests on, and which rows of which files that came from.

    Two levels unless --depth or --all asks for more. Figures are counted again on the way; ends with 1
    when one of them does not agree.
    """
    from muster.explain import explain as explain_row
    from muster.explain import render, to_json
    from muster.workspace import open_workspace

    opened = open_workspace(workspace)
    # One text may itself hold slashes; several are the parts of the key as they stand.
    asked: str | list[str] = key[0] if len(key) == 1 else key
    explanation = wait_for(
        lambda: explain_row(opened, table, asked), saying=f"Walking back from {table}", quiet=quiet
    )
    if json:
        print_json(to_json(explanation))
    else:
        results().print(
            clean(render(explanation, depth=None if everything else depth), lines=True),
            end="",
            soft_wrap=True,
        )
    if explanation.disagreements:
        context.exit(1)
