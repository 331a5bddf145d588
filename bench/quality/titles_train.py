"""Train the classifier that guesses a title's function, and write it into the package.

    python -m bench.quality.titles_train

Needs scikit-learn (development only). The test part of O*NET is never read here.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import numpy as np
from bench.quality.titles_data import FUNCTIONS, OTHER, onet_titles, part_of
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

import muster.readings.titles
from muster.readings.titles.guess import BUCKETS, FunctionGuess, features
from muster.readings.titles.words import words_of

FILE = Path(muster.readings.titles.__file__).parent / "functions.bin"
NAMES = [*FUNCTIONS, OTHER]
# Most of O*NET and few of a company's buyers: what is unseen should not look like them.
RARER = {OTHER: 0.3, "operations": 0.15}
PRECISION = 0.88  # it speaks when at least so many of the tuning titles it would name are right


def main() -> None:
    """Train, pack, set how sure is sure, write."""
    titles = onet_titles()
    train = [title for title in titles if part_of(title) == "train"]
    tune = [title for title in titles if part_of(title) == "tune"]
    fitted = LogisticRegression(C=4.0, max_iter=300, class_weight=RARER).fit(
        _matrix(train), [titles[title] for title in train]
    )
    order = [list(fitted.classes_).index(name) for name in NAMES]
    weights, bias = fitted.coef_[order].T, fitted.intercept_[order]
    unit = float(np.abs(weights).max() / 127)
    small = np.round(weights / unit).astype(np.int8)
    said = {"functions": NAMES, "bias": [round(float(b), 4) for b in bias], "unit": unit, "sure": 0.0}
    packed = zlib.compress(small.tobytes(), 9)
    said["sure"] = _least_sure(FunctionGuess.parse(json.dumps(said).encode() + b"\n" + packed), tune, titles)
    FILE.write_bytes(json.dumps(said).encode() + b"\n" + packed)
    print(f"{len(train)} titles to train on; speaks from {said['sure']} on; {FILE.stat().st_size // 1024} KB")


def _matrix(titles: list[str]) -> csr_matrix:
    """One row a title, of length one: each of its buckets."""
    found = [sorted(features(words_of(title))) or [0] for title in titles]
    sizes = [len(buckets) for buckets in found]
    values = np.concatenate([np.full(size, 1 / size**0.5) for size in sizes])
    ends = np.concatenate(([0], np.cumsum(sizes)))
    return csr_matrix((values, np.concatenate(found), ends), (len(titles), BUCKETS))


def _least_sure(guess: FunctionGuess, titles: list[str], truth: dict[str, str]) -> float:
    """The least probability at which PRECISION of the functions named are right."""
    chances = guess.probabilities([words_of(title) for title in titles])
    best = chances.argmax(axis=1)
    for step in range(30, 100):
        named = [
            (titles[row], guess.functions[number])
            for row, number in enumerate(best)
            if chances[row, number] >= step / 100 and guess.functions[number] != OTHER
        ]
        if named and sum(truth[title] == name for title, name in named) / len(named) >= PRECISION:
            return step / 100
    return 1.0


if __name__ == "__main__":
    main()
