"""Velocity: dollars a day with each of its factors, and win rates with what they divide by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from muster.measurement.progress import DAY, REACHED, Flags, Progress, watch
from muster.survival.incidence import curve

ALL = "(all)"
WATCHED_QUARTERS = 8  # shares, days and amounts are those of opportunities opened in the last two years
LONGEST = 730  # days: of an opportunity open longer no more than these count
Row = dict[str, Any]


def velocities(progress: Progress, *, quarters: Sequence[tuple[int, int]]) -> Iterator[Row]:
    """A row for each quarter, solution and currency in which something was opened or closed.

    Each is told as of the end of its quarter: what closed later was open then.
    """
    slices = _slices(progress)
    for number, (starts_on, ends_on) in enumerate(quarters):
        since = quarters[max(number - WATCHED_QUARTERS + 1, 0)][0]
        until = min(ends_on - 1, progress.as_of)
        opened = (progress.created_at >= starts_on) & (progress.created_at <= until)
        closed = (progress.booked_at >= starts_on) & (progress.booked_at <= until)
        watched = progress.is_watched & (progress.created_at >= since) & (progress.created_at <= until)
        still = (progress.created_at <= until) & (progress.closed_at > until)
        for (solution, currency), mine in slices.items():
            if not (mine & (opened | closed)).any():
                continue
            yield {
                "period_on": starts_on,
                "solution_id": solution,
                "currency": currency,
                "opened_count": int((opened & mine).sum()),
                "open_count": int((still & mine).sum()),
                **_closings(progress, closed & mine),
                **_pace(progress, watched & mine, opened=int((opened & mine).sum()), until=until),
            }


def _slices(progress: Progress) -> dict[tuple[str, str], Flags]:
    currencies = sorted(set(progress.currencies))
    solutions = sorted(set(progress.solutions))
    every = np.ones(len(progress), np.bool_)
    return {
        (solution, currency): (progress.currencies == currency)
        & (every if solution == ALL else progress.solutions == solution)
        for currency in currencies
        for solution in (ALL, *solutions)
    }


def _closings(progress: Progress, closed: Flags) -> Row:
    """Win rates of the opportunities closed in the quarter: won over closed, by count and by amount."""
    won = closed & progress.is_won
    cents, won_cents = (int(progress.cents[of].sum()) for of in (closed, won))
    timed = closed & progress.is_watched
    days = progress.closed_at[timed] - progress.created_at[timed]
    return {
        "closed_count": int(closed.sum()),
        "won_count": int(won.sum()),
        "closed_cents": cents,
        "won_cents": won_cents,
        "win_rate": round(int(won.sum()) / int(closed.sum()), 9) if closed.any() else None,
        "win_rate_by_amount": round(won_cents / cents, 9) if cents else None,
        "mean_cycle_days": round(int(days.sum()) / len(days) / DAY, 9) if len(days) else None,
    }


def _pace(progress: Progress, watched: Flags, *, opened: int, until: int) -> Row:
    """The part won, the days and the amount, of all that was opened in the two years before."""
    over = np.where(progress.closed_at[watched] <= until, progress.closed_at[watched], until + 1)
    won = watched & progress.is_won & (progress.closed_at <= until)
    days, ending = watch(progress.created_at[watched], over, is_there=won[watched], until=until)
    restricted = min(LONGEST, int(days.max(initial=0)))
    found = curve(np.minimum(days, restricted), np.where(days > restricted, 0, ending))
    told = bool(len(found.times)) and restricted > 0
    share, mean_days = round(found.share(REACHED), 9), round(found.restricted_mean(restricted), 9)
    low, high = found.interval(REACHED)
    mean_cents = int(progress.cents[won].sum()) // int(won.sum()) if won.any() else None
    a_day = opened * share * mean_cents / mean_days if told and mean_cents is not None else None
    return {
        "watched_count": int(watched.sum()),
        "win_share": share if told else None,
        "win_share_low": round(low, 9) if told and low is not None else None,
        "win_share_high": round(high, 9) if told and high is not None else None,
        "mean_won_cents": mean_cents,
        "mean_days": mean_days if told else None,
        "restricted_days": restricted if told else None,
        "dollars_per_day_cents": None if a_day is None else int(a_day + 0.5),
    }
