"""Which model judges: the latest, unless a rule pins another or forbids it; never one not yet learnt."""

from __future__ import annotations

import numpy as np
import pytest

from muster.chances.basis import Basis
from muster.chances.pinned import Choice, Pin
from muster.chances.rule import RuleModel
from muster.chances.terms import Terms
from muster.problems import RuleError
from muster.recall.clock import FIRST_MONDAY, WEEK
from muster.rules.chances import check_models

START = FIRST_MONDAY + 13 * 200 * WEEK
FOREVER = 9_000_000_000_000_000
MODELS = [
    RuleModel(START + 13 * n * WEEK, Basis("rule", 13, 10 * n, n, "", 40), None, np.zeros(0))
    for n in range(4)
]
OLD, SECOND, THIRD, NEW = (model.version for model in MODELS)
LAST = START + 60 * WEEK


def pin(
    version: str, use: str, *, weeks: int, until: int | None = None, solution: str = "*", row: int = 2
) -> Pin:
    end = FOREVER if until is None else START + until * WEEK
    return Pin(solution, version, use, START + weeks * WEEK, end, row)


def choice(*pins: Pin, terms: tuple[Terms, ...] = (Terms(),)) -> Choice:
    return Choice(MODELS, pins, terms, last=LAST)


def version(chosen: Choice, week: int, solution: str = "one") -> str | None:
    model = chosen.of(START + week * WEEK, solution)
    return None if model is None else model.version


def test_without_a_rule_each_monday_has_the_model_learnt_last() -> None:
    assert [version(choice(), week) for week in (0, 12, 13, 38, 39, 60)] == [
        OLD,
        OLD,
        SECOND,
        THIRD,
        NEW,
        NEW,
    ]


def test_a_pinned_model_judges_from_its_day_on_and_not_before() -> None:
    chosen = choice(pin(OLD, "pin", weeks=20))
    assert [version(chosen, week) for week in (19, 20, 45)] == [SECOND, OLD, OLD]


def test_a_pin_that_is_freed_gives_way_to_the_latest_model() -> None:
    chosen = choice(pin(OLD, "pin", weeks=20, until=30), pin(OLD, "free", weeks=30, row=3))
    assert [version(chosen, week) for week in (29, 30, 45)] == [OLD, THIRD, NEW]


def test_a_forbidden_model_gives_way_to_the_one_before_it() -> None:
    chosen = choice(pin(THIRD, "forbid", weeks=28))
    assert [version(chosen, week) for week in (27, 28, 38, 39)] == [THIRD, SECOND, SECOND, NEW]


def test_where_every_model_is_forbidden_nothing_is_said() -> None:
    chosen = choice(*(pin(one, "forbid", weeks=0, row=n) for n, one in enumerate((OLD, SECOND), start=2)))
    assert [version(chosen, week) for week in (0, 13, 26)] == [None, None, THIRD]


def test_a_solutions_own_pin_goes_before_one_of_all_and_a_later_one_before_an_earlier() -> None:
    chosen = choice(
        pin(OLD, "pin", weeks=30),
        pin(SECOND, "pin", weeks=20, solution="two", row=3),
        pin(THIRD, "pin", weeks=40, row=4),
    )
    assert [version(chosen, 35, "one"), version(chosen, 35, "two")] == [OLD, SECOND]
    assert [version(chosen, 45, "one"), version(chosen, 45, "two")] == [THIRD, SECOND]


def test_an_unknown_version_is_an_error_that_lists_the_latest() -> None:
    with pytest.raises(
        RuleError, match=r"rules/models.csv, row 2, column model_version: no model 'abc'"
    ) as it:
        choice(pin("abc", "pin", weeks=20))
    assert it.value.remedy and NEW in it.value.remedy and "muster backtest --models" in it.value.remedy


def test_a_rule_of_a_day_that_has_not_come_is_not_looked_at() -> None:
    assert version(choice(pin("abc", "pin", weeks=61)), 60) == NEW


def test_no_model_is_pinned_to_days_before_it_was_learnt() -> None:
    with pytest.raises(RuleError, match=r"was learnt on .*, after"):
        choice(pin(NEW, "pin", weeks=38))


def test_a_pinned_model_of_another_horizon_is_an_error() -> None:
    change = START + 30 * WEEK
    terms = (Terms(to_at=change), Terms(from_at=change, horizon=26 * WEEK))
    chosen = choice(pin(OLD, "pin", weeks=20), terms=terms)
    assert version(chosen, 29) == OLD
    with pytest.raises(RuleError, match=r"tells of 13 weeks, where rules/chances.csv asks about 26"):
        version(chosen, 30)


def test_a_use_that_there_is_not_is_named_with_its_place() -> None:
    with pytest.raises(RuleError, match=r"rules/models.csv, row 3, column use: 'hold' is no use"):
        check_models([{"use": "pin"}, {"use": "hold"}])
