"""The tables of one run as one scope sees them: views in a schema of its own, made when first read.

Two reps of the same territory share a scope, and so does everybody who sees all accounts. A scope is kept
as long as it is among those last used, so that a page opens a cursor and no files. All scopes of a run
share one in-memory DuckDB: what it may hold in memory is said once, however many people look.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict, deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock, RLock
from typing import Any

import duckdb

from muster.access.searched import SEARCHED
from muster.access.table_rules import EVERYONE, TableRule, id_sets, sets_of, table_rules
from muster.access.viewer import RIGHTS, Viewer
from muster.canonical.tables import replay_tables
from muster.engine.duckdb_engine import literal
from muster.engine.shape import quoted
from muster.reports.published import RECORDS, columns_read, empty_columns, files_of, refuse_other_columns

_KEPT = 64
_FEW = 1_300_000  # values: a table of so many, at most, is kept in memory as soon as it is asked
_MEMORY = "640MB"  # of a run's DuckDB: what it reads and sorts, and the pages of files it keeps

# Accounts a rep may see: owned, in a territory, or of an open group whose latest hand-off is theirs.
_ACCOUNTS = """
SELECT a.account_id AS id
FROM all_rows.account AS a
WHERE list_contains($territories, '*')
OR list_contains($owners, a.owner_id)
OR list_contains($territories, 'country:' || lower(a.country))
OR list_contains($territories, 'region:' || lower(a.region))
UNION
SELECT g.account_id
FROM all_rows.buying_group AS g
JOIN all_rows.hand_off AS h ON h.buying_group_id = g.buying_group_id
WHERE g.closed_at IS NULL
GROUP BY g.account_id, g.buying_group_id
HAVING list_contains($owners, arg_max(h.owner_id, h.at))
"""


@dataclass(frozen=True, slots=True)
class _Reach:
    """What tells one scope from another."""

    folder: Path
    changed: tuple[int, ...]
    rights: frozenset[str]
    owners: frozenset[str]
    territories: frozenset[str]


class Rows:
    """All rows of one run, for the views of its scopes to read. Safe to use from many threads."""

    def __init__(self, folder: Path) -> None:
        self._lock = Lock()
        self._made: set[str] = set()
        self._numbers = count(1)
        self._unused: deque[str] = deque()  # tables that nobody holds any more
        self._tables = columns_read() | {
            name: {c.name: c.type for c in table.columns} for name, table in replay_tables().items()
        }
        replay = _replay_of(folder)
        self.files = {
            name: files_of(replay if name in replay_tables() else folder, name) for name in self._tables
        }
        landed = {f"record_{name}": files_of(folder / "records", name) for name in RECORDS}
        self.has_records = None not in landed.values()
        if self.has_records:
            self.files |= landed
        self.files |= dict.fromkeys(SEARCHED)
        self.missing = tuple(name for name in columns_read() if self.files[name] is None)
        self._home = duckdb.connect(
            ":memory:", config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
        )
        # What does not fit into memory is not left where the app happened to be started.
        self._spilled = TemporaryDirectory(prefix="muster-spilled-", ignore_cleanup_errors=True)
        folders = ", ".join(literal(str(folder)) for folder in (folder, replay))
        for statement in (
            "SET GLOBAL TimeZone = 'UTC'",
            f"SET GLOBAL memory_limit = '{_MEMORY}'",
            f"SET GLOBAL temp_directory = {literal(self._spilled.name)}",
            "SET GLOBAL parquet_metadata_cache = true",
            f"SET GLOBAL allowed_directories = [{folders}]",
            "SET GLOBAL enable_external_access = false",
            "SET GLOBAL lock_configuration = true",
            "CREATE SCHEMA all_rows",
        ):
            self._home.execute(statement)

    def schema(self, owner: Scope) -> str:
        """A new schema, dropped when its owner is gone."""
        name = f"scope_{next(self._numbers)}"
        self.cursor().execute(f"CREATE SCHEMA {name}")
        weakref.finalize(owner, self._drop, name).atexit = False
        return name

    def table(self, schema: str) -> str:
        """A name for a new table in a schema; those that nobody holds any more are dropped first."""
        with suppress(IndexError):  # another thread may drop some at the same time
            while True:
                table = self._unused.popleft()
                with suppress(duckdb.CatalogException):  # with its schema it is gone already
                    self.cursor().execute(f"DROP TABLE IF EXISTS {table}")
        return f"{schema}.held_{next(self._numbers)}"

    def unused(self, table: str) -> None:
        """Nobody holds this table any more. Nothing is asked here: whoever lets go of it may hold a lock."""
        self._unused.append(table)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of one's own."""
        with self._lock:
            return self._home.cursor()

    def make(self, name: str) -> None:
        """All rows of a table, for views alone to read; no rows where the run made none."""
        searched = SEARCHED.get(name)
        if searched is not None:
            for read in searched.reads:
                self.make(read)
        with self._lock:
            if name not in self._made:
                self._home.execute(self._made_of(name))
                self._made.add(name)

    def _made_of(self, name: str) -> str:
        """The statement that makes all rows of a table.

        To find one row in a file takes reading some ten thousand: where all are few they are read once.
        """
        there, files = f"all_rows.{quoted(name)}", self.files[name]
        if name in SEARCHED:
            return f"CREATE TABLE {there} AS {SEARCHED[name].sql}"
        if files is None:
            return f"CREATE TABLE {there} ({empty_columns(self._tables[name])})"
        counted = f"SELECT COALESCE(SUM(num_values), 0) <= {_FEW} FROM parquet_metadata('{files}')"
        [is_small] = self._home.execute(counted).fetchone() or [False]
        return f"CREATE {'TABLE' if is_small else 'VIEW'} {there} AS SELECT * FROM read_parquet('{files}')"

    def _drop(self, schema: str) -> None:
        self.cursor().execute(f"DROP SCHEMA {schema} CASCADE")


