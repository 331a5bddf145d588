"""Opportunities as they stood on a day, and what is known of the accounts they are with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from muster.chances.ridge import Vector

NEVER = 9_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class Deals:
    """Opportunities other than renewals, in the order of their ids; instants in microseconds."""

    account_ids: npt.NDArray[np.object_]
    solution_ids: npt.NDArray[np.object_]
    created_at: npt.NDArray[np.int64]
    closed_at: npt.NDArray[np.int64]  # NEVER while open
    is_won: npt.NDArray[np.bool_]
    cents: npt.NDArray[np.int64]  # 0 where nothing is said
    currencies: npt.NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.created_at)

    def known_by(self, instant: int) -> Deals:
        """As they stood then: what opened later is not there, what closed later is open."""
        here = self.created_at <= instant
        closed = self.closed_at[here]
        over = closed <= instant
        return Deals(
            self.account_ids[here],
            self.solution_ids[here],
            self.created_at[here],
            np.where(over, closed, NEVER),
            self.is_won[here] & over,
            np.where(over, self.cents[here], 0),
            self.currencies[here],
        )


@dataclass(frozen=True, slots=True)
class Accounts:
    """Size and industry of accounts, each with the instant from which it is known."""

    size: dict[str, tuple[float, int]]
    industry: dict[str, tuple[str, int]]

    def sizes(self, account_ids: Sequence[str], instant: int) -> Vector:
        """Employees of each account as known by then; NaN where nothing is."""
        known = (self.size.get(account, (np.nan, 0)) for account in account_ids)
        return np.array([number if at <= instant else np.nan for number, at in known], dtype=np.float64)

    def industries(self, account_ids: Sequence[str], instant: int) -> npt.NDArray[np.object_]:
        """Industry of each account as known by then; '' where none is."""
        known = (self.industry.get(account, ("", 0)) for account in account_ids)
        return np.array([name if at <= instant else "" for name, at in known], dtype=object)


def read_deals(table: pa.Table) -> Deals:
    """The table `deal` from Arrow."""
    table = table.sort_by("opportunity_id")
    return Deals(
        np.array(table.column("account_id").to_pylist(), dtype=object),
        np.array(table.column("solution_id").to_pylist(), dtype=object),
        table.column("created_at").to_numpy(),
        table.column("closed_at").fill_null(NEVER).to_numpy(),
        np.array(table.column("is_won").to_pylist(), dtype=np.bool_),
        table.column("amount_cents").fill_null(0).to_numpy(),
        np.array(table.column("currency").to_pylist(), dtype=object),
    )


def read_accounts(table: pa.Table) -> Accounts:
    """The table `account_size` from Arrow."""
    rows = table.to_pylist()
    return Accounts(
        {
            r["account_id"]: (float(r["employee_count"]), r["size_known_at"])
            for r in rows
            if r["employee_count"] is not None and r["employee_count"] > 0
        },
        {r["account_id"]: (r["industry"], r["industry_known_at"]) for r in rows if r["industry"] is not None},
    )
