"""From one group of a list to the next: the order is the list's own, its filter goes along, and it ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import quote

import httpx
import pytest

Client = Callable[..., httpx.Client]


def read_on(client: httpx.Client, address: str) -> list[str]:
    """The ids of the groups that the links to the next one lead to, beginning with an address."""
    seen: list[str] = []
    while address and len(seen) < 200:
        page = client.get(address).text
        group = address.partition("?")[0].rpartition("/")[2]
        before = re.search(r'rel="prev" href="/groups/([^"?]+)', page)
        assert (before.group(1) if before else None) == (seen[-1] if seen else None)
        seen.append(group)
        found = re.search(r'rel="next" href="(/groups/[^"]+)"', page)
        address = unescape(found.group(1)) if found else ""
    return seen


def ids(client: httpx.Client, address: str) -> list[str]:
    return [row["buying_group_id"] for row in client.get(address).json()["groups"]]


@pytest.mark.parametrize(
    "query", ["tab=accepted&owner=all", "tab=act&owner=all", "tab=accepted&solution=revenue-cloud"]
)
def test_a_worklist_is_read_from_its_first_group_to_its_last(client: Client, query: str) -> None:
    admin = client("admin")
    listed = ids(admin, f"/worklist.json?{query}")
    assert len(listed) > 1
    assert read_on(admin, f"/groups/{listed[0]}?from={quote('/worklist?' + query, safe='')}") == listed


def test_without_a_list_it_is_the_worklist_where_the_group_stands(client: Client) -> None:
    for who in ("admin", "rep"):
        one = client(who)
        listed = ids(one, "/worklist.json?tab=accepted")
        assert read_on(one, f"/groups/{listed[0]}") == (listed if len(listed) > 1 else listed[:1])


def test_a_list_of_the_board_keeps_its_state_and_order(client: Client) -> None:
    admin = client("admin")
    query = "state=cooling&sort=account"
    rows = admin.get(f"/board.csv?{query}").text.splitlines()
    at = rows[0].removeprefix("\ufeff").split(",").index("buying_group_id")
    listed = [row.split(",")[at] for row in rows[1:]]
    assert len(listed) > 2
    first = f"/groups/{listed[0]}?from={quote('/board?' + query, safe='')}"
    assert read_on(admin, first) == listed


def test_a_group_that_does_not_stand_in_the_list_has_nobody_beside_it(client: Client) -> None:
    admin = client("admin")
    listed = ids(admin, "/worklist.json?tab=accepted&owner=all")
    page = admin.get(f"/groups/{listed[0]}?from={quote('/worklist?solution=none-of-ours', safe='')}").text
    assert 'rel="next"' not in page and "Groups of the list" not in page


@pytest.mark.browser
def test_the_next_group_is_a_key_away(signed_in: Callable[..., Any], client: Client) -> None:
    listed = ids(client("admin"), "/worklist.json?tab=accepted&owner=all")
    page = signed_in("admin")
    page.goto(f"/groups/{listed[0]}?from={quote('/worklist?tab=accepted&owner=all', safe='')}")
    page.keyboard.press("f")
    page.wait_for_url(f"**/groups/{listed[1]}?**")
    page.keyboard.press("b")
    page.wait_for_url(f"**/groups/{listed[0]}?**")
