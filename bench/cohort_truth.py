"""What an error of cohort win shares can be at the least: `python bench/cohort_truth.py`.

Companies are drawn whose every chance is known: of a deal in a stage for so many days, how likely it is won.
They are asked after 720 days what the cohorts of the last two quarters will come to. Beside ours and the two
ratios people use stands somebody who knows the true chance of every open deal, and so errs by nothing but
what those deals then happen to do. *late wins*: what is won takes longer than what is lost, so the ratio of
decided deals is wrong for good; *same ages*: it takes as long, so that ratio is right but for chance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from muster.measurement.cohorts import DECIDED, IN_THE_END, conversions
from muster.measurement.outlook import outlook
from muster.measurement.progress import DAY, NEVER, Progress, progress_of

START = 1_700_006_400_000_000  # a midnight
TODAY, QUARTER = 720, 90
SIZES = {400: 60, 1_600: 30, 6_400: 8, 25_600: 2}  # opportunities in 720 days, and how many companies of them
ONWARDS, WON = 0.55, 0.6  # of Discovery to Proposal, and of Proposal to won
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Days of opening, of the proposal (infinite where there is none), of closing, and whether it is won."""

    opened: Numbers
    proposed: Numbers
    closed: Numbers
    is_won: npt.NDArray[np.bool_]


def late_wins(dice: np.random.Generator, count: int) -> Drawn:
    """Who goes on stays longer in both stages; what is won waits for its signature."""
    opened, onwards = np.sort(dice.random(count)) * TODAY, dice.random(count) < ONWARDS
    is_won = onwards & (dice.random(count) < WON)
    left = opened + dice.gamma(3, np.where(onwards, 30, 12))
    closed = left + np.where(onwards, dice.gamma(3, np.where(is_won, 40, 20)), 0)
    return Drawn(opened, np.where(onwards, left, np.inf), closed, is_won)


def late_chance(in_discovery: Numbers, in_proposal: Numbers) -> Numbers:
    """The true chance to be won of deals that have been in their stage for so long; one of the two is NaN."""
    on, off = ONWARDS * _lasts(in_discovery, 30), (1 - ONWARDS) * _lasts(in_discovery, 12)
    won, lost = WON * _lasts(in_proposal, 40), (1 - WON) * _lasts(in_proposal, 20)
    return np.where(np.isnan(in_proposal), WON * on / (on + off), won / (won + lost))


def same_ages(dice: np.random.Generator, count: int) -> Drawn:
    """How long a deal takes says nothing of how it ends; the proposal is half way."""
    opened, onwards = np.sort(dice.random(count)) * TODAY, dice.random(count) < ONWARDS
    is_won, takes = onwards & (dice.random(count) < WON), dice.gamma(3, 30, count)
    return Drawn(opened, np.where(onwards, opened + takes / 2, np.inf), opened + takes, is_won)


def same_chance(in_discovery: Numbers, in_proposal: Numbers) -> Numbers:
    """As `late_chance`: who is half way has the chance of a proposal, the others what is left of theirs."""
    on, off = ONWARDS * _lasts(2 * in_discovery, 30), (1 - ONWARDS) * _lasts(in_discovery, 30)
    return np.where(np.isnan(in_proposal), WON * on / (on + off), WON)


def errors(
    deals: Drawn, chance: Callable[[Numbers, Numbers], Numbers]
) -> list[tuple[float, float, float, float]]:
    """Of both young cohorts: how far off are ours, the knower, won / opened and won / decided."""
    progress, spans = _as_known(deals), [(TODAY - 2 * QUARTER, TODAY - QUARTER), (TODAY - QUARTER, TODAY)]
    told = conversions(
        progress,
        outlook(progress),
        quarters=[(START + a * DAY, START + b * DAY) for a, b in spans],
        only_from="opened",
    )
    rows = {(r["cohort_start"], r["method"]): r for r in told if r["to_stage"] == "won"}
    is_open, is_proposed = deals.closed > TODAY, deals.proposed <= TODAY
    chances = np.where(is_open, 0.0, deals.is_won)
    ages = [
        np.where(m, TODAY - at, np.nan)
        for m, at in ((~is_proposed, deals.opened), (is_proposed, deals.proposed))
    ]
    chances[is_open] = chance(ages[0][is_open], ages[1][is_open])
    found = []
    for since, until in spans:
        among = (deals.opened >= since) & (deals.opened < until)
        truth = float(deals.is_won[among].mean())
        final, decided = (rows[START + since * DAY, method] for method in (IN_THE_END, DECIDED))
        said = (
            final["estimate"],
            float(chances[among].mean()),
            final["reached_count"] / final["entered_count"],
            decided["estimate"] or 0.0,
        )
        found.append(tuple(abs(share - truth) for share in said))
    return found


def main() -> None:
    """Print the table: a line for each kind of company and size."""
    print("| company | opportunities | ours | who knows every chance | won / opened | won / decided |")
    print("|---|---|---|---|---|---|")
    for name, draw, chance in (("late wins", late_wins, late_chance), ("same ages", same_ages, same_chance)):
        for count, companies in SIZES.items():
            dice = np.random.default_rng([count, len(name)])
            off = np.mean(
                [row for _ in range(companies) for row in errors(draw(dice, count), chance)], axis=0
            )
            print(f"| {name} | {count:,} | " + " | ".join(f"{error:.3f}" for error in off) + " |", flush=True)


def _as_known(deals: Drawn) -> Progress:
    """As a run after 720 days reads them: what is later is not there."""
    is_closed = deals.closed <= TODAY
    at = [START + (days * DAY).astype(np.int64) for days in (deals.opened, np.minimum(deals.closed, 9e3))]
    steps = np.minimum(deals.proposed, 9e3)
    proposed = np.where(deals.proposed <= TODAY, START + (steps * DAY).astype(np.int64), NEVER)
    rows = [
        {
            "opportunity_id": f"o{n:06}",
            "account_id": f"a{n * 2 // 3}",
            "solution_id": ("blue", "red")[n % 2],
            "type": None,
            "currency": "USD",
            "amount_cents": 0,
            "created_at": int(at[0][n]),
            "is_closed": bool(is_closed[n]),
            "is_won": bool(is_closed[n] and deals.is_won[n]),
            "closed_at": int(at[1][n]) if is_closed[n] else None,
            "booked_at": int(at[1][n]) if is_closed[n] else None,
        }
        for n in range(len(is_closed))
    ]
    reached = np.column_stack([at[0], at[0], proposed])
    return progress_of(rows, ["opened", "Discovery", "Proposal"], reached, as_of=START + TODAY * DAY)


def _lasts(days: Numbers, scale: float) -> Numbers:
    """How likely a stay, a gamma of shape 3, is longer than so many days."""
    x = days / scale
    return np.asarray(np.exp(-x) * (1 + x + x * x / 2))


if __name__ == "__main__":
    main()
