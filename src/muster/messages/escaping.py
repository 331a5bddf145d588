"""Text of other people's records, made harmless for the medium it goes to.

A contact may be called `<!channel>` or `[click](http://evil)`; a chat must not ping everybody for it, nor a
mail grow a link or a header.
"""

from __future__ import annotations

import re
import unicodedata

_KEPT = "\u200c\u200d"  # joiners: names in Persian and Hindi, and some emoji, are spelt with them
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # controls, directions, halves of pairs, not assigned
_SPACES = re.compile(r"\s+")
# Beside what says so itself, programs make links of bare domains and mailboxes: a letter or digit, a dot (or
# what is read as one) and two letters or more. An amount ("$4.2M", "3.5") has none of it.
_ADDRESS = re.compile(
    r"(?<=:)(?=//)|(?<=mailto:)|(?<=www)(?=\.)|(?<=[\w-])(?=[.\u3002\uff0e\uff61][^\W\d_]{2})", re.IGNORECASE
)
_JOINER = "\u2060"  # has no width, and ends an address for whoever looks for one
_LONGEST = 1_000


def plain(text: str, *, most: int = _LONGEST) -> str:
    r"""One line of what can be seen: no control characters, none that turn the direction of writing.

    >>> plain("Ana\r\nBcc: everybody\x1b[31m")
    'Ana Bcc: everybody[31m'
    """
    spaced = _SPACES.sub(" ", text)
    seen = "".join(c for c in spaced if c in _KEPT or unicodedata.category(c) not in _HIDDEN).strip()
    return seen if len(seen) <= most else f"{seen[: most - 1].rstrip()}…"


def unlinked(text: str, *, most: int = _LONGEST) -> str:
    """The same for media that make links of what looks like an address: nothing looks like one any more.

    >>> ascii(unlinked("evil.example took $4.2M, approx. 3.5 of it"))
    "'evil\\\\u2060.example took $4.2M, approx. 3.5 of it'"
    """
    return _ADDRESS.sub(_JOINER, plain(text, most=most))


def for_slack(text: str, *, most: int = _LONGEST) -> str:
    """The same for Slack, whose `<`, `>` and `&` begin mentions, links and entities.

    >>> for_slack("<!channel> & co")
    '&lt;!channel&gt; &amp; co'
    """
    return unlinked(text, most=most).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
