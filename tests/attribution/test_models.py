"""Every model against the same model said in plain Python, and what may not change an answer."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.attribution import by_hand

from muster.attribution import markov
from muster.attribution.compare import Compared, attribute
from muster.attribution.parts import whole_parts
from muster.attribution.paths import paths_of
from muster.attribution.shapley import shapley

RULES = ("first", "last", "linear", "position_40_20_40")
ROWS = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abcde"), min_size=1, max_size=6).map(" > ".join),
        st.integers(0, 4),
        st.integers(-50, 5000),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=12,
)


def found(rows: list[by_hand.Row]) -> Compared:
    return attribute(paths_of(rows))


def credited(told: Compared, model: str) -> dict[str, tuple[Decimal, Decimal]]:
    credit = told.models[model]
    return dict(zip(told.channels, zip(credit.conversions, credit.value, strict=True), strict=True))


@given(ROWS)
@settings(max_examples=60)
def test_rules_and_shapley_are_exact(rows):
    told = found(rows)
    for model in (*RULES, "shapley"):
        for amount, parts in ((1, told.tallies[model].conversions), (2, told.tallies[model].value)):
            by = by_hand.shapley(rows, amount) if model == "shapley" else by_hand.rule(rows, model, amount)
            assert parts == [by[channel] for channel in told.channels], model


@given(ROWS, st.integers(1, 3))
@settings(max_examples=60)
def test_removal_effects_are_those_of_exact_fractions(rows, order):
    told = markov.removal_effects(paths_of(rows), order)
    for channel, effect in by_hand.removal(rows, order).items():
        assert told[by_hand.channels(rows).index(channel)] == pytest.approx(float(effect), abs=1e-12)


@given(ROWS, st.integers(1, 3))
@settings(max_examples=30)
def test_following_journeys_step_by_step_finds_what_solving_finds(rows, order):
    paths = paths_of(rows)
    solved = markov.removal_effects(paths, order)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markov, "DIRECT", 0)
        assert markov.removal_effects(paths, order) == pytest.approx(solved, abs=1e-12)


@given(ROWS)
@settings(max_examples=60)
def test_every_model_adds_up_to_the_last_decimal(rows):
    told = found(rows)
    nobody = told.conversions == 0  # then a Markov model has nothing to go by
    for model, credit in told.models.items():
        if not (nobody and model.startswith("markov")):
            assert sum(credit.conversions) == told.conversions
            assert sum(credit.value) == told.value


@given(ROWS, st.randoms())
@settings(max_examples=30)
def test_the_order_of_rows_changes_not_one_digit(rows, random):
    mixed = rows.copy()
    random.shuffle(mixed)
    assert found(mixed) == found(rows)


@given(ROWS)
@settings(max_examples=30)
def test_a_row_may_be_split_in_two(rows):
    halves = [
        half
        for p, c, v, n in rows
        for half in ((p, c // 2, v // 2, n // 2), (p, c - c // 2, v - v // 2, n - n // 2))
    ]
    assert found(halves) == found(rows)


@given(ROWS)
@settings(max_examples=30)
def test_other_names_only_rename(rows):
    names = dict(zip("abcde", ("zeta", "y", "x", "alpha", "b"), strict=True))
    renamed = [(" > ".join(names[s] for s in by_hand.steps(row)), *row[1:]) for row in rows]
    before, after = found(rows), found(renamed)
    for model in before.models:
        told, said = credited(before, model), credited(after, model)
        for channel, (conversions, value) in told.items():
            assert float(said[names[channel]][0]) == pytest.approx(float(conversions), abs=1e-9)
            assert float(said[names[channel]][1]) == pytest.approx(float(value), abs=1e-7)


@given(ROWS)
@settings(max_examples=30)
def test_null_paths_move_markov_only(rows):
    more = [*rows, ("a > b > c", 0, 0, 7)]
    before, after = found(rows), found(more)
    for model in (*RULES, "shapley"):
        told = {c: pair for c, pair in credited(before, model).items() if any(pair)}
        assert {c: pair for c, pair in credited(after, model).items() if any(pair)} == told


def test_no_paths_have_no_effects():
    assert markov.removal_effects(paths_of([]), 2).tolist() == []


def test_null_paths_count_for_markov():
    won = [("a > b", 1, 0, 0), ("a", 1, 0, 0), ("b", 1, 0, 0)]
    assert found([*won, ("b", 0, 0, 9)]).removal_effects != found(won).removal_effects


def test_the_tables_of_a_small_company_by_hand():
    # Two of three journeys that begin with a go on to b. Without a, half of all conversions are left.
    told = found([("a > b", 2, 300, 0), ("b", 2, 100, 1), ("a", 0, 0, 1)])
    assert credited(told, "first")["a"] == (Decimal(2), Decimal(300))
    assert credited(told, "linear")["b"] == (Decimal(3), Decimal(250))
    assert told.removal_effects["markov_1"] == pytest.approx((0.4, 1.0))
    assert credited(told, "markov_1")["a"][0] == Decimal("1.142857142857")


def test_money_of_eighteen_digits_stays_exact():
    rows = [("a > b > a", 1, 9_007_199_254_740_993, 0), ("b", 1, 1, 0), ("a", 1, 9_007_199_254_740_993, 2)]
    assert found(rows).tallies["linear"].value == [by_hand.rule(rows, "linear", 2)[c] for c in ("a", "b")]
    with pytest.raises(OverflowError, match="18 digits"):
        paths_of([("a > b", 1, 4 * 10**18, 0)])


def test_many_channels_and_parts_give_what_one_part_gives(monkeypatch):
    random = np.random.default_rng(7)
    rows = [
        (
            " > ".join(f"c{n}" for n in random.integers(0, 90, size=random.integers(1, 9))),
            1,
            int(v),
            int(v) % 3,
        )
        for v in random.integers(1, 10_000, size=400)
    ]
    whole = found(rows)
    monkeypatch.setattr("muster.attribution.paths.AT_ONCE", 64)
    monkeypatch.setattr("muster.attribution.chain._DENSE", 100)
    monkeypatch.setattr(markov, "DIRECT", 10)
    parted = found(rows)
    assert parted.tallies["linear"] == whole.tallies["linear"]
    assert parted.tallies["shapley"] == whole.tallies["shapley"]
    for name, effects in whole.removal_effects.items():
        assert parted.removal_effects[name] == pytest.approx(effects, abs=1e-12)


@given(st.lists(st.fractions(0, 1000, max_denominator=60), min_size=1, max_size=20))
def test_rounding_moves_no_part_by_a_unit(parts):
    left = -sum(parts) % 1
    told = whole_parts([*parts, left])
    assert sum(told) == sum(parts) + left
    assert all(abs(whole - part) < 1 for whole, part in zip(told, [*parts, left], strict=True))


# Seeded faults: each of these mistakes is one that a published package makes, and is seen.


def test_counting_a_channel_twice_is_no_shapley_value():
    rows = [("a > b > a", 3, 90, 0)]
    assert found(rows).tallies["shapley"].value == [Fraction(45), Fraction(45)]
    assert found(rows).tallies["linear"].value != found(rows).tallies["shapley"].value


def test_forgetting_to_collapse_repeats_would_be_seen(monkeypatch):
    rows = [("c > a > a", 1, 0, 0), ("e > a > a", 0, 0, 1)]
    assert markov.removal_effects(paths_of(rows), 2).tolist() == [1, 1, 0]
    monkeypatch.setattr(by_hand, "groupby", lambda path: [(step, ()) for step in path])
    assert by_hand.removal(rows, 2)["c"] == Fraction(1, 2)  # the second a has pushed c out of sight


def test_a_share_of_a_part_of_the_paths_would_be_seen():
    rows = [("a > b", 1, 10, 0), ("b", 1, 5, 0)]
    assert shapley(paths_of(rows[:1])) != shapley(paths_of(rows))
