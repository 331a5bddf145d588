"""What a company name says: its own words, its form, a former name, an acronym, or that it names several."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from muster.readings.companies.forms import without_form
from muster.readings.companies.vocabulary import words_of
from muster.readings.companies.words import plain, words

# What people write where a form demands a company: nobody's name.
_PLACES = words_of("place")
_NO_NAMES = words_of("nobody")
_FORMER = re.compile(
    r"(?:[\s,;(\[-]+(?:formerly(?: known as)?|f\.?/?k\.?/?a\.?|previously known as|vormals|ehemals"
    r"|anciennement)"
    # Words that stand in names otherwise count in brackets or after a comma only.
    r"|\s*[(\[,]\s*(?:previously|now|now part of|now known as|née|nee|ex|antes|già))"
    r"(?:\b[\s:-]+)(?P<other>[^()\[\]]+)[)\]]?",
    re.IGNORECASE,
)
_ALSO = re.compile(
    r"[\s,;(\[-]+(?:d\.?/?b\.?/?a\.?|doing business as|trading as|t/a|a\.?/?k\.?/?a\.?|also known as)[\s:]+"
    r"(?P<other>[^()\[\]]+)[)\]]?",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]?")
_REMARKS = words_of("remark")
_QUOTES = re.compile(r"[\"“”„«»]")
# Signs between several organisations: a slash or bar between words of three letters or more, not I/O or A/S.
_SEVERAL = re.compile(
    r"(?<=\w{3})\s*[/|;]\s*(?=\w{2,})|(?<=\w\w)\s+[/|]\s+(?=\w\w)|\s+(?:via|c/o)\s+", re.IGNORECASE
)
_NO_SPLIT = re.compile(
    r"\b(a/s|i/s|k/s|p/s|s/a|c/o|n/a|24/7|tcp/ip|d/b/a|f/k/a|a/k/a|t/a|i/o)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class CompanyName:
    """What one written name says. `words` are without legal form; `key` is None for what names nobody."""

    said: str
    key: str | None
    words: tuple[str, ...]
    form: tuple[str, ...]
    others: tuple[str, ...]  # keys of former names and of names it trades as
    asides: tuple[str, ...]  # keys of further names in brackets
    acronym: str | None  # written in brackets and made of the name's own initials
    parts: tuple[str, ...]  # keys of the organisations, where the field names several


@lru_cache(maxsize=200_000)
def read_name(said: str) -> CompanyName:
    """Read a name once.

    >>> read_name("Lumen Technologies, Inc. (formerly CenturyLink)").others
    ('centurylink',)
    >>> read_name("International Business Machines (IBM) Corp.").acronym
    'ibm'
    >>> read_name("AOL/Netscape").parts
    ('aol', 'netscape')
    """
    text = _QUOTES.sub(" ", said)
    others: list[str] = []
    asides: list[str] = []
    for pattern in (_FORMER, _ALSO):
        while found := pattern.search(text):
            before = text[: found.start()]
            if not words(before):
                break
            others.append(found["other"])
            text = f"{before} {text[found.end() :]}"
    inside = [b for b in _BRACKET.findall(text) if b.strip()]
    outside = _BRACKET.sub(" ", text)
    if not words(outside):
        outside, inside = text, []
    own, form = without_form(words(outside))
    acronym = None
    for said_inside in inside:
        bracket = words(said_inside)
        if " ".join(bracket) in _REMARKS:
            continue
        if len(bracket) == 1 and is_acronym_of(bracket[0], own):
            acronym = bracket[0]
        elif len(own) == 1 and len(bracket) > 1 and is_acronym_of(own[0], bracket):
            acronym, own = own[0], without_form(bracket)[0]
        else:  # a place or a unit, which tells this one from another; or a second name
            own += tuple(word for word in without_form(bracket)[0] if word not in own)
            asides.extend([said_inside] if _PLACES.isdisjoint(bracket) else [])
    pieces = [outside] if _NO_SPLIT.search(plain(outside)) else _SEVERAL.split(outside)
    parts = tuple(k for k in (_key(p) for p in pieces) if k) if len(pieces) > 1 else ()
    return CompanyName(
        said=said,
        key=_named(own),
        words=own,
        form=form,
        others=tuple(k for k in (_key(o) for o in others) if k),
        asides=tuple(k for k in (_key(a) for a in asides) if k),
        acronym=acronym,
        parts=parts if len(parts) > 1 else (),
    )


def _key(text: str) -> str | None:
    return _named(without_form(words(text))[0])


def _named(own: tuple[str, ...]) -> str | None:
    key = " ".join(word for word in own if word != "and")
    key = key.removeprefix("the ")
    return None if not key or key in _NO_NAMES or key.replace(" ", "").isdigit() else key


# Words that an acronym may skip.
_SMALL = words_of("small")


def is_acronym_of(short: str, own: tuple[str, ...]) -> bool:
    """Whether the letters are the initials of the words, with or without the small ones.

    >>> is_acronym_of("mit", ("massachusetts", "institute", "of", "technology"))
    True
    """
    if len(short) < 2 or len(own) < 2 or not short.isalpha():
        return False
    every = "".join(word[0] for word in own)
    main = "".join(word[0] for word in own if word not in _SMALL)
    return short in {every, main}
