"""A difference between two arms with its interval, adjusted for what was known before.

With covariates centred at their mean over both arms and a regression for each arm, the difference of the two
intercepts estimates the average effect of being assigned (intention to treat), and is never worse, in large
samples, than the plain difference: Lin, "Agnostic notes on regression adjustments to experimental data"
(2013). It is CUPED (Deng, Xu, Kohavi and Walker 2013) with a slope for each arm.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FEWEST_APART = 10  # rows of an arm that differ from its commonest value: fewer, and a sign is not used
ROWS_PER_COVARIATE = 20
POWER = 2.8  # standard errors: seen four times in five at 5 %, two-sided (1.96 + 0.84)


@dataclass(frozen=True, slots=True)
class Effect:
    """An estimate, its standard error, and the degrees of freedom of its t intervals."""

    estimate: float
    error: float
    degrees: float

    def interval(self, level: float) -> tuple[float, float]:
        """Low and high ends of the interval of that level, 0 to 1."""
        half = student(0.5 + level / 2, self.degrees) * self.error
        return self.estimate - half, self.estimate + half

    @property
    def detectable(self) -> float:
        """The smallest effect such data would have shown four times in five, at 5 %, two-sided."""
        return POWER * self.error


@dataclass(frozen=True, slots=True)
class Intercept:
    """What an arm would have had on average with everybody's covariates.

    `variance` is HC3, `gain` what it would be for residuals of variance 1, `left` the residuals' sum of
    squares, `spare` the rows beyond the signs.
    """

    value: float
    variance: float
    gain: float
    left: float
    spare: float


def intention_to_treat(y: Vector, treated: Flags, covariates: Matrix) -> Effect:
    """Mean of `y` of those assigned to treatment less that of those held out, adjusted for `covariates`.

    `y` has a row for each account, `covariates` (accounts x signs) what was known of it before. Standard
    errors are HC3 (MacKinnon and White 1985) or the conventional ones, whichever are larger: where few
    accounts of a small arm decide, robust ones come out too small (Angrist and Pischke 2009, 8.1). Degrees
    of freedom are Welch's (1947).
    """
    signs = usable(covariates, treated)
    centred = signs - signs.mean(axis=0)
    with_it = _intercept(y[treated], centred[treated])
    without = _intercept(y[~treated], centred[~treated])
    return difference(with_it, without)


def difference(with_it: Intercept, without: Intercept) -> Effect:
    """One arm less the other; they are independent."""
    estimate = with_it.value - without.value
    spare = with_it.spare + without.spare
    alike = (with_it.left + without.left) / spare * (with_it.gain + without.gain)
    robust = with_it.variance + without.variance
    if alike >= robust:
        return Effect(estimate, alike**0.5, spare)
    welch = with_it.variance**2 / with_it.spare + without.variance**2 / without.spare
    return Effect(estimate, robust**0.5, robust**2 / welch)


def usable(covariates: Matrix, treated: Flags) -> Matrix:
    """The signs that vary enough in both arms, none of them a sum of others, as many as the rows bear."""
    return covariates[:, _varying([covariates[treated], covariates[~treated]], fewest=FEWEST_APART)]


def _varying(parts: list[Matrix], *, fewest: float) -> list[int]:
    """The columns in which, in every part, so many rows differ from the commonest value."""
    room = min(len(part) for part in parts) // ROWS_PER_COVARIATE
    kept: list[int] = []
    for place in range(parts[0].shape[1]):
        if len(kept) < room and all(_apart(part[:, place]) >= fewest for part in parts):
            tried = [*kept, place]
            if all(_is_full(part[:, tried]) for part in parts):
                kept = tried
    return kept


def student(probability: float, degrees: float) -> float:
    """The quantile of Student's t, by its expansion about the normal one: right to 0.001 from 10 degrees on.

    Reference: Abramowitz and Stegun (1964), 26.7.5.
    """
    z = NormalDist().inv_cdf(probability)
    parts = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(part / degrees ** (n + 1) for n, part in enumerate(parts))


def imbalance(covariates: Matrix, treated: Flags) -> float | None:
    """How probable it is that a fair lot leaves arms as unlike as these by all signs; None without any.

    Hotelling's T2 of the means of both arms against chi-square, as Hansen and Bowers, "Covariate balance in
    simple, stratified and clustered comparative studies" (2008), for arms drawn by lot. Signs so rare that
    the smaller arm would have fewer than ten say nothing: their means are far from normal.
    """
    n1, n0 = int(treated.sum()), int((~treated).sum())
    signs = covariates[:, _varying([covariates], fewest=FEWEST_APART * (n1 + n0) / min(n1, n0))]
    if not signs.shape[1]:
        return None
    centred = signs - signs.mean(axis=0)
    spread = centred.T @ centred / (n1 + n0 - 1) * (1 / n1 + 1 / n0)
    apart = signs[treated].mean(axis=0) - signs[~treated].mean(axis=0)
    return chi_square_tail(float(apart @ np.linalg.solve(spread, apart)), signs.shape[1])


def chi_square_tail(value: float, degrees: int) -> float:
    """How probable a chi-square of at least `value` is; Wilson and Hilferty (1931)."""
    step = 2 / (9 * degrees)
    return NormalDist().cdf(-((max(value, 0.0) / degrees) ** (1 / 3) - 1 + step) / step**0.5)


def _intercept(y: Vector, centred: Matrix) -> Intercept:
    design = np.column_stack([np.ones(len(y)), centred])
    q, r = np.linalg.qr(design)
    inverse = np.linalg.inv(r)
    values = inverse @ (q.T @ y)
    left = y - design @ values
    weights = q @ inverse[0]  # what each row gives to the intercept
    leverage = np.square(q).sum(axis=1)
    return Intercept(
        value=float(values[0]),
        variance=float(np.square(weights * left / (1 - leverage)).sum()),
        gain=float(np.square(weights).sum()),
        left=float(np.square(left).sum()),
        spare=float(len(y) - design.shape[1]),
    )


def _apart(values: Vector) -> int:
    _, counts = np.unique(values, return_counts=True)
    return int(len(values) - counts.max()) if len(values) else 0


def _is_full(signs: Matrix) -> bool:
    """Whether no sign is nearly a sum of the others in an arm."""
    spread = signs.std(axis=0)
    if not spread.all():
        return False
    alike = (signs - signs.mean(axis=0)) / spread
    return bool(np.linalg.svd(alike, compute_uv=False)[-1] > 1e-4 * len(signs) ** 0.5)
