"""What the open pipeline is worth: each open deal's chance to be won times its amount, and the sums."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from muster.measurement.credit_interval import DRAWS
from muster.measurement.outlook import Outlook
from muster.measurement.progress import DAY, WON, Progress, furthest
from muster.measurement.speed import ALL

TAIL = DRAWS // 10  # draws below the interval, and above it: 80 % lie within
BILLION = 1_000_000_000
Row = dict[str, Any]


def open_deals(progress: Progress, seen: Outlook | None) -> list[Row]:
    """A row for each open opportunity, in the order of their ids; no chance where too few have closed."""
    deals = np.flatnonzero(~progress.is_closed)
    chances = None if seen is None else seen.chances(WON)
    spread = None if chances is None else np.sort(chances[1:], axis=0)
    rows = []
    for number, deal in enumerate(deals):
        place, since, _ = furthest(progress.reached[deal])[-1]
        cents = int(progress.cents[deal])
        row: Row = {
            "opportunity_id": progress.ids[deal],
            "solution_id": str(progress.solutions[deal]),
            "currency": str(progress.currencies[deal]),
            "amount_cents": cents,
            "stage": progress.steps[place],
            "age_days": max((progress.as_of - int(progress.created_at[deal])) // DAY, 0),
            "stage_days": max((progress.as_of - since) // DAY, 0),
            **dict.fromkeys(("p_win", "p_win_low", "p_win_high", "expected_cents")),
        }
        if chances is not None and spread is not None:
            p_win = float(chances[0, number])
            row |= {
                "p_win": p_win,
                "p_win_low": float(min(spread[TAIL, number], p_win)),
                "p_win_high": float(max(spread[-TAIL - 1, number], p_win)),
                "expected_cents": _times(cents, p_win),
            }
        rows.append(row)
    return rows


def forecasts(progress: Progress, seen: Outlook | None, *, deals: list[Row]) -> Iterator[Row]:
    """The open opportunities of each solution and currency, and of all solutions: expected, and 80 %."""
    won = None if seen is None else seen.futures(seen.chances(WON))
    for currency in sorted({row["currency"] for row in deals}):
        solutions = sorted({row["solution_id"] for row in deals if row["currency"] == currency})
        for solution in (ALL, *solutions):
            mine = np.array(
                [r["currency"] == currency and solution in (ALL, r["solution_id"]) for r in deals], np.bool_
            )
            rows = [row for row, inside in zip(deals, mine, strict=True) if inside]
            cents = np.array([row["amount_cents"] for row in rows], np.int64)
            told: Row = dict.fromkeys(
                ("expected_count", "expected_cents", "low_count", "high_count", "low_cents", "high_cents")
            )
            if won is not None:
                future = won[:, mine]
                counts, sums = np.sort(future.sum(axis=1)), np.sort(future @ cents)
                told = {
                    "expected_count": round(sum(row["p_win"] for row in rows), 9),
                    "expected_cents": sum(row["expected_cents"] for row in rows),
                    "low_count": int(counts[TAIL]),
                    "high_count": int(counts[-TAIL - 1]),
                    "low_cents": int(sums[TAIL]),
                    "high_cents": int(sums[-TAIL - 1]),
                }
            yield {
                "as_of_on": progress.as_of - progress.as_of % DAY,
                "solution_id": solution,
                "currency": currency,
                "open_count": len(rows),
                "open_cents": int(cents.sum()),
                **told,
            }


def _times(cents: int, chance: float) -> int:
    """Cents times a chance of nine places, in whole numbers, the half cent upwards."""
    return (2 * cents * round(chance * BILLION) + BILLION) // (2 * BILLION)
