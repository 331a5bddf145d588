"""Estimates from reviewed pairs cover the truth as often as they say, and the sample is one."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from muster.lab.judge import judge
from muster.lab.pairs import COMPARED, READABLE, Pair
from muster.lab.sample import draw, read_labels, write_sample
from muster.problems import UserDataError

NEEDED = 425


def population(seed: int = 7, *, size: int = 3000) -> list[tuple[Pair, bool]]:
    """Pairs of all weights, with the truth; the model is too sure of itself by one bit."""
    chance = random.Random(seed)
    made = []
    for number in range(size):
        weight = chance.choice((-600, -300, -100, 100, 300, 500, 700, 900, 1200, 1600)) + chance.randrange(
            100
        )
        probability = 1 / (1 + 2 ** (-weight / 100))
        fate = "apart" if weight < NEEDED else "conflict" if number % 40 == 0 else "joined"
        readable = dict.fromkeys(READABLE, "=1+1" if number % 2 else "Ana")
        pair = Pair(f"r:a{number:05d}", f"r:b{number:05d}", weight, probability, fate,
                    dict.fromkeys(COMPARED, 0), readable, readable)  # fmt: skip
        made.append((pair, chance.random() < 1 / (1 + 2 ** (-(weight - 100) / 100))))
    return made


def truth(made: list[tuple[Pair, bool]]) -> tuple[float, float]:
    both = sum(same and pair.is_joined for pair, same in made)
    return both / sum(p.is_joined for p, _ in made), both / sum(same for _, same in made)


def test_intervals_cover_the_truth() -> None:
    made = population()
    is_same = {pair.left_id: same for pair, same in made}
    precision, recall = truth(made)
    covered, middles = [0, 0], []
    for seed in range(200):
        drawn = draw([pair for pair, _ in made], 50, seed=seed, needed=NEEDED)
        told = judge((stratum, is_same[pair.left_id]) for pair, stratum in drawn)
        covered[0] += told.precision.low <= precision <= told.precision.high
        covered[1] += told.recall.low <= recall <= told.recall.high
        middles.append((told.precision.value or 0, told.recall.value or 0))
    assert min(covered) >= 190
    assert sum(m[0] for m in middles) / 200 == pytest.approx(precision, abs=0.01)
    assert sum(m[1] for m in middles) / 200 == pytest.approx(recall, abs=0.01)


def test_all_labels_give_the_truth_without_an_interval() -> None:
    made = population(size=400)
    is_same = {pair.left_id: same for pair, same in made}
    drawn = draw([pair for pair, _ in made], 100_000, seed=1, needed=NEEDED)
    assert len(drawn) == 400
    told = judge((stratum, is_same[pair.left_id]) for pair, stratum in drawn)
    precision, recall = truth(made)
    assert (told.precision.low, told.precision.high) == pytest.approx((precision, precision))
    assert (told.recall.low, told.recall.value, told.recall.high) == pytest.approx((recall,) * 3)


def test_a_stratum_without_labels_could_be_anything() -> None:
    made = population()
    drawn = draw([pair for pair, _ in made], 100, seed=1, needed=NEEDED)
    told = judge((stratum, True if stratum.lowest_weight == 1400 else None) for _, stratum in drawn)
    assert told.unlabelled_pairs > 0
    assert told.precision.high - told.precision.low > 0.3


def test_the_sample_is_the_same_for_a_seed_and_doubtful_first() -> None:
    pairs = [pair for pair, _ in population()]
    drawn = draw(pairs, 60, seed=3, needed=NEEDED)
    assert drawn == draw(pairs[::-1], 60, seed=3, needed=NEEDED)
    assert drawn != draw(pairs, 60, seed=4, needed=NEEDED)
    assert abs(drawn[0][1].probability - 0.5) < 0.25 < abs(drawn[-1][1].probability - 0.5)
    assert {s.name for _, s in drawn} == {s.name for _, s in draw(pairs, 3000, seed=1, needed=NEEDED)}


def test_labels_are_read_back_and_no_cell_is_a_formula(tmp_path: Path) -> None:
    drawn = draw([pair for pair, _ in population()], 60, seed=3, needed=NEEDED)
    file = tmp_path / "sample.csv"
    write_sample(drawn, file)
    assert ",=1+1" not in file.read_text()
    assert [label.same for label in read_labels(file)] == [None] * len(drawn)
    lines = file.read_text().splitlines()
    lines[1], lines[2] = f"Yes{lines[1]}", f"no{lines[2]}"
    file.write_text("\n".join(lines))
    labels = read_labels(file)
    assert [label.same for label in labels[:3]] == [True, False, None]
    assert [label.stratum.name for label in labels] == [s.name for _, s in drawn]
    assert [label.left_id for label in labels] == [pair.left_id for pair, _ in drawn]
    file.write_text("\n".join([lines[0], f"maybe{lines[3]}"]))
    with pytest.raises(UserDataError, match='row 2: "maybe" is neither yes nor no'):
        read_labels(file)
