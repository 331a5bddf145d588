"""What stands before every page: other sites, other hosts, what browsers may do, who is signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.datastructures import Headers

from muster.serving.guards import Limit, is_foreign
from muster.serving.pages.signing_in import own_address

Client = Callable[..., httpx.Client]


@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({"sec-fetch-site": "same-origin", "origin": "http://a.example"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": "none", "origin": "http://evil.example"}, True),
        ({"origin": "http://evil.example"}, True),
        ({"origin": "null"}, True),
        ({"cookie": "muster-8642=x"}, True),
        ({"authorization": "Bearer x"}, False),
    ],
)
def test_what_another_site_sends_is_told_apart(headers: dict[str, str], foreign: bool) -> None:
    assert is_foreign(Headers(headers), "a.example") is foreign


def test_a_form_of_another_site_changes_nothing(client: Client) -> None:
    rep = client("rep")
    rep.headers["sec-fetch-site"] = "cross-site"
    assert rep.post("/sign-out").status_code == 403
    rep.headers["sec-fetch-site"] = "same-origin"
    assert rep.get("/worklist").status_code == 200  # still signed in


def test_a_host_that_is_not_ours_gets_nothing(client: Client) -> None:
    assert client("rep").get("/worklist", headers={"host": "evil.example"}).status_code == 421


def test_every_answer_says_what_a_browser_may_do(client: Client) -> None:
    for address in ("/worklist", "/sign-in", "/nowhere", "/worklist.csv", "/health-check"):
        answer = client("rep").get(address)
        policy = answer.headers["content-security-policy"]
        assert "unsafe-inline" not in policy and "object-src 'none'" in policy and "base-uri 'none'" in policy
        assert "frame-ancestors 'none'" in policy and answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"


def test_nobody_sees_nothing(client: Client) -> None:
    nobody = client(None)
    page = nobody.get("/worklist?tab=accepted")
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=%2Fworklist%3Ftab%3Daccepted")
    twin = nobody.get("/worklist.json")
    assert (twin.status_code, twin.headers["content-type"]) == (401, "application/problem+json")


def test_signing_in_leads_back_to_this_app_alone() -> None:
    assert own_address("/worklist?tab=act") == "/worklist?tab=act"
    for address in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""):
        assert own_address(address) == "/"


def test_a_password_is_tried_five_times_a_minute(client: Client) -> None:
    nobody = client(None)
    form = {"email": "somebody@halden.example", "password": "wrong and wrong again"}
    answers = [nobody.post("/sign-in", data=form).status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]
    assert int(nobody.post("/sign-in", data=form).headers["retry-after"]) > 0


def test_a_limit_counts_each_key_for_itself() -> None:
    limit = Limit(tries=2, seconds=60)
    assert [limit.wait("a"), limit.wait("a"), limit.wait("b")] == [0, 0, 0]
    assert 0 < limit.wait("a") <= 61


@pytest.mark.browser
def test_a_link_lets_somebody_choose_a_password_and_works_once(
    own_server: Any, signed_in: Callable[..., Any]
) -> None:
    from muster.store.invitations import INVITE, new_invitation  # noqa: PLC0415

    secret = new_invitation(own_server.store, INVITE, own_server.users["analyst"].user_id, by="tests")
    page = signed_in(None, server=own_server)
    page.goto(f"/start/{secret}")
    page.get_by_label("Password").fill("four words of mine")
    page.get_by_role("button", name="Go on").click()
    assert page.url.endswith(("/worklist", "/board"))
    page.get_by_text("Analyst", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail").fill("analyst@halden.example")
    page.get_by_label("Password").fill("four words of mine")
    page.get_by_role("button", name="Sign in", exact=True).click()
    assert page.url.endswith(("/worklist", "/board", "/"))
    page.goto(f"/start/{secret}")
    assert page.get_by_role("heading", name="This link no longer works").is_visible()
