"""Companies with an experiment whose true effect is known, each with a size and effect of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

MONDAY = 1_672_617_600_000_000  # 2023-01-02
DAY = 86_400_000_000


@dataclass(frozen=True)
class Company:
    """The accounts of one experiment as `experiment_account` has them, and what treatment truly brings each.

    `brings` is the expected effect an account: openings, won, won_amount (units of the currency), groups.
    """

    accounts: pa.Table
    brings: dict[str, float]


def company(dice: np.random.Generator) -> Company:
    """400 to 8,000 accounts, a tenth to a half held out, few or many openings, an effect of -40 to +60 %.

    Fit and size foretell openings; larger accounts answer more to the programme; deals are skewed. Some held
    out are reached all the same, and some of the others never are: the effect is that of being assigned.
    """
    count = int(np.exp(dice.uniform(np.log(400), np.log(8000))))
    share = float(dice.uniform(0.1, 0.5))
    fit, size = dice.normal(size=count), dice.normal(size=count)
    base = np.exp(np.log(dice.uniform(0.04, 0.4)) + dice.uniform(0, 0.9) * fit + dice.uniform(0, 0.5) * size)
    reach = float(dice.uniform(0.4, 1.0))
    times = np.maximum(1 + reach * dice.uniform(-0.4, 0.6) * np.exp(0.3 * size), 0)
    treated = dice.random(count) >= share
    wins, spread, middle = dice.uniform(0.15, 0.4), dice.uniform(0.4, 1.1), dice.uniform(5e3, 8e4)
    openings = dice.poisson(np.where(treated, base * times, base))
    before = dice.poisson(base * dice.uniform(0.3, 1.0))
    groups = openings + dice.poisson(base)
    won = dice.binomial(openings, wins)
    dollars = np.array([dice.lognormal(np.log(middle), spread, n).sum() for n in won])
    brings = float((base * (times - 1)).mean())
    each = float(wins * middle * np.exp(spread**2 / 2))
    contacts = (dice.random(count) < np.where(treated, reach, 0.1 * reach)).astype(np.int64)
    nothing = np.zeros(count, np.int64)
    columns = {
        "arm": np.where(treated, "treated", "holdout"),
        "to_at": np.full(count, MONDAY + 728 * DAY),
        "contacts": contacts,
        "fit": np.round(100 * fit).astype(np.int64),
        "employee_count": np.exp(6 + size).astype(np.int64),
        "acts_before": dice.poisson(5 * np.exp(0.4 * fit)),
        "openings_before": before,
        "openings": openings,
        "won_before": nothing,
        "won": won,
        "won_cents_before": nothing,
        "won_cents": np.round(100 * dollars).astype(np.int64),
        "groups_before": nothing,
        "groups": groups,
        "reads_before": nothing,
        "reads": nothing,
    }
    told = {"openings": brings, "won": brings * wins, "won_amount": brings * each, "groups": brings}
    return Company(pa.table(columns), told)


SPAN = {
    "experiment": "drawn",
    "program_id": "drawn",
    "name": "drawn",
    "has_holdout": True,
    "has_treated": False,
    "starts_at": MONDAY,
    "ends_at": MONDAY + 637 * DAY,
}
AS_OF = MONDAY + 800 * DAY
