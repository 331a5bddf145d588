"""Pages of long lists: whatever an address says, it shows one that there is."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

import httpx
import pytest

Client = Callable[..., httpx.Client]


@pytest.mark.parametrize("said", ["2", "two", "0", "-1", "\u00b2", "\u0662", "", "9" * 30, "9" * 5_000])
@pytest.mark.parametrize(
    "path",
    [
        *("/board?view=table&", "/board?state=warming&", "/board?view=table&sort=score&"),
        *("/worklist?tab=waiting&", "/health/rows?", "/health/decisions?", "/settings/audit?"),
        *("/decisions?whose=all&", "a group"),
    ],
)
def test_no_page_number_breaks_a_list(client: Client, path: str, said: str) -> None:
    admin = client("admin")
    if path == "a group":
        path = re.findall(r"/groups/\w+", admin.get("/board").text)[0] + "?"
    answer = admin.get(f"{path}page={quote(said)}")
    assert answer.status_code == 200, said


def test_beyond_the_last_page_stands_the_last(client: Client) -> None:
    admin = client("admin")
    first, last, beyond = (
        re.findall(r'<th scope="row"><a href="([^"?]*)', admin.get(f"/board?view=table&page={page}").text)
        for page in (1, 3, 700)
    )
    assert len(first) == 50 and last and last != first
    assert beyond == last
