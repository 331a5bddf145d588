"""Opportunities drawn with a known chance to win and known amounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from muster.chances.deals import NEVER, Accounts, Deals, read_accounts
from muster.recall.clock import WEEK

START = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
SHARE_WON = 0.3


def drawn_deals(count: int, *, seed: int = 1, weeks: int = 100) -> Deals:
    """Of 30 % that are won: those take about 20 weeks, lost ones about 8. Blue ones are twice as dear."""
    draw = np.random.default_rng(seed)
    created = START + (draw.random(count) * weeks * WEEK).astype(np.int64)
    is_won = draw.random(count) < SHARE_WON
    lived = np.where(is_won, draw.gamma(8, 2.5, count), draw.gamma(4, 2.0, count))
    blue = draw.random(count) < 0.5
    cents = np.exp(np.log(2_000_000) + np.log(2) * blue + 0.5 * draw.normal(size=count)).astype(np.int64)
    return Deals(
        np.array([f"a{n}" for n in range(count)], dtype=object),
        np.where(blue, "blue", "red").astype(object),
        created,
        created + (lived * WEEK).astype(np.int64),
        is_won,
        cents,
        np.array(["USD"] * count, dtype=object),
    )


def hidden_later(deals: Deals, instant: int) -> Deals:
    """As a run on that day would read them: without what opened later, open what closed later."""
    here = deals.created_at <= instant
    still = deals.closed_at[here] > instant
    return Deals(
        deals.account_ids[here],
        deals.solution_ids[here],
        deals.created_at[here],
        np.where(still, NEVER, deals.closed_at[here]),
        deals.is_won[here] & ~still,
        np.where(still, 1, deals.cents[here]),  # as it was said then; it may be edited before it closes
        deals.currencies[here],
    )


def known_accounts(
    size: Mapping[str, tuple[float, int]] | None = None, industry: Mapping[str, tuple[str, int]] | None = None
) -> Accounts:
    """Accounts of which sizes or industries are known, each with the instant from which it is."""
    size, industry = size or {}, industry or {}
    accounts = sorted({*size, *industry})
    sizes, trades = ([of.get(a, (None, None)) for a in accounts] for of in (size, industry))
    columns = {
        "account_id": pa.array(accounts, pa.string()),
        "employee_count": pa.array([number for number, _ in sizes], pa.float64()),
        "size_known_at": pa.array([at for _, at in sizes], pa.int64()),
        "industry": pa.array([name for name, _ in trades], pa.string()),
        "industry_known_at": pa.array([at for _, at in trades], pa.int64()),
    }
    return read_accounts(pa.table(columns))


NOTHING_KNOWN = known_accounts()