class Held:
    """Rows that were made for a scope and stay in its memory as long as this is held, to ask of in SQL.

    `name` is what a SELECT says after FROM, and `len` how many rows there are.
    """

    def __init__(self, scope: Scope, name: str, rows: int) -> None:
        self.name = name
        self._scope = scope  # whose schema it is in
        self._rows = rows

    def __len__(self) -> int:
        return self._rows


class Scope:
    """One run's tables, for all who see the same of them. Safe to use from many threads."""

    def __init__(self, reach: _Reach, rows: Rows) -> None:
        self._reach, self._rows = reach, rows
        self._sees_all = "see_all_accounts" in reach.rights
        self._lock = RLock()
        self._made: set[str] = set()
        self.has_records, self.missing = rows.has_records, rows.missing
        self._schema = rows.schema(self)
        self._home = self.cursor()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of one's own to the views."""
        cursor = self._rows.cursor()
        cursor.execute(f"USE {self._schema}")
        return cursor

    @property
    def sees_all(self) -> bool:
        """Whether rows of every account are seen, and nothing in them is emptied."""
        return self._sees_all

    def rule_of(self, table: str) -> TableRule:
        """The rule of a table; one that is not named is for admins."""
        return table_rules().get(table, TableRule(right="see_everything"))

    def may_read(self, rule: TableRule) -> bool:
        """Whether a table is there for this scope at all, whichever of its rows."""
        return rule.right is None or rule.right == EVERYONE or rule.right in self._reach.rights

    def all_rows(self, name: str) -> str:
        """All rows of a table, to ask of in SQL. Who asks must hold them against the table's rule."""
        self._rows.make(name)
        return f"all_rows.{quoted(name)}"

    def seen_rows(self, name: str) -> str:
        """The rows of a table that this scope sees, to ask of in SQL under whichever other name."""
        self.make({name})
        return f"{self._schema}.{quoted(name)}"

    def seen_ids(self, name: str) -> str:
        """A set of ids that rules speak of, to ask of in SQL: a table with the one column `id`."""
        with self._lock:
            self._make_ids(name)
        return self._ids(name)

    def hold(self, sql: str, parameters: Mapping[str, Any]) -> Held:
        """The rows of a SELECT as a table of this scope, for as long as somebody holds it."""
        name = self._rows.table(self._schema)
        cursor = self.cursor()
        [rows] = cursor.execute(f"CREATE TABLE {name} AS {sql}", parameters).fetchone() or [0]
        held = Held(self, name, rows)
        weakref.finalize(held, self._rows.unused, name).atexit = False
        return held

    def make(self, words: set[str]) -> None:
        """Make the views of the tables that are among these words and are not there yet."""
        wanted = (words & self._rows.files.keys()) - self._made
        if not wanted:
            return
        with self._lock:
            for name in sorted(wanted):
                self._make(name)

    def _make(self, name: str) -> None:
        if name in self._made:
            return
        rule = self.rule_of(name)
        self._rows.make(name)
        if rule.by is not None and not self._sees_all:
            for ids in sets_of(rule):
                self._make_ids(ids)
        try:
            self._home.execute(self._view(name, rule))
        except duckdb.BinderException as error:
            refuse_other_columns(error)
            raise
        self._made.add(name)

    def _view(self, name: str, rule: TableRule) -> str:
        source = f"SELECT * FROM all_rows.{quoted(name)}"
        if not self.may_read(rule):
            return f"CREATE VIEW {quoted(name)} AS {source} WHERE FALSE"
        if rule.by is None or self._sees_all:
            return f"CREATE VIEW {quoted(name)} AS {source}"
        shown = [
            f"CASE WHEN {quoted(hidden.unless)} IN (SELECT id FROM {self._ids(hidden.among)})"
            f" THEN {quoted(column)} END AS {quoted(column)}"
            for hidden in rule.hides
            for column in hidden.columns
        ]
        if shown:
            source = f"SELECT * REPLACE ({', '.join(shown)}) FROM all_rows.{quoted(name)}"
        seen = f"{quoted(rule.by)} IN (SELECT id FROM {self._ids(rule.among or rule.by)})"
        return f"CREATE VIEW {quoted(name)} AS {source} WHERE {seen}"

    def _make_ids(self, name: str) -> None:
        """A set of ids, as a table: those that the seen rows of its table name."""
        if f"ids.{name}" in self._made:
            return
        # Replaced where it was begun and could not be filled: memory that was short is there again later.
        self._home.execute(f"CREATE OR REPLACE TABLE {self._ids(name)} (id VARCHAR)")
        if name == "account_id":
            for table in ("account", "buying_group", "hand_off"):
                self._rows.make(table)
            self._home.execute(
                f"INSERT INTO {self._ids(name)} {_ACCOUNTS}",
                {
                    "owners": sorted(self._reach.owners),
                    "territories": sorted(territory.lower() for territory in self._reach.territories),
                },
            )
        else:
            ids = id_sets()[name]
            rule = table_rules()[ids.table]
            among = rule.among or ""
            self._make_ids(among)
            self._rows.make(ids.table)
            where = f" AND {ids.where}" if ids.where else ""
            self._home.execute(
                f"INSERT INTO {self._ids(name)} SELECT DISTINCT {quoted(ids.column)} AS id"
                f" FROM all_rows.{quoted(ids.table)}"
                f" WHERE {quoted(rule.by or among)} IN (SELECT id FROM {self._ids(among)}){where}"
            )
        self._made.add(f"ids.{name}")

    def _ids(self, name: str) -> str:
        """The table of a set of ids, by its full name: views hold it."""
        return f"{self._schema}.{quoted('ids ' + name)}"


