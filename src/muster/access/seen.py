"""The published tables as one viewer may see them: everything that answers a user reads through here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from muster.access.scope import scope_of
from muster.access.viewer import Viewer
from muster.reports.published import Published

_WORD = re.compile(r"\w+")


class Seen(Published):
    """One run's tables with the rows of the accounts a viewer may see; tables they may not see are empty.

    The SQL is ours and its values are parameters: what a user writes never becomes SQL here, as the
    rows of others are hidden by views and not by the files.

    >>> with Seen(Path("acme/.muster/tables"), viewer) as tables:    # doctest: +SKIP
    ...     tables.records("SELECT name FROM account WHERE account_id = ?", [account_id])
    """

    def __init__(self, tables: Path, viewer: Viewer) -> None:
        self.viewer = viewer
        self._scope = scope_of(tables, viewer)
        self._connection = self._scope.cursor()
        self.missing = self._scope.missing
        self.has_records = self._scope.has_records

    def records(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[dict[str, Any]]:
        """The rows of a SELECT, by column name, its parameters bound."""
        self._scope.make(set(_WORD.findall(sql)))
        return super().records(sql, parameters)
