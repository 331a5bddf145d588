"""What part of those that entered a stage pass it, though some are still on their way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from muster.survival.incidence import OPEN, curve, until

PASSED, FAILED = 1, 2


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
    watched, ended = until(days, ending, horizon=horizon)
    passed, failed = int((ended == PASSED).sum()), int((ended == FAILED).sum())
    young = int(((ending == OPEN) & (days < horizon)).sum())
    if not len(days):
        return Yield(0, 0, 0, 0, None, None, None)
    found = curve(watched, ended)
    return Yield(len(days), passed, failed, young, found.share(PASSED), *found.interval(PASSED))
