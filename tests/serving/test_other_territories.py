"""Whatever happens in other territories, no byte of what a rep can get is another (R31).

Over the bundled company as it was built, each time with other rows and other decisions outside. `make
test-territories` draws twenty such companies and asks each 250 things, among them every page; the check draws
one, and asks it 60. Each company is a test of its own, so that a run that was broken off goes on with `--lf`.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from random import Random
from unittest.mock import patch

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
from muster.store.decisions import Decision, add_decision, read_decisions
from muster.store.opening import Store, open_or_make
from muster.store.sessions import begin_session
from muster.store.tokens import SCOPES, new_token
from muster.store.users import add_user

WHOLE = os.environ.get("MUSTER_TERRITORIES") == "whole"
COMPANIES = range(1, 21 if WHOLE else 2)
ASKED = 250 if WHOLE else 60  # of each changed company: 5,000 in all
# What is drawn anew with every answer, and when the rep was last seen themselves: the minute of the test.
_DRAWN = re.compile(rb'nonce="[^"]*"|name="key" value="[^"]*"|last seen \d+ \w+ \d{4}, \d\d:\d\d UTC')
_DECIDED = datetime(2026, 3, 2, 9, tzinfo=UTC)
_OWN = (0, 6, 11)  # hours at which the rep decides; others do so before, in between and after
_TELLING = ("etag", "link", "content-type", "location", "muster-as-of", "content-disposition")
Answer = tuple[int, tuple[str | None, ...], bytes]


class Told:
    """One company, and what its rep reads of it."""

    def __init__(self, workspace: Path, store: Store, owner: str, *, seed: int = 0) -> None:
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
        said = own_decisions(workspace, owner)
        if seed:
            said |= decisions_elsewhere(workspace, owner, seed=seed)
        for hour in sorted(said):
            write(store, said[hour], hour)
        self._secret = begin_session(store, user.user_id)
        self._token, token = new_token(store, user.user_id, "sheet", scopes=SCOPES, by="tests")
        self._token_id = token.token_id.encode()  # drawn here, for each company

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
        return answer.status_code, told, _DRAWN.sub(b"", body).replace(self._token_id, b"")


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
        return Told(folder, stores[-1], owners[0], seed=seed)

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
    picked = [f"owner:{one}" for one in owners[:3]] + ["owner:mine", "region:IL"]
    found += [
        [f"{screen}?territory={one}&solution=data-platform&since=2025-03-01" for one in picked]
        for screen in ("/worklist", "/worklist.json", "/board", "/board.csv", "/groups/x")
    ]
    decided = [decision_id(hour) for hour in range(-2, 12)]
    found += [[f"/worklist?{word}={one}" for one in decided] for word in ("done", "undone", "first", "went")]
    found += [[f"/decisions{twin}?whose=all"] for twin in ("", ".json", ".csv", ".xlsx")]
    found += [[f"/api/v1/{r.name}?limit={limit}" for limit in (2, 200)] for r in RESOURCES]
    one_by_one = (("groups", "group_id"), ("accounts", "account_id"), ("people", "person_id"))
    found += [[f"/api/v1/{kind}/{one}" for one in some] for kind, of in one_by_one for some in ids[of]]
    return found


def decision_id(hour: int) -> str:
    """The id of what was decided at an hour, of those below: theirs at some hours, others' at the rest."""
    return f"d{_DECIDED + timedelta(hours=hour):%Y%m%dT%H%M%S%fZ}-5f0c91aa"


def own_decisions(workspace: Path, owner: str) -> dict[int, Decision]:
    """What the rep says in every company, by its hour: yes to a hand-off of their own, and notes on it."""
    mine, *_ = hand_offs(workspace, owner)[0]
    said = (("accepted", ""), ("note", "Rang twice"), ("note", "They call back"))
    by = "rep@halden.example"
    return {
        hour: Decision("", kind, mine, "", reason, by, _DECIDED.isoformat())
        for hour, (kind, reason) in zip(_OWN, said, strict=True)
    }


