"""What a name says once writing habits are taken away: accents, alphabets, nicknames, titles beside it."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib.resources import files

from muster.identity.matching.letters import plain_letters

_WORD = re.compile(r"[a-z]+")
# Words that stand beside a name and are none of it.
_BESIDE = frozenset(
    (
        *("mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "sir", "dame", "ing", "dipl"),
        *("jr", "sr", "ii", "iii", "iv", "esq", "phd", "mba", "md", "cpa"),
    )
)
# Letters that are written in two ways: German and Nordic ones, then those of Slavic names (Dmitriy, Dmitri,
# Dmitry; Alexey, Aleksei).
SPELLINGS = (
    *(("ae", "a"), ("oe", "o"), ("ue", "u"), ("ss", "s"), ("aa", "a")),
    *(("tch", "ch"), ("ex", "eks"), ("ax", "aks"), ("y", "i"), ("ii", "i")),
)
# What people write where a form demands a name.
_NO_NAMES = frozenset(
    (
        *("unknown", "none", "na", "n a", "null", "nil", "xxx", "not provided", "not given", "no name"),
        *("anonymous", "test", "firstname", "lastname", "first name", "last name", "info", "sales", "admin"),
    )
)


def name_words(text: str) -> tuple[str, ...]:
    """The words of a name in plain small letters, without titles; empty for what is no name.

    >>> name_words("Dr. Zoë O'Brien-Müller")
    ('zoe', 'obrien', 'muller')
    """
    words = _WORD.findall(plain_letters(text).replace("'", "").replace("`", ""))
    if " ".join(words) in _NO_NAMES:
        return ()
    kept = tuple(word for word in words if word not in _BESIDE)
    return kept or tuple(words)


def sound_spelling(word: str) -> str:
    """A word with the letters that are written in two ways written in one.

    >>> sound_spelling("mueller") == sound_spelling("muller")
    True
    >>> sound_spelling("alexey") == sound_spelling("aleksei")
    True
    """
    for two, one in SPELLINGS:
        word = word.replace(two, one)
    return word


def given_root(given: str) -> str:
    """One name for all the forms of a given name: `bob`, `rob` and `robert` have the same.

    A form that several names share (`alex`, `chris`) keeps to itself: it would tie those names together.
    The forms stand in nicknames.txt.

    >>> given_root("bob") == given_root("robert")
    True
    >>> given_root("alex") == given_root("alexandra")
    False
    """
    return _roots().get(given, given)


@cache
def _roots() -> dict[str, str]:
    text = files("muster.identity.matching").joinpath("nicknames.txt").read_text("utf-8")
    groups = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    told = Counter(form for forms in groups for form in forms)
    return {sound_spelling(form): forms[0] for forms in groups for form in forms if told[form] == 1}
