"""Questions of one table by ids, about many groups, accounts or people at once, and whose each row is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from muster.reports.published import Published
from muster.serving.figures.together import together

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Question:
    """The rows of a table by ids, and of each id whose they are."""

    table: str
    columns: Sequence[str]
    by: str
    places: Mapping[str, Iterable[str]]
    whose: str
    where: str
    given: Sequence[Any]

    def __call__(self, tables: Published) -> list[Row]:
        return tables.rows(
            *(self.table, (self.by, *self.columns)),
            by=self.by,
            among=self.places.keys(),
            where=self.where,
            given=self.given,
        )


class Asking:
    """Questions by ids, and where each row they bring belongs: to a group, an account, or ("") to all.

    >>> asking = Asking(tables)                                                       # doctest: +SKIP
    >>> asking.ask("buying_group", ("cycle",), "account_id", {"a1": ["a1"], "a2": ["a2"]})
    >>> asking.told["a1"]["buying_group"]
    [{'account_id': 'a1', 'cycle': 1}]
    """

    def __init__(self, tables: Published) -> None:
        self.has_records = tables.has_records
        self.told: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        self._tables = tables
        self._waiting: list[_Question] | None = None

    def ask(
        self,
        table: str,
        columns: Sequence[str],
        by: str,
        places: Mapping[str, Iterable[str]],
        *,
        whose: str = "",
        where: str = "",
        given: Sequence[Any] = (),
    ) -> None:
        """Read the rows of a table by ids; `places` says of each id whose rows those are.

        With `whose`, a row is theirs alone who stand in that column.
        """
        question = _Question(table, columns, by, places, whose, where, given)
        if self._waiting is None:
            self._place(question, question(self._tables))
        else:
            self._waiting.append(question)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """What is asked within is asked together when the block ends: none may need what another brings."""
        waiting: list[_Question] = []
        self._waiting = waiting
        try:
            yield
        finally:
            self._waiting = None
        for question, found in zip(waiting, together(self._tables, waiting), strict=True):
            self._place(question, found)

    def _place(self, question: _Question, found: list[Row]) -> None:
        for row in found:
            for place in question.places[row[question.by]]:
                if not question.whose or row[question.whose] == place:
                    self.told[place][question.table].append(row)

    def places(self, table: str, column: str, among: Iterable[str]) -> dict[str, set[str]]:
        """The ids that rows of a table hold, each with those whose rows they are."""
        found: dict[str, set[str]] = defaultdict(set)
        for place in among:
            for row in self.told[place][table]:
                if row[column] is not None:
                    found[row[column]].add(place)
        return found


def latest_first(rows: Iterable[Row], at: str, *ties: str) -> list[Row]:
    """From the latest to the earliest; what has no date, and ties without a value, come last."""
    ordered = sorted(rows, key=lambda row: nulls_last(row, *ties)) if ties else list(rows)
    ordered.sort(key=lambda row: (row[at] is not None, row[at]), reverse=True)
    return ordered


def nulls_last(row: Row, *columns: str) -> tuple[tuple[bool, Any], ...]:
    """What to order a row by, as SQL does."""
    return tuple((row[column] is None, row[column]) for column in columns)


def landed_instant(microseconds: int | None) -> datetime | None:
    """An instant as landed records hold it."""
    return None if microseconds is None else datetime(1970, 1, 1) + timedelta(microseconds=microseconds)
