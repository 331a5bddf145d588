"""Companies of opportunities with stages, drawn with known chances: some won late, most lost early."""

from __future__ import annotations

from typing import Any

import numpy as np

from muster.measurement.progress import DAY, NEVER, Progress, progress_of

START = 1_700_006_400_000_000  # a midnight
STEPS = ["opened", "Discovery", "Proposal"]
ONWARDS, WON = 0.55, 0.6  # of Discovery to Proposal, and of Proposal to won
SHARE_WON = ONWARDS * WON


def company(seed: int, *, count: int = 800, days: int = 900) -> list[dict[str, Any]]:
    """Opportunities opened evenly over so many days; each knows everything that will happen to it."""
    dice = np.random.default_rng(seed)
    found = []
    for n in range(count):
        opened = START + int(dice.random() * days * DAY)
        onwards = dice.random() < ONWARDS
        left = opened + int(dice.gamma(3, 30 if onwards else 12) * DAY)
        won = onwards and dice.random() < WON
        closed = left + int(dice.gamma(3, 40 if won else 20) * DAY) if onwards else left
        found.append(
            {
                "opportunity_id": f"o{n:05}",
                "account_id": f"a{n * 2 // 3}",
                "solution_id": ("blue", "red")[n % 2],
                "type": None,
                "currency": "USD",
                "amount_cents": int(dice.lognormal(14, 0.5)),
                "reached": [opened, opened, left if onwards else NEVER],
                "closed_at": closed,
                "is_won": won,
            }
        )
    return found


def as_of(deals: list[dict[str, Any]], day: int) -> Progress:
    """As a run on that day reads them: what is later is not there."""
    instant = START + day * DAY
    there = [deal for deal in deals if deal["reached"][0] <= instant]
    rows = [
        deal
        | {
            "is_closed": deal["closed_at"] <= instant,
            "is_won": deal["is_won"] and deal["closed_at"] <= instant,
            "closed_at": deal["closed_at"] if deal["closed_at"] <= instant else None,
            "booked_at": deal["closed_at"] if deal["closed_at"] <= instant else None,
        }
        for deal in there
    ]
    reached = np.array([deal["reached"] for deal in there], np.int64).reshape(len(there), len(STEPS))
    return progress_of(rows, STEPS, np.where(reached <= instant, reached, NEVER), as_of=instant)


def quarters(day: int) -> list[tuple[int, int]]:
    """Stretches of 90 days up to a day."""
    return [(START + n * DAY, START + (n + 90) * DAY) for n in range(0, day + 1, 90)]