def decisions_elsewhere(workspace: Path, owner: str, *, seed: int) -> dict[int, Decision]:
    """What others say of what is theirs: yes, no, later, passed on, notes; who it is about is drawn."""
    drawn, theirs = Random(seed), hand_offs(workspace, owner)[1]
    said = (("accepted", ""), ("rejected", ""), ("note", ""), ("nurture", "2027-01-01"), ("reassign", owner))
    hours = [hour for hour in range(-2, 14) if hour not in _OWN][: 5 + seed % 7]
    by = "admin@halden.example"
    return {
        hour: Decision("", kind, drawn.choice(theirs), "", f"Said {seed}", by, _DECIDED.isoformat(), value)
        for hour, (kind, value) in zip(hours, cycle(said), strict=False)
    }


def hand_offs(workspace: Path, owner: str) -> tuple[list[str], list[str]]:
    """Hand-offs of the accounts that are a rep's, and of those that are others'."""
    folder = workspace / HOME / "tables"
    with duckdb.connect() as connection:
        found = connection.execute(
            f"""SELECT h.hand_off_id, COALESCE(a.owner_id = ?, FALSE) FROM '{folder}/hand_off.parquet' AS h
            JOIN '{folder}/buying_group.parquet' AS g USING (buying_group_id)
            LEFT JOIN '{folder}/account.parquet' AS a USING (account_id)
            WHERE a.owner_id = ? OR h.owner_id <> ? ORDER BY 1""",
            [owner, owner, owner],
        ).fetchall()
    return [one for one, is_own in found if is_own], [one for one, is_own in found if not is_own]


def write(store: Store, said: Decision, hour: int) -> None:
    """Keep what was decided at an hour; its id is drawn alike everywhere."""
    every = read_decisions(store)
    with patch("muster.store.decisions.token_hex", lambda _: chance(every)):
        add_decision(store, said, seen=every, now=_DECIDED + timedelta(hours=hour))


def chance(_: list[Decision]) -> str:
    """What chance adds to an id: here always the same."""
    return "5f0c91aa"


def read(told: Told, asked: list[str]) -> dict[str, Answer]:
    return {address: told.get(address) for address in asked}


@pytest.fixture(scope="module")
def before(opened: Callable[[int], Told]) -> Callable[[list[str]], dict[str, Answer]]:
    """What the rep reads of the company as it is, each thing asked once."""
    as_it_is = opened(0)
    known: dict[str, Answer] = {}

    def get(asked: list[str]) -> dict[str, Answer]:
        known.update(read(as_it_is, [address for address in asked if address not in known]))
        return {address: known[address] for address in asked}

    return get


@pytest.mark.parametrize("company", COMPANIES)
def test_no_byte_of_a_reps_answers_hangs_on_other_territories(
    opened: Callable[[int], Told],
    before: Callable[[list[str]], dict[str, Answer]],
    addresses: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    company: int,
) -> None:
    monkeypatch.setattr("muster.serving.api.callers.CALLS", 10**6)
    drawn = Random(company)
    asked = list(dict.fromkeys(drawn.choice(drawn.choice(addresses)) for _ in range(ASKED)))
    asked += ["/decisions?whose=all", f"/worklist?done={decision_id(1)}", "/worklist.json?owner=all"]
    as_it_is, other = before(asked), read(opened(company), asked)
    assert [address for address in asked if as_it_is[address] != other[address]] == []
    assert sum(status == 200 for status, *_ in as_it_is.values()) > len(asked) / 4
    assert sum(status in (403, 404) for status, *_ in as_it_is.values()) > len(asked) / 10


def test_the_decisions_elsewhere_are_there_and_a_page_that_told_them_is_noticed(
    opened: Callable[[int], Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [f"/worklist?done={decision_id(hour)}" for hour in (0, -1, 1, 2)]
    own, *others = read(opened(1), asked).values()
    assert b'class="done"' in own[2]
    assert not any(b'class="done"' in body for _, _, body in others)
    monkeypatch.setattr("muster.serving.forms._is_visible", lambda *_: True)
    told = read(opened(1), asked[1:]).values()
    assert all(b'class="done"' in body for _, _, body in told)


def test_and_an_id_that_counts_everybodys_decisions_is_noticed(
    opened: Callable[[int], Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = ["/decisions.json?whose=all", "/api/v1/decisions"]
    monkeypatch.setitem(globals(), "chance", lambda every: f"{len(every):08x}")
    as_it_is, other = (read(opened(seed), lists) for seed in (0, 1))
    assert [address for address in lists if as_it_is[address] == other[address]] == []


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
