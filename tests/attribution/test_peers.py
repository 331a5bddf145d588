"""Other packages asked the same questions, each where it is right.

`mta` counts repeated steps as its linear and position-based rules say, `do-attribution` solves Markov chains
exactly (repeats are collapsed for it first). Left out, where they answer something else: mta's Markov model,
which simulates, and do-attribution's Shapley values, where a coalition is worth only the paths of exactly its
channels. ChannelAttribution simulates too and is held to its noise; it is GPL and no dependency: it is asked
where somebody has installed it.
"""

from __future__ import annotations

import importlib
from itertools import groupby
from types import ModuleType

import numpy as np
import pytest

from muster.attribution.compare import Compared, attribute
from muster.attribution.paths import paths_of

Row = tuple[str, int, int, int]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Paths of six channels, with repeats, conversions and none."""
    random = np.random.default_rng(11)
    drawn: dict[str, list[int]] = {}
    for _ in range(600):
        path = " > ".join(
            random.choice(list("abcdef"), size=random.geometric(0.3), p=[0.3, 0.3, 0.2, 0.1, 0.07, 0.03])
        )
        won = int(random.random() < 0.3)
        counts = drawn.setdefault(path, [0, 0, 0])
        for place, more in enumerate((won, won * int(random.integers(1, 900)), 1 - won)):
            counts[place] += more
    return [(path, *counts) for path, counts in drawn.items()]  # type: ignore[misc]


@pytest.fixture(scope="module")
def ours(rows: list[Row]) -> Compared:
    return attribute(paths_of(rows))


def package(name: str) -> ModuleType:
    """The package, or a skip that names it."""
    try:
        return importlib.import_module(name)
    except ImportError:
        pytest.skip(f"{name} is not installed")


def frame(rows: list[Row]):
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame(
        rows, columns=["path", "total_conversions", "total_conversion_value", "total_null"]
    )


def of(told: Compared, model: str) -> dict[str, float]:
    return {c: float(p) for c, p in zip(told.channels, told.models[model].conversions, strict=True)}


def test_mta_gives_the_same_by_position(rows, ours):
    asked = package("mta").MTA(frame(rows), allow_loops=True, normalize_by_default=False)
    asked.first_touch(normalize=False).last_touch(normalize=False).position_based(normalize=False)
    asked.linear(share="proportional", normalize=False)
    for theirs, model in (
        ("first_touch", "first"),
        ("last_touch", "last"),
        ("linear", "linear"),
        ("pos_based", "position_40_20_40"),
    ):
        assert asked.attribution[theirs] == pytest.approx(of(ours, model), rel=1e-12), model


def test_mtas_equal_share_is_the_closed_form_of_shapley(rows, ours):
    asked = package("mta").MTA(frame(rows), allow_loops=True)
    asked.linear(share="same", normalize=False)
    assert asked.attribution["linear"] == pytest.approx(of(ours, "shapley"), rel=1e-12)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_do_attribution_solves_to_the_same_removal_effects(rows, ours, order):
    asked = package("do_attribution").MarkovAttribution(order=order, removal_strategy="redirect_to_null")
    told = [
        (" > ".join(step for step, _ in groupby(path.split(" > "))), converted, count)
        for path, won, _, lost in rows
        for converted, count in ((1, won), (0, lost))
        if count
    ]
    paths, converted, counts = zip(*told, strict=True)
    effects = asked.fit(list(paths), list(converted), weights=list(counts))["removal_effects"]
    mine = dict(zip(ours.channels, ours.removal_effects[f"markov_{order}"], strict=True))
    assert mine == pytest.approx(effects, abs=1e-9)


def test_channelattribution_gives_the_same_rules_and_markov_within_its_noise(rows, ours):
    asked = package("ChannelAttribution")
    table = frame(rows)
    rules = asked.heuristic_models(table, "path", "total_conversions", var_value="total_conversion_value")
    names = {
        "first": "first_touch_conversions",
        "last": "last_touch_conversions",
        "linear": "linear_touch_conversions",
    }
    for model, column in names.items():
        assert dict(zip(rules["channel_name"], rules[column], strict=True)) == pytest.approx(
            of(ours, model), rel=1e-9
        )
    markov = asked.markov_model(
        table, "path", "total_conversions", var_null="total_null", flg_adv=False, verbose=False
    )
    theirs = dict(zip(markov["channel_name"], markov["total_conversions"], strict=True))
    total = sum(theirs.values())
    assert theirs == pytest.approx(of(ours, "markov_1"), abs=0.03 * total)
