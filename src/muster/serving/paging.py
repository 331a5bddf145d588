"""Which page of a long list an address asks for."""

from __future__ import annotations

from collections.abc import Mapping

_DIGITS = 9  # no list has more pages


def pages_of(count: int, size: int) -> int:
    """On how many pages so many rows stand."""
    return -(-count // size)


def page_asked(query: Mapping[str, str], pages: int) -> int:
    """The page asked for, counted from 1: the first where none is, the last where there are not so many.

    >>> page_asked({"page": "2"}, 3), page_asked({"page": "9"}, 3), page_asked({"page": "two"}, 3)
    (2, 3, 1)
    """
    said = query.get("page", "")
    if not (said.isascii() and said.isdigit()):
        return 1
    return max(1, min(int(said[:_DIGITS]), pages))
