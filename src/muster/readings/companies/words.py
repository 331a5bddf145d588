"""The words of a company name: one case, no accents on Latin letters, other scripts as they are."""
# ruff: noqa: RUF001, RUF002 - letters of other scripts are what this is about

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

# A word is letters and digits; dots and apostrophes inside are dropped before (A.B.C. -> abc, Men's -> mens).
_WORD = re.compile(r"[^\W_]+")
_INSIDE = re.compile(r"[.'’`´]")
_AND = re.compile(r"\s*[&+]\s*")
_LATIN_LIMIT = 0x250  # Basic Latin to Latin Extended-B: letters that only differ by a mark or a ligature


@lru_cache(maxsize=200_000)
def plain(text: str) -> str:
    """One spelling of the same characters: compatibility forms joined, no accents on Latin letters.

    Only Latin letters are folded. Letters of other scripts that look alike stay what they are, so
    that a name spelled with a Cyrillic `a` never equals the real one.

    >>> plain("Søren Ærø Straße ÉMILE")
    'soren aero strasse emile'
    """
    folded = unicodedata.normalize("NFKC", _mended(text)).casefold()
    if folded.isascii():
        return folded
    parts: list[str] = []
    for char in unicodedata.normalize("NFKD", folded):
        if unicodedata.combining(char):
            # A mark on a Latin letter is an accent; on others (Indic vowels) it is spelling.
            if parts and parts[-1].isascii():
                continue
            parts.append(char)
        elif char.isalpha() and ord(char) < _LATIN_LIMIT and not char.isascii():
            parts.append(anyascii(char).lower())
        else:
            parts.append(char)
    return unicodedata.normalize("NFC", "".join(parts))


def _mended(text: str) -> str:
    """UTF-8 that was read as Latin-1 (`SÃ©nÃ©gal`), read again; any other text as it is."""
    if "Ã" not in text:
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def words(text: str) -> tuple[str, ...]:
    """The words of a name in order; `&` and `+` between words count as `and`.

    >>> words("Marks & Spencer, p.l.c.")
    ('marks', 'and', 'spencer', 'plc')
    """
    return tuple(_WORD.findall(_AND.sub(" and ", _INSIDE.sub("", plain(text)))))


def script(word: str) -> str:
    """latin, one other script's name, or mixed: letters of several scripts in one word.

    >>> script("apple"), script("яндекс"), script("аpple")
    ('latin', 'cyrillic', 'mixed')
    """
    if word.isascii():
        return "latin"
    found = {unicodedata.name(c, "?").split(" ", 1)[0].lower() for c in word if c.isalpha()}
    if found <= {"cjk", "hiragana", "katakana", "hangul", "katakana-hiragana"}:
        return "east_asian"
    return found.pop() if len(found) == 1 else "mixed"


def romanised(word: str) -> str:
    """A word in Latin letters, for comparing spellings; words that mix scripts stay as they are.

    >>> romanised("яндекс"), romanised("аpple") == "apple"
    ('yandeks', False)
    """
    kind = script(word)
    return word if kind in {"latin", "mixed", "east_asian"} else anyascii(word).lower().replace("'", "")
