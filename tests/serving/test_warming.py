"""Who signs in finds the first pages of a run made: nobody waits for what was known before they came."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from muster.access.seen import Seen
from muster.access.viewer import Viewer
from muster.reports.published import Published
from muster.serving import snapshots, warming
from muster.serving.app import application
from muster.serving.figures.board_cards import Cards, Flow, flows
from muster.serving.figures.worklist import items
from muster.serving.reading import reach_of
from muster.serving.screen import SCREENS
from muster.serving.sessions import viewer_for
from muster.serving.warming import FIRST, Traffic, scopes_of, warm
from muster.serving.wholes import ahead_of
from muster.store.opening import Store, upgrade
from muster.store.sessions import begin_session
from muster.store.users import add_user, change_user
from muster.workspace import open_workspace

FIRST_OF_A_REP = ("/worklist", "/board")


class Office:
    """The app of the bundled company without its threads, and how many questions each page asks."""

    def __init__(self, folder: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store, self.questions = store, 0
        self.app: FastAPI = application(folder, store)
        self.snapshot = self.app.state.house.snapshots.current()
        asks = Published.records

        def counted(tables: Published, *args: Any) -> list[dict[str, Any]]:
            self.questions += 1
            return asks(tables, *args)

        monkeypatch.setattr(Published, "records", counted)

    def hire(self, name: str, role: str, *owner_ids: str) -> Viewer:
        """Somebody who is signed in."""
        user = add_user(
            self.store, f"{name}@halden.example", name, role=role, by="tests", owner_ids=owner_ids
        )
        self.secret = begin_session(self.store, user.user_id)
        return viewer_for(user)

    def open(self, address: str) -> int:
        """How many questions it takes the last one hired to open a page."""
        self.questions = 0
        with_cookie = {"cookie": f"muster-8642={self.secret}"}
        answer = TestClient(self.app, headers=with_cookie).get(address)
        assert answer.status_code == 200, address
        return self.questions

    def clicks(self, viewer: Viewer) -> list[str]:
        """Groups of a viewer's worklist, with their accounts and members."""
        with Seen(self.snapshot.folder, viewer) as seen:
            listed = [i.buying_group_id for i in items(seen, as_of=self.snapshot.as_of, agreed_hours=48)]
            found = [
                seen.rows(table, (named,), by="buying_group_id", among=listed)
                for table, named in (("buying_group", "account_id"), ("member", "person_id"))
            ]
        accounts, people = ({row[name] for row in rows for name in row} - {None} for rows in found)
        named = (("groups", listed), ("accounts", sorted(accounts)), ("people", sorted(people)))
        return [f"/{kind}/{one}" for kind, ids in named for one in ids]

    def programs(self) -> list[str]:
        """The programmes that tactics name and rules credit."""
        with Published(self.snapshot.folder) as tables:
            found = tables.records(
                "SELECT DISTINCT program_id FROM known_tactic JOIN program_value USING (program_id)"
            )
        assert len(found) > 3
        return [row["program_id"] for row in found]

    def warm(self, *viewers: Viewer) -> int:
        """Make the first pages of the run in force."""
        return warm(self.app, self.snapshot, viewers, Traffic(), Event())


