"""Agreement against a published worked example and against the definition, pair by pair."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from muster.control.agreement import FEWEST, _told, alpha

# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section C: four observers, twelve units,
# some missing; the paper gives 0.743 for names.
OBSERVERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)


def units() -> list[list[str]]:
    columns = zip(*(row.split() for row in OBSERVERS), strict=True)
    return [[value for value in column if value != "."] for column in columns]


def test_the_published_example_comes_out() -> None:
    assert alpha(units()) == pytest.approx(0.743, abs=5e-4)


def by_definition(given: list[list[str]]) -> float:
    """1 - observed/expected disagreement, from every ordered pair of words."""
    given = [unit for unit in given if len(unit) > 1]
    words = [word for unit in given for word in unit]
    observed = sum(sum(a != b for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in given)
    expected = sum(a != b for a, b in permutations(words, 2)) / (len(words) - 1)
    return 1 - observed / expected


def test_alpha_is_its_definition_for_any_number_of_judges() -> None:
    dice = np.random.default_rng(11)
    for _ in range(20):
        given = [[str(v) for v in dice.integers(0, 3, dice.integers(1, 5))] for _ in range(25)]
        assert alpha(given) == pytest.approx(by_definition(given))


def test_two_judges_who_guess_agree_by_chance_alone_and_two_who_know_in_full() -> None:
    dice = np.random.default_rng(12)
    guessed = [[str(a), str(b)] for a, b in dice.integers(0, 2, (4000, 2))]
    assert alpha(guessed) == pytest.approx(0, abs=0.04)
    assert alpha([[a, a] for a, _ in guessed]) == 1


def test_what_cannot_be_estimated_says_why() -> None:
    few = _told([["cycle", "cycle"]] * (FEWEST - 1))
    assert few["alpha"] is None and "fewer than" in few["said"] and few["agreed_share"] == 1
    same = _told([["cycle", "cycle"]] * FEWEST)
    assert same["alpha"] is None and "everybody said the same" in same["said"]
    found = _told([["cycle", "cycle"], ["accepted", "accepted"], ["cycle", "accepted"]] * 10)
    assert found["said"] == "estimated" and found["low"] < found["alpha"] < found["high"]
    assert _told([["b", "a"], ["a", "a"]] * 20)["low"] == _told([["a", "a"], ["a", "b"]] * 20)["low"]
