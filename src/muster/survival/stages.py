"""Chances to get somewhere by the stage reached and the time spent in it, from all that was seen of others.

A deal stands at the furthest place it reached, for so many days, until it reaches a further one or ends.
In every place time is cut into bands, and in every band each way out has a rate a day: the development
triangle, read along the ages of deals instead of the dates of cohorts. What lies beyond a deal's own age is
chained from the rates of older ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FEWEST = 10  # ways out seen in a place for each band that its time is cut into
MOST_BANDS = 6
LONGEST = 730  # days: of what stands longer, and longer than any did, nothing more is expected
BORROWED = 4.0  # each place borrows from all places with the weight of so many ways out
Vector = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stays:
    """Time spent in places: where (0, 1, ...), for how many days, and which way out was taken.

    `way` is the number of the further place reached, or `places` for won, `places` + 1 for lost, -1 while
    it lasts. `unit` says whose it is: what belongs together is drawn together.
    """

    place: Whole
    days: Whole
    way: Whole
    unit: Whole
    places: int
    units: int


@dataclass(frozen=True, slots=True)
class Rates:
    """A day's rate of each way out: `rates[draw, place, band, way]`; `ends[place]` are where bands end.

    The last band ends after two years, or with the longest that any was watched there (`longest`): what
    stands for years without an end counts as standing. Draw 0 is what was seen; the others are what other
    accounts would have shown.
    """

    ends: tuple[Whole, ...]
    longest: tuple[int, ...]
    rates: Vector

    @property
    def places(self) -> int:
        """How many places there are."""
        return len(self.ends)


def learn(stays: Stays, drawn: Vector) -> Rates:
    """The rates of each way out, and those of each draw: `drawn` has a row a draw, how often each unit is in.

    Rate = (ways out taken + borrowed) / (days at risk + borrowed): the piecewise exponential hazard, with a
    gamma prior from all places (Holford 1980; Clayton 1978).
    """
    ends = tuple(_bands(stays, place) for place in range(stays.places))
    most, ways = max(len(e) for e in ends) + 2, stays.places + 2
    days = np.zeros((stays.units, stays.places, most), np.float64)
    taken = np.zeros((stays.units, stays.places, most, ways), np.float64)
    for place in range(stays.places):
        here = stays.place == place
        starts = np.concatenate([[0], ends[place]])
        for band, start in enumerate(starts):
            end = ends[place][band] if band < len(ends[place]) else np.iinfo(np.int64).max
            inside = np.clip(np.minimum(stays.days[here], end) - start, 0, None)
            np.add.at(days[:, place, band], stays.unit[here], inside)
        out = here & (stays.way >= 0)
        band_of = np.searchsorted(ends[place], stays.days[out], side="left")
        np.add.at(taken, (stays.unit[out], place, band_of, stays.way[out]), 1.0)
    # Counts are whole numbers below 2^53: their sums are the same in any order and on every machine.
    weights = np.vstack([np.ones(stays.units), drawn]) if stays.units else np.zeros((1 + len(drawn), 0))
    days_of = np.tensordot(weights, days, 1)
    taken_of = np.tensordot(weights, taken, 1)
    longest = tuple(
        int(stays.days[stays.place == place].max(initial=LONGEST)) for place in range(stays.places)
    )
    return Rates(ends, longest, _pooled(days_of, taken_of, ends))


def _bands(stays: Stays, place: int) -> Whole:
    """Where the bands of a place end: equal parts of the ways out seen, at least ten each."""
    seen = np.sort(stays.days[(stays.place == place) & (stays.way >= 0)])
    count = min(MOST_BANDS, len(seen) // FEWEST)
    cuts = [int(seen[len(seen) * k // count]) for k in range(1, count)]
    return np.array(sorted({cut for cut in cuts if cut > 0}), np.int64)


def _pooled(days: Vector, taken: Vector, ends: tuple[Whole, ...]) -> Vector:
    """Rates by draw, place, band and way, drawn a little towards those of all places together."""
    draws, places = days.shape[:2]
    ahead = np.array([taken[:, p, :, p + 1 : places].sum(axis=(1, 2)) for p in range(places)]).sum(axis=0)
    won, lost = (taken[:, :, :, places + k].sum(axis=(1, 2)) for k in (0, 1))
    all_out = ahead + won + lost
    a_day = (all_out + 0.5) / (days.sum(axis=(1, 2)) + 1.0)
    parts = np.array([ahead, won, lost]) / np.maximum(all_out, 1.0)
    rates = np.zeros((draws, places, days.shape[2], places + 2))
    for place in range(places):
        bands = len(ends[place]) + 1
        share = BORROWED / bands
        prior = np.zeros((draws, places + 2))
        if place + 1 < places:
            prior[:, place + 1] = parts[0]
        prior[:, places], prior[:, places + 1] = parts[1], parts[2]
        at_risk = days[:, place, :bands] + (share / a_day)[:, None]
        rates[:, place, :bands] = (taken[:, place, :bands] + share * prior[:, None, :]) / at_risk[..., None]
    return rates


@dataclass(frozen=True, slots=True)
class Reaching:
    """The chance to get to one goal: from a place's beginning on, and from the beginning of each band."""

    rates: Rates
    goal: Vector  # by draw, place and band: of leaving in that band, the part that gets there
    ahead: Vector  # by draw, place and band: the chance from the band's beginning on

    def chance(self, place: int, days: Whole) -> Vector:
        """By draw and deal: the chance of deals that have stood in a place for so many days."""
        ends = self.rates.ends[place]
        band = np.searchsorted(ends, days, side="right")
        total = self.rates.rates[:, place].sum(axis=2)[:, band]
        left = np.maximum(
            np.append(ends, max(self.rates.longest[place], int(ends.max(initial=0))))[band] - days, 0
        )
        staying = np.exp(-total * left)
        beyond = np.minimum(band + 1, self.ahead.shape[2] - 1)
        chance = self.goal[:, place][:, band] * (1 - staying) + self.ahead[:, place][:, beyond] * staying
        return np.asarray(chance, np.float64)


