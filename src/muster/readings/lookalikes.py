"""What a quick eye reads in a domain: `xn--pple-43d.com` and `app1e.com` look like `apple.com`.

Used to warn, never to join. Reference: Unicode Technical Standard 39, "Unicode Security Mechanisms",
whose skeletons this follows for the letters that domains are forged with.
"""

from __future__ import annotations

import unicodedata

import idna

# Letter -> the Latin letter it is taken for: Cyrillic, Greek, Armenian and Latin relatives.
_TAKEN_FOR = str.maketrans(
    "аеорсухіјѕԁһӏԛԝкмтвнгпьαοενυικρτβηωχօսհոցʟɡɩıɑʋѵ",
    "aeopcyxijsdhlqwkmtbhrnbaoevuikptbnwxouhnglgiiavv",
)
_DIGITS = str.maketrans("01358", "olesb")
_TOGETHER = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def skeleton(domain: str) -> str:
    """One text for all domains that look alike.

    >>> skeleton("xn--pple-43d.com") == skeleton("apple.com") == skeleton("app1e.com")
    True
    """
    text = unicodedata.normalize("NFKD", _shown(domain))
    text = "".join(c for c in text if not unicodedata.combining(c)).translate(_TAKEN_FOR).translate(_DIGITS)
    for written, seen in _TOGETHER:
        text = text.replace(written, seen)
    return text.replace("i", "l").replace("-", "")


def _shown(domain: str) -> str:
    """A punycode domain as a browser shows it."""
    labels = []
    for label in domain.split("."):
        try:
            labels.append(idna.decode(label) if label.startswith("xn--") else label)
        except idna.IDNAError:
            labels.append(label)
    return ".".join(labels)
