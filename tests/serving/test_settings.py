"""Settings: users and what they see, tokens, the audit trail, and rules that say what they would move."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from muster.rules.read import read_rules
from muster.store.audit import entries, first_broken
from muster.store.choices import read_choices
from muster.store.targets import add_target, disable_target, read_targets
from muster.store.tokens import read_tokens
from muster.store.users import user_by_email

Client = Callable[..., httpx.Client]
ADMINS_ALONE = tuple(f"/settings/{part}" for part in ("users", "tokens", "messages", "privacy", "audit"))
LINK = re.compile(r"http\S+/start/[\w-]+")


@pytest.mark.parametrize("address", ADMINS_ALONE)
def test_what_admins_see_alone(client: Client, address: str) -> None:
    for who in ("rep", "marketer", "analyst"):
        assert client(who).get(address).status_code == 403
        assert client(who).get(f"{address}.csv").status_code == 403
    assert client("admin").get(address).status_code == 200
    assert client("rep").get("/settings").status_code == 403
    assert client("analyst").get("/settings").status_code == 200


def test_somebody_added_comes_in_by_a_link_and_sees_what_is_theirs(
    client: Client, own_server: Any, owners: list[str]
) -> None:
    admin = client("admin", own_server)
    form = {"email": "nia@halden.example", "name": "Nia", "role": "rep", "owner_ids": owners[2]}
    assert client("analyst", own_server).post("/settings/users", data=form).status_code == 403
    page = admin.post("/settings/users", data=form).text
    [link] = set(LINK.findall(page))
    nia = client(None, own_server)
    assert nia.post(link, data={"password": "a sentence of her own"}).status_code == 303
    theirs = nia.get("/worklist.json").json()
    everything = admin.get("/worklist.json").json()
    assert sum(theirs["counts"].values()) < sum(everything["counts"].values())
    user = user_by_email(own_server.store, "nia@halden.example")
    assert user is not None
    change = {"role": "rep", "owner_ids": "", "territories": "", "is_disabled": "true"}
    assert admin.post(f"/settings/users/{user.user_id}", data=change).status_code == 303
    assert nia.get("/worklist.json").status_code == 401  # signed out at once
    trail = entries(own_server.store)
    assert first_broken(trail) is None
    assert {"add_user", "sign_in", "change_user"} <= {entry.action for entry in trail}


def test_a_token_is_shown_once_and_revoked_by_its_owner_or_an_admin(client: Client, own_server: Any) -> None:
    rep = client("rep", own_server)
    page = rep.post("/me/tokens", data={"name": "my sheet", "scopes": ["groups:read"], "days": "30"}).text
    text = re.findall(r"<code>(\S+)</code>", page)[0]
    [token] = read_tokens(own_server.store)
    assert text not in rep.get("/me").text and token.name in rep.get("/me").text
    asked = {"authorization": f"Bearer {text}"}
    nobody = client(None, own_server)
    assert nobody.get("/api/v1/groups", headers=asked).status_code == 200
    other = client("other", own_server)
    assert other.post(f"/me/tokens/{token.token_id}/revoke").status_code == 403
    assert rep.post(f"/me/tokens/{token.token_id}/revoke").status_code == 303
    assert nobody.get("/api/v1/groups", headers=asked).status_code == 401


def test_a_target_within_our_own_network_is_refused_even_to_an_admin(client: Client, own_server: Any) -> None:
    admin = client("admin", own_server)
    target = {"name": "ours", "channel": "webhook", "address": "https://127.0.0.1/hook"}
    assert client("analyst", own_server).post("/settings/targets", data=target).status_code == 403
    inward = admin.post("/settings/targets", data=target)
    assert inward.status_code == 422  # no message is sent into our own network
    assert read_targets(own_server.store) == []


def test_a_target_that_was_disabled_says_why_and_is_taken_up_again(client: Client, own_server: Any) -> None:
    store, now = own_server.store, datetime(2026, 3, 2, tzinfo=UTC)
    made = add_target(
        store, "ours", channel="webhook", address="https://h.example/geheim", kinds=[], by="Ada", now=now
    )
    disable_target(store, made.target_id, because="410 gone", by="muster", now=now)
    admin = client("admin", own_server)
    shown = admin.get("/settings/messages").text
    assert "it answered 410 gone" in shown and "geheim" not in shown
    assert (
        client("rep", own_server).post("/settings/targets/ours", data={"verdict": "enable"}).status_code
        == 403
    )
    assert admin.post("/settings/targets/ours", data={"verdict": "enable"}).status_code == 303
    assert [target.disabled_at for target in read_targets(store)] == [None]


def test_a_choice_of_messages_is_ones_own(client: Client, own_server: Any) -> None:
    rep = client("rep", own_server)
    choice = {"kind": "hand_off", "channel": "email", "is_on": "false"}
    assert rep.post("/me/messages", data=choice).status_code == 303
    [kept] = read_choices(own_server.store)
    assert (kept.user_id, kept.kind, kept.is_on) == (own_server.users["rep"].user_id, "hand_off", False)
    assert rep.post("/me/messages", data=choice | {"kind": "anything"}).status_code == 422


def test_a_new_password_needs_the_old_one_and_ends_other_sessions(client: Client, own_server: Any) -> None:
    first, second = client("marketer", own_server), client("marketer", own_server)
    assert first.post("/me/password", data={"now": "-", "new": "quite a long one"}).status_code == 303
    assert second.get("/worklist.json").status_code == 401
    wrong = first.post("/me/password", data={"now": "not that one", "new": "another long one"})
    assert wrong.status_code == 422 and "not your password" in wrong.text
    assert first.post("/me/password", data={"now": "quite a long one", "new": "short"}).status_code == 422


def test_a_rule_says_what_it_would_move_before_it_is_saved(client: Client, own_server: Any) -> None:
    analyst, folder = client("analyst", own_server), own_server.workspace
    row = {"name": "enter_at", "value": "70", "effective_from": "2025-01-01"}
    assert "reason" in analyst.post("/settings/rules/qualification", data=row).text
    wrong = analyst.post("/settings/rules/qualification", data=row | {"value": "x", "why": "to see"})
    assert wrong.status_code == 422 and "qualification.csv" in wrong.text
    draft = analyst.post("/settings/rules/qualification", data=row | {"why": "fewer"}).headers["location"]
    before = read_rules(folder / "rules").version
    page = analyst.get(draft).text
    while "being built once more" in page:
        page = analyst.get(draft).text
    changed = re.search(r"and (\S+) hand-offs would differ", page)
    assert changed is not None and int(changed[1].replace(",", "")) > 20
    assert read_rules(folder / "rules").version == before
    assert analyst.post(draft, data={"verdict": "save"}).status_code == 303
    assert read_rules(folder / "rules").version != before
    last = analyst.get("/settings/rules/qualification.json").json()[-1]
    assert (last["value"], last["why"]) == ("70", "fewer")
    [noted] = [e for e in entries(own_server.store) if e.action == "change_rule"]
    assert noted.who == "analyst@halden.example"
    assert analyst.get(draft).status_code == 422  # it is there no more
