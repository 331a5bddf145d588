"""Screens in a browser, wide in light and narrow in dark: nothing sticks out, axe has no complaint."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
from tests.in_chromium import CLASHES, OPEN_ALL, OVERFLOW, locks_nobody_out
from tests.serving.conftest import Served

SCREENS = (
    "/board?week=2025-10-20",
    "/board?unit=accounts&view=table",
    "/accounts/{account}",
    "/people/{person}",
    "/programs/{program}",
    "/search?q=co",
    "/measures",
    "/measures/calibration",
    "/measures/programs",
    "/replay",
    "/packs",
)


@pytest.fixture(scope="module")
def ids(demo_server: Served) -> dict[str, str]:
    """The account and person with most groups, and a programme."""
    folder = demo_server.workspace / ".muster" / "tables"
    with duckdb.connect() as connection:
        for name in ("buying_group", "member", "known_tactic"):
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder / name}.parquet')")
        found = connection.execute(
            "SELECT (SELECT MODE(account_id) FROM buying_group), (SELECT MODE(person_id) FROM member), "
            "(SELECT MIN(program_id) FROM known_tactic)"
        ).fetchone()
    assert found is not None
    return dict(zip(("account", "person", "program"), found, strict=True))


@pytest.mark.parametrize("address", SCREENS)
def test_the_screen_holds(signed_in: Any, demo_server: Served, ids: dict[str, str], address: str) -> None:
    asked: list[str] = []
    address = address.format(**ids)
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
