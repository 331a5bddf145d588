"""The figures of the comparison with their intervals: sums over accounts, and accounts drawn again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np

from muster.replay.bootstrap import Ints, interval, totals, weights, whole_interval
from muster.replay.history import Opening
from muster.replay.matching import MQL, MUSTER, HandOff

GAP = 14 * 86_400_000_000  # an alert this long before the opening leaves time to do something with it
FEWEST = 5  # openings below which no figure of a comparison is written
_COLUMNS = (
    *("openings", "opening_cents", "without_mql", "without_mql_cents"),
    *("mql_openings", "mql_cents", "mql_won_cents", "mql_in_time", "mql_hand_offs", "mql_false", "mql_days"),
    *("muster_openings", "muster_cents", "muster_won_cents", "muster_in_time", "muster_hand_offs"),
    *("muster_false", "muster_days"),
    *("new_openings", "new_cents", "new_won_cents"),
)
COLUMN = {name: place for place, name in enumerate(_COLUMNS)}


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: of the MQL side, of Muster's, or of both compared.

    `unit` says what `value` counts: openings, hand_offs, cents, share, days, times or p. Cents are whole
    numbers and stay exact. None where too few openings can tell.
    """

    measure: str
    side: str
    unit: str
    value: float | int | None
    low: float | int | None = None
    high: float | int | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """The two sides over one stretch of time: its openings, what came before each, and who had no MQL at all.

    `mature` are the hand-offs old enough to have been followed by an opening, `followed` those that were.
    `preceded` are the openings with any MQL before them, whatever the capacity.
    """

    openings: Sequence[Opening]
    caught: Mapping[str, Mapping[str, HandOff]]
    mature: Mapping[str, Sequence[HandOff]]
    followed: Set[HandOff]
    preceded: Set[str]


def measures(compared: Compared, *, currency: str, keys: Mapping[str, str]) -> list[Measure]:
    """Every figure. Amounts are those in `currency`; `keys` tells accounts apart for good."""
    accounts, tallies = _tally(compared, currency, keys)
    once = tallies.sum(axis=0) if len(accounts) else np.zeros(len(_COLUMNS), np.int64)
    sums = totals(tallies, weights(accounts)) if len(accounts) else None
    is_thin = len(compared.openings) < FEWEST

    def whole(name: str, side: str, unit: str, column: str) -> Measure:
        low, high = whole_interval(sums, COLUMN[column]) if sums is not None else (0, 0)
        return Measure(name, side, unit, int(once[COLUMN[column]]), low, high)

    def rate(name: str, side: str, unit: str, figure: Callable[[Ints], float | None]) -> Measure:
        if is_thin or sums is None:
            return Measure(name, side, unit, None)
        low, high = interval(sums, figure) or (None, None)
        return Measure(name, side, unit, figure(once), low, high)

    found = [
        whole("openings", "both", "openings", "openings"),
        whole("opening_amount", "both", "cents", "opening_cents"),
        whole("openings_without_mql", "both", "openings", "without_mql"),
        whole("amount_without_mql", "both", "cents", "without_mql_cents"),
    ]
    for side in (MQL, MUSTER):
        found += [
            whole("hand_offs", side, "hand_offs", f"{side}_hand_offs"),
            whole("openings_caught", side, "openings", f"{side}_openings"),
            whole("caught_two_weeks_before", side, "openings", f"{side}_in_time"),
            whole("amount_caught", side, "cents", f"{side}_cents"),
            whole("won_amount_caught", side, "cents", f"{side}_won_cents"),
            rate("share_caught", side, "share", _part(f"{side}_openings", "openings")),
            whole("false_alarms", side, "hand_offs", f"{side}_false"),
            rate("false_alarms_per_opening", side, "times", _part(f"{side}_false", f"{side}_openings")),
        ]
    found += [
        whole("openings_new", MUSTER, "openings", "new_openings"),
        whole("amount_new", MUSTER, "cents", "new_cents"),
        whole("won_amount_new", MUSTER, "cents", "new_won_cents"),
        rate("mean_days_earlier", "compared", "days", _earlier),
    ]
    for name, column in (("openings", "openings"), ("amount", "cents"), ("won_amount", "won_cents")):
        new = f"new_{column}"
        found += [
            rate(f"{name}_ratio_lower_bound", "compared", "times", _part(new, f"mql_{column}")),
            rate(f"{name}_ratio", "compared", "times", _part(f"muster_{column}", f"mql_{column}")),
        ]
    return found


def _part(above: str, below: str) -> Callable[[Ints], float | None]:
    """One sum over another; None where there is nothing to divide by."""

    def figure(sums: Ints) -> float | None:
        divisor = int(sums[COLUMN[below]])
        return int(sums[COLUMN[above]]) / divisor if divisor else None

    return figure


def _earlier(sums: Ints) -> float | None:
    """Days of warning an opening had more on Muster's side; an opening nobody caught had none."""
    openings = int(sums[COLUMN["openings"]])
    return int(sums[COLUMN["muster_days"]] - sums[COLUMN["mql_days"]]) / 100 / openings if openings else None


def _tally(compared: Compared, currency: str, keys: Mapping[str, str]) -> tuple[list[str], Ints]:
    """A row of whole numbers for each account with an opening or a hand-off, in the order of their keys."""
    rows: dict[str, Ints] = {}

    def row(account: str) -> Ints:
        return rows.setdefault(keys.get(account, account), np.zeros(len(_COLUMNS), np.int64))

    for opening in compared.openings:
        into = row(opening.account_id)
        cents = opening.amount_cents if opening.currency == currency else 0
        won = cents if opening.is_won else 0
        is_new = opening.opportunity_id not in compared.preceded
        into[COLUMN["openings"]] += 1
        into[COLUMN["opening_cents"]] += cents
        into[COLUMN["without_mql"]] += is_new
        into[COLUMN["without_mql_cents"]] += cents * is_new
        for side in (MQL, MUSTER):
            hand_off = compared.caught[side].get(opening.opportunity_id)
            if hand_off is None:
                continue
            into[COLUMN[f"{side}_openings"]] += 1
            into[COLUMN[f"{side}_cents"]] += cents
            into[COLUMN[f"{side}_won_cents"]] += won
            into[COLUMN[f"{side}_in_time"]] += opening.at - hand_off.at >= GAP
            into[COLUMN[f"{side}_days"]] += round((opening.at - hand_off.at) / 864_000_000)
            if side == MUSTER and is_new:
                into[COLUMN["new_openings"]] += 1
                into[COLUMN["new_cents"]] += cents
                into[COLUMN["new_won_cents"]] += won
    for side in (MQL, MUSTER):
        for hand_off in compared.mature[side]:
            into = row(hand_off.account_id or hand_off.key)
            into[COLUMN[f"{side}_hand_offs"]] += 1
            into[COLUMN[f"{side}_false"]] += hand_off not in compared.followed
    accounts = sorted(rows)
    return accounts, np.array([rows[account] for account in accounts], np.int64).reshape(-1, len(_COLUMNS))
