"""Which of our words a foreign one is most like, by its letters: a proposal that a person judges."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

LEAST = 75  # of 100: below it most proposals are wrong (page_view and page_viewed have 90)
_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Near:
    """What a word may be: the `value` proposed, the word of ours it is `like`, and how alike (0 to 100)."""

    value: str
    like: str
    likeness: int


def nearest(word: str, ours: Mapping[str, Iterable[str]], *, least: int = LEAST) -> Near | None:
    """The nearest of our values by any of its words; None where none is near, or two are as near.

    >>> nearest("PageView", {"page_viewed": ["page_viewed"], "trial_started": ["started a trial"]})
    Near(value='page_viewed', like='page_viewed', likeness=90)
    """
    found = sorted(
        (
            Near(value, like, likeness(word, like, least=least))
            for value, words in ours.items()
            for like in words
        ),
        key=lambda near: (-near.likeness, near.value, near.like),
    )
    if not found or found[0].likeness < least:
        return None
    rivals = [near for near in found if near.likeness == found[0].likeness and near.value != found[0].value]
    return None if rivals else found[0]


def likeness(word: str, other: str, *, least: int = 0) -> int:
    """How alike two words are, from 0 to 100, whatever their case, signs and the order of their parts.

    What is below `least` is 0, and sooner known.
    """
    one, two = _folded(word), _folded(other)
    if not one or not two:
        return 0
    joined = fuzz.ratio(one.replace(" ", ""), two.replace(" ", ""), score_cutoff=least)
    return round(max(joined, fuzz.token_sort_ratio(one, two, score_cutoff=least)))


@lru_cache(maxsize=10_000)
def _folded(text: str) -> str:
    """`PageView` and `page_view` alike: lower case, one blank between parts."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return _NOT_WORD.sub(" ", parted).strip().lower()
