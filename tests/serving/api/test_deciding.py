"""People decide through the API: nobody is overwritten unknowingly, and nothing is decided twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.access.invented_accounts import group_of, hand_off_of
from tests.serving.api.conftest import Office

from muster.config.settings import StoreConfig
from muster.deciding import answers
from muster.serving.api import decisions as api_decisions
from muster.serving.app import application
from muster.store.opening import open_or_make

MINE = hand_off_of("a0")
THEIRS = hand_off_of("a5")
HAND_OFF = f"/api/v1/hand-offs/{MINE}"
DECISIONS = "/api/v1/decisions"


@pytest.fixture
def office(opened: Callable[..., Office]) -> Office:
    """An office of one's own: tests here decide."""
    return opened()


def decide(office: Office, who: str, verb: str, *, key: str = "k1", subject: str = MINE, **more: Any) -> Any:
    headers = {"idempotency-key": key} | ({"if-match": more.pop("if_match")} if "if_match" in more else {})
    asked = {"verb": verb, "subject": subject, **more}
    return office.client(who).post(DECISIONS, json=asked, headers=headers)


def test_a_rep_lists_reads_and_accepts_and_the_second_one_is_told_who_was_first(office: Office) -> None:
    rep, colleague = office.client("rep"), office.client("colleague")
    assert MINE in {row["hand_off_id"] for row in rep.get("/api/v1/hand-offs").json()["items"]}
    read = rep.get(HAND_OFF)
    assert read.json()["decisions"] == []
    also_read = colleague.get(HAND_OFF)
    assert also_read.headers["etag"] == read.headers["etag"]

    accepted = decide(office, "rep", "accept", if_match=read.headers["etag"])
    assert accepted.status_code == 201, accepted.text
    told = accepted.json()
    assert (told["kind"], told["subject_id"], told["decided_by"]) == ("accepted", MINE, "rep@example.com")
    assert (told["state"], told["is_pending"]) == ("in force", True)
    assert rep.get(accepted.headers["location"]).json() == told

    late = decide(office, "colleague", "accept", if_match=also_read.headers["etag"], key="k2")
    assert (late.status_code, late.json()["code"]) == (412, "changed")
    assert late.json()["detail"].startswith(f"rep@example.com was first: {told['decision_id']} says")
    blind = decide(office, "colleague", "accept", key="k3")
    assert (blind.status_code, blind.json()["code"]) == (409, "conflict")
    assert blind.json()["detail"].startswith("rep@example.com was first")
    assert [one["decision_id"] for one in rep.get(HAND_OFF).json()["decisions"]] == [told["decision_id"]]


def test_who_knows_of_the_first_answer_may_give_another(office: Office) -> None:
    decide(office, "rep", "accept")
    tag = office.client("colleague").get(HAND_OFF).headers["etag"]
    later = decide(office, "colleague", "nurture", value="2025-06-01", if_match=tag, key="k2")
    assert later.status_code == 201, later.text
    states = [one["state"] for one in office.client("rep").get(HAND_OFF).json()["decisions"]]
    assert states == ["overruled", "in force"]
    seen = decide(office, "rep", "accept", seen=later.json()["decision_id"], key="k3")
    assert seen.status_code == 201, seen.text


def test_the_same_request_again_is_one_decision(office: Office) -> None:
    tag = office.client("rep").get(HAND_OFF).headers["etag"]
    first = decide(office, "rep", "accept", if_match=tag)
    again = decide(office, "rep", "accept", if_match=tag)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    other = decide(office, "rep", "note", reason="another request", if_match=tag)
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    assert len(office.client("admin").get(DECISIONS).json()["items"]) == 1


def both_accept_what_they_read(office: Office) -> list[int]:
    """The answers to two who read a hand-off, and then both accept it with its ETag."""
    tag = office.client("rep").get(HAND_OFF).headers["etag"]
    first = decide(office, "rep", "accept", if_match=tag)
    other = decide(office, "colleague", "nurture", value="2025-06-01", if_match=tag, key="k2")
    return [int(first.status_code), int(other.status_code)]


def noted_twice(office: Office) -> int:
    """How many notes there are once one was sent and sent again."""
    for _ in range(2):
        assert decide(office, "rep", "note", reason="rang twice").status_code == 201
    return len(office.client("rep").get(DECISIONS).json()["items"])


