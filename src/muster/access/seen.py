"""The published tables as one viewer may see them: everything that answers a user reads through here."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from muster.access.scope import Held, scope_of
from muster.access.table_rules import TableRule
from muster.access.viewer import Viewer
from muster.reports.published import Published, by_ids

_WORD = re.compile(r"\w+")


class Seen(Published):
    """One run's tables with the rows of the accounts a viewer may see; tables they may not see are empty.

    The SQL is ours and its values are parameters: what a user writes never becomes SQL here, as the
    rows of others are hidden by views and not by the files.

    `hands` says by how many threads a page may be asked for (figures/together.py): two for who waits for it.

    >>> with Seen(Path("acme/.muster/tables"), viewer) as tables:    # doctest: +SKIP
    ...     tables.records("SELECT name FROM account WHERE account_id = ?", [account_id])
    """

    def __init__(self, tables: Path, viewer: Viewer, *, hands: int = 1) -> None:
        self.viewer, self.hands = viewer, hands
        self._tables = tables
        self._scope = scope_of(tables, viewer)
        self._connection = self._scope.cursor()
        self._unopened = {}  # the scope makes the views
        self._known: dict[str, dict[str, bool]] = defaultdict(dict)
        self.missing = self._scope.missing
        self.has_records = self._scope.has_records

    def beside(self) -> Seen:
        """The same tables for another thread to ask at the same time; to be closed as well."""
        return Seen(self._tables, self.viewer)

    def records(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[dict[str, Any]]:
        """The rows of a SELECT, by column name, its parameters bound."""
        self._scope.make(set(_WORD.findall(sql)))
        return super().records(sql, parameters)

    def hold(self, sql: str, parameters: Mapping[str, Any]) -> Held:
        """The rows of a SELECT, for all of the same scope to ask of as long as somebody holds them."""
        self._scope.make(set(_WORD.findall(sql)))
        return self._scope.hold(sql, parameters)

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
        """The rows of a table whose id in the column `by` is among these, in no order.

        Of a bounded viewer the few rows are held against the table's rule when they are there: its view
        would gather every id they may see for each question. Both answer alike (tests/access/test_by_ids.py),
        so `where` may not speak of a column that the rule empties.
        """
        rule = self._scope.rule_of(table)
        if self._scope.sees_all or rule.by is None or not among:
            return super().rows(table, columns, by=by, among=among, where=where, given=given)
        looked_at = dict.fromkeys((*columns, by, rule.by, *(hidden.unless for hidden in rule.hides)))
        source = self._scope.all_rows(table)
        found = super().records(
            by_ids(source, tuple(looked_at), by, len(among), where), [*sorted(among), *given]
        )
        self._hold(rule, rule.by, found)
        wanted = set(among)
        return [{name: row[name] for name in columns} for row in found if row[by] in wanted]

    def _hold(self, rule: TableRule, by: str, rows: list[dict[str, Any]]) -> None:
        """Leave the rows that are the viewer's, with the rule's columns emptied where ids in them are not."""
        own = self._seen(rule.among or by, {row[by] for row in rows})
        rows[:] = [row for row in rows if row[by] in own]
        emptied = [
            (hidden.columns, hidden.unless, self._seen(hidden.among, {row[hidden.unless] for row in rows}))
            for hidden in rule.hides
        ]
        for row in rows:
            strange = [columns for columns, unless, seen in emptied if row[unless] not in seen]
            for columns in strange:
                row.update(dict.fromkeys(columns))

    def _seen(self, name: str, ids: set[Any]) -> set[str]:
        """Those among these ids that are of a set; asked once for each as long as the tables are open."""
        known = self._known[name]
        new = sorted(ids - known.keys() - {None})
        if new:
            source = self._scope.seen_ids(name)
            there = {row["id"] for row in super().records(by_ids(source, ("id",), "id", len(new)), new)}
            known.update({key: key in there for key in new})
        return {key for key in ids if known.get(key)}
