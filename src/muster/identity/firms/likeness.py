"""How alike two company names are: a chance from 0 to 1 that they name one organisation, and why.

A few measures of the two names, weighed by a logistic regression whose weights were fitted once
(`bench/quality/companies_fit.py`) and are kept beside this file: the same pair gets the same answer on
every machine and every date. Reference: Fellegi and Sunter, "A theory for record linkage" (1969), for
weighing agreement by how rare it is; Cohen, Ravikumar and Fienberg, "A comparison of string distance
metrics for name-matching tasks" (2003), for soft word weights.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from math import exp

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler, Prefix

from muster.readings.companies import CompanyName, is_acronym_of
from muster.readings.companies.vocabulary import meanings, words_of
from muster.readings.companies.weights import word_weight
from muster.readings.companies.words import romanised

_PLACES = words_of("place")
_SMALL = words_of("small")
# Two spellings of one common word.
_SHORT = meanings("short")


@dataclass(frozen=True, slots=True)
class Compared:
    """The words of two names, aligned: what both have, what only one has."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    shared: float  # weight of words both have, by how alike they are
    only_left: tuple[str, ...]
    only_right: tuple[str, ...]
    is_first_shared: bool


@lru_cache(maxsize=200_000)
def tokens(name: CompanyName) -> tuple[str, ...]:
    """The words that count in comparing: small words dropped, common abbreviations written out."""
    own = tuple(_SHORT.get(r, r) for r in (romanised(w) or w for w in name.words) if r not in _SMALL)
    return own or tuple(romanised(w) or w for w in name.words)


def word_likeness(a: str, b: str) -> float:
    """How alike two words are: 1 the same, 0 others; a slip of the pen or an abbreviation lies between."""
    if a == b:
        return 1.0
    if a.isdigit() or b.isdigit():
        return 0.0
    short, long = sorted((a, b), key=len)
    if len(short) >= 4 and long.startswith(short):
        return 0.9
    if len(short) >= 3 and long.startswith(short) and len(long) <= len(short) + 3:
        return 0.75
    if len(short) >= 4 and OSA.distance(a, b, score_cutoff=1) <= 1:
        return 0.9 if len(short) >= 6 else 0.75
    close = JaroWinkler.similarity(a, b)
    return 0.75 if close >= 0.92 and len(short) >= 5 else 0.0


def align(left: tuple[str, ...], right: tuple[str, ...]) -> Compared:
    """Pair the words of two names, the likest first; words run together count as the same."""
    a, b = _joined(left, right), _joined(right, left)
    found = sorted(
        ((word_likeness(x, y), -abs(i - j), i, j) for i, x in enumerate(a) for j, y in enumerate(b)),
        reverse=True,
    )
    used_a: dict[int, int] = {}
    used_b: set[int] = set()
    shared = 0.0
    for like, _, i, j in found:
        if like > 0 and i not in used_a and j not in used_b:
            used_a[i] = j
            used_b.add(j)
            shared += like * min(word_weight(a[i]), word_weight(b[j]))
    return Compared(
        left=a,
        right=b,
        shared=shared,
        only_left=tuple(w for i, w in enumerate(a) if i not in used_a),
        only_right=tuple(w for j, w in enumerate(b) if j not in used_b),
        is_first_shared=used_a.get(0, -1) == 0,
    )


