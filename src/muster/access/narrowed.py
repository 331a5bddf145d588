"""Fewer of the rows a viewer sees: those of one solution, and of one territory, for figures added up anew.

Figures that a run adds up over the whole company have no rows of a territory left: they stay as they are,
and `can_narrow` says so of whatever is made of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from muster.access.seen import Seen
from muster.access.table_rules import EVERYONE, TableRule, id_sets, table_rules
from muster.access.viewer import Viewer
from muster.canonical.tables import flow_tables, replay_tables
from muster.engine.duckdb_engine import literal
from muster.engine.shape import quoted
from muster.reports.published import Published

_WORD = re.compile(r"\w+")

# The accounts of a territory among those that the viewer sees. An owner's are also those of an open group
# that was handed to them last, as with the accounts that a rep sees (scope.py).
ACCOUNTS_IN = """
SELECT a.account_id AS id FROM account AS a
WHERE ($kind = 'region' AND lower(a.region) = lower($name))
OR ($kind = 'country' AND lower(a.country) = lower($name))
OR ($kind = 'owner' AND list_contains($owners, a.owner_id))
UNION
SELECT g.account_id FROM buying_group AS g
JOIN hand_off AS h ON h.buying_group_id = g.buying_group_id
WHERE $kind = 'owner' AND g.closed_at IS NULL
GROUP BY g.account_id, g.buying_group_id
HAVING list_contains($owners, arg_max(h.owner_id, h.at))"""

# What a replay made is of accounts too, though only who sees measures may read it.
_REPLAYED = dict.fromkeys(("replay_lead", "replay_opening", "replay_hand_off"), TableRule(by="account_id"))
# What says who an account or a person is, whichever solution a figure is about.
_ABOUT = {"account", "account_alias", "account_domain", "person", "person_alias", "person_address"}
# Columns by which a row is one solution's, the surest first; a deal is looked up by its own id.
_BY_SOLUTION = ("solution_id", "buying_group_id", "opportunity_id", "hand_off_id")
_OF_SOLUTION = {
    "buying_group_id": "buying_group",
    "opportunity_id": "known_opportunity",
    "hand_off_id": "hand_off",
}


class Narrowed(Seen):
    """One run's tables as a viewer sees them, with the rows of one solution and of one territory alone.

    `territory` is `region:EMEA`, `country:DE` or `owner:ID`; `owners` are the ids that an owner goes by
    (one's own may be several). Empty text narrows nothing.

    >>> with Narrowed(folder, viewer, solution="data-platform", territory="country:DE") as tables:
    ...     tables.records("SELECT COUNT(*) AS n FROM buying_group")    # doctest: +SKIP
    """

    def __init__(
        self,
        tables: Path,
        viewer: Viewer,
        *,
        solution: str = "",
        territory: str = "",
        owners: Collection[str] = (),
    ) -> None:
        super().__init__(tables, viewer)
        self._solution = solution
        self._kind, _, self._name = territory.partition(":")
        self._owners = sorted(owners) or [self._name]
        self._narrowed: set[str] = set()

    def records(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[dict[str, Any]]:
        """The rows of a SELECT, by column name, its parameters bound."""
        for name in sorted(set(_WORD.findall(sql)) & _columns().keys()):
            self._narrow(name)
        return super().records(sql, parameters)

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        *,
        by: str,
        among: Collection[str],
        where: str = "",
        given: Sequence[Any] = (),
    ) -> list[dict[str, Any]]:
        """The rows of a table whose id in the column `by` is among these, of its narrowed view."""
        return Published.rows(self, table, columns, by=by, among=among, where=where, given=given)

    def _narrow(self, name: str) -> None:
        """Put a view of the wanted rows before the table's own."""
        if name in self._narrowed:
            return
        self._narrowed.add(name)
        rule, wanted = _rule(name), []
        if self._kind and rule.by:
            wanted.append(f"{quoted(rule.by)} IN (SELECT id FROM {self._ids(rule.among or rule.by)})")
        by = _solution_column(name)
        if self._solution and by == "solution_id":
            wanted.append(f"solution_id = {literal(self._solution)}")
        elif self._solution and by:
            wanted.append(f"{by} IN (SELECT id FROM {self._ids_of_solution(by)})")
        if wanted:
            rows = f"SELECT * FROM {self._scope.seen_rows(name)} WHERE {' AND '.join(wanted)}"
            self._connection.execute(f"CREATE TEMP VIEW {quoted(name)} AS {rows}")

    def _ids(self, name: str) -> str:
        """A set of ids that rules speak of, of the territory alone."""
        known = f"temp.main.{quoted('in territory ' + name)}"
        if f"ids {name}" in self._narrowed:
            return known
        self._narrowed.add(f"ids {name}")
        if name == "account_id":
            given = {"kind": self._kind, "name": self._name, "owners": self._owners}
            self._scope.make({"account", "buying_group", "hand_off"})
            sql = ACCOUNTS_IN
            for table in ("account", "buying_group", "hand_off"):
                sql = sql.replace(f" {table} AS", f" {self._scope.seen_rows(table)} AS")
            self._connection.execute(f"CREATE TEMP TABLE {known} AS {sql}", given)
            return known
        ids = id_sets()[name]
        rule = table_rules()[ids.table]
        among = self._ids(rule.among or rule.by or "")
        where = f" AND {ids.where}" if ids.where else ""
        self._connection.execute(
            f"CREATE TEMP TABLE {known} AS SELECT DISTINCT {quoted(ids.column)} AS id "
            f"FROM {self._scope.seen_rows(ids.table)} "
            f"WHERE {quoted(rule.by or '')} IN (SELECT id FROM {among}){where}"
        )
        return known

    def _ids_of_solution(self, column: str) -> str:
        """The groups, deals or hand-offs of the solution."""
        known = f"temp.main.{quoted('of solution ' + column)}"
        if f"solution {column}" in self._narrowed:
            return known
        self._narrowed.add(f"solution {column}")
        table = _OF_SOLUTION[column]
        is_theirs = (
            f"buying_group_id IN (SELECT id FROM {self._ids_of_solution('buying_group_id')})"
            if table == "hand_off"
            else f"solution_id = {literal(self._solution)}"
        )
        rows = f"SELECT DISTINCT {column} AS id FROM {self._scope.seen_rows(table)} WHERE {is_theirs}"
        self._connection.execute(f"CREATE TEMP TABLE {known} AS {rows}")
        return known


def can_narrow(tables: Collection[str], *, solution: bool, territory: bool) -> bool:
    """Whether a figure made of these tables is of one solution, or territory, when they are narrowed.

    It is not where any of them holds what was added up over the whole company, or, by solution, rows of
    accounts that name none.
    """
    for name in tables:
        rule = _rule(name)
        if rule.right == EVERYONE:
            continue
        if rule.by is None or name not in _columns():
            return False
        if solution and _solution_column(name) is None and name not in _ABOUT:
            return False
    return solution or territory


@cache
def _columns() -> dict[str, frozenset[str]]:
    """The columns of each table that may be narrowed."""
    every = flow_tables() | replay_tables()
    return {name: frozenset(column.name for column in table.columns) for name, table in every.items()}


def _rule(name: str) -> TableRule:
    return _REPLAYED.get(name) or table_rules().get(name, TableRule(right="see_everything"))


def _solution_column(name: str) -> str | None:
    found = (column for column in _BY_SOLUTION if column in _columns()[name])
    return next(found, None) if _rule(name).by else None
