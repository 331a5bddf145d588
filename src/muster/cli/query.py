# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster query`: one SELECT over the published tables."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.options import QuietOption, WorkspaceOption, examples
from muster.cli.rows import FEW, print_rows, write_csv, write_json
from muster.cli.screen import hint, results
from muster.cli.sql_faults import explain_fault
from muster.cli.waiting import wait_for
from muster.problems import WrongUse

if TYPE_CHECKING:
    import pyarrow as pa

    from muster.engine.published import Published

EXAMPLES = examples(
    "muster query   (lists the tables)",
    'muster query "DESCRIBE buying_group"',
    'muster query "SELECT status, COUNT(*) FROM qualification WHERE to_at IS NULL GROUP BY status"',
    'muster query "SELECT * FROM second_lead" > second_leads.csv',
    "muster query --json - < question.sql",
)


def query(
    sql: Annotated[str | None, typer.Argument(help="One SELECT; - reads it from standard input.")] = None,
    *,
    workspace: WorkspaceOption = Path(),
    csv: Annotated[bool, typer.Option("--csv", help="Write CSV (the default into a pipe or file).")] = False,
    json: Annotated[bool, typer.Option("--json", help="Write one JSON document.")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Write one JSON object a line.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help=f"Show more than {FEW} rows on a terminal.")
    ] = False,
    quiet: QuietOption = False,
) -> None:
    """Ask the published tables with SQL (DuckDB's dialect). Money is in whole cents, instants are UTC.

    Only reading is possible: one SELECT, over nothing but the tables.
    """
    from muster.workspace import open_workspace

    if csv + json + jsonl > 1:
        raise WrongUse("Only one of --csv, --json and --jsonl can be asked for.")
    published = open_workspace(workspace).published
    asked = sys.stdin.read() if sql == "-" else sql
    rows = wait_for(
        lambda: _overview(published) if asked is None else ask(published, asked),
        saying="Asking the tables",
        quiet=quiet,
    )
    if json or jsonl:
        write_json(rows, lines=jsonl)
    elif csv or not sys.stdout.isatty():
        write_csv(rows)
    else:
        print_rows(rows, results(), most=None if everything else FEW, fold=asked is None)
        if not everything and rows.num_rows > FEW:
            hint(f"The first {FEW} of {rows.num_rows:,} rows. All of them: --all", quiet=quiet)


def ask(published: Published, sql: str) -> pa.Table:
    """The answer to one SELECT. Raises WrongUse for anything else, and for SQL that is wrong."""
    import duckdb

    try:
        kinds = [statement.type.name for statement in duckdb.extract_statements(sql)]
        # EXPLAIN ANALYZE would carry out what it explains, COPY and DROP included.
        if kinds == ["EXPLAIN"]:
            raise WrongUse("EXPLAIN cannot be asked for.", remedy="Ask the SELECT itself.")
        return published.arrow(sql)
    except duckdb.PermissionException as error:
        raise WrongUse(
            "A query can read the published tables and nothing else: no other file, no address.",
            remedy="All tables: muster query",
        ) from error
    except duckdb.Error as error:
        if isinstance(error, duckdb.OutOfMemoryException | duckdb.InterruptException) or published.damaged():
            raise
        raise explain_fault(str(error), columns(published), sql=sql) from error


def columns(published: Published) -> dict[str, list[str]]:
    """The published tables and their columns."""
    found = published.arrow(
        "SELECT table_name, column_name FROM information_schema.columns ORDER BY table_name, ordinal_position"
    )
    names: dict[str, list[str]] = {}
    for row in found.to_pylist():
        names.setdefault(row["table_name"], []).append(row["column_name"])
    return names


def _overview(published: Published) -> pa.Table:
    """Every published table: its step, its rows, and what a row says."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from muster.canonical.tables import flow_tables, replay_tables

    contract = flow_tables() | replay_tables()
    there = {name: facts["rows"] for name, facts in published.manifest["tables"].items()}
    there |= {name: pq.read_metadata(file).num_rows for name, file in published.beside().items()}
    names = [name for name in contract if name in there]
    return pa.table(
        {
            "table": names,
            "rows": [there[name] for name in names],
            "about": [contract[name].about for name in names],
        }
    )