@pytest.fixture
def office(bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    folder = tmp_path / "halden"
    shutil.copytree(bundled, folder, symlinks=True)
    store = upgrade(folder, open_workspace(folder).config.store)[0]
    yield Office(folder, store, monkeypatch)
    store.close()


def test_the_first_pages_ask_nothing_of_the_tables_any_more(office: Office, owners: list[str]) -> None:
    rep = office.hire("rep", "rep", owners[0])
    assert office.warm(rep) >= len(FIRST_OF_A_REP)
    assert {page: office.open(page) for page in FIRST_OF_A_REP} == dict.fromkeys(FIRST_OF_A_REP, 0)
    analyst = office.hire("analyst", "analyst")
    programs = office.programs()
    assert office.warm(analyst) == len(FIRST) + len(programs)
    pages = [page for page in FIRST if not page.startswith("/search")]
    pages += [
        "/measures/credit?period=2025-Q1",
        "/measures/defects?period=2025-Q1",
        *(f"/programs/{program}" for program in programs),
    ]
    assert {page: office.open(page) for page in pages} == dict.fromkeys(pages, 0)


def test_a_click_or_two_from_the_list_ask_nothing_either(office: Office, owners: list[str]) -> None:
    rep = office.hire("rep", "rep", owners[0])
    clicks = office.clicks(rep)
    assert len(clicks) > 10
    office.warm(rep)
    assert {click: office.open(click) for click in clicks} == dict.fromkeys(clicks, 0)
    office.hire("other", "rep", owners[0], owners[1])  # sees these, and others besides
    assert min(office.open(click) for click in clicks) > 0


def test_nor_do_the_cards_of_the_board(office: Office, owners: list[str]) -> None:
    rep = office.hire("rep", "rep", owners[0])
    with_cookie = {"cookie": f"muster-8642={office.secret}"}
    board = TestClient(office.app, headers=with_cookie).get("/board").text
    cards = sorted(set(re.findall(r'href="(/groups/\w+)"', board)))
    assert set(cards) - set(office.clicks(rep))
    office.warm(rep)
    assert {card: office.open(card) for card in cards} == dict.fromkeys(cards, 0)


def test_a_board_in_another_order_adds_nothing_up_again(
    office: Office, owners: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    added: list[Cards] = []

    def counted(tables: Seen, cards: Cards, *, currency: str) -> list[Flow]:
        added.append(cards)
        return flows(tables, cards, currency=currency)

    monkeypatch.setattr("muster.serving.boards.flows", counted)
    office.hire("rep", "rep", owners[0])
    for page in ("/board", "/board?view=table&sort=account", "/board?state=warming", "/board?state=cold"):
        office.open(page)
    assert len(added) == 1


def test_whatever_is_opened_after_them_drives_no_list_out(
    office: Office, owners: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clicks = office.clicks(office.hire("rep", "rep", owners[0]))
    assert all(office.open(page) for page in (*FIRST_OF_A_REP, *clicks[:1]))
    monkeypatch.setattr(snapshots, "_KEPT_ROWS", office.snapshot._rows() + 3 * snapshots._LEAST)
    assert all(office.open(click) for click in clicks[1:])
    assert {page: office.open(page) for page in FIRST_OF_A_REP} == dict.fromkeys(FIRST_OF_A_REP, 0)
    assert {click: office.open(click) for click in clicks} == dict.fromkeys(clicks, 0)


def test_without_it_the_first_to_come_waits(office: Office, owners: list[str]) -> None:
    office.hire("rep", "rep", owners[0])
    assert min(office.open(page) for page in FIRST_OF_A_REP) > 0


def test_what_was_made_for_one_rep_is_not_shown_to_another(office: Office, owners: list[str]) -> None:
    office.warm(office.hire("rep", "rep", owners[0]))
    office.hire("other", "rep", owners[1])
    assert min(office.open(page) for page in FIRST_OF_A_REP) > 0


def test_all_of_the_office_see_the_same_and_each_rep_their_own() -> None:
    seen = {role: reach_of(Viewer(1, "", "", role)) for role in ("rep", "marketer", "analyst", "admin")}
    assert seen["marketer"] == seen["analyst"] == seen["admin"] != seen["rep"]
    one, other = (Viewer(1, "", "", "rep", frozenset({owner})) for owner in ("one", "other"))
    assert reach_of(one) != reach_of(other)


def test_what_is_left_is_dropped_when_a_newer_run_is_in_force(
    office: Office, owners: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rep = office.hire("rep", "rep", owners[0])
    monkeypatch.setattr(office.app.state.house.snapshots, "current", lambda: None)
    assert office.warm(rep) == 0


def test_it_waits_while_somebody_asks(office: Office, owners: list[str]) -> None:
    rep, traffic, ending = office.hire("rep", "rep", owners[0]), Traffic(), Event()
    office.questions = 0
    thread = Thread(target=warm, args=(office.app, office.snapshot, [rep], traffic, ending))
    with traffic.request():
        thread.start()
        time.sleep(3 * warming._QUIET)
        assert office.questions == 0
    ending.set()
    thread.join(30)
    assert not thread.is_alive()


def test_scopes_are_of_who_is_signed_in_each_once(office: Office, owners: list[str]) -> None:
    for name, role in (("ada", "admin"), ("mo", "marketer")):
        office.hire(name, role)
    for name in ("rep", "mate"):
        office.hire(name, "rep", owners[0])
    gone = office.hire("gone", "rep", owners[1])
    change_user(office.store, gone.user_id, by="tests", is_disabled=True)
    add_user(office.store, "away@halden.example", "away", role="rep", by="tests", owner_ids=[owners[2]])
    assert [(v.role, set(v.owner_ids)) for v in scopes_of(office.app.state.house).values()] in (
        [("rep", {owners[0]}), ("marketer", set())],
        [("rep", {owners[0]}), ("admin", set())],
        [("marketer", set()), ("rep", {owners[0]})],
        [("admin", set()), ("rep", {owners[0]})],
    )


def test_the_app_makes_them_by_itself(
    office: Office, owners: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warming, "_LOOKS_EVERY", 0.01)
    rep = office.hire("rep", "rep", owners[0])
    asked: list[str] = []
    done = Event()

    def ask(_: object, __: object, viewer: Viewer, address: str, make: Callable[..., Any]) -> list[list[str]]:
        if make is ahead_of:
            done.set()
        else:
            asked.append(f"{viewer.name} {address}")
        return []

    monkeypatch.setattr(warming, "ask", ask)
    folder = office.app.state.house.workspace
    with TestClient(application(folder, office.store, warms_up=True)):
        assert done.wait(60)
        time.sleep(0.1)
    theirs = [address for address in FIRST if rep.may(SCREENS[address.partition("?")[0]][0])]
    assert asked == [f"rep {address}" for address in theirs]  # once, though it looks again and again
