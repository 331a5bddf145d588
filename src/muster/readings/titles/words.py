"""A title in plain words: no shouting, no accents, no dots, one list of words for each of its parts."""

from __future__ import annotations

import re
import unicodedata

_PARTS = re.compile(r"[,;/|()\[\]:\u2013\u2014\u3000\u00b7]| - | @ | at ")
_DOTS = re.compile(r"(?<=\b\w)\.(?=\w\b)")  # v.p. -> vp
_LETTERS = re.compile(r"\b(\w) ?(?:&|and) ?(\w)\b")  # R & D -> r&d
_WORD = re.compile(r"[^\W_]+(?:&[^\W_]+)*")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # scripts without spaces between words
# Letters that are not a plain one with a mark.
_SPELLED = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "đ": "d", "œ": "oe", "\u0131": "i"})


def plain(text: str) -> str:
    """Small letters without marks; other scripts stay as they are.

    >>> plain("GESCHÄFTSFÜHRER  (Vertrieb)")
    'geschaftsfuhrer  (vertrieb)'
    """
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text).lower().translate(_SPELLED)
    if text.isascii():
        return text
    return "".join(_unmarked(letter) for letter in text)


def parts(title: str) -> list[list[str]]:
    """The words of each part of a title.

    >>> parts("V.P., R & D - EMEA")
    [['vp'], ['r&d'], ['emea']]
    """
    text = plain(title)
    if text.isascii() and text.replace(" ", "").isalpha() and "and" not in text and " at " not in text:
        return [text.split()]  # as most are: nothing but words
    if "." in text:
        text = _DOTS.sub("", text)
    if "&" in text or "and" in text:
        text = _LETTERS.sub(r"\1&\2", text)
    found = [_WORD.findall(part) for part in _PARTS.split(text)]
    return [words for words in found if words]


def words_of(title: str) -> list[str]:
    """The words of a title, whatever part they stand in."""
    return [word for part in parts(title) for word in part]


def is_wide(text: str) -> bool:
    """Whether it has letters of a script that does not put spaces between words."""
    return not text.isascii() and _WIDE.search(text) is not None


def _unmarked(letter: str) -> str:
    bare = unicodedata.normalize("NFKD", letter)[0] if not letter.isascii() else letter
    return bare if bare.isascii() else letter
