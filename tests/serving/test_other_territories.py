"""Whatever happens in other territories, no byte of what a rep can get is another (R31).

Over the bundled company as it was built, each time with other rows outside. `make test-territories` draws
twenty such companies and asks each 250 things, among them every page; the check draws one, and asks it 60.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import duckdb
import pytest
from starlette.testclient import TestClient
from tests.access.test_territories import forget_scopes
from tests.serving.other_territories import with_others_changed
from tests.serving.test_who_sees_which_page import get_paths

from muster.access.scope import Scope
from muster.config.settings import StoreConfig
from muster.engine.lock import HOME
from muster.serving.api.resources import RESOURCES
from muster.serving.app import application
from muster.store.opening import Store, open_or_make
from muster.store.sessions import begin_session
from muster.store.tokens import SCOPES, new_token
from muster.store.users import add_user

WHOLE = os.environ.get("MUSTER_TERRITORIES") == "whole"
CHANGES = 20 if WHOLE else 1
ASKED = 250 if WHOLE else 60  # of each changed company: 5,000 in all
# What is drawn anew with every answer, and when the rep was last seen themselves.
_DRAWN = re.compile(rb'nonce="[^"]*"|name="key" value="[^"]*"|last seen [^<]*|since [^<]* UTC')
_TELLING = ("etag", "link", "content-type", "location", "muster-as-of", "content-disposition")
Answer = tuple[int, tuple[str | None, ...], bytes]


class Told:
    """One company, and what its rep reads of it."""

    def __init__(self, workspace: Path, store: Store, owner: str) -> None:
        self.app = application(workspace, store)
        for name, role in (("admin", "admin"), ("rep", "rep")):
            user = add_user(
                store,
                f"{name}@halden.example",
                name,
                role=role,
                by="tests",
                owner_ids=(owner,) if role == "rep" else (),
            )
        self._secret = begin_session(store, user.user_id)
        self._token = new_token(store, user.user_id, "sheet", scopes=SCOPES, by="tests")[0]

    def get(self, address: str) -> Answer:
        """Status, telling headers and body, without what is drawn anew with every answer."""
        client = TestClient(self.app, raise_server_exceptions=False, follow_redirects=False)
        if address.startswith("/api/"):
            answer = client.get(address, headers={"authorization": f"Bearer {self._token}"})
        else:
            client.cookies["muster-8642"] = self._secret
            answer = client.get(address)
        body = answer.content
        if address.partition("?")[0].endswith(".xlsx") and answer.status_code == 200:
            body = _sheets(body)
        told = tuple(answer.headers.get(name) for name in _TELLING)
        return answer.status_code, told, _DRAWN.sub(b"", body)


@pytest.fixture(scope="module")
def opened(
    bundled: Path, owners: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[int], Told]]:
    """The bundled company as it is (0), or with everything outside of the territory changed by a seed."""
    stores: list[Store] = []

    def get(seed: int) -> Told:
        folder = tmp_path_factory.mktemp("territories") / "halden"
        if seed:
            with_others_changed(bundled, folder, owner=owners[0], seed=seed)
        else:
            shutil.copytree(bundled, folder, symlinks=True)
        stores.append(open_or_make(folder, StoreConfig()))
        return Told(folder, stores[-1], owners[0])

    yield get
    for store in stores:
        with closing(store):
            pass


@pytest.fixture(scope="module")
def addresses(bundled: Path, owners: list[str], opened: Callable[[int], Told]) -> list[list[str]]:
    """Everything a rep may ask for, by what it is: every route and twin, of things theirs and of others."""
    folder = bundled / HOME / "tables"
    with duckdb.connect() as connection:
        for name in ("account", "buying_group", "person", "hand_off"):
            connection.execute(f"CREATE VIEW {name} AS FROM '{folder / name}.parquet'")

        def listed(sql: str) -> list[str]:
            return [one for (one,) in connection.execute(sql).fetchall()]

        theirs = f"SELECT account_id FROM account WHERE owner_id = '{owners[0]}'"
        ids: dict[str, list[list[str]]] = {}
        for table, sql in {
            "account": "SELECT account_id, account_id FROM account",
            "group": "SELECT account_id, buying_group_id FROM buying_group",
            "person": "SELECT account_id, person_id FROM person",
            "hand_off": "SELECT g.account_id, hand_off_id FROM hand_off JOIN buying_group AS g"
            " USING (buying_group_id)",
        }.items():
            rows = f"SELECT DISTINCT two.id FROM ({sql}) AS two(account_id, id) WHERE account_id"
            ids[f"{table}_id"] = [
                listed(f"{rows} {which} ({theirs}) ORDER BY 1") for which in ("IN", "NOT IN")
            ]
        words = listed("SELECT DISTINCT LEFT(name, 6) FROM account ORDER BY 1")
    found = []
    for path in get_paths(opened(0).app.routes):
        part = re.search(r"{(\w+)}", path)
        choices = ids.get(part[1], [["x"]]) if part else [[""]]
        found += [[re.sub(r"{(\w+)[^}]*}", one, path) for one in some] for some in choices]
    found += [[f"/search{twin}?q={word}" for word in words] for twin in ("", ".json", ".csv")]
    tabs = ("act", "accepted", "waiting", "lapsed")
    found += [
        [f"/worklist{twin}?owner=all&tab={tab}" for tab in tabs] for twin in ("", ".json", ".csv", ".xlsx")
    ]
    units = ("groups", "accounts")
    found += [
        [f"/board{twin}?unit={unit}&view=table&to=any" for unit in units] for twin in ("", ".json", ".csv")
    ]
    found += [[f"/api/v1/{r.name}?limit={limit}" for limit in (2, 200)] for r in RESOURCES]
    one_by_one = (("groups", "group_id"), ("accounts", "account_id"), ("people", "person_id"))
    found += [[f"/api/v1/{kind}/{one}" for one in some] for kind, of in one_by_one for some in ids[of]]
    return found


def read(told: Told, asked: list[str]) -> dict[str, Answer]:
    return {address: told.get(address) for address in asked}


def test_no_byte_of_a_reps_answers_hangs_on_other_territories(
    opened: Callable[[int], Told], addresses: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.serving.api.callers.CALLS", 10**6)
    as_it_is, before = opened(0), {}
    for seed in range(1, CHANGES + 1):
        drawn = Random(seed)
        asked = list(dict.fromkeys(drawn.choice(drawn.choice(addresses)) for _ in range(ASKED)))
        before |= read(as_it_is, [address for address in asked if address not in before])
        after = read(opened(seed), asked)
        assert [address for address in asked if after[address] != before[address]] == []
    assert sum(status == 200 for status, *_ in before.values()) > len(before) / 4
    assert sum(status in (403, 404) for status, *_ in before.values()) > len(before) / 10


def test_and_a_view_that_lets_everything_through_is_noticed(
    opened: Callable[[int], Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_scopes(monkeypatch)
    monkeypatch.setattr(
        Scope, "_view", lambda _, name, __: f'CREATE VIEW "{name}" AS SELECT * FROM all_rows."{name}"'
    )
    lists = ["/worklist.csv?owner=all", "/board.json", "/search?q=co", "/api/v1/accounts"]
    as_it_is, other = (read(opened(seed), lists) for seed in (0, 3))
    assert [address for address in lists if as_it_is[address] == other[address]] == []


def _sheets(workbook: bytes) -> bytes:
    """What stands in a workbook, without the date of its making."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        return b"".join(parts.read(name) for name in parts.namelist() if not name.startswith("docProps"))
