"""What a model learns from: rows of the panel, and what opened within the weeks that it is to tell about."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from muster.chances.deals import NEVER
from muster.chances.signs import Panel, read_panel
from muster.chances.terms import Terms
from muster.engine.protocol import Engine
from muster.recall.clock import FIRST_MONDAY


class Openings:
    """When opportunities opened that a chance could have foretold, by account and solution."""

    def __init__(self, table: pa.Table) -> None:
        """From the table `foretold_opening`."""
        self._at: dict[tuple[str, str], list[int]] = {}
        for row in table.to_pylist():
            self._at.setdefault((row["account_id"], row["solution_id"]), []).append(row["created_at"])
        for found in self._at.values():
            found.sort()

    def after(
        self, account_ids: Sequence[str], solution_ids: Sequence[str], instants: Sequence[int]
    ) -> npt.NDArray[np.int64]:
        """The first opening after each instant; `NEVER` where none came."""
        found = np.full(len(instants), NEVER, dtype=np.int64)
        for number, key in enumerate(zip(account_ids, solution_ids, strict=True)):
            opened = self._at.get(key)
            if opened is not None and (place := bisect_right(opened, instants[number])) < len(opened):
                found[number] = opened[place]
        return found


def learning_rows(engine: Engine, openings: Openings, terms: Terms) -> Panel:
    """The rows that models on these terms learn from, whenever: each with what came within the horizon.

    Some Mondays only, and of rows without a group and without an opening one in so many, with as much
    weight. `opens` of the panel is not read: it keeps to the horizon that held on the row's own Monday.
    """
    names: list[str] = engine.arrow("SELECT p.* FROM panel AS p WHERE 1 = 0").column_names
    told = ", ".join(f"p.{name}" for name in names)
    table = engine.arrow(
        f"SELECT {told} FROM panel AS p"
        " LEFT JOIN (SELECT DISTINCT f.account_id, f.solution_id FROM foretold_opening AS f) AS o"
        " ON o.account_id = p.account_id AND o.solution_id = p.solution_id"
        f" WHERE MOD(p.week_at - {FIRST_MONDAY}, {terms.sample_every}) = 0"
        f" AND (o.account_id IS NOT NULL OR p.in_group = 1 OR p.draw < '{terms.quiet_below}')"
    )
    weeks = table.column("week_at").to_numpy()
    opens_at = openings.after(
        table.column("account_id").to_pylist(), table.column("solution_id").to_pylist(), weeks.tolist()
    )
    opens = opens_at <= weeks + terms.horizon
    table = _with(table, "opens", pa.array(opens.astype(np.int64)))
    table = _with(table, "opens_at", pa.array(opens_at, mask=~opens))
    drawn = pc.less(table.column("draw"), terms.quiet_below).to_numpy()
    kept = opens | (table.column("in_group").to_numpy() == 1) | drawn
    return read_panel(table.filter(pa.array(kept)), kept_of_quiet=1 / terms.one_in_quiet)


def _with(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, column)
