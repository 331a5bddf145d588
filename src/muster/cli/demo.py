# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster demo`: the bundled company, from its exports to its pages, with nothing to set up."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.build import build
from muster.cli.options import JsonOption, QuietOption, examples, remember
from muster.cli.report_board import write_board
from muster.cli.screen import hint, print_json, results
from muster.cli.serve import PortOption, serve_until_stopped
from muster.cli.summary import summarise

if TYPE_CHECKING:
    from muster.engine.published import Published
    from muster.workspace import Workspace

_DEMO_USER = "demo@halden.example"

EXAMPLES = examples("muster demo", "muster demo --folder /tmp/halden --port 9000", "muster demo --build-only")


def demo(
    *,
    folder: Annotated[
        Path,
        typer.Option(
            "--folder", "--workspace", "-w", metavar="DIR", help="Where the demo goes.", callback=remember
        ),
    ] = Path("muster-demo"),
    build_only: Annotated[
        bool, typer.Option("--build-only", help="Build the tables and stop: no report, no pages.")
    ] = False,
    port: PortOption = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Serve the pages, but open no browser.")
    ] = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Build the bundled company, Halden Analytics, and serve its pages.

    Without a terminal, or where the environment says CI, it builds, says what to open, and ends.
    Everything goes into one new folder. Running it again refreshes the exports there; muster.toml and
    rules that were edited stay as they are. A folder that holds anything else is left alone.
    """
    from muster.demo import copy_company, edited
    from muster.workspace import open_workspace

    began = perf_counter()
    with _alone(folder):
        copy_company(folder)
    for file in edited(folder):
        hint(f"{file} was edited and stays as it is; delete it to get the demo's own back.", quiet=quiet)
    workspace = open_workspace(folder)
    result = build(workspace, quiet=quiet)
    report = None if build_only else write_board(workspace)
    seconds = perf_counter() - began
    summary = summarise(workspace.published)
    if json:
        print_json(
            {
                "workspace": str(folder),
                "run_id": result.run_id,
                "report": str(report) if report else None,
                "seconds": round(seconds, 3),
                "summary": summary.to_json(),
            }
        )
        return
    screen = results()
    screen.print(f"{workspace.config.company.name}, a generated company, in {folder} ({seconds:.1f} s)")
    for line in summary.lines():
        screen.print(f"  {line}")
    if report:
        screen.print(f"Open the board report in a browser: {report.resolve()}", soft_wrap=True)
    is_served = not build_only and sys.stdout.isatty() and not os.environ.get("CI")
    if not quiet:
        _suggest(folder, workspace, is_served=is_served)
    if is_served:
        serve_until_stopped(
            workspace,
            host="127.0.0.1",
            port=port or workspace.config.serve.port,
            opens_browser=not no_browser,
            enters_as=_demo_user(workspace),
            quiet=quiet,
        )


def _suggest(folder: Path, workspace: Workspace, *, is_served: bool) -> None:
    """What to try next, as commands that work in this place."""
    screen = results()
    screen.print("Try next:")
    muster = "muster" if shutil.which("muster") else sys.argv[0]  # as in .venv/bin/muster
    serve = () if is_served else (f"{muster} serve -w {folder}",)
    for command in (
        *serve,
        f"{muster} check -w {folder}",
        f'{muster} query -w {folder} "SELECT fate, COUNT(*) AS people FROM second_lead GROUP BY fate"',
        f"{muster} explain -w {folder} hand_off {_newest_hand_off(workspace.published)} --depth 1",
    ):
        screen.print(f"  {command}", soft_wrap=True)


def _alone(folder: Path) -> AbstractContextManager[None]:
    """Hold a demo that is there already, so that its files do not change under a run."""
    from muster.engine.lock import hold

    return hold(folder, "muster demo") if (folder / "muster.toml").is_file() else nullcontext()


def _demo_user(workspace: Workspace) -> int:
    """Who looks at the demo: an admin without a password, who comes in by a link alone."""
    from muster.store.opening import upgrade
    from muster.store.users import add_user, user_by_email

    settings = workspace.config.store
    store = upgrade(workspace.folder, settings)[0]
    with closing(store):
        user = user_by_email(store, _DEMO_USER) or add_user(
            store, _DEMO_USER, "Demo Admin", role="admin", by="muster demo"
        )
    return user.user_id


def _newest_hand_off(published: Published) -> str:
    [row] = published.arrow(
        'SELECT hand_off_id FROM hand_off ORDER BY "at" DESC, hand_off_id LIMIT 1'
    ).to_pylist()
    return str(row["hand_off_id"])
