"""A run's tables come into force at once: a new folder, its manifest, then one link is swapped.

    .muster/runs/000007-1f0c9a2e/account.parquet, ..., manifest.json
    .muster/tables -> runs/000007-1f0c9a2e

Whatever happens before the swap leaves the tables of the run before. Readers keep the folder they
opened: the run before stays until the next one begins.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from muster.canonical.tables import Table
from muster.engine.duckdb_engine import literal
from muster.engine.lock import HOME
from muster.engine.protocol import Engine
from muster.engine.shape import quoted
from muster.problems import WrongUse

MANIFEST = "manifest.json"
# A disk takes in together what is handed over together: a hundred files one by one take seven times as long.
SYNCED_AT_ONCE = 16
# Questions about the tables themselves, or that name them in a roundabout way.
_ASKS_WHAT_THERE_IS = re.compile(
    r"\b(show|query|query_table|information_schema|(duckdb|pg|sqlite|pragma)_\w+)\b"
)


class NewRun:
    """A run being written: nobody sees its tables before `publishing` ends well."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._rows: dict[str, int] = {}

    @property
    def run_id(self) -> str:
        """The name of the run's folder."""
        return self.folder.name

    def publish(self, engine: Engine, table: Table) -> int:
        """Write one table out of an engine; returns its rows."""
        rows = engine.publish(table, self.folder / f"{table.name}.parquet")
        self._rows[table.name] = rows
        return rows

    def tables(self) -> dict[str, dict[str, Any]]:
        """Rows and SHA-256 of every table written so far."""
        return {
            name: {"rows": rows, "sha256": _sha256(self.folder / f"{name}.parquet")}
            for name, rows in self._rows.items()
        }


@contextmanager
def publishing(
    workspace: Path, *, as_of: str, code_hash: str, input_hashes: Mapping[str, str]
) -> Iterator[NewRun]:
    """Write a run's tables, and put them in force when the block ends without an exception.

    The caller holds the workspace (see `lock.hold`).
    """
    runs = workspace / HOME / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    before = _in_force(workspace / HOME)
    _keep_only(runs, {before})
    facts = {"as_of": as_of, "code_hash": code_hash, "inputs": dict(input_hashes)}
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    number = int(before.split("-")[0]) + 1 if before else 1
    run = NewRun(runs / f"{number:06d}-{digest[:8]}")
    run.folder.mkdir()
    try:
        yield run
    except BaseException:
        shutil.rmtree(run.folder, ignore_errors=True)
        raise
    manifest = facts | {"run_id": run.run_id, "tables": run.tables()}
    draft = run.folder / f"{MANIFEST}.new"
    draft.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", "utf-8")
    with ThreadPoolExecutor(SYNCED_AT_ONCE) as pool:
        list(pool.map(_sync, run.folder.rglob("*")))
    draft.replace(run.folder / MANIFEST)
    _sync(run.folder)
    _put_in_force(workspace / HOME, run)
    _keep_only(runs, {before, run.run_id})


@dataclass(frozen=True, slots=True)
class Published:
    """The tables of one published run. A later run does not change what is read here."""

    folder: Path
    manifest: Mapping[str, Any]

    def path(self, table: str) -> Path:
        """The file of one table. Raises WrongUse when the run has none of that name."""
        if (beside := self.beside().get(table)) is not None:
            return beside
        if table not in self.manifest["tables"]:
            raise WrongUse(
                f"There is no table {table}.", remedy=f"There are: {', '.join(self.manifest['tables'])}."
            )
        return self.folder / f"{table}.parquet"

    def beside(self) -> dict[str, Path]:
        """Tables that a command made of this run and keeps beside it, by name: those of `muster replay`."""
        folder = self.folder.parent.parent / "replay"
        made_of = folder / "run"
        if not made_of.is_file() or made_of.read_text("utf-8") != self.manifest["run_id"]:
            return {}
        return {file.stem: file for file in sorted(folder.glob("*.parquet"))}

    def connection(self, tables: Iterable[str] | None = None) -> Any:
        """An in-memory DuckDB connection with a view for each table, shut off from all other files.

        `tables` names those to make a view for, where not all are wanted: to look into a hundred files
        takes longer than most questions. It could still write over the run's own files: let strangers
        ask through `arrow`, which takes one SELECT.
        """
        connection = duckdb.connect(
            ":memory:", config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
        )
        connection.execute("SET TimeZone = 'UTC'")
        beside = self.beside()
        folders = ", ".join(
            literal(str(f)) for f in sorted({self.folder, *(p.parent for p in beside.values())})
        )
        connection.execute(f"SET allowed_directories = [{folders}]")
        connection.execute("SET enable_external_access = false")
        for name in self._names() if tables is None else tables:
            file = literal(str(beside.get(name) or self.folder / f"{name}.parquet"))
            connection.execute(f"CREATE VIEW {quoted(name)} AS SELECT * FROM read_parquet({file})")
        connection.execute("SET lock_configuration = true")
        return connection

    def arrow(self, sql: str) -> pa.Table:
        """The result of one SELECT over the published tables. Raises WrongUse for anything else."""
        text = sql.lower()
        named = set() if _ASKS_WHAT_THERE_IS.search(text) else {n for n in self._names() if n in text}
        try:
            return self._answer(sql, named or None)
        except duckdb.CatalogException:  # says what there is instead of a table that there is not
            return self._answer(sql)

    def _answer(self, sql: str, tables: Iterable[str] | None = None) -> pa.Table:
        with self.connection(tables) as connection:
            kinds = [statement.type.name for statement in connection.extract_statements(sql)]
            if len(kinds) != 1 or kinds[0] not in {"SELECT", "EXPLAIN"}:
                raise WrongUse(
                    f"Only one SELECT can be asked, not: {', '.join(kinds) or 'nothing'}.",
                    remedy='For example: muster query "SELECT COUNT(*) FROM account"',
                )
            return connection.sql(sql).to_arrow_table()

    def _names(self) -> list[str]:
        return [*self.manifest["tables"], *self.beside()]

    def damaged(self) -> list[str]:
        """The tables whose file is missing or no longer has the bytes that were published."""
        tables: Mapping[str, Mapping[str, Any]] = self.manifest["tables"]
        return [
            name
            for name, facts in tables.items()
            if not self.path(name).is_file() or _sha256(self.path(name)) != facts["sha256"]
        ]


def open_published(workspace: Path) -> Published:
    """The run in force. Raises WrongUse when nothing was published yet."""
    link = workspace / HOME / "tables"
    folder = link.resolve()
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        raise WrongUse(
            f"{workspace} has no tables yet.", remedy=f"Build them with: muster run -w {workspace}"
        ) from None
    return Published(folder, manifest)


def _put_in_force(home: Path, run: NewRun) -> None:
    link, draft = home / "tables", home / "tables.new"
    draft.unlink(missing_ok=True)
    draft.symlink_to(Path("runs") / run.run_id)
    if link.is_dir() and not link.is_symlink():
        shutil.rmtree(link)  # a copied workspace: the copy made a folder of the link
    draft.replace(link)
    _sync(home)


def _in_force(home: Path) -> str:
    """The name of the run whose tables are in force; empty when there is none."""
    link = home / "tables"
    return link.readlink().name if link.is_symlink() else ""


def _keep_only(runs: Path, kept: set[str]) -> None:
    """Remove every other run: older ones, and those that ended before they came into force."""
    for run in runs.iterdir():
        if run.name not in kept:
            shutil.rmtree(run)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
