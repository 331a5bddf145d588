"""A company's files, written and loaded: what the stories about reading are told with."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from muster.config.settings import Config
from muster.problems import Problem
from muster.sources.ledger import LedgerRow
from muster.sources.load import Loaded, load

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass
class Result:
    """What a load left behind, with short ways to ask."""

    loaded: Loaded

    def rows(self, table: str, *columns: str, where: str = "TRUE") -> list[tuple[Any, ...]]:
        """Rows of a table in the order of its file; instants and days as ISO text."""
        shown = ", ".join(
            f"strftime(make_timestamp({c}), '%Y-%m-%dT%H:%M:%S')" if c.endswith(("_at", "_on")) else c
            for c in columns
        )
        path = self.loaded.tables[table]
        return duckdb.execute(f"SELECT {shown} FROM read_parquet('{path}') WHERE {where}").fetchall()

    def ledger(self, file: str) -> tuple[int, int, int, int]:
        """Read, landed, repeated, set aside."""
        row = next(r for r in self.loaded.ledger if r.file == file)
        return row.rows_read, row.rows_landed, row.rows_repeated, row.rows_set_aside

    def problems(self, severity: str | None = None) -> list[Problem]:
        """Problems in the order of the file, notes about dates left out unless asked for.

        So are columns that are not there (`missed` tells them): a story's file has those it is about.
        """
        return [
            p
            for p in self.loaded.problems
            if "there is no column" not in p.reason
            and ((severity is None and "without a date" not in p.reason) or p.severity == severity)
        ]

    def missed(self) -> list[Problem]:
        """The warnings about columns that a file does not have, and that groups or dollars rest on."""
        return [p for p in self.loaded.problems if "there is no column" in p.reason]

    def set_aside(self) -> list[tuple[Any, ...]]:
        """File, row, reason and raw text of every row kept back."""
        path = self.loaded.set_aside
        return duckdb.execute(f"SELECT file, row, reason, raw FROM read_parquet('{path}')").fetchall()


@dataclass
class Company:
    """Files and sources of a workspace in a temporary folder."""

    folder: Path
    sources: list[dict[str, Any]] = field(default_factory=list)
    currency: str = "USD"
    threads: int | None = None
    loads: int = 0

    def file(self, name: str, text: str | bytes, *, encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    def salesforce(self, path: str = "crm", **keys: Any) -> Company:
        self.sources.append({"name": "crm", "kind": "salesforce", "path": path, **keys})
        return self

    def table(self, table: str, path: str, columns: dict[str, Any], **keys: Any) -> Company:
        name = keys.pop("name", table)
        self.sources.append(
            {"name": name, "kind": "table", "table": table, "path": path, "columns": columns, **keys}
        )
        return self

    def load(
        self,
        *,
        now: datetime = NOW,
        into: str | None = None,
        progress: Callable[[str, int], None] | None = None,
        only_looking: bool = True,
    ) -> Result:
        self.loads += 1
        keys = {"company": {"name": "Test", "currency": self.currency}, "source": self.sources}
        config = Config.model_validate(keys | {"engine": {"threads": self.threads}})
        target = self.folder / (into or f"out{self.loads}")
        loaded = load(config, self.folder, target, now=now, progress=progress, only_looking=only_looking)
        result = Result(loaded)
        for row in result.loaded.ledger:
            assert_adds_up(row)
        return result


def assert_adds_up(row: LedgerRow) -> None:
    assert row.rows_landed + row.rows_repeated + row.rows_set_aside == row.rows_read, row


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """A company without any files yet."""
    return Company(tmp_path)


@pytest.fixture(scope="session")
def company_at() -> Callable[[Path], Company]:
    """Makes further companies, each in a folder of its own."""
    return Company


@pytest.fixture(scope="session")
def malformed_files() -> Callable[[int], list[Any]]:
    """The generator of malformed files (malformed.py beside this file): one file of every kind per seed."""
    spec = importlib.util.spec_from_file_location("malformed", Path(__file__).with_name("malformed.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["malformed"] = module  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module.generate
