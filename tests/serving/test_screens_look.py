"""Screens in a browser, wide in light and narrow in dark: nothing sticks out, axe has no complaint."""

from __future__ import annotations

from typing import Any

import pytest
from tests.in_chromium import CLASHES, OPEN_ALL, OVERFLOW, locks_nobody_out
from tests.serving.conftest import Served

SCREENS = (
    "/board?week=2025-10-20",
    "/board?unit=accounts&view=table",
)


@pytest.mark.parametrize("address", SCREENS)
def test_the_screen_holds(signed_in: Any, demo_server: Served, address: str) -> None:
    asked: list[str] = []
    for width, scheme in ((1440, "light"), (390, "dark")):
        page = signed_in("analyst", width=width, scheme=scheme)
        page.on("request", lambda request: asked.append(request.url))
        answer = page.goto(address)
        assert answer.status == 200
        locks_nobody_out(page)
        page.evaluate(OPEN_ALL)
        assert page.evaluate(OVERFLOW) <= 0
        assert page.evaluate(CLASHES) == []
    assert [url for url in asked if not url.startswith(demo_server.url)] == []
