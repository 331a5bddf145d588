"""How much a word tells: `siemens` a lot, `technologies` hardly anything.

Counted once in a fixed public set of company names (`word_counts.csv`), not in the
workspace's own records, so that a pair is judged the same on every date and in every company.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from math import log

from muster.readings.companies.vocabulary import words_of

_RAREST = 3  # words of fewer names than this are not listed


@cache
def _counts() -> tuple[dict[str, int], int]:
    with (files("muster.readings.companies") / "word_counts.csv").open(encoding="utf-8") as file:
        counts = {row["word"]: int(row["names"]) for row in csv.DictReader(file)}
    return counts, counts.pop("")


@cache
def word_weight(word: str) -> float:
    """How much a word tells, from 0 (every name has it) to 1 (hardly a name has it)."""
    counts, names = _counts()
    # Words of every trade, of which a set of technology companies has too few.
    seen = max(counts.get(word, _RAREST - 1), 150 if word in words_of("common") else 0)
    return log(names / seen) / log(names / (_RAREST - 1))


def distinctness(key: str) -> float:
    """How much a whole name tells: the weights of its words added up.

    >>> distinctness("siemens energy") > 1 > distinctness("global services")
    True
    """
    return sum(word_weight(word) for word in set(key.split()))


def is_telling(key: str) -> bool:
    """Whether a name is rare enough that two records of it, in one country, are one organisation.

    Among 48,000 registered companies, one in three with a name less telling than this shares it with
    another of its country; above it fewer than one in a hundred (docs/explanation/accounts.md).
    """
    # Two letters are anybody's initials: MS Service, GR Service.
    weights = [min(word_weight(word), 0.5 if len(word) < 3 else 1.0) for word in set(key.split())]
    return max(weights) >= 0.8 or sum(weights) >= 1.2
