"""Slack's two ways in, against a server that answers as Slack's does, by Slack's own client."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from tests.messages.receivers import Script, listening
from tests.messages.told_company import AS_OF

from muster.config.settings import MessagesConfig, SlackConfig
from muster.messages import slack
from muster.messages.answers import Answer
from muster.messages.delivering import Ways
from muster.messages.message import Message
from muster.store.targets import Target
from muster.store.users import User

MESSAGE = Message(
    "k",
    "second_lead",
    "<!channel> joined [click](http://evil) & co",
    "2026-03-02T09:00:00+00:00",
    ("Sales has the group since 1 Mar 2026.",),
    "/groups/g1",
)

SELLERS = (
    User(1, "bo@x.example", "Bo", "rep", frozenset({"u3"})),
    User(2, "ada@y.example", "Ada", "rep", frozenset({"u2"})),
    User(3, "ada@x.example", "Ada", "rep", frozenset({"u1"})),
    User(4, "gone@x.example", "Gone", "rep", frozenset({"u4"}), is_disabled=True),
    User(5, "cmo@x.example", "CMO", "marketer"),  # nobody in the CRM
)


def ok(**told: Any) -> tuple[int, dict[str, str], bytes]:
    return 200, {"content-type": "application/json"}, json.dumps({"ok": True} | told).encode()


def no(error: str, status: int = 200, **headers: str) -> tuple[int, dict[str, str], bytes]:
    body = json.dumps({"ok": False, "error": error}).encode()
    return status, {"content-type": "application/json"} | headers, body


def bot(script: Script, to: str = "#sales", *, is_person: bool = False) -> Answer:
    with listening(script) as address:
        return slack.send_by_bot(
            MESSAGE,
            to=to,
            token="xoxb-geheim",
            api_url=f"{address}/api/",
            public_url="https://muster.example",
            is_person=is_person,
        )


def form(body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    if headers["content-type"].startswith("application/json"):
        return dict(json.loads(body))
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}


def test_the_bot_posts_to_a_channel_with_its_token() -> None:
    script = Script([ok(ts="1.2")])
    assert bot(script) == Answer(is_taken=True, told="ok")
    [(path, headers, body)] = script.got
    assert path == "/api/chat.postMessage" and headers["authorization"] == "Bearer xoxb-geheim"
    told = form(body, headers)
    blocks = json.loads(told["blocks"]) if isinstance(told["blocks"], str) else told["blocks"]
    assert told["channel"] == "#sales" and told["parse"] == "none"
    assert "<!channel>" not in told["text"] and "://" not in told["text"]
    assert blocks[0]["text"]["type"] == "plain_text"
    assert blocks[-1]["elements"][0]["text"] == "<https://muster.example/groups/g1|Open in Muster>"


def test_the_bot_finds_a_person_by_their_address() -> None:
    script = Script([ok(user={"id": "U42"}), ok()])
    assert bot(script, "ana@example.com", is_person=True).is_taken
    assert [path.partition("?")[0] for path, *_ in script.got] == [
        "/api/users.lookupByEmail",
        "/api/chat.postMessage",
    ]
    assert form(script.got[1][2], script.got[1][1])["channel"] == "U42"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (no("users_not_found"), Answer(is_taken=False, told="Slack: users_not_found", is_final=True)),
        (no("invalid_auth"), Answer(is_taken=False, told="Slack: invalid_auth")),
        (
            no("ratelimited", 429, **{"retry-after": "30"}),
            Answer(is_taken=False, told="Slack: ratelimited", retry_after=timedelta(seconds=30)),
        ),
        (no("ratelimited", 429), Answer(False, "Slack: ratelimited", retry_after=timedelta(minutes=1))),
    ],
)
def test_what_slack_refuses_is_told_without_the_token_and_asked_once(
    answer: tuple[int, dict[str, str], bytes], expected: Answer
) -> None:
    script = Script([answer])
    assert bot(script, "ana@example.com", is_person=True) == expected
    assert len(script.got) == 1


@pytest.mark.parametrize("answer", [(500, {}, b"oops"), (200, {}, b"<html>not json")])
def test_a_slack_that_is_down_is_a_failed_attempt(answer: tuple[int, dict[str, str], bytes]) -> None:
    told = bot(Script([answer]))
    assert not told.is_taken and not told.is_final and "geheim" not in told.told


def test_nobody_at_slacks_address_is_a_failed_attempt() -> None:
    told = slack.send_by_bot(
        MESSAGE, to="#a", token="xoxb-geheim", api_url="http://127.0.0.1:1/", public_url="", is_person=False
    )
    assert not told.is_taken and "geheim" not in told.told


@pytest.mark.parametrize(
    ("environment", "kind", "expected"),
    [
        ({"SECRET": "s"}, "hand_off", ["button", "static_select", "datepicker", "static_select"]),
        ({}, "hand_off", None),
        ({"SECRET": "s"}, "second_lead", None),
    ],
)
def test_a_hand_off_has_buttons_where_slack_can_sign_what_is_pressed(
    environment: dict[str, str], kind: str, expected: list[str] | None
) -> None:
    script = Script([ok(ts="1.2")])
    told = Message("k", kind, "New", "2026-03-02T09:00:00+00:00", data={"hand_off_id": "g1-1"})
    target = Target("t1", "sales", "slack", (kind,), "2026-03-02T09:00:00+00:00", address="#sales")
    with listening(script) as address:
        settings = SlackConfig(api_url=f"{address}/api/", signing_secret_env="SECRET")
        ways = Ways(
            settings=MessagesConfig(slack=settings),
            public_url="https://muster.example",
            users={user.user_id: user for user in SELLERS},
            targets={},
            reasons=("No budget", "<!channel> & co"),
            environment={"MUSTER_SLACK_TOKEN": "xoxb-geheim"} | environment,
        )
        assert ways.to_target(told, "msg_1", target, AS_OF).is_taken
    sent = form(script.got[0][2], script.got[0][1])
    blocks = json.loads(sent["blocks"]) if isinstance(sent["blocks"], str) else sent["blocks"]
    found = [block for block in blocks if block["type"] == "actions"]
    assert [[one["type"] for one in block["elements"]] for block in found] == ([expected] if expected else [])
    if found:
        assert found[0]["block_id"] == "hand_off:g1-1"
        options = found[0]["elements"][1]["options"]
        assert {option["text"]["type"] for option in options} == {
            "plain_text"
        }  # no mention, whatever it says
        assert [option["value"] for option in options] == ["No budget", "<!channel> & co"]
        sellers = [(one["text"]["text"], one["value"]) for one in found[0]["elements"][3]["options"]]
        assert sellers == [("Ada, ada@x.example", "u1"), ("Ada, ada@y.example", "u2"), ("Bo", "u3")]


@pytest.mark.skipif(
    "MUSTER_BACKLOT" not in os.environ,
    reason="no Slack of backlot to write to; set MUSTER_BACKLOT to its api_url, a token and a channel id",
)
def test_an_emulator_that_is_not_ours_takes_what_we_write() -> None:
    api_url, token, channel = os.environ["MUSTER_BACKLOT"].split()
    told = slack.send_by_bot(
        MESSAGE, to=channel, token=token, api_url=api_url, public_url="", is_person=False
    )
    assert told == Answer(is_taken=True, told="ok")


def test_an_incoming_webhook_gets_the_same_blocks_by_the_guarded_way() -> None:
    script = Script([(200, {}, b"ok")])
    with listening(script) as address:
        refused = slack.send_by_webhook(MESSAGE, address=f"{address}/services/T/B/x", public_url="")
        assert not refused.is_taken and script.connections == 0
        answer = slack.send_by_webhook(
            MESSAGE, address=f"{address}/services/T/B/x", public_url="", inward_hosts=["127.0.0.1"]
        )
    assert answer.is_taken
    [(_, headers, body)] = script.got
    assert headers["content-type"] == "application/json"
    assert json.loads(body) == slack.written(MESSAGE, public_url="")
