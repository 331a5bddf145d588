# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster export`: the published tables as files for other tools."""

from __future__ import annotations

import shutil
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.media_mix import By
from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples
from muster.cli.screen import hint, print_json, results
from muster.cli.waiting import wait_for
from muster.problems import UserDataError, WrongUse

if TYPE_CHECKING:
    from muster.engine.published import Published
    from muster.workspace import Workspace

EXAMPLES = examples(
    "muster export --to exports   (every table)",
    "muster export buying_group member --to exports --format parquet",
    "muster export --media-mix --to mix --by region",
)


class Format(StrEnum):
    """How tables are written."""

    csv = "csv"
    parquet = "parquet"


def export(
    to: Annotated[Path, typer.Option(metavar="DIR", help="The folder the files go to.")],
    tables: Annotated[list[str] | None, typer.Argument(help="Tables; all where none is named.")] = None,
    *,
    media_mix: Annotated[
        bool,
        typer.Option("--media-mix", help="A panel of weeks for models of the media mix, in place of tables."),
    ] = False,
    by: Annotated[By | None, typer.Option(help="Divides that panel by region or country, too.")] = None,
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

    if by is not None and not media_mix:
        raise WrongUse("--by divides the panel of --media-mix.", remedy="Add --media-mix, or leave out --by.")
    if media_mix and tables:
        raise WrongUse(
            "--media-mix writes a panel, not tables.", remedy="Name tables in a command of their own."
        )
    opened = open_workspace(workspace)
    if media_mix:
        _export_media_mix(opened, _folder(to), kind=kind, by=by, json=json, quiet=quiet)
        return
    published = opened.published
    names = list(dict.fromkeys(tables or published.manifest["tables"]))
    for name in names:
        published.path(name)  # every name is right before anything is written
    _folder(to)
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


def _folder(to: Path) -> Path:
    """The folder, made where there is none."""
    if to.exists() and not to.is_dir():
        raise WrongUse(f"{to} is a file.", remedy="Name a folder with --to.")
    to.mkdir(parents=True, exist_ok=True)
    return to


def _export_media_mix(
    opened: Workspace, folder: Path, *, kind: Format, by: By | None, json: bool, quiet: bool
) -> None:
    from muster.cli.media_mix import write_media_mix

    found, files = wait_for(
        lambda: write_media_mix(opened, folder, kind=kind.value, by=by),
        saying="Writing the weeks",
        quiet=quiet,
    )
    if json:
        said = {"files": [str(file) for file in files], "rows": len(found.rows)}
        print_json(said | {"channels": list(found.channels), "left_out_cents": found.left_out})
        return
    for file in files:
        results().print(str(file), soft_wrap=True)
    if found.left_out:
        hint(
            f"{found.left_out / 100:,.2f} of spend is not in it: in another currency, or outside the weeks.",
            quiet=quiet,
        )


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
