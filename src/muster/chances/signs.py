"""The panel's columns as numbers a model can weigh: logarithms of counts, and a column for each solution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from muster.chances.ridge import Matrix, Vector

# What the rules say: never shrunk, so that a model that knows nothing else is the rule, calibrated.
RULE = ("in_group", "score")
KEYS = ("account_id", "solution_id", "week_at", "first_act")
LABELS = ("opens", "opens_after_gap", "opens_at", "draw")
HUNDREDTHS = 1000.0  # ten points of the score


@dataclass(frozen=True, slots=True)
class Panel:
    """Rows of the panel, in the order of week, account and solution.

    An account is told from others by the act it was first known by: its id may give way to another one.
    """

    account_ids: npt.NDArray[np.object_]
    first_acts: npt.NDArray[np.object_]
    solution_ids: npt.NDArray[np.object_]
    weeks: npt.NDArray[np.int64]
    opens: Vector
    opening: npt.NDArray[np.object_]  # which opening it is; None where there is none
    weights: Vector
    names: tuple[str, ...]
    values: Matrix

    def __len__(self) -> int:
        return len(self.weeks)

    def only(self, kept: npt.NDArray[np.bool_]) -> Panel:
        """The rows for which `kept` is true."""
        return Panel(
            self.account_ids[kept],
            self.first_acts[kept],
            self.solution_ids[kept],
            self.weeks[kept],
            self.opens[kept],
            self.opening[kept],
            self.weights[kept],
            self.names,
            self.values[kept],
        )

    def part(self, start: int, end: int) -> Panel:
        """The rows from one place up to another."""
        return Panel(
            self.account_ids[start:end],
            self.first_acts[start:end],
            self.solution_ids[start:end],
            self.weeks[start:end],
            self.opens[start:end],
            self.opening[start:end],
            self.weights[start:end],
            self.names,
            self.values[start:end],
        )


def read_panel(table: pa.Table, *, kept_of_quiet: float = 1.0) -> Panel:
    """The panel's rows from Arrow. A quiet row (no group, no opening) stands for as many as were left out."""
    table = table.sort_by([(key, "ascending") for key in ("week_at", "first_act", "solution_id")])
    names, values = _signs(table)
    opens = table.column("opens").to_numpy().astype(np.float64)
    quiet = (opens == 0) & (values[:, names.index("in_group")] == 0)
    opened = table.column("opens_at").to_pylist()
    accounts, solutions = _texts(table, "first_act"), _texts(table, "solution_id")
    opening = [
        None if at is None else (account, solution, at)
        for at, account, solution in zip(opened, accounts, solutions, strict=True)
    ]
    return Panel(
        _texts(table, "account_id"),
        accounts,
        solutions,
        table.column("week_at").to_numpy(),
        opens,
        _objects(opening),
        np.where(quiet, 1.0 / kept_of_quiet, 1.0),
        names,
        values,
    )


def read_signs(table: pa.Table) -> Panel:
    """Rows to be judged, from Arrow and in its order: keys and signs, and nothing of what came."""
    names, values = _signs(table)
    accounts = _texts(table, "account_id")
    return Panel(
        accounts,
        accounts,
        _texts(table, "solution_id"),
        table.column("week_at").to_numpy(),
        np.zeros(len(accounts)),
        np.empty(len(accounts), dtype=object),
        np.ones(len(accounts)),
        names,
        values,
    )


def _signs(table: pa.Table) -> tuple[tuple[str, ...], Matrix]:
    """The signs' names and scaled values; a column's lie side by side, since models go through them so."""
    names = tuple(c for c in table.column_names if c not in (*KEYS, *LABELS))
    values = np.empty((len(names), len(table)))
    for name, column in zip(names, values, strict=True):
        column[:] = table.column(name).to_numpy()
        if name == "score":
            np.divide(column, HUNDREDTHS, out=column)
        elif name != "in_group":
            np.log1p(np.maximum(column, 0.0, out=column), out=column)
    return names, values.T


def _texts(table: pa.Table, name: str) -> npt.NDArray[np.object_]:
    return np.asarray(table.column(name).to_numpy(zero_copy_only=False), dtype=object)


def _objects(found: Sequence[object]) -> npt.NDArray[np.object_]:
    made = np.empty(len(found), dtype=object)
    for number, one in enumerate(found):
        made[number] = one
    return made
