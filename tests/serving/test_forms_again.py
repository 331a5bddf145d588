"""A form that is not taken: its page again, what was typed kept, each error tied to its field (WCAG 3.3.1).

`SENT` sends every form of the route table with something wrong; a route that is neither there nor among the
buttons fails `test_no_form_is_forgotten`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from lxml import html
from tests.serving.conftest import Served, serve

from muster.serving import pages
from muster.serving.tied import Wrong, tied
from muster.store.invitations import INVITE, new_invitation
from muster.store.users import change_user
from muster.workspace import init_workspace

BUTTONS = {
    **dict.fromkeys(("/sign-out", "/me/sign-out-everywhere", "/sources/look", "/sources/build"), "no field"),
    **dict.fromkeys(("/health/runs", "/health/review", "/settings/users/{user_id}/link"), "no field"),
    **dict.fromkeys(("/decisions/{decision_id}/undo", "/decisions/undo", "/views/{view_id}/delete"), "undo"),
    **dict.fromkeys(("/me/tokens/{token_id}/revoke", "/me/passkeys/{credential_id}/remove"), "take away"),
    **dict.fromkeys(("/settings/messages/{number}", "/settings/targets/{name}", "/settings/crm"), "verdicts"),
    "/settings/drafts/{draft_id}": "save or forget",
    "/settings/crm/look": "no field",
    "/settings/crm/writes/{number}": "verdicts",
    **dict.fromkeys(("/settings/crm/runs/{run_id}", "/settings/crm/waiting/{name}"), "no field"),
    "/sources/{name}/remove": "no field that can be wrong",
    "/sources/words": "stands where a look found a word: test_new_words.py",
    **dict.fromkeys(("/me/passkeys/begin", "/me/passkeys", "/sign-in/passkey/begin"), "asked by a script"),
    **dict.fromkeys(("/sign-in/passkey", "/slack/answers"), "asked by a script"),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """What is sent where, from which page, by whom; the field that is wrong, and a word of what is said."""

    route: str
    page: str
    given: dict[str, Any]
    wrong: str
    says: str
    who: str | None = "admin"
    status: int = 422
    refused: str = "Not taken"  # what its page is called then
    action: str = ""  # where it is sent to, if not to the route as it is written
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.route}, {self.wrong}"


ANSWER = {"seen": "", "key": "k1", "back": "/worklist?owner=all"}
DRAWN = ("key", "seen", "back", "next", "path", "now")  # hidden fields that each drawing of a form holds anew
SEVERAL = {"key": "k2", "back": "/worklist?owner=all"}
LIST = "/worklist?owner=all"
PERSON = {"email": "no address", "name": "Nia Okoro", "role": "rep", "owner_ids": "u7", "territories": "*"}
TARGET = {"name": "ops", "channel": "webhook", "address": "https://127.0.0.1/hook", "kinds": ["data_stale"]}
ROW = {"name": "enter_at", "value": "many", "effective_from": "2026-01-01", "why": "fewer"}
SENT = [
    Sent(
        "/sign-in",
        "/sign-in?next=/board",
        {"email": "forms@halden.example", "password": "not-hers-at-all", "next": "/board"},
        "password",
        "do not go together",
        None,
        401,
        refused="Not signed in",
    ),
    Sent(
        "/start/{secret}",
        "/start/{invitation}",
        {"password": "short"},
        "password",
        "least",
        None,
        action="/start/{invitation}",
    ),
    Sent("/me/password", "/me", {"now": "-", "new": "short"}, "new", "least"),
    Sent("/me/tokens", "/me", {"name": "my sheet", "days": "365"}, "scopes", "without a scope"),
    Sent("/me/tokens", "/me", {"name": "my sheet", "scopes": "groups:read", "days": "7"}, "days", "lasts"),
    Sent(
        "/me/messages",
        "/me/messages",
        {"kind": "weekly", "channel": "email", "weekday": "9"},
        "weekday",
        "seven days",
    ),
    Sent("/me/slack", "/me", {"slack_id": "@other"}, "slack_id", "no member id", "other"),
    Sent("/views", "/board", {"name": " ", "path": "/board", "shared": "1"}, "name", "has a name"),
    *(
        Sent(
            "/hand-offs/{hand_off_id}/answer",
            LIST,
            ANSWER | {"verb": verb} | given,
            wrong,
            says,
            action="/hand-offs/{hand_off}/answer",
        )
        for verb, given, wrong, says in (
            ("reject", {"reason": "", "words": "maybe in spring"}, "reason", "has a reason"),
            ("nurture", {"trigger": "", "until": "2020-01-01", "reason": "later"}, "until", "not after"),
            ("reassign", {"owner": "Nobody Atall", "reason": "hers"}, "owner", "Nobody in sales"),
            ("note", {"words": " "}, "words", "says something"),
        )
    ),
    *(
        Sent("/hand-offs/answers", LIST, SEVERAL | {"verb": verb} | given, wrong, says)
        for verb, given, wrong, says in (
            ("accept", {}, "picked", "Nothing is ticked"),
            ("reject", {"picked": "{hand_off} ", "reason": "", "words": "no budget"}, "reason", "reason"),
            ("nurture", {"picked": "{hand_off} ", "until": "soon"}, "until", "neither a day"),
            ("reassign", {"picked": "{hand_off} ", "owner": "Nobody Atall"}, "owner", "Nobody in sales"),
        )
    ),
    Sent(
        "/groups/{group_id}/roles",
        "/groups/{group}",
        {"person": "{person}", "role": "emperor"},
        "role",
        "no role",
        action="/groups/{group}/roles",
    ),
    Sent(
        "/packs",
        "/packs",
        {"period": "2025-Q9", "notes": "Two\nlines", "override": "Dana: so"},
        "period",
        "2025",
    ),
    Sent("/replay", "/replay", {"rule.threshold": "-3"}, "rule.threshold", "threshold", "analyst"),
    Sent("/settings/users", "/settings/users", PERSON, "email", "no e-mail address"),
    Sent(
        "/settings/users", "/settings/users", {"email": "nia@halden.example", "role": "rep"}, "name", "needed"
    ),
    Sent(
        "/settings/users/{user_id}",
        "/settings/users",
        {"role": "emperor", "owner_ids": "u9", "territories": "country:DE"},
        "role",
        "no role",
        action="/settings/users/{user}",
    ),
    Sent(
        "/settings/targets", "/settings/messages", TARGET | {"back": "/settings/messages"}, "address", "sent"
    ),
    Sent(
        "/settings/targets",
        "/settings/messages",
        TARGET | {"name": "?", "back": "/settings/messages"},
        "name",
        "no name",
    ),
    Sent("/settings/privacy/find", "/settings/privacy", {"who": "nobody@nowhere.example"}, "who", "nobody@"),
    Sent(
        "/settings/privacy",
        "/settings/privacy",
        {"person_id": "{person}", "typed": "x"},
        "typed",
        "asked for",
    ),
    Sent("/settings/privacy/strangers", "/settings/privacy", {"days": "7", "why": "x"}, "days", "no silence"),
    *(
        Sent(
            "/settings/rules/{name}",
            "/settings/rules/qualification",
            ROW | given,
            wrong,
            says,
            "analyst",
            action="/settings/rules/qualification",
        )
        for given, wrong, says in (
            ({}, "value", "not a number"),
            ({"value": "70", "why": ""}, "why", "reason"),
            ({"value": "70", "effective_from": "soon"}, "effective_from", "not a date"),
        )
    ),
    *(
        Sent(
            "/company",
            back,
            {"back": back, "name": "Halden", "currency": "EUR", "own_domains": "halden.example"} | given,
            wrong,
            says,
        )
        for back in ("/settings/sources",)
        for given, wrong, says in (
            ({"name": " "}, "name", "no name"),
            ({"currency": "euros"}, "currency", "three letters"),
            ({"own_domains": "halden.example, ???"}, "own_domains", "no mail domain"),
            ({"live_since": "soon"}, "live_since", "no day"),
        )
    ),
    *(
        Sent("/sources", back, {"back": back, "name": name, "path": "/nowhere/at/all"}, wrong, says)
        for back in ("/settings/sources",)
        for name, wrong, says in (("crm2", "path", "nothing at"), ("My CRM", "name", "no name"))
    ),
    Sent(
        "/sources/{name}/columns",
        "/sources/web/columns",
        {"engagement.occurred_at": "", "engagement.url": "path", "date_format": ""},
        "engagement.occurred_at",
        "no row of the file",
        action="/sources/web/columns",
    ),
    Sent(
        "/sources/{name}/columns",
        "/sources/crm/columns",
        {"attribute.ICP_Tier__c": "ICP Tier"},
        "attribute.ICP_Tier__c",
        "no name of an attribute",
        action="/sources/crm/columns",
    ),
    Sent(
        "/uploads",
        "/settings/sources",
        {"back": "/settings/sources", "name": "crm2", "solution_field": "Sol__c"},
        "files",
        "no file that Muster reads",
        files={"files": ("letter.docx", b"PK")},
    ),
]


@pytest.fixture(scope="module")
def ids(demo_server: Served) -> dict[str, str]:
    """What addresses and forms name: things of the bundled company."""
    with httpx.Client(base_url=demo_server.url, cookies=demo_server.cookies("admin"), timeout=60) as admin:
        groups = admin.get("/worklist.json?owner=all").json()["groups"]
        page = html.fromstring(admin.get(f"/groups/{groups[0]['buying_group_id']}").text)
    user = demo_server.users["other"].user_id
    change_user(demo_server.store, user, slack_id="U0THER7", by="tests")
    return {
        "hand_off": groups[0]["hand_off_id"],
        "group": groups[0]["buying_group_id"],
        "person": page.xpath("//form[contains(@action, '/roles')]/input[@name='person']/@value")[0],
        "user": str(user),
        "invitation": new_invitation(demo_server.store, INVITE, user, by="tests"),
    }


def test_no_form_is_forgotten() -> None:
    routes = {path for router in pages.routers() for path in _post_paths(router.routes)}
    assert routes == {one.route for one in SENT} | set(BUTTONS)


@pytest.mark.parametrize("says_where", [True, False], ids=["from its page", "without a Referer"])
@pytest.mark.parametrize("sent", SENT, ids=str)
def test_a_form_that_is_not_taken_comes_back_as_it_was_with_the_error_at_its_field(
    client: Callable[..., httpx.Client], ids: dict[str, str], sent: Sent, says_where: bool
) -> None:
    asked = client(sent.who)
    given = {name: _filled(said, ids) for name, said in sent.given.items()}
    address = f"{asked.base_url}{sent.page.format(**ids)}".replace("//", "/").replace(":/", "://")
    headers = {"referer": address} if says_where else {}
    action = (sent.action or sent.route).format(**ids)
    answer = asked.post(action, data=given, files=sent.files or None, headers=headers)
    assert answer.status_code == sent.status, answer.text[:300]
    page = html.fromstring(answer.text)
    [wrong] = page.xpath("//*[@aria-invalid='true']")
    assert wrong.get("name") == sent.wrong
    told = " ".join(
        page.get_element_by_id(one).text_content() for one in wrong.get("aria-describedby", "").split()
    )
    assert sent.says in told
    [link] = page.xpath("//main/*[@role='alert'][1]//a")
    assert link.get("href") == f"#{wrong.get('id')}" and sent.says in link.text_content()
    assert len(page.xpath(f"//*[@id='{wrong.get('id')}']")) == 1
    assert page.xpath("//*[@autofocus]") == [wrong]
    assert all("open" in fold.attrib for fold in wrong.iterancestors("details"))
    assert page.findtext(".//title").startswith(f"{sent.refused}: ")
    form = _form_of(page, wrong)
    assert (form.get("action") or sent.page.format(**ids).partition("?")[0]) == action
    for name, said in given.items():
        _is_kept(page, form, name, said)


def test_a_refused_sign_in_says_why_and_what_to_do_and_says_it_once(
    client: Callable[..., httpx.Client],
) -> None:
    sent = {"email": "nobody@halden.example", "password": "not-theirs"}
    answer = client(None).post("/sign-in", data=sent)
    said = html.fromstring(answer.text).xpath("string(//main)")
    assert said.count("do not go together") == said.count("ask whoever looks after Muster") == 1
    assert "nothing was changed" not in said


@pytest.mark.browser
def test_without_script_the_focus_stands_in_the_field_that_is_wrong(
    signed_in: Callable[..., Any], client: Callable[..., httpx.Client]
) -> None:
    page = signed_in("admin", width=390, java_script_enabled=False)
    page.goto("/settings/users")
    page.locator("summary", has_text="Add somebody").click()
    page.fill("#email", "nia@nowhere@")
    page.fill("#name", "Nia Okoro")
    page.locator("form[action='/settings/users']").evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Add, and make a link").click()
    assert page.locator("[aria-invalid]").evaluate("field => field === document.activeElement")
    assert page.locator("#email").input_value() == "nia@nowhere@"
    assert page.locator("#name").input_value() == "Nia Okoro"
    page.get_by_role("alert").get_by_role("link").click()
    assert page.url.endswith("#email")


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_page_with_an_error_locks_nobody_out(
    signed_in: Callable[..., Any], width: int, scheme: str
) -> None:
    from tests.in_chromium import OVERFLOW, locks_nobody_out  # noqa: PLC0415

    page = signed_in("admin", width=width, scheme=scheme)
    page.goto("/me")
    page.fill("#token-name", "my sheet")
    page.get_by_role("button", name="Make a token").click()
    assert page.locator("[aria-invalid]").evaluate("field => field === document.activeElement")
    locks_nobody_out(page, targets=True)
    assert page.evaluate(OVERFLOW) == 0


def test_a_first_upload_that_is_refused_comes_back_to_the_first_steps(tmp_path: Any) -> None:
    workspace = tmp_path / "new"
    workspace.mkdir()
    init_workspace(workspace)
    for served in serve(workspace, ()):
        headers = {"sec-fetch-site": "same-origin"}
        with httpx.Client(base_url=served.url, cookies=served.cookies("admin"), headers=headers) as admin:
            given = {"back": "/first-run", "name": "crm", "mql_field": "MQL__c"}
            answer = admin.post("/uploads", data=given, files={"files": ("letter.docx", b"PK")})
    page = html.fromstring(answer.text)
    [wrong] = page.xpath("//*[@aria-invalid='true']")
    assert (answer.status_code, wrong.get("name")) == (422, "files")
    _is_kept(page, _form_of(page, wrong), "mql_field", "MQL__c")


def test_a_form_among_others_of_the_same_address_is_told_by_what_it_holds() -> None:
    forms = "".join(
        f'<form method="post" action="/a"><input type="hidden" name="verb" value="{verb}">'
        f'<label>Why<textarea name="words">as it was</textarea></label></form>'
        for verb in ("accept", "reject")
    )
    text = f"<title>T</title><main>{forms}<svg><title>no page</title></svg></main>"
    wrong = Wrong("/a", {"verb": ["reject"], "words": ["<b>&amp;</b>"]}, (("words", "No <i>such</i> words"),))
    again = tied(text, wrong, path="/elsewhere")
    assert again is not None
    first, second = html.fromstring(again).xpath("//textarea")
    assert (first.text, second.text) == ("as it was", "\n<b>&amp;</b>")
    assert (first.get("aria-invalid"), second.get("aria-invalid")) == (None, "true")
    assert "<b>&amp;</b>" not in again.replace("&lt;b&gt;&amp;amp;&lt;/b&gt;", "") and "<i>" not in again
    assert tied(text, Wrong("/b", {}, (("words", "no"),)), path="/elsewhere") is None


def _is_kept(page: Any, form: Any, name: str, said: Any) -> None:
    """What was sent stands in the form that came back; a secret stands nowhere."""
    key = form.get("id")
    fields = form.xpath(f".//*[@name='{name}']") + (
        page.xpath(f"//*[@name='{name}'][@form='{key}']") if key else []
    )
    wanted = said if isinstance(said, list) else [said]
    assert fields or name in DRAWN, f"the form that came back has no {name}"
    for one in fields:
        kind = "hidden" if one.tag == "button" else one.get("type", "text") if one.tag == "input" else ""
        if kind == "password":
            assert one.get("value") is None and (said == "-" or said not in html.tostring(page, encoding=str))
        elif kind in ("checkbox", "radio"):
            assert ("checked" in one.attrib) == (one.get("value") in wanted)
        elif one.tag == "select":
            options = [o.get("value", o.text) for o in one.xpath("./option[@selected]")]
            assert options in ([], wanted)
            assert options or said not in one.xpath("./option/@value") or said == ""
        elif one.tag == "textarea":
            assert (one.text or "").strip("\n") == said
        elif one.tag == "input" and kind != "file" and name not in DRAWN:
            assert one.get("value") in wanted


def _form_of(page: Any, wrong: Any) -> Any:
    key = wrong.get("form")
    return page.get_element_by_id(key) if key else next(wrong.iterancestors("form"))


def _filled(said: Any, ids: dict[str, str]) -> Any:
    return said.format(**ids) if isinstance(said, str) else said


def _post_paths(routes: Any) -> Iterator[str]:
    for route in routes:
        if "POST" in (getattr(route, "methods", None) or ()):
            yield re.sub(r":\w+}", "}", route.path)
        elif hasattr(route, "original_router"):
            yield from _post_paths(route.original_router.routes)