def reaching(rates: Rates, *, place: int | None = None, lost: bool = False) -> Reaching:
    """The chance to reach a place (a won deal passed them all), to be won (`place` None), or to be lost.

    F = sum over ways of the rate's part of all rates times what that way is worth, chained backwards from
    the last place (Aalen and Johansen 1978, for a process that forgets all but the time in its place).
    """
    draws, places, bands, _ = rates.rates.shape
    from_start = np.zeros((draws, places))
    goal, ahead = np.zeros((draws, places, bands)), np.zeros((draws, places, bands))
    for here in reversed(range(places)):
        worth = np.zeros((draws, places + 2))
        worth[:, :places] = from_start
        if place is not None:
            worth[:, place:places] = 1.0
        worth[:, places] = 0.0 if lost else 1.0
        worth[:, places + 1] = 1.0 if lost else 0.0
        by_way = rates.rates[:, here]
        total = by_way.sum(axis=2)
        goal[:, here] = (by_way * worth[:, None, :]).sum(axis=2) / np.maximum(total, 1e-300)
        ends = rates.ends[here]
        last = len(ends)
        stays_on = np.exp(-total[:, last] * max(rates.longest[here] - (int(ends[-1]) if last else 0), 0))
        ahead[:, here, last] = goal[:, here, last] * (1 - stays_on)
        for band in reversed(range(last)):
            width = float(ends[band] - (ends[band - 1] if band else 0))
            staying = np.exp(-total[:, band] * width)
            ahead[:, here, band] = goal[:, here, band] * (1 - staying) + ahead[:, here, band + 1] * staying
        from_start[:, here] = ahead[:, here, 0]
    return Reaching(rates, goal, ahead)
