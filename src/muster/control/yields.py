"""What part of those that entered a stage pass it, though some are still on their way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

PASSED, FAILED, OPEN = 1, 2, 0


@dataclass(frozen=True, slots=True)
class Yield:
    """A stage: how many entered, passed, failed and are open, and the part that passes by the horizon."""

    entered: int
    passed: int
    failed: int
    still_open: int
    share: float | None
    low: float | None
    high: float | None


def passing(days: npt.NDArray[np.float64], ending: npt.NDArray[np.int64], *, horizon: float) -> Yield:
    """The cumulative incidence of passing by `horizon` days: what is open counts as long as it was watched.

    F(t) = sum over u <= t of S(u-) d_passed(u)/n(u), with S the part neither passed nor failed before u. The
    interval is log(-log) with the Greenwood-type variance of Gaynor and others, at 95 %.

    `days`: how long each was watched; `ending`: PASSED, FAILED or OPEN then. No share where nobody entered.

    Reference: Aalen and Johansen (1978); variance as Marubini and Valsecchi (1995).
    """
    ended = np.where(days > horizon, OPEN, ending)
    watched = np.minimum(days, horizon)
    passed, failed = int((ended == PASSED).sum()), int((ended == FAILED).sum())
    young = int(((ending == OPEN) & (days < horizon)).sum())
    if not len(days):
        return Yield(0, 0, 0, 0, None, None, None)
    share, variance = _incidence(watched, ended)
    low, high = _interval(share, variance)
    return Yield(len(days), passed, failed, young, share, low, high)


def _incidence(watched: npt.NDArray[np.float64], ended: npt.NDArray[np.int64]) -> tuple[float, float]:
    times = np.unique(watched[ended != OPEN])
    at_risk = np.array([(watched >= t).sum() for t in times], float)
    passed = np.array([((watched == t) & (ended == PASSED)).sum() for t in times], float)
    left = np.array([((watched == t) & (ended != OPEN)).sum() for t in times], float)
    before = np.concatenate([[1.0], np.cumprod(1 - left / at_risk)])[:-1] if len(times) else np.zeros(0)
    steps = before * passed / at_risk
    incidence = np.cumsum(steps)
    share = float(incidence[-1]) if len(times) else 0.0
    to_come = share - incidence
    spare = np.maximum(at_risk - left, 1e-12)
    variance = float(
        (to_come**2 * left / (at_risk * spare)).sum()
        + (before**2 * passed * (at_risk - passed) / at_risk**3).sum()
        - 2 * (to_come * before * passed / at_risk**2).sum()
    )
    return share, max(variance, 0.0)


def _interval(share: float, variance: float) -> tuple[float | None, float | None]:
    if not 0 < share < 1 or variance <= 0:
        return None, None
    reach = 1.959963984540054 * variance**0.5 / (share * np.log(share))
    low, high = share ** np.exp(-reach), share ** np.exp(reach)
    return float(min(low, high)), float(max(low, high))