def test_whoever_did_not_know_of_the_first_answer_is_refused_and_an_if_match_that_is_not_held_is_noticed(
    opened: Callable[..., Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert both_accept_what_they_read(opened()) == [201, 412]
    monkeypatch.setattr(api_decisions, "_last_seen", lambda *_: None)
    assert both_accept_what_they_read(opened()) == [201, 201]


def test_a_note_sent_again_is_one_note_and_a_key_that_is_not_kept_is_noticed(
    opened: Callable[..., Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert noted_twice(opened()) == 1
    monkeypatch.setattr(answers, "answered", lambda *_: None)
    monkeypatch.setattr("muster.store.decisions.find_answer", lambda *_, **__: None)
    monkeypatch.setattr("muster.store.decisions.remember", lambda *_, **__: None)
    assert noted_twice(opened()) == 2


def test_the_same_request_again_is_one_decision_for_another_process_and_after_a_restart(
    office: Office,
) -> None:
    asked = {"verb": "accept", "subject": MINE}
    headers = {"idempotency-key": "k1", "authorization": f"Bearer {office.token_of('rep')}"}
    first = decide(office, "rep", "accept")
    answers = []
    for _ in range(2):  # each opens the store's file anew, and keeps nothing in memory
        with closing(open_or_make(office.folder, StoreConfig())) as store:
            other = TestClient(application(office.folder, store), raise_server_exceptions=False)
            answers.append(other.post(DECISIONS, json=asked, headers=headers))
            clash = other.post(DECISIONS, json=asked | {"verb": "note", "reason": "x"}, headers=headers)
            assert (clash.status_code, clash.json()["code"]) == (409, "conflict")
    assert {one.status_code for one in answers} == {201}
    assert {one.json()["decision_id"] for one in answers} == {first.json()["decision_id"]}
    assert len(office.client("admin").get(DECISIONS).json()["items"]) == 1


def test_of_many_at_once_one_is_first(office: Office) -> None:
    tag = office.client("rep").get(HAND_OFF).headers["etag"]

    def one(number: int) -> int:
        who = "rep" if number % 2 else "colleague"
        return int(decide(office, who, "accept", if_match=tag, key=f"k{number}").status_code)

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(one, range(8)))
    assert answers == [201] + [412] * 7


def test_what_is_not_theirs_cannot_be_decided_about_and_reads_as_not_there(office: Office) -> None:
    decide(office, "admin", "accept", subject=THEIRS)
    never = decide(office, "rep", "accept", subject=hand_off_of("zz"), key="k2")
    theirs = decide(office, "rep", "accept", subject=THEIRS, key="k3")
    assert theirs.status_code == never.status_code == 404
    assert theirs.json() == never.json()
    assert office.client("rep").get(DECISIONS).json()["items"] == []
    (told,) = office.client("admin").get(DECISIONS).json()["items"]
    assert office.client("rep").get(f"{DECISIONS}/{told['decision_id']}").status_code == 404
    taken_back = decide(office, "rep", "undo", subject=told["decision_id"], key="k4")
    assert taken_back.status_code == 404


def test_a_decision_is_taken_back(office: Office) -> None:
    made = decide(office, "rep", "accept").json()
    undone = decide(office, "rep", "undo", subject=made["decision_id"], key="k2")
    assert undone.status_code == 201, undone.text
    (told,) = office.client("rep").get(HAND_OFF).json()["decisions"]
    assert told == undone.json()
    assert told["state"] == "undone"
    assert told["undone_by"] != told["decision_id"]
    assert decide(office, "rep", "undo", subject=made["decision_id"], key="k3").status_code == 200


def test_what_cannot_be_decided_is_refused_and_nothing_is_kept(office: Office) -> None:
    for asked in (
        {"verb": "dance", "subject": MINE},
        {"verb": "accept", "subject": ""},
        {"verb": "accept"},
        {"verb": "accept", "subject": MINE, "more": 1},
        {"verb": "reject", "subject": MINE, "reason": "no reason of the list"},
        {"verb": "nurture", "subject": MINE, "value": "some day"},
        {"verb": "accept", "subject": MINE, "reason": "x" * 2001},
    ):
        answer = office.client("rep").post(DECISIONS, json=asked, headers={"idempotency-key": "k"})
        told = (answer.status_code, answer.headers["content-type"])
        assert told == (422, "application/problem+json"), asked
    assert office.client("rep").get(DECISIONS).json()["items"] == []


def test_a_decision_names_its_request(office: Office) -> None:
    answer = office.client("rep").post(DECISIONS, json={"verb": "accept", "subject": MINE})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "header.idempotency-key"


def test_decisions_come_in_pages_and_by_when_they_were_written(office: Office) -> None:
    for number, account in enumerate(("a0", "a1", "a2")):
        made = decide(office, "rep", "accept", subject=group_of(account), key=f"k{number}")
        assert made.status_code == 201, made.text
    client = office.client("rep")
    whole = client.get(DECISIONS).json()["items"]
    assert [one["subject_id"] for one in whole] == [hand_off_of(account) for account in ("a0", "a1", "a2")]
    first = client.get(f"{DECISIONS}?limit=2").json()
    assert first["items"] + client.get(first["next"]).json()["items"] == whole
    assert client.get(f"{DECISIONS}?updated_since=2100-01-01T00:00:00Z").json()["items"] == []
    assert client.get(f"{DECISIONS}?subject={hand_off_of('a1')}").json()["items"] == whole[1:2]
