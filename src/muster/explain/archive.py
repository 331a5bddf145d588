"""Everything one run left, under one roof and by name: tables, records, rules, and tables made again.

Only what a question names is opened: `FROM score` makes a view of score's file, and nothing else.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from muster.canonical.tables import INSIDE, PUBLISHED, Table, flow_tables, source_tables
from muster.config.settings import Config
from muster.engine.duckdb_engine import literal, published
from muster.engine.published import Published
from muster.engine.queries import Query
from muster.engine.shape import quoted
from muster.explain.between import Between, sql_files
from muster.explain.explanation import MadeBy, RuleRow
from muster.explain.rests_on import views
from muster.recall.clock import micros
from muster.rules.read import Rules, default_text, rule_shapes
from muster.rules.tables import rule_tables

_NAMED = re.compile(r'\b(?:FROM|JOIN)\s+"?(\w+)"?', re.IGNORECASE)
EXPLAINED = "explained"
# Rows set aside are no records: what was wrong with them stands in place of a key.
_SET_ASIDE = """
    SELECT 'set_aside' AS table_name, reason AS key_text, source, file AS source_file, row AS source_row,
        CAST(NULL AS TIMESTAMP) AS known_at, reason FROM read_parquet({file})
"""


class Archive:
    """The tables of a run to ask in SQL. Closing it leaves no trace."""

    def __init__(self, run: Published, workspace: Path, config: Config, rules: Rules) -> None:
        self.run = run
        self._workspace = workspace
        self._rules = rules
        self._between = Between(run, workspace, config, rules)
        self._opened: set[str] = set()
        self._connection = duckdb.connect(
            ":memory:", config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
        )
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute("SET enable_progress_bar = false")
        self._as_of = micros(datetime.fromisoformat(run.manifest["as_of"]))
        self._connection.execute(f"CREATE MACRO as_of() AS make_timestamp({self._as_of})")
        self._connection.execute(f"CREATE MACRO own_currency() AS {literal(config.company.currency)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._between.close()

    @property
    def cautions(self) -> tuple[str, ...]:
        """What makes recounts differ though nothing is wrong with the tables."""
        inputs = self.run.manifest["inputs"]
        said = []
        if inputs.get("rules") != self._rules.version:
            said.append("The rules were changed after this run: those in force then may have been others.")
        own = self._workspace.glob("overrides/*.sql")
        now = {f"overrides/{f.name}": hashlib.sha256(f.read_bytes()).hexdigest() for f in own}
        if now != {name: digest for name, digest in inputs.items() if name.startswith("overrides/")}:
            said.append(
                "The workspace's own SQL was changed after this run: its tables may be made otherwise."
            )
        return tuple(said)

    def ask(self, sql: str, *, explained: pa.Table | None = None) -> pa.Table:
        """The result of a SELECT; `explained` is the table of that name in it."""
        self._prepare(sql, explained)
        return self._connection.sql(sql).to_arrow_table()

    def rows(self, sql: str, *, explained: pa.Table | None = None) -> list[dict[str, Any]]:
        """The rows of the same, by column: a fifth faster where no Arrow table is needed."""
        self._prepare(sql, explained)
        asked = self._connection.execute(sql)
        names = [column[0] for column in asked.description]
        return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]

    def records(
        self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()
    ) -> list[dict[str, Any]]:
        """The rows of a SELECT whose values are bound, by column."""
        self._prepare(sql, None)
        asked = self._connection.execute(sql, parameters)
        names = [column[0] for column in asked.description]
        return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]

    def _prepare(self, sql: str, explained: pa.Table | None) -> None:
        for name in _NAMED.findall(sql):
            self._open(name.lower())
        if explained is not None:
            self._connection.register(EXPLAINED, explained)

    def made_by(self, table: str) -> MadeBy | None:
        """The SQL file of a table, the workspace's own where it has one; None for what Python makes."""
        own = self._workspace / "overrides" / f"{table}.sql"
        path = own if own.is_file() else sql_files().get(table)
        if path is None:
            return None
        query = Query(table, path, path.read_text("utf-8"), {})
        return MadeBy(f"{path.parent.name}/{path.name}", query.about)

    def rule_row(self, name: str, position: int) -> RuleRow:
        """One row of a rule file, by its position below the header."""
        path = self._workspace / "rules" / f"{name}.csv"
        is_default = not path.is_file()
        if name not in self._rule_files:
            text = default_text(name) if is_default else path.read_text("utf-8-sig")
            self._rule_files[name] = list(csv.DictReader(io.StringIO(text)))
        cells = self._rule_files[name][position - 1]
        return RuleRow(f"rules/{name}.csv", position + 1, cells, is_default)

    @cached_property
    def _rule_files(self) -> dict[str, list[dict[str, str]]]:
        return {}

    @cached_property
    def _rule_tables(self) -> dict[str, pa.Table]:
        rows = [dict(row) for row in self._rules["qualification"]]
        return {**rule_tables(self._rules), "rule_qualification": pa.Table.from_pylist(rows)}

    def _open(self, name: str) -> None:
        if name in self._opened or name == EXPLAINED:
            return
        self._opened.add(name)
        if name in flow_tables():
            self._open_table(flow_tables()[name])
        elif name in source_tables():
            self._open_records(source_tables()[name])
        elif name.startswith("rule_") and name in {"rule_policy", *(f"rule_{n}" for n in rule_shapes())}:
            self._put(f"{name}_inside", self._rule_tables[name])
            self._view(name, f"SELECT * REPLACE ({_instants('from_at', 'to_at')}) FROM {name}_inside")
        elif name == "landed":
            self._open_landed()
        elif name == "set_aside":
            file = self.run.folder / "records" / "set_aside.parquet"
            self._view(name, _SET_ASIDE.format(file=literal(str(file))))
        elif name in views():
            self._view(name, views()[name])
        elif name in sql_files():
            self._put(name, self._between.table(name))

    def _open_table(self, table: Table) -> None:
        if table.name in self.run.manifest["tables"]:
            file = literal(str(self.run.path(table.name)))
            self._view(table.name, f"SELECT * FROM read_parquet({file})")
        else:  # a run of an older Muster
            self._view(table.name, f"SELECT {_columns(table, null=True)} WHERE FALSE")

    def _open_records(self, table: Table) -> None:
        """Records as published tables are, without what nobody knew on the as-of date."""
        file = literal(str(self.run.folder / "records" / f"{table.name}.parquet"))
        self._view(
            table.name,
            f"SELECT {_columns(table)} FROM read_parquet({file}) AS t WHERE t.known_at <= {self._as_of}",
        )

    def _open_landed(self) -> None:
        """Every record of every table by the file and row it came from, whenever it was known."""
        parts = []
        for name, table in source_tables().items():
            file = literal(str(self.run.folder / "records" / f"{name}.parquet"))
            # Instants stand in keys as ISO: the words of a key are those that explain takes.
            key = ", ".join(f"COALESCE({_key_text(table, k)}, '-')" for k in table.key)
            parts.append(
                f"SELECT {literal(name)} AS table_name, concat_ws('/', {key}) AS key_text, t.source, "
                "t.source_file, t.source_row, make_timestamp(t.known_at) AS known_at "
                f"FROM read_parquet({file}) AS t"
            )
        self._view("landed", " UNION ALL ".join(parts))

    def _view(self, name: str, sql: str) -> None:
        for needed in _NAMED.findall(sql):
            if needed.lower() != "read_parquet":
                self._open(needed.lower())
        self._connection.execute(f"CREATE VIEW {quoted(name)} AS {sql}")

    def _put(self, name: str, table: pa.Table) -> None:
        self._connection.register("_arriving", table)
        self._connection.execute(f"CREATE TABLE {quoted(name)} AS SELECT * FROM _arriving")
        self._connection.unregister("_arriving")


def _columns(table: Table, *, null: bool = False) -> str:
    if not null:
        return ", ".join(f"{published(c)} AS {quoted(c.name)}" for c in table.columns)
    nothing = ((c, f"CAST(NULL AS {INSIDE[c.type]})") for c in table.columns)
    return ", ".join(f"{PUBLISHED.get(c.type, '{c}').format(c=n)} AS {quoted(c.name)}" for c, n in nothing)


def _key_text(table: Table, column: str) -> str:
    kind = table.column(column).type
    if kind == "instant":
        text = f"strftime(make_timestamp(t.{quoted(column)}), '%Y-%m-%dT%H:%M:%S.%f')"
        return f"regexp_replace({text}, '\\.0+$', '')"
    if kind == "day":
        return f"strftime(make_timestamp(t.{quoted(column)}), '%Y-%m-%d')"
    return f"CAST(t.{quoted(column)} AS VARCHAR)"


def _instants(*columns: str) -> str:
    return ", ".join(f"make_timestamp({c}) AS {c}" for c in columns)


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    """The rows of an Arrow table, by column."""
    found: list[dict[str, Any]] = table.to_pylist()
    return found
