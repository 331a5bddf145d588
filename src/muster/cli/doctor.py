"""`muster doctor`: is everything here that Muster needs, and is the workspace whole?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import typer
from rich.text import Text

from muster.cli.machine import look_at_machine
from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples
from muster.cli.screen import clean, print_json, results
from muster.cli.state import look_at_workspace
from muster.cli.waiting import wait_for

EXAMPLES = examples("muster doctor", "muster doctor -w acme --json")
_MARKS = {"fine": ("fine", "green"), "note": ("note", "cyan"), "look": ("look", "bold red")}


def doctor(
    context: typer.Context,
    *,
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Look at versions, disk, rights, engines and the workspace, with a remedy for each finding.

    Ends with 1 when something needs a look.
    """
    findings = wait_for(
        lambda: [*look_at_machine(workspace), *look_at_workspace(workspace)], saying="Looking", quiet=quiet
    )
    needs_look = any(finding.state == "look" for finding in findings)
    if json:
        print_json({"needs_look": needs_look, "findings": [asdict(finding) for finding in findings]})
    else:
        screen = results()
        for finding in findings:
            word, style = _MARKS[finding.state]
            screen.print(
                Text.assemble((word, style), f"  {finding.what}: {clean(finding.says)}"), soft_wrap=True
            )
            if finding.remedy:
                screen.print(Text(f"      {clean(finding.remedy)}", "dim"), soft_wrap=True)
    if needs_look:
        context.exit(1)
