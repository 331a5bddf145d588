"""Passkeys in a real browser with a key made of software: made, used, copied, forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from muster.problems import WrongUse
from muster.serving.passkeys import Challenges, Place
from muster.store.audit import entries
from muster.store.passkeys import passkeys_of
from muster.store.users import change_user

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_a_key(page: Any) -> Any:
    """Plug a key into the browser of a page."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    return session


def at_localhost(server: Any) -> str:
    return server.url.replace("127.0.0.1", "localhost")


@pytest.mark.browser
def test_somebody_makes_a_passkey_and_signs_in_by_it(own_server: Any, chromium: Any) -> None:
    rep, base = own_server.users["rep"], at_localhost(own_server)
    context = chromium.new_context(base_url=base)
    context.add_cookies([{"name": k, "value": v, "url": base} for k, v in own_server.cookies("rep").items()])
    page = context.new_page()
    with_a_key(page)
    page.goto("/me")
    page.get_by_label("What it is on").fill("My laptop")
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_text("My laptop since").wait_for()
    [kept] = passkeys_of(own_server.store, rep.user_id)
    assert kept.name == "My laptop"
    page.get_by_role("button", name="Make a passkey").click()  # again on the same device
    page.get_by_text("This device holds a passkey of yours already.").wait_for()

    context.clear_cookies()
    page.goto("/sign-in?next=/me")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/me")
    assert "You are Rep, rep, and see the accounts of Alba Bisset" in page.inner_text(".opening")
    assert page.get_by_text("Chrome on Linux").is_visible()
    assert [e.detail for e in entries(own_server.store) if e.action == "sign_in"][-1] == '{"how": "passkey"}'

    page.get_by_role("button", name="Forget My laptop").click()
    assert passkeys_of(own_server.store, rep.user_id) == []
    context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("opens nothing here").wait_for()
    context.close()


@pytest.mark.browser
def test_the_key_of_somebody_disabled_opens_nothing(own_server: Any, chromium: Any) -> None:
    base = at_localhost(own_server)
    context = chromium.new_context(base_url=base)
    context.add_cookies(
        [{"name": k, "value": v, "url": base} for k, v in own_server.cookies("other").items()]
    )
    page = context.new_page()
    with_a_key(page)
    page.goto("/me")
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_text("This device since").wait_for()
    change_user(own_server.store, own_server.users["other"].user_id, by="tests", is_disabled=True)
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("opens nothing here").wait_for()
    context.close()


def test_an_answer_without_a_question_opens_nothing(client: Callable[..., httpx.Client]) -> None:
    nobody = client(None)
    assert nobody.post("/me/passkeys/begin").status_code in {303, 401}
    for told in ({}, {"id": "x"}, [], "x"):
        assert nobody.post("/sign-in/passkey", json=told).status_code == 422
    assert nobody.post("/sign-in/passkey", content=b"\xff").status_code == 422
    assert client("rep").post("/me/passkeys", json={"credential": 1}).status_code == 422


def test_a_challenge_is_taken_once() -> None:
    asked = Challenges()
    secret, challenge = asked.ask()
    assert asked.take(secret) == challenge
    for again in (secret, "", "another"):
        with pytest.raises(WrongUse):
            asked.take(again)


def test_a_passkey_needs_a_name_to_be_bound_to() -> None:
    assert Place("https://muster.example.com").host == "muster.example.com"
    for numbers in ("http://127.0.0.1:8642", "http://[::1]:8642"):
        with pytest.raises(WrongUse, match="need a name"):
            _ = Place(numbers).host
