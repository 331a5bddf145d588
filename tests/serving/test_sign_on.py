"""Single sign-on against a provider that really runs: who comes in, who does not, and what is forged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from muster.config.settings import SignOnConfig
from muster.problems import WrongUse
from muster.serving.sign_on import Identity, Provider, Travellers, user_of
from muster.store.users import change_user, user_by_email

Client = Callable[..., httpx.Client]
pytest.importorskip("oidc_provider_mock", reason="no identity provider to test with")


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider that vouches for whoever asks."""
    from oidc_provider_mock import User, run_server_in_thread  # noqa: PLC0415

    claims = {"email": "nora@halden.example", "email_verified": True, "name": "Nora"}
    with run_server_in_thread(user_claims=[User(sub="nora", claims=claims)]) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def served(own_server: Any, issuer: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The bundled company, whose muster.toml names the provider."""
    file = own_server.workspace / "muster.toml"
    told = f'''
[serve.sign_on]
issuer = "{issuer}"
client_id = "muster"
name = "Halden login"
domains = ["halden.example"]
new_users = "marketer"
'''
    file.write_text(file.read_text("utf-8") + told, "utf-8")
    monkeypatch.setenv("MUSTER_OIDC_SECRET", "a secret of the app")
    return own_server


def sign_on(browser: httpx.Client, subject: str, *, next: str = "/me") -> httpx.Response:
    """Walk there and back as a browser does; the answer to coming back."""
    there = browser.get("/sign-on", params={"next": next}).headers["location"]
    back = httpx.post(there, data={"sub": subject, "claims": ""}).headers["location"]
    return browser.get(back)


def test_a_user_comes_in_with_the_companys_login(client: Client, served: Any) -> None:
    browser = client(None, served)
    assert "Sign in with Halden login" in browser.get("/sign-in").text
    answer = sign_on(browser, "nora")
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert "You are Nora, marketer" in browser.get("/me").text
    stranger = client(None, served)
    assert "no account here" in sign_on(stranger, "eve").text  # the provider vouches for no address of hers
    assert stranger.get("/me").status_code == 303


def test_nobody_comes_back_twice_or_with_another_state(client: Client, served: Any) -> None:
    browser = client(None, served)
    there = browser.get("/sign-on").headers["location"]
    asked = parse_qs(urlsplit(there).query)
    assert asked["code_challenge_method"] == ["S256"] and len(asked["nonce"][0]) > 30
    forged = browser.get("/sign-on/back", params={"state": "another", "code": "x"})
    assert forged.status_code == 422 and "did not begin here" in forged.text
    again = browser.get("/sign-on/back", params={"state": asked["state"][0], "code": "x"})
    assert again.status_code == 422  # the first try used it up
    assert client(None, served).get("/sign-on/back", params={"state": "", "code": "x"}).status_code == 422


def test_whoever_left_comes_back_once() -> None:
    travellers = Travellers()
    secret, leaving = travellers.leave("/board")
    assert travellers.come_back(secret, leaving.state) == leaving
    with pytest.raises(WrongUse):
        travellers.come_back(secret, leaving.state)


def test_a_code_of_somebody_elses_sign_in_does_not_hold(served: Any, issuer: str) -> None:
    config = served_config(served)
    provider, travellers = Provider(config), Travellers()
    back = f"{served.url}/sign-on/back"
    _, leaving = travellers.leave("/")
    there = provider.address(leaving, back)
    location = httpx.post(there, data={"sub": "eve@halden.example", "claims": ""}).headers["location"]
    code = parse_qs(urlsplit(location).query)["code"][0]
    _, other = travellers.leave("/")
    with pytest.raises(WrongUse, match="does not hold"):  # another verifier, another nonce
        provider.identity(other, code, back)


def test_an_address_counts_only_where_it_was_verified(served: Any) -> None:
    config, store = served_config(served), served.store
    rep = served.users["rep"]
    with pytest.raises(WrongUse, match="no account"):
        user_of(store, Identity("https://a.example", "1", rep.email, is_verified=False, name="Eve"), config)
    linked = user_of(
        store, Identity("https://a.example", "1", rep.email, is_verified=True, name="Rep"), config
    )
    assert linked.user_id == rep.user_id
    moved = Identity("https://a.example", "1", "new@elsewhere.example", is_verified=False, name="Rep")
    assert user_of(store, moved, config).user_id == rep.user_id  # by subject, whatever the address
    with pytest.raises(WrongUse):  # somebody else with the same address later
        user_of(store, Identity("https://a.example", "2", rep.email, is_verified=True, name="Eve"), config)
    change_user(store, rep.user_id, by="tests", is_disabled=True)
    with pytest.raises(WrongUse, match="no account"):
        user_of(store, moved, config)


def test_only_people_of_the_named_domains_become_users(served: Any) -> None:
    config, store = served_config(served), served.store
    stranger = Identity("https://a.example", "9", "eve@evil.example", is_verified=True, name="Eve")
    with pytest.raises(WrongUse, match="no account"):
        user_of(store, stranger, config)
    one = Identity("https://a.example", "8", "nora@halden.example", is_verified=True, name="Nora")
    assert user_of(store, one, config).role == "marketer"
    assert user_by_email(store, "nora@halden.example") is not None


@pytest.mark.browser
def test_a_browser_walks_to_the_provider_and_back(served: Any, issuer: str, chromium: Any) -> None:
    context = chromium.new_context(base_url=served.url)
    page = context.new_page()
    page.goto("/board?solution=revenue-cloud")  # whoever came for a page gets it afterwards
    page.get_by_role("link", name="Sign in with Halden login").click()
    assert page.url.startswith(issuer)
    page.get_by_role("button", name="nora").click()
    page.wait_for_url(f"{served.url}/board?solution=revenue-cloud")
    page.goto("/me")
    assert "You are Nora, marketer" in page.inner_text(".opening")

    context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_role("link", name="Sign in with Halden login").click()
    page.get_by_role("button", name="Deny").click()
    page.wait_for_url(f"{served.url}/sign-on/back?*")
    assert "Halden login did not let you in" in page.inner_text("main")
    page.goto("/me")
    assert page.url.startswith(f"{served.url}/sign-in")
    context.close()


def served_config(served: Any) -> SignOnConfig:
    from muster.config.reading import read_config  # noqa: PLC0415

    found = read_config(served.workspace).serve.sign_on
    assert found is not None
    assert re.match(r"http://localhost:\d+$", found.issuer)
    return found
