# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster export`: the published tables as files for other tools."""

from __future__ import annotations

import shutil
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples
from muster.cli.screen import print_json, results
from muster.cli.waiting import wait_for
from muster.problems import UserDataError, WrongUse

if TYPE_CHECKING:
    from muster.engine.published import Published

EXAMPLES = examples(
    "muster export --to exports   (every table)",
    "muster export buying_group member --to exports --format parquet",
)


class Format(StrEnum):
    """How tables are written."""

    csv = "csv"
    parquet = "parquet"


def export(
    to: Annotated[Path, typer.Option(metavar="DIR", help="The folder the files go to.")],
    tables: Annotated[list[str] | None, typer.Argument(help="Tables; all where none is named.")] = None,
    *,
    kind: Annotated[Format, typer.Option("--format", help="How the tables are written.")] = Format.csv,
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write tables as CSV or Parquet files. Prints their paths.

    CSV is safe to open in a spreadsheet: a text that would be taken for a formula gets an apostrophe
    before it. Parquet is the published file, byte for byte.
    """
    from muster.workspace import open_workspace

    published = open_workspace(workspace).published
    names = list(dict.fromkeys(tables or published.manifest["tables"]))
    for name in names:
        published.path(name)  # every name is right before anything is written
    if to.exists() and not to.is_dir():
        raise WrongUse(f"{to} is a file.", remedy="Name a folder with --to.")
    to.mkdir(parents=True, exist_ok=True)
    written = {
        name: wait_for(
            lambda name=name: write_table(published, name, to, kind=kind),  # type: ignore[misc]
            saying=f"Writing {name}",
            quiet=quiet,
        )
        for name in names
    }
    if json:
        rows = published.manifest["tables"]
        print_json(
            [{"table": name, "path": str(file), "rows": rows[name]["rows"]} for name, file in written.items()]
        )
        return
    for file in written.values():
        results().print(str(file), soft_wrap=True)


def write_table(published: Published, name: str, folder: Path, *, kind: Format) -> Path:
    """Write one table; the file appears whole or not at all. Raises UserDataError when it is damaged."""
    source, target = published.path(name), folder / f"{name}.{kind.value}"
    if not source.is_file():
        raise UserDataError(
            f"The file of {name} is missing: {source}.", remedy="Build it again with: muster run"
        )
    draft = folder / f".{target.name}.new"
    if kind is Format.parquet:
        shutil.copyfile(source, draft)
    else:
        _write_csv(name, source, draft)
    draft.replace(target)
    return target


def _write_csv(name: str, source: Path, target: Path) -> None:
    import duckdb

    from muster.canonical.tables import flow_tables
    from muster.cli.spreadsheet import safe_columns
    from muster.engine.duckdb_engine import literal

    select = f"SELECT {safe_columns(flow_tables()[name].columns)} FROM read_parquet({literal(str(source))})"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")  # DuckDB 1 draws it on standard output
        connection.execute(f"COPY ({select}) TO {literal(str(target))} (FORMAT csv, HEADER)")
