"""Every address of the API and who may call it (R30): what is not in this table fails."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.serving.api.conftest import ROLES, Office

from muster.serving.api.resources import measures
from muster.store.tokens import SCOPES

# The address, the scope that a token needs, and the roles that may. `everyone` needs no token.
_REPS = frozenset(ROLES)
_OFFICE = frozenset({"marketer", "analyst", "admin"})
ROUTES: dict[tuple[str, str], tuple[str, frozenset[str]]] = {
    ("GET", "/groups"): ("groups:read", _REPS),
    ("GET", "/groups/{id}"): ("groups:read", _REPS),
    ("GET", "/members"): ("groups:read", _REPS),
    ("GET", "/scores"): ("groups:read", _REPS),
    ("GET", "/hand-offs"): ("hand_offs:read", _REPS),
    ("GET", "/hand-offs/{id}"): ("hand_offs:read", _REPS),
    ("GET", "/accounts"): ("accounts:read", _REPS),
    ("GET", "/accounts/{id}"): ("accounts:read", _REPS),
    ("GET", "/people"): ("people:read", _REPS),
    ("GET", "/people/{id}"): ("people:read", _REPS),
    ("GET", "/measures"): ("measures:read", _OFFICE),
    ("GET", "/measures/{id}"): ("measures:read", _OFFICE),
    **{("GET", f"/measures/{name}/rows"): ("measures:read", _OFFICE) for name in measures()},
    ("GET", "/decisions"): ("decisions:read", _REPS),
    ("GET", "/decisions/{id}"): ("decisions:read", _REPS),
    ("POST", "/decisions"): ("decisions:write", frozenset({"rep", "marketer", "admin"})),
    ("GET", "/runs"): ("runs:read", _OFFICE),
    ("POST", "/runs"): ("runs:write", frozenset({"analyst", "admin"})),
}
ID = {
    "groups": "g-a00000000000000",
    "hand-offs": "g-a00000000000000-1",
    "accounts": "a0",
    "people": "p-0-a0",
    "measures": "velocity",
}


@pytest.fixture(autouse=True)
def no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing begins a run here."""
    monkeypatch.setattr("muster.serving.api.runs.begin_run", lambda _: None)


def test_every_address_has_a_line(office: Office) -> None:
    document = office.client(None).get("/api/v1/openapi.json").json()
    there = {(m.upper(), path) for path, methods in document["paths"].items() for m in methods}
    assert there == ROUTES.keys()


@pytest.fixture(scope="module")
def decision(office: Office) -> str:
    """The id of a decision that every role may see."""
    answer = send(office.client("admin"), "POST", "/decisions", "")
    return str(answer.json()["decision_id"])


@pytest.mark.parametrize(
    ("method", "path"), [key for key in ROUTES if "/rows" not in key[1] or "lift" in key[1]]
)
def test_who_may_call_it(office: Office, decision: str, method: str, path: str) -> None:
    scope, roles = ROUTES[method, path]
    good = {"/runs": 202, "/decisions": 201}[path] if method == "POST" else 200
    expected = {None: 401} | {role: good if role in roles else 403 for role in ROLES}
    answers = {who: send(office.client(who), method, path, decision) for who in expected}
    assert {who: answer.status_code for who, answer in answers.items()} == expected
    for text in ("muster_0123456789ab_secret", "nonsense", "muster_", f"{office.token('admin')}x"):
        assert send(office.client(None, token=text), method, path, decision).status_code == 401
    others = [other for other in SCOPES if other != scope]
    other = send(office.client(None, token=office.token("admin", *others)), method, path, decision)
    assert (other.status_code, other.json()["code"]) == (403, "scope_missing")
    alone = office.client(None, token=office.token("admin", scope))
    assert send(alone, method, path, decision).status_code == good


def send(client: TestClient, method: str, path: str, decision: str) -> Any:
    """Call an address with an id that everybody sees; what is decided is a new note each time."""
    id_there = ID | {"decisions": decision}
    called = f"/api/v1{path.replace('{id}', id_there.get(path.split('/')[1], ''))}"
    if (method, path) != ("POST", "/decisions"):
        return client.request(method, called)
    note = {"verb": "note", "subject": ID["hand-offs"], "reason": "tried"}
    return client.post(called, json=note, headers={"idempotency-key": secrets.token_hex(8)})


def test_a_token_is_refused_where_a_page_shows_it_to_everybody(office: Office) -> None:
    answer = office.client("admin").get("/api/v1/groups", headers={"origin": "http://testserver"})
    assert (answer.status_code, answer.json()["code"]) == (403, "token_in_browser")


def test_a_signed_in_browser_needs_no_token(office: Office) -> None:
    from muster.store.sessions import begin_session  # noqa: PLC0415

    client = office.client(None)
    client.cookies["muster-8642"] = begin_session(office.store, office.users["rep"])
    assert client.get("/api/v1/groups").status_code == 200
    assert client.get("/api/v1/measures").status_code == 403


def test_another_site_cannot_use_a_signed_in_browser(office: Office) -> None:
    answer = office.client(None).post("/api/v1/runs", headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
