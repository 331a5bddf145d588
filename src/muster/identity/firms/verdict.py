"""What two names say of two records: the same organisation, a unit or longer name of it, or two."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from muster.identity.firms.likeness import acronym_likeness, align, chance, has_digit, measures, tokens
from muster.readings.companies import CompanyName
from muster.readings.companies.vocabulary import words_of
from muster.readings.companies.words import script

# Words that say how a company is organised, not what it is: Acme Holdings and Acme Labs may be one Acme.
_PLACES = words_of("place")
_ORGANISATION = words_of("organisation")
# Words that make another organisation of the same name: Apple and Apple Bank, a university and its hospital.
_KIND = words_of("kind")

Kind = Literal["same", "unit", "apart"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`is_hard`: what differs tells the two apart whatever else speaks for them."""

    kind: Kind
    chance: float
    is_hard: bool
    evidence: str


@lru_cache(maxsize=200_000)
def judge(left: CompanyName, right: CompanyName) -> Verdict:  # noqa: PLR0911 - one answer a case, in order
    """Compare two names.

    same: equal, or one gives the other as its former, other or short name. unit: one has everything of the
    other and more that makes no other organisation of it. apart: each has a word of its own.

    >>> from muster.readings.companies import read_name
    >>> judge(read_name("Delta Dental of Ohio"), read_name("Delta Dental of Iowa")).is_hard
    True
    """
    likely = chance(measures(left, right)) if left.words and right.words else 0.5
    if left.key is None or right.key is None:
        return Verdict("unit", likely, is_hard=False, evidence="one record has no name")
    if left.key.replace(" ", "") == right.key.replace(" ", ""):
        return Verdict("same", max(likely, 0.95), is_hard=False, evidence=f"both are named {left.key}")
    if any(script(w) == "mixed" for w in (*left.words, *right.words)):
        return Verdict(
            "apart", likely, is_hard=True, evidence="letters of two scripts in one word: a look-alike"
        )
    if (named := _known_as(left, right)) is not None:
        return Verdict("same", max(likely, 0.9), is_hard=False, evidence=f"one is also named {named}")
    found = align(tokens(left), tokens(right))
    only_left, only_right = found.only_left, found.only_right
    differ = f"{' '.join(only_left) or '-'} / {' '.join(only_right) or '-'}"
    digits = [tuple(w for w in side if has_digit(w)) for side in (only_left, only_right)]
    if all(digits):
        return Verdict("apart", likely, is_hard=True, evidence=f"numbers differ: {differ}")
    if not only_left and not only_right:
        return Verdict("unit", likely, is_hard=False, evidence=f"alike: {left.key} / {right.key}")
    if acronym_likeness(left, right) >= 0.7:
        return Verdict("unit", likely, is_hard=False, evidence=f"initials: {left.key} / {right.key}")
    if any(digits) or any(w in _KIND for w in (*only_left, *only_right)):
        is_hard = bool(only_left and only_right and found.shared)
        return Verdict("apart", likely, is_hard=is_hard, evidence=f"only one has: {differ}")
    if only_left and only_right:
        if all(w in _ORGANISATION for w in (*only_left, *only_right)) and found.shared >= 0.5:
            is_both_place = all(not _PLACES.isdisjoint(side) for side in (only_left, only_right))
            if not is_both_place:
                return Verdict("unit", likely, is_hard=False, evidence=f"differ in: {differ}")
        return Verdict(
            "apart", likely, is_hard=found.shared > 0.2, evidence=f"each has words of its own: {differ}"
        )
    if found.shared < 0.3:
        return Verdict("apart", likely, is_hard=False, evidence=f"little in common: {left.key} / {right.key}")
    return Verdict("unit", likely, is_hard=False, evidence=f"only one has: {differ}")


def _known_as(left: CompanyName, right: CompanyName) -> str | None:
    """The name that one record says the other's organisation has, or had."""
    for one, other in ((left, right), (right, left)):
        for said in (*one.others, one.acronym):
            if said is not None and said == other.key:
                return said
    shared = set(left.others) & set(right.others)
    return min(shared) if shared else None
