"""Faults put into what tells shares and forecasts: each is caught by the test that is there for it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from tests.measurement import test_cohorts as tests

from muster.measurement import speed
from muster.measurement.outlook import Outlook
from muster.measurement.progress import MISSED, Flags, Progress, Whole
from muster.survival.incidence import OPEN

_watch, _pace = Progress.watch, speed._pace


def open_deals_are_lost(self: Progress, start: str, goal: str, *, among: Flags) -> tuple[Whole, Whole]:
    days, ending = _watch(self, start, goal, among=among)
    return days, np.where(ending == OPEN, MISSED, ending)


def every_goal_has_its_own_dice(self: Outlook, chances: np.ndarray) -> Flags:
    dice = np.random.default_rng(int(chances.sum())).random(chances[1:].shape)
    return np.asarray(dice < chances[1:], np.bool_)


def later_closings_are_known(progress: Progress, watched: Flags, *, opened: int, until: int) -> speed.Row:
    del until
    return _pace(progress, watched, opened=opened, until=progress.as_of)


@pytest.mark.parametrize(
    ("owner", "name", "fault", "caught_by"),
    [
        (
            Progress,
            "watch",
            open_deals_are_lost,
            tests.test_young_cohorts_are_told_with_half_the_error_of_the_ratio_or_less,
        ),
        (
            Outlook,
            "futures",
            every_goal_has_its_own_dice,
            tests.test_who_is_won_has_passed_every_stage_in_every_future,
        ),
        (
            speed,
            "_pace",
            later_closings_are_known,
            tests.test_a_later_run_tells_a_past_quarters_velocity_as_it_was_told_then,
        ),
    ],
)
def test_a_fault_is_noticed(
    owner: object,
    name: str,
    fault: Callable[..., object],
    caught_by: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(owner, name, fault)
    with pytest.raises(AssertionError):
        caught_by()
