# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster check`: read everything, publish nothing, and show what needs a look."""

from __future__ import annotations

import difflib
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from muster.cli.fates import print_ledger, print_problems
from muster.cli.last_run import LastRun, last_run
from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples, in_place
from muster.cli.progress import showing_progress
from muster.cli.screen import clean, hint, print_json, results
from muster.problems import Problem
from muster.sources.wording import listed

if TYPE_CHECKING:
    from rich.console import Console

    from muster.config.settings import Config
    from muster.rules.read import Rules
    from muster.sources.load import Loaded

EXAMPLES = examples("muster check", "muster check -w acme --json | jq '.problems[] | .reason'")


def check(
    context: typer.Context,
    *,
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Read muster.toml, the rules and every source, and show what needs a look. Nothing is published.

    Then shows what the flow noticed in the records when it ran last, such as activities without a
    rule. Ends with 1 when there is an error (rows were set aside) or a warning (they landed, but
    look); notes alone are fine, and so are findings of a run whose files or rules have changed since.
    """
    from muster.workspace import open_workspace

    opened = open_workspace(workspace)
    config, version = opened.config, opened.rules.version
    problems = [] if config.source else [_no_source()]
    problems += _stray_overrides(workspace)
    noticed = last_run(workspace, config, rules_version=version)
    loaded, unread, solutions = _load(config, workspace, opened.rules, quiet=quiet)
    problems += loaded.problems
    has_told = noticed is not None and not noticed.changed_since  # the run did, of activities
    problems += [problem for problem in unread if not has_told or problem.column != "activity"]
    ledger = [asdict(row) for row in loaded.ledger]
    needs_look = any(problem.severity != "note" for problem in problems)
    needs_look |= noticed is not None and noticed.needs_look
    if json:
        print_json(
            {
                "needs_look": needs_look,
                "rules_version": version,
                "problems": [asdict(problem) for problem in problems],
                "ledger": ledger,
                "solutions": solutions,
                "last_run": noticed.to_json() if noticed else None,
            }
        )
    else:
        screen = results()
        print_problems(problems, screen)
        print_ledger(ledger, screen)
        _print_noticed(noticed, screen, place=in_place(workspace))
        if not needs_look:
            hint(f"Next: muster run{in_place(workspace)}", quiet=quiet)
        else:
            hint(
                f"Correct what you can, then: muster run{in_place(workspace)} "
                "(it leaves out what was set aside)",
                quiet=quiet,
            )
    if needs_look:
        context.exit(1)


def _print_noticed(noticed: LastRun | None, screen: Console, *, place: str) -> None:
    """What the last run found beyond the files; a word where there was none."""
    if noticed is None:
        screen.print(f"What the flow notices in the records is shown here after: muster run{place}")
        return
    screen.print(f"Noticed in the records by the last run ({noticed.run_id}):", style="bold")
    if noticed.changed_since:
        what = listed(list(noticed.changed_since), most=3)
        screen.print(
            f"Since then there were changes ({clean(what)}). See what still holds with: muster run{place}",
            soft_wrap=True,
        )
    print_problems(noticed.findings, screen)


def _load(
    config: Config, workspace: Path, rules: Rules, *, quiet: bool
) -> tuple[Loaded, list[Problem], list[str]]:
    """What a load makes, the words in it that no rule names, and the solutions that are known."""
    from muster.readings.unread_words import solutions_of, unread_words
    from muster.recall.clock import micros
    from muster.sources.load import load

    now = datetime.now(UTC)

    with (
        tempfile.TemporaryDirectory(prefix="muster-check-") as landing,
        showing_progress(quiet=quiet) as report,
    ):
        loaded = load(
            config,
            workspace,
            Path(landing),
            now=now,
            progress=lambda file, rows: report("load", file, rows),
            only_looking=True,
        )
        told = unread_words(loaded.tables, rules, at=micros(now))
        return loaded, told, solutions_of(loaded.tables, rules, at=micros(now))


def _no_source() -> Problem:
    return Problem(
        "error",
        "",
        "muster.toml",
        "names no source, so there is nothing to read",
        "Add a [[source]] for each export; the comments show how.",
    )


def _stray_overrides(workspace: Path) -> list[Problem]:
    """SQL files in overrides/ that replace no table: most likely a name is misspelt."""
    from muster.steps import all_queries

    tables = {query.name for query in all_queries() if query.sql}
    strays = sorted({path.stem for path in (workspace / "overrides").glob("*.sql")} - tables)
    found = []
    for stray in strays:
        near = difflib.get_close_matches(stray, tables, n=1)
        remedy = f"Did you mean {near[0]}.sql?" if near else "Name it after the table it replaces."
        found.append(Problem("error", "", f"overrides/{stray}.sql", "replaces no table of the flow", remedy))
    return found
