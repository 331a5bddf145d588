"""Every model on the same paths, side by side, and how stable each channel's rank is between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from muster.attribution.markov import removal_effects
from muster.attribution.parts import decimal_parts, shared_out
from muster.attribution.paths import Paths
from muster.attribution.positions import Tally, by_position
from muster.attribution.shapley import shapley

ORDERS = (1, 2, 3)
PLACES = 12  # decimals written: whole numbers of 10^-12 that add up
DISCLAIMER = "Divides what was won by a rule. Not what would have been lost without the channel."


@dataclass(frozen=True, slots=True)
class Credit:
    """What one model gives each channel; both columns add up to their totals to the last decimal."""

    conversions: tuple[Decimal, ...]
    value: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Ranks:
    """A channel's rank by a model, 1 the most credited: the middle one of all models, the best, the worst."""

    middle: int
    best: int
    worst: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Credit by model and channel, removal effects by Markov model, totals of the table."""

    channels: tuple[str, ...]
    models: Mapping[str, Credit]
    removal_effects: Mapping[str, tuple[float, ...]]
    tallies: Mapping[str, Tally]
    conversions: int
    value: Decimal
    nulls: int

    def ranks(self) -> dict[str, Ranks]:
        """Where each channel stands under the models, by value; by conversions where none has value."""
        of = {name: tally.value if self.value else tally.conversions for name, tally in self.tallies.items()}
        table = {}
        for place, channel in enumerate(self.channels):
            ranks = sorted(1 + sum(part > parts[place] for part in parts) for parts in of.values())
            table[channel] = Ranks(ranks[(len(ranks) - 1) // 2], ranks[0], ranks[-1])
        return table


def attribute(paths: Paths) -> Compared:
    """Every model of paths without people or dates: four by position, Shapley, Markov of order 1, 2 and 3.

    Rule models and Shapley are exact fractions; a Markov model divides the totals in proportion to its
    removal effects, conversions and value alike. Each credit is then written as a whole number of 10^-12,
    largest remainder first, so that a model's credits add up to the totals exactly.
    """
    conversions, value = int(paths.conversions.sum()), int(paths.value.sum())
    tallies = by_position(paths) | {"shapley": shapley(paths)}
    effects = {}
    for order in ORDERS:
        name = f"markov_{order}"
        effects[name] = tuple(removal_effects(paths, order).tolist())
        tallies[name] = Tally(shared_out(conversions, effects[name]), shared_out(value, effects[name]))
    unit = Fraction(1, 10**paths.decimals)
    return Compared(
        channels=paths.channels,
        models={
            name: Credit(
                decimal_parts(tally.conversions, PLACES),
                decimal_parts([part * unit for part in tally.value], PLACES),
            )
            for name, tally in tallies.items()
        },
        removal_effects=effects,
        tallies=tallies,
        conversions=conversions,
        value=decimal_parts([value * unit], PLACES)[0],
        nulls=int(np.sum(paths.nulls)),
    )
