"""Work the list: what is to act on, each answer, two at once, by keyboard alone and without script."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from tests.in_chromium import OPEN_ALL, OVERFLOW, locks_nobody_out
from tests.serving.conftest import serve

from muster.serving.figures.worklist import TABS, tab_of
from muster.store.decisions import read_decisions

Client = Callable[..., httpx.Client]


@pytest.fixture(scope="module")
def shared_server(
    bundled: Path, owners: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """A server for tests that decide, each about a group of its own."""
    folder = tmp_path_factory.mktemp("shared") / "halden"
    shutil.copytree(bundled, folder, symlinks=True)
    yield from serve(folder, (owners[0],), other=(owners[1],))


def listed(client: httpx.Client, tab: str = "act", **query: str) -> list[dict[str, Any]]:
    """The rows of a tab, as JSON."""
    found: list[dict[str, Any]] = client.get(
        "/worklist.json", params={"owner": "all", "tab": tab, **query}
    ).json()["groups"]
    return found


def forms(page: str, hand_off_id: str) -> dict[str, dict[str, str]]:
    """The hidden fields of each form that answers a hand-off, by its verb: what a browser would send."""
    found = {}
    for form in re.findall(rf'action="/hand-offs/{hand_off_id}/answer">(.*?)</form>', page, re.S):
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        found[fields["verb"]] = {name: unescape(value) for name, value in fields.items()}
    return found


def sent(client: httpx.Client, hand_off_id: str, verb: str, **fields: str) -> httpx.Response:
    """Open the list, fill a form in, and send it; as a browser without script does."""
    page = client.get("/worklist", params={"owner": "all", "tab": fields.pop("tab", "act")}).text
    hidden = forms(page, hand_off_id)[verb]
    return client.post(f"/hand-offs/{hand_off_id}/answer", data={**hidden, **fields}, follow_redirects=True)


@pytest.mark.parametrize(
    ("outcome", "status", "is_handed", "tab"),
    [
        (None, "qualified", True, "act"),
        (None, "engaged", True, "lapsed"),  # it left qualified before anybody answered
        (None, "qualified", False, "waiting"),
        ("worked", "engaged", True, "accepted"),
        ("opportunity", "qualified", True, "accepted"),
        ("rejected", "qualified", True, "returned"),
        ("nurture", "engaged", True, "returned"),
    ],
)
def test_a_group_stands_in_the_list_that_says_what_to_do(
    outcome: str | None, status: str, is_handed: bool, tab: str
) -> None:
    assert tab_of(outcome, status, is_handed=is_handed) == tab


def test_every_open_group_with_sales_stands_once_and_in_its_list(client: Client, demo_server: Any) -> None:
    folder = demo_server.workspace / ".muster" / "tables"
    with duckdb.connect() as connection:
        for name in ("buying_group", "hand_off", "qualification", "disposition"):
            connection.execute(f"CREATE VIEW {name} AS FROM read_parquet('{folder / name}.parquet')")
        unanswered = connection.execute(
            """SELECT h.buying_group_id, arg_max(q.status, q.from_at) FROM hand_off AS h
            JOIN buying_group AS g ON g.buying_group_id = h.buying_group_id AND g.closed_at IS NULL
            JOIN qualification AS q ON q.buying_group_id = g.buying_group_id
            WHERE h.hand_off_id = (
                SELECT arg_max(x.hand_off_id, x."at") FROM hand_off AS x
                WHERE x.buying_group_id = h.buying_group_id)
            AND NOT EXISTS (SELECT 1 FROM disposition AS d WHERE d.hand_off_id = h.hand_off_id)
            GROUP BY ALL"""
        ).fetchall()
    admin = client("admin")
    rows = {key: {row["buying_group_id"] for row in listed(admin, key)} for key, _ in TABS}
    assert rows["act"] == {group for group, status in unanswered if status == "qualified"} != set()
    assert rows["lapsed"] == {group for group, status in unanswered if status != "qualified"} != set()
    everywhere = [group for groups in rows.values() for group in groups]
    assert len(everywhere) == len(set(everywhere))
    assert not any(row["is_late"] for row in listed(admin) if row["is_replayed"])  # nobody was told


def test_the_list_is_filtered_by_owner_territory_and_solution(client: Client) -> None:
    admin = client("admin")
    everything = listed(admin, "accepted")
    for column, name in (("owner_id", "owner"), ("solution", "solution")):
        wanted = everything[0][column]
        assert listed(admin, "accepted", **{name: wanted}) == [r for r in everything if r[column] == wanted]
    for column in ("region", "country"):
        wanted = next((row[column] for row in everything if row[column]), None)
        if wanted is not None:
            theirs = listed(admin, "accepted", territory=f"{column}:{wanted}")
            assert theirs == [row for row in everything if row[column] == wanted]
    assert "Nothing needs you" in admin.get("/worklist?owner=nobody").text
    page = client("rep").get("/worklist").text
    assert '<option value="owner:mine" selected>' in page  # who owns accounts begins with their own


def test_the_whole_flow_without_script(client: Client, own_server: Any) -> None:
    admin = client("admin", own_server)
    first, second, third, *_ = listed(admin)
    done = sent(admin, first["hand_off_id"], "accept")
    assert done.status_code == 200 and "Admin accepted it" in done.text
    assert "pending until the next run" in admin.get("/worklist?owner=all&tab=accepted").text
    assert first["buying_group_id"] in {row["buying_group_id"] for row in listed(admin, "accepted")}

    refused = sent(admin, second["hand_off_id"], "reject")
    assert refused.status_code == 422 and "A rejection has a reason" in refused.text
    sent(admin, second["hand_off_id"], "reject", reason="No budget", words="maybe in spring")
    [row] = [row for row in listed(admin, "returned") if row["hand_off_id"] == second["hand_off_id"]]
    assert row["pending"] == ["Admin rejected it: No budget, maybe in spring"]

    sent(admin, third["hand_off_id"], "nurture", until="2026-03-01")
    [row] = [row for row in listed(admin, "returned") if row["hand_off_id"] == third["hand_off_id"]]
    assert row["pending"] == ["Admin returned it to nurture until 2026-03-01"]
    sent(admin, third["hand_off_id"], "note", tab="returned", words="They move <b>house</b> & rest")
    page = admin.get("/worklist?owner=all&tab=returned").text
    assert "They move &lt;b&gt;house&lt;/b&gt; &amp; rest" in page

    undo = f"/decisions/{row['undoes']}/undo"
    taken = admin.post(undo, data={"back": "/worklist?owner=all"}, follow_redirects=True)
    assert "Taken back" in taken.text
    assert third["hand_off_id"] in {row["hand_off_id"] for row in listed(admin)}  # to act on again
    told = admin.get("/decisions.json").json()
    assert {(d["kind"], d["state"]) for d in told} == {
        *(("accepted", "in force"), ("rejected", "in force"), ("nurture", "undone"), ("note", "in force"))
    }


def test_a_group_is_passed_on_to_another_seller(
    client: Client, shared_server: Any, owners: list[str]
) -> None:
    admin = client("admin", shared_server)
    row = next(row for row in listed(admin) if row["owner_id"] != owners[1])
    sent(admin, row["hand_off_id"], "reassign", owner=owners[1], reason="on leave")
    assert row["hand_off_id"] in {r["hand_off_id"] for r in listed(admin, owner=owners[1])}
    assert row["hand_off_id"] not in {r["hand_off_id"] for r in listed(admin, owner=row["owner_id"])}


def test_one_form_sent_twice_is_one_decision(client: Client, shared_server: Any) -> None:
    admin = client("admin", shared_server)
    key = listed(admin, "accepted")[0]["hand_off_id"]
    fields = forms(admin.get("/worklist?owner=all&tab=accepted").text, key)["note"] | {
        "words": "call on Monday"
    }
    for _ in range(2):
        assert admin.post(f"/hand-offs/{key}/answer", data=fields).status_code == 303
    assert [d.subject_id for d in read_decisions(shared_server.store)].count(key) == 1


def test_of_two_who_accept_at_once_one_wins_and_the_other_is_told(client: Client, own_server: Any) -> None:
    people = [client("admin", own_server), client("marketer", own_server)]
    key = listed(people[0])[0]["hand_off_id"]
    asked = [forms(who.get("/worklist?owner=all").text, key)["accept"] for who in people]

    def send(which: int) -> str:
        address = f"/hand-offs/{key}/answer"
        return people[which].post(address, data=asked[which], follow_redirects=True).text

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(send, range(2)))
    [kept] = read_decisions(own_server.store)
    winner = "Admin" if kept.decided_by.startswith("admin") else "Marketer"
    lost = [
        page for page in answers if f"{winner} accepted it, before you. Nothing of yours was written." in page
    ]
    assert len(lost) == 1 and kept.kind == "accepted"


def test_nobody_answers_for_somebody_elses_account(client: Client, shared_server: Any) -> None:
    theirs = {row["hand_off_id"] for row in listed(client("rep", shared_server))}
    foreign = next(r for r in listed(client("admin", shared_server)) if r["hand_off_id"] not in theirs)
    rep = client("rep", shared_server)
    address = f"/hand-offs/{foreign['hand_off_id']}/answer"
    assert rep.post(address, data={"verb": "accept"}).status_code == 404
    assert client("analyst", shared_server).post(address, data={"verb": "accept"}).status_code == 403
    fields = {"verb": "accept", "seen": foreign["seen"], "back": "//evil.example"}
    away = client("admin", shared_server).post(address, data=fields)
    assert away.headers["location"].startswith("/worklist?done=")
    kept = away.headers["location"].partition("done=")[2].partition("#")[0]
    assert rep.post(f"/decisions/{kept}/undo").status_code == 404
    assert foreign["account"] not in rep.get(f"/worklist?done={kept}").text


def ticks(client: httpx.Client, tab: str) -> dict[str, str]:
    """What ticking each row of a tab would send, by its hand-off."""
    page = client.get("/worklist", params={"owner": "all", "tab": tab}).text
    values = re.findall(r'name="picked" form="several" value="([^"]*)"', page)
    return {value.split()[0]: value for value in values}


def answered(client: httpx.Client, verb: str, picked: list[str], **fields: str) -> httpx.Response:
    """Send the form for several; its page as it stands after."""
    sent = {"verb": verb, "picked": picked, "back": "/worklist?owner=all", **fields}
    return client.post("/hand-offs/answers", data=sent, follow_redirects=True)


def test_several_are_answered_at_once_and_taken_back_at_once(client: Client, own_server: Any) -> None:
    admin = client("admin", own_server)
    before = ticks(admin, "lapsed")
    picked = list(before)[:3]
    done = answered(admin, "reject", [before[key] for key in picked], reason="No budget", words="all asked")
    assert "3 groups were answered" in done.text and done.text.count("Admin rejected it: No budget") >= 3
    kept = read_decisions(own_server.store)
    assert [(d.subject_id, d.kind, d.reason, d.value) for d in kept] == [
        (key, "rejected", "No budget", "all asked") for key in picked
    ]
    [ids] = re.findall(r'name="ids" value="([^"]*)"', done.text)
    back = admin.post("/decisions/undo", data={"ids": ids, "back": "/worklist"}, follow_redirects=True)
    assert "3 groups were answered, and taken back" in back.text
    assert set(picked) <= set(ticks(admin, "lapsed"))
    for verb, fields in (("nurture", {"until": "2026-03-01"}), ("reassign", {"owner": "nobody"})):
        page = answered(admin, verb, list(ticks(admin, "lapsed").values())[:2], **fields)
        assert page.status_code == (200 if verb == "nurture" else 422)
    assert [d.kind for d in read_decisions(own_server.store)[6:]] == ["nurture", "nurture"]


def test_of_several_those_that_somebody_else_took_are_named(client: Client, shared_server: Any) -> None:
    admin, marketer = client("admin", shared_server), client("marketer", shared_server)
    stale = dict(list(ticks(admin, "lapsed").items())[:3])
    first, *rest = stale
    sent(marketer, first, "accept", tab="lapsed")
    page = answered(admin, "accept", list(stale.values())).text
    assert "2 groups were answered" in page and "Of 1 somebody else was first" in page
    assert 'role="alert"' in page and "Marketer accepted it" in page
    kept = [(d.subject_id, d.decided_by.partition("@")[0]) for d in read_decisions(shared_server.store)]
    assert [who for key, who in kept if key == first] == ["marketer"]
    assert [who for key, who in kept if key in rest] == ["admin", "admin"]


def test_two_who_answer_several_at_once_share_them(client: Client, own_server: Any) -> None:
    people = [client("admin", own_server), client("marketer", own_server)]
    stale = dict(list(ticks(people[0], "lapsed").items())[:4])
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda who: answered(who, "accept", list(stale.values())), people))
    assert sorted(d.subject_id for d in read_decisions(own_server.store)) == sorted(stale)


def test_several_answers_need_the_right_the_rows_and_a_bound(client: Client, shared_server: Any) -> None:
    admin, rep = client("admin", shared_server), client("rep", shared_server)
    tab = next(key for key, _ in TABS if ticks(rep, key) and len(ticks(admin, key)) > len(ticks(rep, key)))
    own, every = ticks(rep, tab), ticks(admin, tab)
    foreign = next(key for key in every if key not in own)
    number = len(read_decisions(shared_server.store))
    assert answered(rep, "accept", [foreign]).status_code == 404
    assert answered(client("analyst", shared_server), "accept", list(every.values())).status_code == 403
    for verb, picked in (
        ("accept", []),
        ("accept", [f"h{n}" for n in range(51)]),
        ("note", list(own.values())),
    ):
        assert answered(rep, verb, picked).status_code == 422
    assert answered(rep, "reject", list(own.values())).status_code == 422  # without a reason
    rep.headers["sec-fetch-site"] = "cross-site"
    assert answered(rep, "accept", list(own.values())).status_code == 403
    rep.headers["sec-fetch-site"] = "same-origin"
    assert len(read_decisions(shared_server.store)) == number
    name = next(row["account"] for row in listed(admin, tab) if row["hand_off_id"] == foreign)
    page = answered(rep, "nurture", [foreign, next(iter(own.values()))], until="2026-03-01").text
    assert "1 group was answered" in page and name not in page
    assert [d.subject_id for d in read_decisions(shared_server.store)[number:]] == [next(iter(own))]


def test_a_role_is_corrected_from_the_groups_page(client: Client, shared_server: Any) -> None:
    admin = client("admin", shared_server)
    group = listed(admin)[0]["buying_group_id"]
    member = admin.get(f"/groups/{group}.json").json()["people"]["members"][0]
    role = "procurement" if member["role"] != "procurement" else "user"
    fields = {"person": member["person_id"], "role": role}
    page = admin.post(f"/groups/{group}/roles", data=fields, follow_redirects=True)
    assert page.status_code == 200 and f"{role}: pending until the next run" in page.text
    [kept] = [d for d in read_decisions(shared_server.store) if d.kind == "role"]
    admin.post(f"/decisions/{kept.decision_id}/undo", data={"back": f"/groups/{group}"})
    assert f"{role}: pending until the next run" not in admin.get(f"/groups/{group}").text


@pytest.mark.browser
def test_the_list_is_worked_by_keyboard_alone(signed_in: Callable[..., Any], own_server: Any) -> None:
    page = signed_in("admin", server=own_server)
    page.goto("/worklist?owner=all")
    names = page.locator(".groups .account").all_inner_texts()
    press = page.keyboard.press

    press("j")
    press("j")
    press("k")
    press("Enter")
    page.wait_for_url("**/groups/*")
    page.go_back()

    press("j")
    press("a")
    page.get_by_role("status").wait_for()
    assert "accepted it" in page.get_by_role("status").inner_text()
    assert names[0] not in page.locator(".groups .account").all_inner_texts()
    press("u")
    page.get_by_text("Taken back").first.wait_for()
    assert names[0] in page.locator(".groups .account").all_inner_texts()

    press("j")
    press("r")
    press("N")  # in the list of reasons: letters choose
    press("o")
    press(" ")
    press("B")
    press("Tab")
    page.keyboard.type("nothing before summer")
    press("Tab")
    press("Enter")
    page.get_by_text("rejected it: No budget, nothing before summer").first.wait_for()

    press("j")
    press("n")
    press("s")  # somebody raises a hand
    press("Tab")
    for _ in range(4):
        if page.evaluate("document.activeElement.name") == "reason":
            break
        press("Tab")
    page.keyboard.type("no project yet")
    press("Tab")
    press("Enter")
    page.get_by_text("returned it to nurture until somebody raises a hand").first.wait_for()
    kept = [(d.kind, d.reason, d.value) for d in read_decisions(own_server.store) if d.kind != "undo"]
    assert kept == [
        ("accepted", "", ""),
        ("rejected", "No budget", "nothing before summer"),
        ("nurture", "no project yet", "trigger:hand_raise"),
    ]


@pytest.mark.browser
def test_several_are_answered_by_keyboard_alone(signed_in: Callable[..., Any], shared_server: Any) -> None:
    page = signed_in("admin", server=shared_server)
    page.goto("/worklist?owner=all&tab=lapsed")
    names = page.locator(".groups .account").all_inner_texts()
    number = len(read_decisions(shared_server.store))
    press = page.keyboard.press
    for key in ("j", "x", "j", "x", "j", "x", "x"):
        press(key)
    assert page.inner_text("[data-ticked]") == "2 groups ticked."
    press("t")  # to nurture: the first field of the form has the focus
    press("s")
    while page.evaluate("document.activeElement.name") != "nurture_why":
        press("Tab")
    page.keyboard.type("asked together")
    press("Enter")  # in a field: of four buttons none is meant
    assert len(read_decisions(shared_server.store)) == number
    press("Tab")
    press("Enter")
    page.get_by_text("2 groups were answered").wait_for()
    assert not {*names[:2]} & {*page.locator(".groups .account").all_inner_texts()}
    locks_nobody_out(page)
    press("u")
    page.get_by_text("taken back").first.wait_for()
    assert names == page.locator(".groups .account").all_inner_texts()
    kept = [d for d in read_decisions(shared_server.store)[number:] if d.kind == "nurture"]
    assert [(d.value, d.reason) for d in kept] == [("trigger:hand_raise", "asked together")] * 2


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")])
def test_the_pages_lock_nobody_out(
    signed_in: Callable[..., Any], shared_server: Any, client: Client, width: int, scheme: str
) -> None:
    admin = client("admin", shared_server)
    done = sent(admin, listed(admin)[0]["hand_off_id"], "accept")
    page = signed_in("admin", server=shared_server, width=width, scheme=scheme)
    for address in ("/worklist?owner=all", f"/worklist?{done.url.query.decode()}", "/decisions"):
        page.goto(address)
        page.evaluate(OPEN_ALL)
        locks_nobody_out(page)
        assert page.evaluate(OVERFLOW) <= 0
