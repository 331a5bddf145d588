"""What becomes of the opportunities that are still open: chances by stage and age, and 500 futures drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from muster.measurement.credit_interval import DRAWS, draw
from muster.measurement.progress import DAY, LOST, WON, Flags, Progress, Whole, furthest, stays
from muster.survival.stages import Rates, learn, reaching

FEWEST = 20  # closed opportunities under which nothing is said of what is to come
APART = 40  # closed renewals from which on renewals are learnt from renewals alone
Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outlook:
    """The open opportunities with where they stand, and the rates of each family of opportunities.

    `deals` are numbers of opportunities in `Progress`, in the order of their ids. `dice[draw, deal]` decides
    what becomes of each: the same dice for every goal, so that who is won has passed every stage.
    """

    progress: Progress
    deals: Whole
    place: Whole
    days: Whole
    family: Whole
    rates: tuple[Rates, ...]
    dice: Vector

    def chances(self, goal: str) -> Vector:
        """By draw and open deal: the chance to get to a step, to be won or lost. Row 0 is what is told.

        Nothing but 1 for what is there already.
        """
        found = np.ones((1 + DRAWS, len(self.deals)))
        step = self.progress.steps.index(goal) if goal not in (WON, LOST) else None
        for number, rates in enumerate(self.rates):
            reach = reaching(rates, place=step, lost=goal == LOST)
            for place in range(rates.places if step is None else step):
                here = (self.family == number) & (self.place == place)
                if here.any():
                    found[:, here] = reach.chance(place, self.days[here])
        return np.round(found, 9)

    def futures(self, chances: Vector) -> Flags:
        """By draw and open deal, whether it gets there."""
        return np.asarray(self.dice < chances[1:], np.bool_)


def outlook(progress: Progress) -> Outlook | None:
    """Learn from all opportunities; None under twenty closed ones.

    Rates are learnt again for each of 500 draws of accounts (Efron 1979; whole accounts, since deals of one
    are alike), and in each every open deal is won or not by the dice: the interval holds both what we do not
    know of the rates and what nobody can know of single deals. Seeded by how many accounts and open deals
    there are: the same on every run.
    """
    if int((progress.is_closed & progress.is_watched).sum()) < FEWEST:
        return None
    families = _families(progress)
    drawn = draw(int(progress.owner.max(initial=-1)) + 1)
    rates = tuple(
        learn(stays(progress, progress.is_watched & (families == n)), drawn)
        for n in range(int(families.max(initial=0)) + 1)
    )
    deals = np.flatnonzero(~progress.is_closed)
    stands = [furthest(progress.reached[deal])[-1] for deal in deals]
    since = np.array([at for _, at, _ in stands], np.int64)
    return Outlook(
        progress,
        deals,
        np.array([place for place, _, _ in stands], np.int64),
        np.maximum((progress.as_of - since) // DAY, 0),
        families[deals],
        rates,
        np.random.default_rng([len(deals), 1]).random((DRAWS, len(deals))),
    )


def _families(progress: Progress) -> Whole:
    """Renewals go by themselves once enough of them are closed: they are won oftener, and at another pace."""
    over = progress.is_closed & progress.is_watched
    closed, others = int((progress.is_renewal & over).sum()), int((~progress.is_renewal & over).sum())
    apart = closed >= APART and others >= APART
    return (progress.is_renewal & apart).astype(np.int64)
