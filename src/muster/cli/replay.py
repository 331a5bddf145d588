# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster replay`: the company's own history under its MQL rule and under Muster's policy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples, in_place
from muster.cli.screen import clean, hint, print_json, results
from muster.cli.waiting import wait_for
from muster.problems import WrongUse

if TYPE_CHECKING:
    from muster.replay.compare import Replay
    from muster.workspace import Workspace

EXAMPLES = examples(
    "muster replay",
    "muster replay --capacity 4   (hand-offs a week; or rule, or mql)",
    "muster replay -o replay.html",
    "muster replay -o replay.pdf",
    "muster replay --json | jq .findings",
)


def replay(
    *,
    workspace: WorkspaceOption = Path(),
    capacity: Annotated[
        str | None,
        typer.Option(
            metavar="rule|mql|NUMBER",
            help="Hand-offs a week: by rules/capacity.csv, as many as there were MQLs, or a number.",
            show_default="rule where you wrote one, else mql",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write the two pages, as HTML or PDF by the file's name."
        ),
    ] = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Compare what your MQL process did with what Muster would have done, at equal weekly capacity.

    Replays the rule in rules/mql.csv and checks it against the MQLs on record. Choices are made on the
    first half of the history and reported on the second. Tables are kept in .muster/replay/.
    """
    from muster.replay.told import as_json
    from muster.workspace import open_workspace

    if output is not None and output.is_dir():
        raise WrongUse(f"{output} is a folder.", remedy=f"Name a file, as in: -o {output / 'replay.html'}")
    opened = open_workspace(workspace)
    told = wait_for(lambda: replay_workspace(opened, capacity), saying="Replaying your history", quiet=quiet)
    if output is not None:
        _write(opened, told, output)
    if json:
        print_json(as_json(told))
    else:
        _print(told)
        if output is not None:
            results().print(clean(str(output)), soft_wrap=True)
        where = opened.folder / ".muster" / "replay"
        hint(
            f"Tables and figures: {where}. Two pages: muster replay -o replay.html{in_place(workspace)}",
            quiet=quiet,
        )


def replay_workspace(opened: Workspace, capacity: str | None = None) -> Replay:
    """Replay a workspace's last run and keep the tables."""
    from muster.engine.lock import hold
    from muster.replay.compare import replay as replay_history
    from muster.replay.keep import keep
    from muster.replay.page import write_page
    from muster.replay.told import as_json
    from muster.rules.read import default_text

    own = opened.folder / "rules" / "capacity.csv"
    with hold(opened.folder, "muster replay"):
        published = opened.published
        told = replay_history(
            published,
            opened.rules,
            currency=opened.config.company.currency,
            capacity=capacity,
            own_capacity=own.is_file() and own.read_text("utf-8-sig") != default_text("capacity"),
        )
        page = write_page(opened.config.company.name, told)
        keep(opened.folder, told, as_json(told), page=page, run_id=published.manifest["run_id"])
    return told


def _write(opened: Workspace, told: Replay, to: Path) -> None:
    """Write the pages whole, or not at all."""
    from muster.replay.page import DRAWN_WITH, write_page
    from muster.reports.formats.paper import paper_of

    to.parent.mkdir(parents=True, exist_ok=True)
    draft = to.with_name(f".{to.name}.new")
    page = write_page(opened.config.company.name, told)
    draft.write_bytes(paper_of(page, drawn_with=DRAWN_WITH) if to.suffix.lower() == ".pdf" else page.encode())
    draft.replace(to)


def _print(told: Replay) -> None:
    from rich.text import Text

    from muster.cli.screen import table
    from muster.replay.figures import compared_rows, side_rows
    from muster.replay.findings import SHOWN, findings
    from muster.replay.told import caveats, trust, what_was_compared

    screen = results()
    found = findings(told)
    for number, finding in enumerate(found[:SHOWN], 1):
        screen.print(clean(f"{number}. {finding.sentence}"), soft_wrap=True)
    for line in ("", trust(told), what_was_compared(told), *caveats(told)):
        screen.print(clean(line), soft_wrap=True)
    sides = [[Text(clean(cell)) for cell in row] for row in side_rows(told)]
    screen.print(table(("At equal capacity", "MQL list", "Muster"), sides, right={1, 2}))
    both = [[Text(clean(cell)) for cell in row] for row in compared_rows(told)]
    screen.print(table(("Compared", "figure"), both, right={1}))
    for finding in found[SHOWN:]:
        screen.print(clean(finding.sentence), soft_wrap=True)
