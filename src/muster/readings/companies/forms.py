"""Legal forms of every country, and a name without its own: `Acme GmbH & Co. KG` -> `acme`."""
# ruff: noqa: RUF001 - letters of other scripts are what this is about

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from cleanco.termdata import terms_by_type

from muster.readings.companies.words import words

Words = tuple[str, ...]

# Forms that stand before the name, if they begin no name otherwise: "AB InBev" and "AS Roma" keep theirs.
_BEFORE = frozenset(
    words(form)
    for form in (
        *(
            "pt",
            "ooo",
            "ооо",
            "оао",
            "зао",
            "пао",
            "тов",
            "тзов",
            "tov",
            "uab",
            "cong ty tnhh",
            "cong ty co phan",
        ),
        *(
            "limited liability company",
            "joint stock company",
            "public joint stock company",
            "jsc",
            "pjsc",
            "llc",
        ),
        *("closed joint stock company", "open joint stock company", "kabushiki kaisha", "société anonyme"),
        *(
            "общество с ограниченной ответственностью",
            "акционерное общество",
            "публичное акционерное общество",
        ),
    )
)
# Scripts without blanks write the form onto the name.
_WRITTEN_ON = (
    "股份有限公司",
    "有限责任公司",
    "株式会社",
    "有限会社",
    "合同会社",
    "有限公司",
    "주식회사",
    "유한회사",
)
# What marks a state of the company or a repeated word of the form, not its name.
_AFTER = frozenset(
    words(w) for w in ("in liquidation", "in liquidazione", "in liqu", "i l", "unipersonale", "publ")
)


@cache
def legal_forms() -> frozenset[Words]:
    """Every form as words: GLEIF's list of 111 countries (`legal_forms.csv`) and cleanco's."""
    with (files("muster.readings.companies") / "legal_forms.csv").open(encoding="utf-8") as file:
        listed = {tuple(row["form"].split()) for row in csv.DictReader(file)}
    named = {words(term) for terms in terms_by_type.values() for term in terms}
    # cleanco has a few that are words or names elsewhere, and one that was read in the wrong encoding.
    named -= {
        words(w)
        for w in ("private", "da", "dat", "et", "ee", "t:mi", "nl", "vat", "mb", "pp", "sd", "kt", "kv")
    }
    return frozenset(form for form in listed | named if form) | _AFTER


@cache
def _longest() -> int:
    return max(len(form) for form in legal_forms())


def without_form(said: Words) -> tuple[Words, Words]:
    """The words without legal forms at the end or in front, and those taken away; one word is always left.

    >>> without_form(("acme", "gmbh", "and", "co", "kg"))
    (('acme',), ('gmbh', 'and', 'co', 'kg'))
    >>> without_form(("ab", "inbev"))
    (('ab', 'inbev'), ())
    """
    forms, left = legal_forms(), said
    taken: list[Words] = []
    stripped = True
    while stripped and len(left) > 1:
        stripped = False
        for length in range(min(_longest(), len(left) - 1), 0, -1):
            tail = left[-length:]
            if left[:-length] == ("the",):
                continue
            if tail in forms or (length > 1 and _spelled_out(tail) and ("".join(tail),) in forms):
                left, stripped = left[:-length], True
                taken.insert(0, tail)
                break
        else:
            if left[-1] == "and" and taken:
                left, stripped = left[:-1], True
                taken.insert(0, ("and",))
    for length in range(min(4, len(left) - 1), 0, -1):
        if left[:length] in _BEFORE:
            taken.append(left[:length])
            left = left[length:]
            break
    left = _without_written_on(left)
    return left, tuple(word for form in taken for word in form)


def _spelled_out(tail: Words) -> bool:
    return all(len(word) == 1 for word in tail)


def _without_written_on(left: Words) -> Words:
    """`株式会社日立` -> `日立`: only where something of the word is left."""
    kept = []
    for word in left:
        bare = word
        if not word.isascii():
            for form in _WRITTEN_ON:
                shorter = bare.removeprefix(form).removesuffix(form)
                bare = shorter or bare
        kept.append(bare)
    return tuple(kept)
