"""The function a title most likely belongs to, by a linear classifier that abstains when unsure.

The weights are trained by `bench/quality/titles_train.py` on the occupations of O*NET; see ORIGIN.md here.
Words, pairs of words and runs of letters are hashed into buckets, so nothing but the weights is kept.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain, pairwise
from typing import Any

import numpy as np

BUCKETS = 1 << 13
UNSURE = "unknown"
Weights = np.ndarray[Any, np.dtype[np.int32]]
Chances = np.ndarray[Any, np.dtype[np.float64]]
OTHER = "other"  # an occupation of no function that buys

TAKES_BACK = 0.9  # so sure that it is an occupation of no buying function, whatever a word said


def features(words: Sequence[str]) -> set[int]:
    """The buckets of a title's words, pairs of words, and runs of four and five letters."""
    told = {zlib.crc32(f"p {one} {two}".encode()) % BUCKETS for one, two in pairwise(words)}
    return told.union(*map(_of_word, words))


@lru_cache(maxsize=50_000)
def _of_word(word: str) -> frozenset[int]:
    edged = f"<{word}>"
    told = [edged[at : at + size] for size in (4, 5) for at in range(len(edged) - size + 1)]
    return frozenset(zlib.crc32(text.encode()) % BUCKETS for text in [f"w {word}", *told])


class FunctionGuess:
    """Weights of each function and bucket, and the least probability with which it speaks."""

    def __init__(
        self, functions: list[str], weights: Weights, bias: list[float], unit: float, sure: float
    ) -> None:
        self.functions = functions
        self._weights = weights
        self._bias = np.array(bias)
        self._unit = unit
        self._sure = sure

    @classmethod
    @cache
    def shipped(cls) -> FunctionGuess:
        """The classifier that comes with the package."""
        return cls.parse(files("muster.readings.titles").joinpath("functions.bin").read_bytes())

    @classmethod
    def parse(cls, content: bytes) -> FunctionGuess:
        """Read it from a line of JSON and, packed, one signed byte for each bucket and function."""
        head, _, packed = content.partition(b"\n")
        said = json.loads(head)
        flat = np.frombuffer(zlib.decompress(packed), dtype=np.int8)
        weights = flat.reshape(BUCKETS, len(said["functions"])).astype(np.int32)
        return cls(said["functions"], weights, bias=said["bias"], unit=said["unit"], sure=said["sure"])

    def of_all(self, titles: Sequence[Sequence[str]], said: Sequence[str]) -> list[str]:
        """The function of each title, given as words, beside what the dictionary said of it or `unknown`."""
        chances = self.probabilities(titles)
        guessed = [self.functions[best] for best in chances.argmax(axis=1).tolist()]
        return list(map(self._judge, said, guessed, chances.max(axis=1).tolist()))

    def _judge(self, said: str, guessed: str, sure: float) -> str:
        """Guess where nothing is said and we are sure; take back what a misleading word said."""
        if said == UNSURE:
            return guessed if sure >= self._sure and guessed != OTHER else UNSURE
        return UNSURE if guessed == OTHER and sure >= TAKES_BACK else said

    def probabilities(self, titles: Sequence[Sequence[str]]) -> Chances:
        """A row for each title, given as words, with the probability of each of `functions`."""
        if not titles:
            return np.zeros((0, len(self.functions)))
        buckets = [features(words) or {0} for words in titles]
        sizes = np.array([len(found) for found in buckets])
        starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
        places = np.fromiter(chain.from_iterable(buckets), np.int64, count=sizes.sum())
        sums = np.add.reduceat(self._weights[places], starts, axis=0)  # whole numbers
        scores = self._bias + sums * (self._unit / np.sqrt(sizes))[:, None]
        likelihood = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(likelihood / likelihood.sum(axis=1, keepdims=True))
