"""How often deals were won with and without signs of frame control before they opened: observed, not caused.

Whoever shares and comes to webinars may also be who would have bought anyway: homophily and influence cannot
be told apart from such records (Shalizi and Thomas, 2011). So the difference is an association, with two
intervals: Newcombe's for two proportions, and one that draws whole accounts, since deals of one account go
together.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from muster.engine.protocol import Engine

Z = 1.959963984540054  # 95 %
DRAWS = 1000
SIGNS = ("upward", "sharing", "attendance", "response", "control")
SCHEMA = pa.schema(
    [
        ("sign", pa.string()),
        *((name, pa.int64()) for name in ("with_count", "with_won", "without_count", "without_won")),
        *((name, pa.float64()) for name in ("win_rate_with", "win_rate_without", "difference")),
        *((name, pa.float64()) for name in ("low", "high", "account_low", "account_high")),
    ]
)


def associate_frame(engine: Engine) -> None:
    """Put `frame_association`, made of `frame_deal`."""
    flags = ", ".join(f"d.has_{sign}" for sign in SIGNS)
    deals = engine.arrow(
        f"SELECT d.account_id, d.is_won, {flags} FROM frame_deal AS d ORDER BY d.created_at, d.opportunity_id"
    )
    engine.put("frame_association", associate(deals))


def associate(deals: pa.Table) -> pa.Table:
    """A row for each sign: deals won of those with and without it, the difference and its 95 % intervals.

    `deals` has `account_id`, `is_won` and a flag `has_<sign>` for each sign (null: not known, left out), in
    an order that does not change: the draw of accounts hangs on it.
    """
    names = deals.column("account_id").to_pylist()
    number = {name: place for place, name in enumerate(dict.fromkeys(names))}
    accounts = np.array([number[name] for name in names], np.int64)
    won = np.array(deals.column("is_won").to_pylist(), np.bool_)
    rows = []
    for sign in SIGNS:
        said = deals.column(f"has_{sign}").to_pylist()
        known = np.array([value is not None for value in said], np.bool_)
        has = np.array([bool(value) for value in said], np.bool_)
        rows.append({"sign": sign} | _compare(accounts[known], won[known], has[known]))
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _compare(
    accounts: npt.NDArray[np.int64], won: npt.NDArray[np.bool_], has: npt.NDArray[np.bool_]
) -> dict[str, int | float | None]:
    n1, n2 = int(has.sum()), int((~has).sum())
    x1, x2 = int((won & has).sum()), int((won & ~has).sum())
    counts: dict[str, int | float | None] = {
        "with_count": n1,
        "with_won": x1,
        "without_count": n2,
        "without_won": x2,
        "win_rate_with": x1 / n1 if n1 else None,
        "win_rate_without": x2 / n2 if n2 else None,
    }
    if not (n1 and n2):
        return counts
    low, high = newcombe(x1, n1, x2, n2)
    drawn = _drawn(accounts, won, has)
    return counts | {
        "difference": x1 / n1 - x2 / n2,
        "low": low,
        "high": high,
        "account_low": float(np.quantile(drawn, 0.025)) if drawn.size else None,
        "account_high": float(np.quantile(drawn, 0.975)) if drawn.size else None,
    }


def newcombe(x1: int, n1: int, x2: int, n2: int) -> tuple[float, float]:
    """The 95 % interval of a difference of two proportions, from the Wilson interval of each.

    Reference: Newcombe, "Interval estimation for the difference between independent proportions", method 10,
    Statistics in Medicine 17 (1998).
    """
    p1, p2 = x1 / n1, x2 / n2
    (l1, u1), (l2, u2) = wilson(x1, n1), wilson(x2, n2)
    return (
        p1 - p2 - sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2),
        p1 - p2 + sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2),
    )


def wilson(x: int, n: int) -> tuple[float, float]:
    """The 95 % interval of x of n. Reference: Wilson, JASA 22 (1927)."""
    p = x / n
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return centre - half, centre + half


def _drawn(
    accounts: npt.NDArray[np.int64], won: npt.NDArray[np.bool_], has: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """The difference in draws of as many accounts with replacement; draws without one side are left out."""
    firms, firm = np.unique(accounts, return_inverse=True)
    if len(firms) < 2:
        return np.empty(0)

    def by_firm(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        return np.bincount(firm, weights=flags, minlength=len(firms)).astype(np.float64)

    dice = np.random.default_rng(20_160)
    times = dice.multinomial(len(firms), np.full(len(firms), 1 / len(firms)), size=DRAWS).astype(np.float64)
    n1, n2 = times @ by_firm(has), times @ by_firm(~has)
    x1, x2 = times @ by_firm(won & has), times @ by_firm(won & ~has)
    both = (n1 > 0) & (n2 > 0)
    drawn: npt.NDArray[np.float64] = x1[both] / n1[both] - x2[both] / n2[both]
    return drawn
