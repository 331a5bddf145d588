# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster run`: build every table of a workspace."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from muster.cli.build import build
from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples, in_place
from muster.cli.screen import hint, print_json, results
from muster.cli.summary import summarise

EXAMPLES = examples(
    "muster run", "muster run -w acme --as-of 2025-03-31", "muster run --json | jq .summary.qualified_groups"
)


class EngineName(StrEnum):
    """Where the flow's SQL runs; the tables are the same."""

    duckdb = "duckdb"
    spark = "spark"
    sail = "sail"


def read_as_of(text: str) -> datetime:
    """Read a date (until its end, in UTC) or an instant (UTC where it names no zone).

    >>> read_as_of("2025-03-31").isoformat(), read_as_of("2025-03-31T09:00+02:00").isoformat()
    ('2025-03-31T23:59:59.999999+00:00', '2025-03-31T07:00:00+00:00')
    """
    try:
        if len(text) == len("2025-03-31"):
            day = datetime.combine(date.fromisoformat(text), time(), UTC)
            return day + timedelta(days=1) - timedelta(microseconds=1)
        instant = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f'"{text}" is no date. Write 2025-03-31, or an instant such as 2025-03-31T09:00:00Z.'
        ) from None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def run(
    *,
    workspace: WorkspaceOption = Path(),
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of",
            metavar="DATE|INSTANT",
            parser=read_as_of,
            help="Use only what was known then: until the end of a date (UTC), or until an instant.",
            show_default="the last record known",
        ),
    ] = None,
    engine: Annotated[EngineName, typer.Option(help="Where the SQL runs.")] = EngineName.duckdb,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Build every table of the workspace and put them in force at once.

    A run that fails or is stopped leaves the tables of the run before. Rows that cannot be read are
    set aside and counted; they do not stop a run.
    """
    from muster.workspace import open_workspace

    opened = open_workspace(workspace)
    began = perf_counter()
    result = build(opened, as_of=as_of, engine=engine.value, quiet=quiet)
    summary = summarise(opened.published)
    if json:
        print_json(
            {
                "run_id": result.run_id,
                "as_of": result.as_of.isoformat(),
                "engine": engine.value,
                "seconds": {step: round(taken, 3) for step, taken in result.seconds.items()},
                "rows": dict(result.rows),
                "problems": result.problem_count,
                "summary": summary.to_json(),
            }
        )
        return
    screen = results()
    taken = perf_counter() - began
    company = opened.config.company.name
    screen.print(f"{company} as of {_shown(result.as_of)}, built in {taken:.1f} s ({result.run_id})")
    for line in summary.lines():
        screen.print(f"  {line}")
    if result.problem_count:
        hint(f"What needs a look: muster check{in_place(workspace)}", quiet=quiet)


def _shown(instant: datetime) -> str:
    midnight = instant.time() in {time(), time.max}
    return f"{instant:%Y-%m-%d}" if midnight else f"{instant:%Y-%m-%d %H:%M:%S} UTC"
