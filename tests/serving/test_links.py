"""Who follows the links of their pages comes to pages they may open."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import urlsplit

import httpx
import pytest

from muster.serving.pages import looked_up

LINK = re.compile(r'href="(/[^"#]*)')
DEEP = 3  # clicks from the worklist
OF_A_KIND = 3  # pages of each kind that are opened
CHANGING = ("/static/", "/sign-out")


def kind_of(address: str) -> str:
    """A page without the id in it: of many groups some are opened."""
    told = urlsplit(address)
    first, *rest = told.path.strip("/").split("/")
    return "/".join(
        [first, *("ID" if any(map(str.isdigit, part)) else part for part in rest), told.query[:6]]
    )


def refused(client: httpx.Client) -> list[tuple[str, str, int]]:
    """Where links lead to what is refused or missing: from which page, to which, with which answer."""
    seen: dict[str, list[str]] = {}
    wrong, waiting = [], [("", "/worklist?owner=all"), ("", "/board"), ("", "/search?q=an")]
    for _ in range(DEEP):
        following = []
        for source, address in waiting:
            opened = seen.setdefault(kind_of(address), [])
            if address in opened or len(opened) >= OF_A_KIND or address.startswith(CHANGING):
                continue
            opened.append(address)
            answer = client.get(address)
            if answer.status_code >= 400:
                wrong.append((source, address, answer.status_code))
            if "html" in answer.headers.get("content-type", ""):
                following += [(address, unescape(link)) for link in LINK.findall(answer.text)]
        waiting = following
    assert {"groups/ID/", "accounts/ID/", "people/ID/"} <= seen.keys()
    return wrong


@pytest.mark.parametrize("who", ["rep", "marketer", "analyst", "admin"])
def test_no_link_leads_to_what_is_refused(client: Callable[..., httpx.Client], who: str) -> None:
    assert refused(client(who)) == []


def test_a_link_to_a_page_of_others_is_noticed(
    client: Callable[..., httpx.Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looked_up, "unlinked", lambda table: table)
    assert {(kind_of(address), status) for _, address, status in refused(client("rep"))} == {
        ("programs/ID/", 403)
    }