_kept: OrderedDict[_Reach, Scope] = OrderedDict()
_rows: weakref.WeakValueDictionary[tuple[object, ...], Rows] = weakref.WeakValueDictionary()
_keeping = Lock()


def scope_of(tables: Path, viewer: Viewer) -> Scope:
    """The scope of a viewer in the run that `tables` is of; the same one again while it is kept."""
    folder = tables.resolve()
    stat = folder.stat()
    rights = frozenset(right for right, roles in RIGHTS.items() if viewer.role in roles)
    is_bounded = not viewer.may("see_all_accounts")
    reach = _Reach(
        folder=folder,
        changed=(stat.st_ino, stat.st_mtime_ns, _replayed_at(folder)),
        rights=rights,
        owners=viewer.owner_ids if is_bounded else frozenset(),
        territories=viewer.territories if is_bounded else frozenset(),
    )
    with _keeping:
        run = (folder, reach.changed)
        scope = _kept.pop(reach, None)
        if scope is None:
            rows = _rows.get(run) or Rows(folder)
            _rows[run] = rows
            scope = Scope(reach, rows)
        _kept[reach] = scope
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    return scope


def _replayed_at(folder: Path) -> int:
    """When this run was replayed last: a later replay is read anew. 0 where it was not."""
    made_of = _replay_of(folder) / "run"
    try:
        return made_of.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _replay_of(folder: Path) -> Path:
    """Where `muster replay` keeps what it made of this run; a folder that is not there when of another."""
    beside = folder.parent.parent / "replay"
    made_of = beside / "run"
    is_of_it = made_of.is_file() and made_of.read_text("utf-8") == folder.name
    return beside if is_of_it else beside / "none"
