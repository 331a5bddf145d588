"""How much a word tells: `siemens` a lot, `technologies` hardly anything.

Counted once in a fixed public set of company names (`word_counts.csv`), not in the
workspace's own records, so that a pair is judged the same on every date and in every company.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from math import log

_RAREST = 3  # words of fewer names than this are not listed


@cache
def _counts() -> tuple[dict[str, int], int]:
    with (files("muster.readings.companies") / "word_counts.csv").open(encoding="utf-8", newline="") as file:
        counts = {row["word"]: int(row["names"]) for row in csv.DictReader(file)}
    return counts, counts.pop("")


# Words of every trade, which a set of technology companies has too few of.
_GENERIC = frozenset(
    """group holding holdings international global worldwide company companies corporate enterprise enterprises industries
    industry industrial partners partner services service solutions solution systems system technologies technology tech
    network networks labs lab laboratory laboratories consulting consultants consultancy associates ventures capital media
    digital software data cloud research institute center centre university college school hospital health medical bank
    financial insurance energy power electric motors foods food retail stores store logistics transport airlines air
    pharma pharmaceuticals pharmaceutical chemical chemicals materials steel construction engineering design studio
    studios security communications communication telecom telecommunications mobile wireless internet online web
    national federal state city department dept office division region branch inc ltd gmbh of for the and de la le di
    du der des und et y e agency ministry association society foundation council authority commission committee
    development management investment investments trading trade products production manufacturing""".split()
)


@cache
def word_weight(word: str) -> float:
    """How much a word tells, from 0 (every name has it) to 1 (hardly a name has it)."""
    counts, names = _counts()
    seen = max(counts.get(word, _RAREST - 1), 150 if word in _GENERIC else 0)
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
    weights = [word_weight(word) for word in set(key.split())]
    return max(weights) >= 0.8 or sum(weights) >= 1.2
