"""The list that a group was opened from: in the group's address, so that one comes back to the same rows.

    /groups/bg_1?from=%2Fworklist%3Fsolution%3Dcloud

From the group it goes along to its account and its people, and from those on. Only lists that can be
narrowed say it, and only where they are; no other address is taken from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from muster.serving.narrowing import Narrowing, narrowing_of

if TYPE_CHECKING:
    from starlette.requests import Request

FROM = "from"
_LISTS = {"/worklist": "Worklist", "/board": "Groups"}
_LED_TO = ("/groups/", "/accounts/", "/people/")
_LONGEST = 1_000  # signs: a longer one is not ours


@dataclass(frozen=True, slots=True)
class CameFrom:
    """A list as it was asked for: its address, what it is called, and what it was narrowed to."""

    address: str
    word: str
    asked: Narrowing


def along(request: Request, here: str) -> str:
    """What links to groups, accounts and people take along, with its question mark: this list, else the list
    that one came here from; `here` is the page's own address.
    """
    if came := came_from(request.url.path, request.query_params):
        return f"?{urlencode({FROM: came.address})}"
    is_narrowed = request.url.path in _LISTS and "?" in here
    return f"?{urlencode({FROM: here})}" if is_narrowed else ""


def came_from(path: str, query: Mapping[str, str]) -> CameFrom | None:
    """The list that an address of a group, an account or a person names; None where it names none.

    >>> found = came_from("/groups/g1", {"from": "/board?solution=cloud"})
    >>> found.word, found.asked.solution
    ('Groups', 'cloud')
    >>> came_from("/groups/g1", {"from": "https://elsewhere.example/board"}) is None
    True
    """
    address = query.get(FROM, "")
    if not path.startswith(_LED_TO) or len(address) > _LONGEST:
        return None
    try:
        told = urlsplit(address)
    except ValueError:
        return None
    if told.scheme or told.netloc or told.path not in _LISTS:
        return None
    asked = dict(parse_qsl(told.query))
    address = f"{told.path}?{urlencode(asked)}" if asked else told.path
    return CameFrom(address, _LISTS[told.path], narrowing_of(asked))
