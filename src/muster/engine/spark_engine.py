"""The same core SQL on Apache Spark, and on Sail, which speaks Spark's protocol without a JVM."""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from muster.canonical.tables import Table
from muster.engine.duckdb_engine import DuckDBEngine
from muster.engine.translate import to_spark
from muster.problems import MissingExtra, WrongUse

# What makes Spark answer as DuckDB does: no zone shifts, and an error instead of a wrapped number.
PLANS = 5  # of one query on Sail, before its planner is believed
SESSION = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
}


class SparkEngine:
    """Core SQL on a Spark session, translated. Each table is kept as Parquet in a scratch folder.

    The session may be classic or Spark Connect, but it and this process must see the same files
    under `scratch`. Tables are published by DuckDB's writer, so that equal rows give equal bytes
    whichever engine made them.
    """

    def __init__(self, session: Any, *, name: str = "spark", scratch: Path | None = None) -> None:
        self.name = name
        self._session = session
        for key, value in SESSION.items():
            session.conf.set(key, value)
            if session.conf.get(key) != value:
                raise WrongUse(
                    f"The Spark session keeps {key} at {session.conf.get(key)}; Muster needs {value}.",
                    remedy="Start a session with that setting.",
                )
        self._folder = Path(tempfile.mkdtemp(prefix="muster-", dir=scratch))
        self._writer = DuckDBEngine(scratch=self._folder)
        self._numbers = count(1)
        self._places: dict[str, Path] = {}
        # Of each table that rows are appended to: its parts, and the order in which it is published.
        self._parts: dict[str, tuple[list[Path], tuple[str, ...]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def load(self, name: str, file: Path) -> None:
        """Make a Parquet file (or a folder of them) readable as a table."""
        self._session.read.parquet(str(file)).createOrReplaceTempView(name)
        self._places[name] = file

    def put(self, name: str, table: pa.Table) -> None:
        """Copy a small Arrow table in, by way of a file: that works alike on every kind of session."""
        place = self._place(name)
        place.mkdir()
        pq.write_table(table, place / "part.parquet")
        self.load(name, place)

    def create(self, name: str, sql: str) -> int:
        """Build a table from one SELECT; returns its rows."""
        place = self._place(name)
        rows = self._write(name, sql, place)
        self.drop(name)  # only now: the query may read the table it replaces
        self.load(name, place)  # types come from the files: Sail may announce INT and write BIGINT
        return rows

    def append(self, name: str, rows: str | pa.Table, *, key: Sequence[str] = ()) -> int:
        """Add rows, of a SELECT or from Arrow; returns how many."""
        if name not in self._parts:
            self.drop(name)
            self._places[name] = self._place(name)
            self._places[name].mkdir()
            self._parts[name] = [], tuple(key)
        parts, _ = self._parts[name]
        part = self._places[name] / f"{len(parts):06d}"
        if isinstance(rows, str):
            count = self._write(name, rows, part)
        else:
            part.mkdir()
            pq.write_table(rows, part / "part.parquet")
            count = rows.num_rows
        parts.append(part)
        self._session.read.parquet(*map(str, parts)).createOrReplaceTempView(name)
        return count

    def drop(self, name: str) -> None:
        """Forget a table; no complaint when there is none."""
        place = self._places.pop(name, None)
        self._parts.pop(name, None)
        if place is None:
            return
        self._session.catalog.dropTempView(name)
        if place.is_relative_to(self._folder):
            shutil.rmtree(place, ignore_errors=True)

    def arrow(self, sql: str) -> pa.Table:
        """Return the result of a SELECT."""
        return self._session.sql(to_spark(sql)).toArrow()

    def publish(self, table: Table, file: Path) -> int:
        """Check the table of that name against its contract and write it as Parquet, in its order."""
        if table.name in self._parts:
            parts, key = self._parts[table.name]
            for part in parts:
                self._writer.append(table.name, f"SELECT * FROM read_parquet('{part}/*.parquet')", key=key)
        else:
            self._writer.load(table.name, self._places[table.name])
        try:
            return self._writer.publish(table, file)
        finally:
            self._writer.drop(table.name)

    def close(self) -> None:
        """Forget every table and remove the scratch folder; the session stays with whoever made it."""
        for name in list(self._places):
            self.drop(name)
        self._writer.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _write(self, name: str, sql: str, place: Path) -> int:
        """Write the rows of a SELECT into a folder; returns how many."""
        found = self._session.sql(to_spark(sql, path=Path(f"{name}.sql")))
        found.write.parquet(str(place))
        if not any(place.glob("*.parquet")):  # Sail writes no file where there are no rows
            place.mkdir(exist_ok=True)
            pq.write_table(found.limit(0).toArrow(), place / "part.parquet")
        return sum(pq.read_metadata(part).num_rows for part in place.glob("*.parquet"))

    def _place(self, name: str) -> Path:
        return self._folder / f"{name}-{next(self._numbers)}"


class LocalSpark(SparkEngine):
    """Spark inside this process, on a few threads: for trying and testing. Needs Java 17."""

    def __init__(
        self, *, memory_limit: str = "2g", threads: int | None = None, scratch: Path | None = None
    ) -> None:
        workers = threads or 2
        settings = SESSION | {
            "spark.driver.memory": memory_limit,
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.shuffle.partitions": str(2 * workers),
            "spark.sql.warehouse.dir": str(Path(tempfile.gettempdir()) / "muster-spark-warehouse"),
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
        }
        with _extra("spark", engine="spark"):
            sql = importlib.import_module("pyspark.sql")
            builder = sql.SparkSession.builder.master(f"local[{workers}]").appName("muster")
            for key, value in settings.items():
                builder = builder.config(key, value)
            self._own = builder.getOrCreate()
        self._own.sparkContext.setLogLevel("ERROR")
        super().__init__(self._own, scratch=scratch)

    def close(self) -> None:
        """Forget every table and stop Spark."""
        super().close()
        self._own.stop()


class Sail(SparkEngine):
    """Sail, started inside this process and spoken to by Spark Connect. No Java."""

    def __init__(self, *, scratch: Path | None = None) -> None:
        os.environ.setdefault("RUST_LOG", "error")  # Sail tells of every session it opens
        with _extra("sail", engine="sail"), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
            self._server = importlib.import_module("pysail.spark").SparkConnectServer("127.0.0.1", 0)
            sql = importlib.import_module("pyspark.sql")
            self._server.start(background=True)
            _, port = self._server.listening_address
            self._own = sql.SparkSession.builder.remote(f"sc://127.0.0.1:{port}").create()
        super().__init__(self._own, name="sail", scratch=scratch)

    def _write(self, name: str, sql: str, place: Path) -> int:
        """The same; a query that Sail's planner stumbles over is planned again.

        Runs stopped now and then at `frame_week` with "Division by zero", though it divides by none: nothing
        was written yet, and the next plan of the same query went well each time.
        """
        errors = importlib.import_module("pyspark.errors")
        for _ in range(PLANS - 1):
            try:
                return super()._write(name, sql, place)
            except errors.AnalysisException as error:
                if "Division by zero" not in str(error):
                    raise
                shutil.rmtree(place, ignore_errors=True)
        return super()._write(name, sql, place)

    def close(self) -> None:
        """Forget every table and stop the server."""
        super().close()
        self._own.stop()
        self._server.stop()


@contextmanager
def _extra(extra: str, *, engine: str) -> Iterator[None]:
    """What is imported here belongs to an extra. Raises MissingExtra when it is not installed."""
    try:
        yield
    except ImportError as error:
        raise MissingExtra(extra, needed_for=f"The engine {engine}") from error
