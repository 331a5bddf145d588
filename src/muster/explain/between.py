"""Tables the flow makes on the way and does not keep, made again by its own SQL, from small records."""

from __future__ import annotations

import re
from contextlib import ExitStack
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

import pyarrow as pa

from muster.canonical.tables import Column, flow_tables, source_tables
from muster.config.settings import Config
from muster.engine.choose import open_engine
from muster.engine.protocol import Engine
from muster.engine.published import Published
from muster.plugins import attribution_models
from muster.readings.read import read_strings
from muster.readings.solutions import SolutionReader, only_solution, read_solutions
from muster.recall.clock import micros, put_clock
from muster.rules.read import Rules, in_force
from muster.rules.tables import rule_tables

CALENDAR = frozenset({"clock", "week", "quarter", "month", "band", "attribution_model"})
# What rests on keys that no SQL joins, as a published table tells it.
_TOLD = {
    "account_key": "SELECT 'r:' || a.account_record_id AS key, a.account_id FROM account_alias AS a "
    "UNION ALL SELECT 'd:' || d.domain AS key, d.account_id FROM account_domain AS d",
    "decided_group": "SELECT d.decision_id, d.buying_group_id FROM decided_about AS d "
    "WHERE d.buying_group_id IS NOT NULL",
}
_INSIDE = {
    "instant": "epoch_us({c})",
    "day": "epoch_us(CAST({c} AS TIMESTAMP))",
    "points": "CAST({c} * 100 AS BIGINT)",
}


@cache
def sql_files() -> dict[str, Path]:
    """Every SQL file of the flow, by the table it makes."""
    return {path.stem: path for path in sorted(Path(str(files("muster"))).glob("*/*.sql"))}


class Between:
    """The records, rules and clock of a run, given to an engine when a table first needs them.

    Published tables are read as they are, but for those of the step `recall`: the flow reads more
    columns of them than are published, and making them again takes little.
    """

    def __init__(self, published: Published, workspace: Path, config: Config, rules: Rules) -> None:
        self._published = published
        self._overrides = workspace / "overrides"
        self._config = config
        self._rules = rules
        self._as_of = micros(datetime.fromisoformat(published.manifest["as_of"]))
        self._made: set[str] = set()
        self._open = ExitStack()
        self._engine: Engine | None = None

    def table(self, name: str) -> pa.Table:
        """A table in the types of the flow: instants in microseconds, points in hundredths."""
        engine = self._prepared()
        self._make(engine, name)
        return engine.arrow(f'SELECT * FROM "{name}"')

    def close(self) -> None:
        """Let go of what was made."""
        self._open.close()

    def _prepared(self) -> Engine:
        if self._engine is None:
            self._engine = self._open.enter_context(open_engine("duckdb", self._config.engine))
        return self._engine

    def _make(self, engine: Engine, name: str) -> None:
        if name in self._made:
            return
        self._made.add(name)
        if name in source_tables():
            engine.load(name, self._published.folder / "records" / f"{name}.parquet")
        elif name.startswith("rule_"):
            engine.put(name, rule_tables(self._rules)[name])
        elif name in CALENDAR:
            self._put_calendar(engine)
        elif name in {"reading_solution", "only_solution"}:
            self._read_solutions(engine)
        elif name.startswith("reading_"):
            self._needing(engine, *source_tables())
            read_strings(engine, self._rules, self._config.company, as_of=self._as_of)
        elif name in flow_tables() and flow_tables()[name].step != "recall":
            columns = ", ".join(_inside(column) for column in flow_tables()[name].columns)
            engine.load(f"published_{name}", self._published.path(name))
            engine.create(name, f'SELECT {columns} FROM "published_{name}" AS t')
        else:
            own = self._overrides / f"{name}.sql"
            sql = _TOLD.get(name) or (own if own.is_file() else sql_files()[name]).read_text("utf-8")
            self._needing(engine, *_known_tables(sql))
            engine.create(name, sql)

    def _needing(self, engine: Engine, *names: str) -> None:
        for name in names:
            self._make(engine, name)

    def _put_calendar(self, engine: Engine) -> None:
        self._needing(engine, "engagement", "opportunity", "spend", "subscription")
        self._made |= CALENDAR
        put_clock(
            engine,
            as_of=self._as_of,
            live_since=self._config.company.live_since,
            currency=self._config.company.currency,
            policy_version=self._rules.version,
            models=[model.name for model in attribution_models()],
        )

    def _read_solutions(self, engine: Engine) -> None:
        """What names of solutions say, alone: reading every address and page would take seconds."""
        naming = ("opportunity", "engagement", "content", "tactic", "subscription")
        self._needing(engine, *naming)
        named = _texts(engine, "solution_id", naming)
        mentioned = _texts(engine, "name", ("opportunity", "tactic"))
        self._made |= {"reading_solution", "only_solution"}
        reader = SolutionReader(in_force(self._rules["solutions"], self._as_of), named)
        engine.put("reading_solution", read_solutions(named, mentioned, reader))
        engine.put("only_solution", only_solution(reader))


def _known_tables(sql: str) -> list[str]:
    """Tables that a flow's query reads. Found by their words: parsing a query takes a tenth of a second."""
    code = re.sub(r"--.*", "", sql)
    names = dict.fromkeys(re.findall(r'\b(?:FROM|JOIN)\s+"?(\w+)"?', code, re.IGNORECASE))
    known = {*sql_files(), *flow_tables(), *source_tables(), *CALENDAR, "only_solution"}
    return [n for n in names if n in known or n.startswith(("reading_", "rule_"))]


def _texts(engine: Engine, column: str, tables: tuple[str, ...]) -> list[str]:
    parts = [f"SELECT DISTINCT t.{column} AS said FROM {t} AS t WHERE t.{column} IS NOT NULL" for t in tables]
    return sorted(set(engine.arrow(" UNION ALL ".join(parts)).column("said").to_pylist()))


def _inside(column: Column) -> str:
    inside = _INSIDE.get(column.type, "{c}").format(c=f't."{column.name}"')
    return f'{inside} AS "{column.name}"'
