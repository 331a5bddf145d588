"""The bundled company's CRM export as other exporters would have written it: the same records come out."""

from __future__ import annotations

import csv
import gzip
import io
import random
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path

import duckdb
import pytest

from muster.config.reading import read_config
from muster.demo import copy_company
from muster.sources.load import Loaded, load
from muster.workspace import open_workspace

Rows = list[list[str]]
NOW = datetime(2026, 6, 1, tzinfo=UTC)
OPTIONAL = ("OpportunityFieldHistory", "OpportunityHistory", "Event", "Task", "User")


def text(rows: Rows, *, delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def plain(folder: Path, name: str, rows: Rows) -> None:
    """As it was."""
    (folder / f"{name}.csv").write_text(text(rows), "utf-8")


def other_order(folder: Path, name: str, rows: Rows) -> None:
    """Columns in another order, columns nobody knows, a small name, packed."""
    order = list(range(len(rows[0])))
    random.Random(name).shuffle(order)
    mixed = [[row[i] for i in order] for row in rows]
    wider = [
        ["Fremde Spalte" if i == 0 else 'eine "Zeile"\nund noch eine', *r, ""] for i, r in enumerate(mixed)
    ]
    wider[0][-1] = "Leer"
    (folder / f"{name.lower()}.csv.gz").write_bytes(gzip.compress(text(wider).encode()))


def spreadsheet(folder: Path, name: str, rows: Rows) -> None:
    """UTF-16 with semicolons, everything in capitals, references cut to 15 characters."""
    head = rows[0]
    cut = [
        [c[:15] if i and head[j].endswith("Id") and head[j] != "Id" else c for j, c in enumerate(row)]
        for i, row in enumerate(rows)
    ]
    cut[0] = [column.upper() for column in head]
    (folder / f"{name.upper()}.CSV").write_bytes(text(cut, delimiter=";").encode("utf-16"))


def rewritten(folder: Path, write: Callable[[Path, str, Rows], None]) -> Path:
    """The bundled company with its CRM export written anew."""
    workspace = copy_company(folder)
    with as_file(files("muster.demo").joinpath("company", "crm")) as crm:
        shutil.rmtree(workspace / "crm")
        (workspace / "crm").mkdir()
        for path in sorted(crm.glob("*.csv")):
            with path.open(encoding="utf-8-sig", newline="") as stream:
                head, *rows = csv.reader(stream)
                whole = [row for row in rows if len(row) == len(head)]  # ragged rows stay ragged in no order
                write(workspace / "crm", path.stem, [head, *whole])
    return workspace


def read(workspace: Path) -> Loaded:
    return load(read_config(workspace), workspace, workspace / "out", now=NOW)


def facts(loaded: Loaded, table: str) -> list[tuple[object, ...]]:
    """A table without where its rows came from; Salesforce ids in the characters both forms share."""
    path = str(loaded.tables[table])
    columns = [c for c, *_ in duckdb.execute("DESCRIBE SELECT * FROM read_parquet($1)", [path]).fetchall()]
    kept = [c for c in columns if c not in {"source_file", "source_row"}]
    shown = ", ".join(f"left({c}, 15)" if c.endswith(("_id", "_by")) else c for c in kept)
    return sorted(
        duckdb.execute(f"SELECT {shown} FROM read_parquet($1) WHERE source = 'crm'", [path]).fetchall(),
        key=repr,
    )


@pytest.fixture(scope="module")
def as_bundled(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return read(rewritten(tmp_path_factory.mktemp("bundled") / "halden", plain))


@pytest.mark.parametrize("write", [other_order, spreadsheet])
def test_the_same_records_come_out_of_another_writing(as_bundled, tmp_path, write):
    found = read(rewritten(tmp_path / "halden", write))
    for table in as_bundled.tables:
        assert facts(found, table) == facts(as_bundled, table), table
    before = [(r.rows_read, r.rows_landed, r.rows_repeated, r.rows_set_aside) for r in as_bundled.ledger]
    after = [(r.rows_read, r.rows_landed, r.rows_repeated, r.rows_set_aside) for r in found.ledger]
    assert sorted(after) == sorted(before)
    assert sum(n for n, *_ in after) > 19_000


def test_without_the_objects_that_are_optional_the_flow_still_runs(tmp_path):
    def write(folder: Path, name: str, rows: Rows) -> None:
        if name not in OPTIONAL:
            plain(folder, name, rows)

    workspace = open_workspace(rewritten(tmp_path / "halden", write))
    result = workspace.run()
    assert result.rows["buying_group"] > 50
    [row] = workspace.query("SELECT SUM(rows_read) AS n FROM intake_ledger").to_pylist()
    assert int(row["n"]) > 5_000
