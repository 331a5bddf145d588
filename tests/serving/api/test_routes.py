"""Every address of the API and who may call it (R30): what is not in this table fails."""

from __future__ import annotations

import pytest
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
    ("GET", "/runs"): ("runs:read", _OFFICE),
    ("POST", "/runs"): ("runs:write", frozenset({"analyst", "admin"})),
}
ID = {"groups": "g-a0", "hand-offs": "h-a0", "accounts": "a0", "people": "p-0-a0", "measures": "velocity"}


@pytest.fixture(autouse=True)
def no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing begins a run here."""
    monkeypatch.setattr("muster.serving.api.runs.begin_run", lambda _: None)


def test_every_address_has_a_line(office: Office) -> None:
    document = office.client(None).get("/api/v1/openapi.json").json()
    there = {(m.upper(), path) for path, methods in document["paths"].items() for m in methods}
    assert there == ROUTES.keys()


@pytest.mark.parametrize(
    ("method", "path"), [key for key in ROUTES if "/rows" not in key[1] or "lift" in key[1]]
)
def test_who_may_call_it(office: Office, method: str, path: str) -> None:
    scope, roles = ROUTES[method, path]
    called = f"/api/v1{path.replace('{id}', ID.get(path.split('/')[1], ''))}"
    good = {"GET": 200, "POST": 202}[method]
    expected = {None: 401} | {role: good if role in roles else 403 for role in ROLES}
    assert {who: office.client(who).request(method, called).status_code for who in expected} == expected
    bad = ("muster_0123456789ab_secret", "nonsense", "muster_", f"{office.token('admin')}x")
    assert {office.client(None, token=text).request(method, called).status_code for text in bad} == {401}
    others = [other for other in SCOPES if other != scope]
    answer = office.client(None, token=office.token("admin", *others)).request(method, called)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    alone = office.client(None, token=office.token("admin", scope)).request(method, called)
    assert alone.status_code == good


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
