"""Opportunities as they stood on a day, and what is known of the accounts they are with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

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
    """Size and industry of accounts, each with the instant from which it is known.

    The last place of each array stands for accounts of which nothing is known.
    """

    account_ids: pa.Array
    size: Vector
    size_known_at: npt.NDArray[np.int64]
    industry: npt.NDArray[np.object_]
    industry_known_at: npt.NDArray[np.int64]

    def sizes(self, account_ids: npt.NDArray[np.object_], instant: int) -> Vector:
        """Employees of each account as known by then; NaN where nothing is."""
        places = self._places(account_ids)
        return np.where(self.size_known_at[places] <= instant, self.size[places], np.nan)

    def industries(self, account_ids: npt.NDArray[np.object_], instant: int) -> npt.NDArray[np.object_]:
        """Industry of each account as known by then; '' where none is."""
        places = self._places(account_ids)
        return np.where(self.industry_known_at[places] <= instant, self.industry[places], "")

    def _places(self, account_ids: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
        found = pc.index_in(pa.array(account_ids, pa.string()), value_set=self.account_ids)
        return np.asarray(found.fill_null(len(self.account_ids)).to_numpy().astype(np.int64))


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
    size = table.column("employee_count").cast(pa.float64()).fill_null(0.0).to_numpy()
    industry = table.column("industry")
    size_at, industry_at = (
        np.append(table.column(name).fill_null(NEVER).to_numpy(), NEVER)
        for name in ("size_known_at", "industry_known_at")
    )
    return Accounts(
        table.column("account_id").combine_chunks(),
        np.append(np.where(size > 0, size, np.nan), np.nan),
        size_at,
        np.array([*industry.fill_null("").to_pylist(), ""], dtype=object),
        industry_at,
    )
