"""From exact parts to written numbers that add up: the largest remainders get what rounding leaves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt

Grid = npt.NDArray[np.int64]  # a row for each channel


def whole_parts(exact: Sequence[Fraction]) -> list[int]:
    """Whole numbers with the sum of `exact`, each its floor or one more (Hamilton, 1792).

    What is left over goes one each to the largest remainders, the earlier first where they tie. The sum
    of `exact` must be whole.

    >>> whole_parts([Fraction(4, 3), Fraction(4, 3), Fraction(4, 3)])
    [2, 1, 1]
    """
    floors = [part.__floor__() for part in exact]
    left = int(sum(exact, Fraction(0))) - sum(floors)
    turn = sorted(range(len(exact)), key=lambda place: (floors[place] - exact[place], place))
    for place in turn[:left]:
        floors[place] += 1
    return floors


def decimal_parts(exact: Sequence[Fraction], places: int) -> tuple[Decimal, ...]:
    """The parts with at most so many decimals; they add up to the sum of `exact` to the last of them.

    >>> [str(part) for part in decimal_parts([Fraction(200, 3), Fraction(100, 3)], 2)]
    ['66.67', '33.33']
    """
    unit = 10**places
    return tuple(_plain(whole, places) for whole in whole_parts([part * unit for part in exact]))


def _plain(whole: int, places: int) -> Decimal:
    sign, digits = ("-" if whole < 0 else ""), f"{abs(whole):0{places + 1}d}"
    text = f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".") if places else digits
    return Decimal(sign + text)


def shared_out(total: int, weights: Sequence[float]) -> list[Fraction]:
    """A total divided in proportion to weights, exactly; nothing to anybody where no weight is above 0."""
    exact = [Fraction(weight) for weight in weights]
    whole = sum(exact, Fraction(0))
    return [total * weight / whole if whole else Fraction(0) for weight in exact]


def over_divisors(sums: Grid, divisors: Iterable[int]) -> list[Fraction]:
    """For each row of `sums` the sum of its columns, each over its divisor."""
    by = list(divisors)
    return [
        sum((Fraction(int(row[column]), by[column]) for column in np.flatnonzero(row)), Fraction(0))
        for row in sums
    ]
