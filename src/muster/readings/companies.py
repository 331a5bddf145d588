"""The part of a company name that tells it from others: no legal form, case, accents or punctuation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import pyarrow as pa
from cleanco.termdata import terms_by_type

_WORD = re.compile(r"[^\W_]+")


def _key_words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)).replace(".", ""))


# cleanco's legal forms (Ltd, GmbH, S.p.A. ...) as tuples of words, longest first.
_FORMS = sorted(
    {tuple(_key_words(t)) for terms in terms_by_type.values() for t in terms}, key=len, reverse=True
)
_FORM_SET = frozenset(form for form in _FORMS if form)
# What people write where a form demands a company: nobody's name.
_NO_NAMES = frozenset(
    ("", "unknown", "n a", "na", "none", "test", "self employed", "private", "individual", "freelance")
)
_LONGEST = max(len(form) for form in _FORM_SET)


def company_key(name: str) -> str | None:
    """The name without its legal form: `ACME Söhne GmbH & Co. KG` -> `acme sohne`; None when nothing is left.

    >>> company_key("Cedar Telecom, Inc.")
    'cedar telecom'
    """
    words = _key_words(name)
    stripped = True
    while stripped and len(words) > 1:
        stripped = False
        for length in range(min(_LONGEST, len(words) - 1), 0, -1):
            if tuple(words[-length:]) in _FORM_SET:
                words = words[:-length]
                stripped = True
                break
    key = " ".join(words)
    return None if key in _NO_NAMES else key


def read_companies(names: Iterable[str]) -> pa.Table:
    """`reading_company`: said, name_key."""
    said = list(names)
    return pa.table(
        {
            "said": pa.array(said, pa.string()),
            "name_key": pa.array([company_key(n) for n in said], pa.string()),
        }
    )
