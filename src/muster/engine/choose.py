"""Open the engine a user names."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing

from muster.config.settings import EngineConfig
from muster.engine.duckdb_engine import DuckDBEngine
from muster.engine.protocol import Engine
from muster.problems import WrongUse

ENGINES = ("duckdb", "spark", "sail")


def open_engine(name: str, config: EngineConfig) -> AbstractContextManager[Engine]:
    """Open `duckdb`, `spark` or `sail`; it is closed at the end of the block.

    Raises WrongUse for another name, MissingExtra when the engine is not installed.
    """
    if name == "duckdb":
        return DuckDBEngine(memory_limit=config.memory_limit, threads=config.threads)
    if name in {"spark", "sail"}:
        from muster.engine import spark_engine  # noqa: PLC0415  Spark is an extra, imported only when asked for

        opened: Engine = spark_engine.LocalSpark() if name == "spark" else spark_engine.Sail()
        return closing(opened)
    raise WrongUse(f"There is no engine {name}.", remedy=f"Use one of: {', '.join(ENGINES)}.")
