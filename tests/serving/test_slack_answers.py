"""Hand-offs answered in Slack: by Slack's own signature, on a real server, with the rights of the user."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import duckdb
import httpx
import pytest
from tests.messages.receivers import Script, listening
from tests.serving.conftest import Served

from muster.config.settings import FILE
from muster.messages.message import Message
from muster.messages.slack_answers import buttons
from muster.store.decisions import read_decisions
from muster.store.deliveries import Outgoing, put
from muster.store.users import change_user

signature = pytest.importorskip("slack_sdk.signature", reason="the extra [messages] is not installed")
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
AT_ALL = {"x-slack-request-timestamp": str(int(time.time())), "x-slack-signature": "v0=0"}
MEMBERS = {"rep": "U0REP", "other": "U0OTHER", "marketer": "U0MARKETER", "analyst": "U0ANALYST"}


@dataclass
class Slack:
    """Slack, as far as a button needs it: it signs what it sends, and takes what is said to it."""

    server: Served
    address: str
    script: Script
    secret: str = SECRET
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60))

    def body(
        self, member: str, block: dict[str, Any], *, reason: str = "", until: str = "", to: str = ""
    ) -> bytes:
        verb = "reject" if reason else "nurture" if until else "reassign" if to else "accept"
        action = {"action_id": verb, "block_id": block["block_id"]}
        if until:  # as Slack sends the three kinds of what was pressed
            action |= {"type": "datepicker", "selected_date": until}
        elif reason or to:
            action |= {"type": "static_select", "selected_option": {"value": reason or to}}
        else:
            action |= {"type": "button", "value": "accept"}
        told = {
            "type": "block_actions",
            "user": {"id": member, "team_id": "T1"},
            "actions": [action],
            "response_url": f"{self.address}/actions/T1/1/x",
            "message": {
                "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "New"}}, block]
            },
        }
        return urlencode({"payload": json.dumps(told)}).encode()

    def send(self, body: bytes, *, ago: int = 0, **headers: str) -> httpx.Response:
        at = str(int(time.time()) - ago)
        signed = signature.SignatureVerifier(self.secret).generate_signature(timestamp=at, body=body)
        told = {"content-type": "application/x-www-form-urlencoded", "x-slack-request-timestamp": at}
        return self.http.post(
            f"{self.server.url}/slack/answers",
            content=body,
            headers=told | {"x-slack-signature": signed} | headers,
        )

    def press(self, member: str, block: dict[str, Any], **chosen: str) -> dict[str, Any]:
        """A press, and what is said to it: after the answer, as Slack waits three seconds at most."""
        before = len(self.script.got)
        assert self.send(self.body(member, block, **chosen)).status_code == 200
        return self.said(before + 1)[-1]

    def said(self, count: int) -> list[dict[str, Any]]:
        """Everything that was said, once it is so much."""
        until = time.monotonic() + 30
        while len(self.script.got) < count and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.script.got) == count
        return [json.loads(body) for _, _, body in self.script.got]


@pytest.fixture
def slack(own_server: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slack]:
    monkeypatch.setenv("MUSTER_SLACK_SIGNING_SECRET", SECRET)
    script = Script()
    with listening(script) as address:
        with (own_server.workspace / FILE).open("a") as file:
            file.write('\n[messages]\ninward_hosts = ["127.0.0.1"]\n[messages.slack]\n')
            file.write('signing_secret_env = "MUSTER_SLACK_SIGNING_SECRET"\n')
        for who, member in MEMBERS.items():
            change_user(own_server.store, own_server.users[who].user_id, slack_id=member, by="tests")
        yield Slack(own_server, address, script)


def hand_offs(server: Served, who: str, *, theirs: bool = True) -> list[str]:
    """Hand-offs of a user's accounts (or of others'), those that were the last of their group."""
    owner = next(iter(server.users[who].owner_ids))
    tables = server.workspace / ".muster" / "tables"
    asked = f"""SELECT h.hand_off_id FROM '{tables}/hand_off.parquet' AS h
        JOIN '{tables}/buying_group.parquet' AS g USING (buying_group_id)
        JOIN '{tables}/account.parquet' AS a USING (account_id)
        WHERE (a.owner_id = '{owner}') = {theirs}
        QUALIFY h.at = MAX(h.at) OVER (PARTITION BY h.buying_group_id) ORDER BY h.hand_off_id"""
    with duckdb.connect() as connection:
        found = connection.execute(asked).fetchall()
    return [hand_off_id for (hand_off_id,) in found]


def block(hand_off_id: str) -> dict[str, Any]:
    message = Message("k", "hand_off", "New", "2026-03-02T09:00:00+00:00", data={"hand_off_id": hand_off_id})
    [made] = buttons(message, ["No budget"], {"Other": "u-other"})
    return made


def last(server: Served) -> Any:
    found = read_decisions(server.store)
    return found[-1] if found else None


def test_a_press_is_an_answer_of_its_user_and_takes_the_buttons_away(slack: Slack) -> None:
    first, second = hand_offs(slack.server, "rep")[:2]
    told = slack.press("U0REP", block(first))
    made = last(slack.server)
    assert (made.kind, made.subject_id, made.decided_by) == ("accepted", first, "rep@halden.example")
    assert told["replace_original"] and [b["type"] for b in told["blocks"]] == ["section", "context"]
    assert told["text"].startswith("Rep accepted it. The next run")
    reason = json.loads(json.dumps(block(second)))["elements"][1]["options"][0]["value"]
    slack.press("U0REP", block(second), reason=reason)
    assert (last(slack.server).kind, last(slack.server).reason) == ("rejected", "No budget")
    refused = slack.press("U0REP", block(first), reason="Made up")
    assert "is no reason of the list" in refused["text"] and last(slack.server).subject_id == second


def test_a_group_is_returned_to_nurture_until_a_day_or_passed_on(slack: Slack) -> None:
    first, second = hand_offs(slack.server, "rep")[:2]
    told = slack.press("U0REP", block(first), until="2027-06-01")
    made = last(slack.server)
    assert (made.kind, made.subject_id, made.value) == ("nurture", first, "2027-06-01")
    assert told["replace_original"] and "returned it to nurture until 2027-06-01" in told["text"]
    past = slack.press("U0REP", block(second), until="2020-01-01")
    nobody = slack.press("U0REP", block(second), to="u-nobody")
    assert "is not after" in past["text"] and "Nobody in sales is known as" in nobody["text"]
    assert last(slack.server) == made and not past["replace_original"]
    [other, *_] = sorted(slack.server.users["other"].owner_ids)
    told = slack.press("U0REP", block(second), to=other)
    made = last(slack.server)
    assert (made.kind, made.subject_id, made.value) == ("reassign", second, other)
    assert "passed it on to" in told["text"] and told["replace_original"]
    late = slack.press("U0MARKETER", block(second), until="2027-06-01")
    assert "rep@halden.example was first" in late["text"].replace("\u2060", "")


def told_as(slack: Slack, old_id: str, hand_off_id: str, *, days: int = 2) -> None:
    """As if a message had told of a hand-off when its account went by the id of its domain."""
    tables = slack.server.workspace / ".muster" / "tables"
    asked = f"""SELECT g.solution_id, h.at, MIN(d.domain) FROM '{tables}/hand_off.parquet' AS h
        JOIN '{tables}/buying_group.parquet' AS g USING (buying_group_id)
        JOIN '{tables}/account_domain.parquet' AS d USING (account_id)
        WHERE h.hand_off_id = '{hand_off_id}' GROUP BY ALL"""
    with duckdb.connect() as connection:
        [(solution, at, domain)] = connection.execute(asked).fetchall()
    told = Outgoing(
        key=f"hand_off:{old_id}:slack:user:{slack.server.users['rep'].user_id}",
        kind="hand_off",
        channel="slack",
        payload={},
        user_id=slack.server.users["rep"].user_id,
        account_id="a" + hashlib.md5(f"d:{domain}".encode()).hexdigest()[:16],
        topic=solution,
        happened_at=(at + timedelta(days=days)).replace(tzinfo=UTC).isoformat(),
    )
    put(slack.server.store, [told], now=datetime.now(UTC))


def test_a_hand_off_that_goes_by_another_id_now_is_answered_all_the_same(slack: Slack) -> None:
    with_domain, far = hand_offs(slack.server, "rep")[:2]
    not_theirs = hand_offs(slack.server, "rep", theirs=False)[0]
    old = [f"g{number:016x}-1" for number in range(4)]
    told_as(slack, old[0], with_domain)
    told_as(slack, old[1], not_theirs)
    told_as(slack, old[2], far, days=200)
    told = slack.press("U0REP", block(old[0]))
    assert told["replace_original"] and last(slack.server).subject_id == with_domain
    again = slack.press("U0MARKETER", block(with_domain), reason="No budget")
    assert "was first" in again["text"]
    refused = [slack.press("U0REP", block(one))["text"] for one in old[1:]]
    assert len(set(refused)) == 1 and "no such hand-off" in refused[0]
    assert len(read_decisions(slack.server.store)) == 1


def test_of_two_at_once_one_wins_and_the_other_is_told_who(slack: Slack) -> None:
    [hand_off_id, *_] = hand_offs(slack.server, "rep")
    presses = [
        slack.body("U0REP", block(hand_off_id)),
        slack.body("U0MARKETER", block(hand_off_id), reason="No budget"),
    ]
    with ThreadPoolExecutor(2) as both:
        assert [a.status_code for a in both.map(slack.send, presses)] == [200, 200]
    assert len(read_decisions(slack.server.store)) == 1
    told = sorted(slack.said(2), key=lambda said: bool(said["replace_original"]))
    assert [said["replace_original"] for said in told] == [False, True]
    assert told[0]["response_type"] == "ephemeral"
    said = told[0]["text"].replace("\u2060", "")  # keeps an address from becoming a link
    assert f"{last(slack.server).decided_by} was first" in said


def test_the_same_press_sent_again_is_the_same_decision(slack: Slack) -> None:
    [hand_off_id, *_] = hand_offs(slack.server, "rep")
    body, at = slack.body("U0REP", block(hand_off_id)), str(int(time.time()))
    signed = signature.SignatureVerifier(SECRET).generate_signature(timestamp=at, body=body)
    for _ in range(2):
        again = {"x-slack-request-timestamp": at, "x-slack-signature": signed}
        assert slack.send(body, **again).status_code == 200
    assert len(read_decisions(slack.server.store)) == 1
    assert [said["replace_original"] for said in slack.said(2)] == [True, True]


def test_what_slack_did_not_sign_just_now_changes_nothing(slack: Slack) -> None:
    body = slack.body("U0REP", block(hand_offs(slack.server, "rep")[0]))
    refused = [
        slack.send(body, ago=6 * 60),
        slack.send(body, ago=-6 * 60),
        slack.send(body, **{"x-slack-signature": "v0=" + "0" * 64}),
        slack.send(body, **{"x-slack-request-timestamp": "soon"}),
        Slack(slack.server, slack.address, slack.script, secret="another").send(body),
        slack.http.post(f"{slack.server.url}/slack/answers", content=body),
    ]
    assert {answer.status_code for answer in refused} == {401}
    foreign = (
        slack.send(body, **{"sec-fetch-site": "cross-site"}),
        slack.send(body, origin="https://a.example"),
    )
    assert {answer.status_code for answer in foreign} == {403}
    assert slack.send(body, host="evil.example").status_code == 421
    assert slack.send(b"payload=" + b"x" * 300_000).status_code == 413
    assert read_decisions(slack.server.store) == [] and slack.script.got == []


def test_what_a_user_may_not_do_here_they_may_not_do_in_slack(slack: Slack) -> None:
    mine, not_mine = hand_offs(slack.server, "rep")[0], hand_offs(slack.server, "rep", theirs=False)[0]
    pressed = [("U0REP", not_mine), ("U0REP", "g0123456789abcdef-1"), ("U0ANALYST", mine), ("U0NOBODY", mine)]
    told = [slack.press(member, block(hand_off_id))["text"] for member, hand_off_id in pressed]
    change_user(slack.server.store, slack.server.users["rep"].user_id, is_disabled=True, by="tests")
    told.append(slack.press("U0REP", block(mine))["text"])
    assert told[0] == told[1]  # that it is somebody else's is not told
    assert "does not answer hand-offs" in told[2] and "U0NOBODY" in told[3] and "U0REP" in told[4]
    assert read_decisions(slack.server.store) == []


def test_without_a_secret_there_is_no_such_page(slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    body = slack.body("U0REP", block(hand_offs(slack.server, "rep")[0]))
    monkeypatch.delenv("MUSTER_SLACK_SIGNING_SECRET")
    assert slack.send(body).status_code == 404
    assert slack.send(b"payload=%7B%7D").status_code == 404
    assert read_decisions(slack.server.store) == []


def test_a_press_of_anything_else_is_passed_over(slack: Slack) -> None:
    for body in (b"", b"payload=nothing", b"payload=%7B%22actions%22%3A%5B%5D%7D", b"payload=%FF"):
        assert slack.send(body).status_code == 200, body
    assert (
        slack.http.post(f"{slack.server.url}/slack/answers", content=b"\xff", headers=AT_ALL).status_code
        == 401
    )
    other = block(hand_offs(slack.server, "rep")[0]) | {"block_id": "deploy"}
    assert slack.send(slack.body("U0REP", other)).status_code == 200
    assert read_decisions(slack.server.store) == [] and slack.script.got == []


def test_who_one_is_in_slack_is_ones_own_to_say_and_nobody_elses_too(slack: Slack) -> None:
    def as_somebody(who: str) -> httpx.Client:
        return httpx.Client(
            base_url=slack.server.url,
            cookies=slack.server.cookies(who),
            headers={"sec-fetch-site": "same-origin"},
            timeout=60,
        )

    with as_somebody("admin") as admin, as_somebody("rep") as rep:
        assert admin.post("/me/slack", data={"slack_id": "u0admin"}).status_code == 303
        assert 'value="U0ADMIN"' in admin.get("/me").text
        taken = rep.post("/me/slack", data={"slack_id": "U0ADMIN"})
        assert taken.status_code == 422 and "Somebody else is U0ADMIN in Slack" in taken.text
        wrong = rep.post("/me/slack", data={"slack_id": "@rep"})
        assert wrong.status_code == 422 and "Copy member ID" in wrong.text
        assert rep.post("/me/slack", data={"slack_id": ""}).status_code == 303
        user_id = slack.server.users["rep"].user_id
        assert admin.post(f"/settings/users/{user_id}", data={"role": "rep", "slack_id": "U9"}).is_error
        kept = admin.post(f"/settings/users/{user_id}", data={"role": "rep", "slack_id": "U0R2"})
        assert kept.status_code == 303 and 'value="U0R2"' in admin.get("/settings/users").text
