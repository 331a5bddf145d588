"""Every page and its twins: who may open them (R30), and that no byte hangs on what is not theirs (R31).

Over an invented company, whose rows outside of a rep's territory are drawn anew: without a flow run and
without a network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.access.invented_accounts import REP, group_of, hand_off_of, write_workspace

from muster.config.settings import StoreConfig
from muster.serving.app import application
from muster.store.opening import open_or_make
from muster.store.sessions import begin_session
from muster.store.users import add_user

EVERYBODY = frozenset({None, "rep", "marketer", "analyst", "admin"})
USERS = EVERYBODY - {None}
OFFICE = USERS - {"rep"}
ADMIN = frozenset({"admin"})
# Who may open the pages under an address; the longest that fits counts. A page under none of them fails.
RULES: dict[str, frozenset[str | None]] = {
    **dict.fromkeys(("/sign-in", "/enter", "/start", "/sign-on", "/static", "/health-check"), EVERYBODY),
    **dict.fromkeys(("/", "/index", "/worklist", "/groups", "/board", "/decisions", "/accounts"), USERS),
    **dict.fromkeys(("/people", "/search", "/me", "/first-run"), USERS),
    **dict.fromkeys(("/measures", "/replay", "/programs", "/health", "/packs"), OFFICE),
    "/sources": frozenset({"analyst", "admin"}),
    "/settings": frozenset({"analyst", "admin"}),
    **dict.fromkeys(("/settings/audit", "/settings/messages", "/settings/privacy"), ADMIN),
    **dict.fromkeys(("/settings/crm", "/settings/tokens", "/settings/users"), ADMIN),
}
# What is drawn anew with every answer: no secret of anybody's stands in it.
_DRAWN = re.compile(r'nonce="[^"]*"|name="key" value="[^"]*"')


class Served:
    """A company's pages, and what somebody of each role reads of them."""

    def __init__(self, folder: Path, store: Any) -> None:
        self.app = application(folder, store)
        self._secrets = {None: ""}
        for role in sorted(USERS, key=str):
            user = add_user(
                store,
                f"{role}@example.com",
                str(role),
                role=str(role),
                by="tests",
                owner_ids=REP.owner_ids,
                territories=REP.territories,
            )
            self._secrets[role] = begin_session(store, user.user_id)

    def addresses(self) -> list[str]:
        """Every address that GET takes, of a thing inside the rep's territory and of one outside."""
        return [
            address
            for path in dict.fromkeys(get_paths(self.app.routes))
            for address in dict.fromkeys(_named(path, account) for account in ("a0", "a5"))
        ]

    def read(self, who: str | None, addresses: list[str]) -> dict[str, tuple[int, str]]:
        """Status and body of some addresses."""
        client = TestClient(self.app, raise_server_exceptions=False, follow_redirects=False)
        client.cookies["muster-8642"] = self._secrets[who]
        answers = {address: client.get(address) for address in addresses}
        return {address: (one.status_code, _DRAWN.sub("", one.text)) for address, one in answers.items()}


def get_paths(routes: Any) -> Iterator[str]:
    """The addresses that GET takes, in the order of the app's route table."""
    for route in routes:
        if "GET" in (getattr(route, "methods", None) or ()):
            yield route.path
        elif hasattr(route, "original_router"):
            yield from get_paths(route.original_router.routes)


def _named(path: str, account: str) -> str:
    ids = {
        "group_id": group_of(account),
        "account_id": account,
        "person_id": f"p-0-{account}",
        "hand_off_id": hand_off_of(account),
    }
    return re.sub(r"{(\w+)[^}]*}", lambda found: ids.get(found[1], "x"), path)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Served]]:
    """The company twice, other outside of the rep's territory."""
    found, stores = [], []
    for noise in range(2):
        folder = write_workspace(tmp_path_factory.mktemp("pages") / "w", noise=noise)
        stores.append(open_or_make(folder, StoreConfig()))
        found.append(Served(folder, stores[-1]))
    yield found
    for store in stores:
        with closing(store):
            pass


def test_every_page_has_a_rule_and_keeps_to_it(served: list[Served]) -> None:
    addresses = served[0].addresses()
    without = [one for one in addresses if _rule(one) is None]
    assert without == []
    # One of the twins stands for the others: they are made alike.
    asked = [one for one in addresses if not one.endswith((".csv", ".xlsx"))]
    wrong = []
    for who in sorted(EVERYBODY, key=str):
        for address, (status, _) in served[0].read(who, asked).items():
            may = who in (_rule(address) or ())
            is_refused = status in {401, 403} or (who is None and status == 303)
            # Words are drawn at random: what has no label stands as it is written, and no page fails over it.
            if is_refused is may or status == 500:
                wrong.append((who, address, status))
    assert wrong == []


def test_no_page_of_a_rep_hangs_on_what_is_outside_of_their_territory(served: list[Served]) -> None:
    # A workbook has the date of its making inside; its sheets are those of the other twins.
    asked = [one for one in served[0].addresses() if not one.endswith(".xlsx")]
    first, other = (one.read("rep", asked) for one in served)
    assert sum(status == 200 for status, _ in first.values()) > 15
    assert {address for address in asked if first[address] != other[address]} == set()


def _rule(address: str) -> frozenset[str | None] | None:
    stem = re.sub(r"\.(json|csv|xlsx)$", "", address)
    fits = [start for start in RULES if stem == start or (start != "/" and stem.startswith(f"{start}/"))]
    return RULES[max(fits, key=len)] if fits else None