def _joined(own: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """`data dog` as `datadog`, `university california` as `uc`, where the other name writes it so."""
    if len(own) < 2:
        return own
    joined, at = [], 0
    while at < len(own):
        for length in range(min(6, len(own) - at), 1, -1):
            some = own[at : at + length]
            forms = ("".join(some), "".join(word[0] for word in some))
            said = next((f for f in forms if f in other and f not in some), None)
            if said is not None:
                joined.append(said)
                at += length
                break
        else:
            joined.append(own[at])
            at += 1
    return tuple(joined)


def measures(left: CompanyName, right: CompanyName) -> dict[str, float]:
    """The measures that are weighed, by name; each from 0 to about 1."""
    a, b = tokens(left), tokens(right)
    c = align(a, b)
    weight_a, weight_b = (max(sum(map(word_weight, t)), 1e-6) for t in (c.left, c.right))
    lost_a, lost_b = (sum(map(word_weight, t)) for t in (c.only_left, c.only_right))
    compact_a, compact_b = "".join(a), "".join(b)
    top_a, top_b = (max(map(word_weight, t), default=0.0) for t in (c.only_left, c.only_right))
    place_a, place_b = (bool(t) and _PLACES.issuperset(t) for t in (c.only_left, c.only_right))
    alias = {left.key, *left.others, *left.asides, left.acronym} & {
        right.key,
        *right.others,
        *right.asides,
        right.acronym,
    } - {None}
    return {
        "shared": min(c.shared / (weight_a + weight_b - c.shared), 1.0),
        "covered": min(c.shared / min(weight_a, weight_b), 1.0),
        "shared_weight": min(c.shared, 2.0) / 2,
        "first": float(c.is_first_shared),
        "ratio": fuzz.ratio(compact_a, compact_b) / 100,
        "winkler": JaroWinkler.similarity(compact_a, compact_b),
        "partial": fuzz.partial_ratio(compact_a, compact_b) / 100
        if min(len(compact_a), len(compact_b)) > 3
        else 0.0,
        "acronym": acronym_likeness(left, right),
        "alias": float(bool(alias)),
        "both_lost": min(top_a, top_b),
        "lost": min(max(lost_a, lost_b), 3.0) / 3,
        "digits": float(_digits(a) != _digits(b)),
        "place_both": float(place_a and place_b),
        "place_one": float((place_a and not c.only_right) or (place_b and not c.only_left)),
        "grams": _grams(compact_a, compact_b),
        "shared_squared": min(c.shared / (weight_a + weight_b - c.shared), 1.0) ** 2,
        "head_both": _head(a, compact_b) * _head(b, compact_a),
        "head_any": max(_head(a, compact_b), _head(b, compact_a)),
        "initial": float(compact_a[:1] == compact_b[:1]),
        "prefix": _prefix(compact_a, compact_b),
        "inside": float(not c.only_left or not c.only_right) * min(c.shared, 1.0),
    }


def _head(own: tuple[str, ...], other: str) -> float:
    """Whether the word that tells most of one name stands somewhere in the other, also inside a word."""
    head = max(own, key=word_weight, default="")
    return float(len(head) >= 4 and head in other)


def _prefix(a: str, b: str) -> float:
    """The share of the shorter name with which both begin."""
    return float(Prefix.similarity(a, b)) / max(min(len(a), len(b)), 1)


def _grams(a: str, b: str) -> float:
    """Dice's share of letter pairs that two words have in common."""
    pairs_a, pairs_b = ({w[i : i + 2] for i in range(len(w) - 1)} for w in (a, b))
    return 2 * len(pairs_a & pairs_b) / max(len(pairs_a) + len(pairs_b), 1)


def _digits(own: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for word in own if has_digit(word))


def has_digit(word: str) -> bool:
    """Whether a word has a number in it, which tells one of several from another."""
    return any(char.isdigit() for char in word)


def acronym_likeness(left: CompanyName, right: CompanyName) -> float:
    """1 where one name is the other's initials, a half where one of its words is initials in the other."""
    a, b = tokens(left), tokens(right)
    for short, long, name in ((a, b, right), (b, a, left)):
        for word in short:
            if word == name.acronym:
                return 1.0
            if 2 <= len(word) <= 7 and is_acronym_of(word, name.words):
                return 1.0 if len(short) == 1 and len(word) > 2 else 0.7
            if len(word) > 2:
                for start in range(len(long) - 1):
                    for end in range(start + 2, len(long) + 1):
                        if is_acronym_of(word, long[start:end]):
                            return 0.5
    return 0.0


@cache
def fitted() -> dict[str, float]:
    """The weight of each measure, and `(always)`."""
    with (files("muster.identity.firms") / "weights.csv").open(encoding="utf-8") as file:
        return {row["measure"]: float(row["weight"]) for row in csv.DictReader(file)}


def chance(found: dict[str, float]) -> float:
    """The fitted chance that names with these measures are one organisation."""
    weights = fitted()
    return 1 / (1 + exp(-(weights["(always)"] + sum(weights[m] * v for m, v in found.items()))))
