"""Each message is sent until it is taken, given up or discarded, though receivers fail and senders die."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook
from tests.messages.receivers import Script, listening

from muster.config.settings import Company, Config, MessagesConfig, StoreConfig
from muster.messages import new_target, send_messages, try_target
from muster.messages.answers import Answer
from muster.messages.delivering import ways
from muster.messages.message import Message
from muster.messages.posting import post, wished
from muster.messages.schedule import LONGEST_WISH, STEPS, next_attempt
from muster.messages.sending import Tally, send_due
from muster.problems import WrongUse
from muster.store.deliveries import LEASE, Outgoing, put, read_deliveries, redeliver, take
from muster.store.opening import Store, upgrade
from muster.store.targets import Target, read_targets

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HERE = Config(company=Company(name="Test"), messages=MessagesConfig(inward_hosts=("127.0.0.1",)))


class Clock:
    """A time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(upgrade(tmp_path, StoreConfig())[0]) as made:
        yield made


def hook(store: Store, address: str) -> Target:
    return new_target(store, HERE, "hook", channel="webhook", address=f"{address}/in", by="Ada")


def queued(store: Store, *keys: str, target: Target, subject: str = "") -> list[Outgoing]:
    happened = NOW.isoformat()
    messages = [Message(key, "hand_off", f"about {key}", happened, subject_id=subject) for key in keys]
    out = [
        Outgoing(f"{m.key}:x", m.kind, "webhook", m.to_payload(), m.subject_id, None, target.target_id)
        for m in messages
    ]
    return put(store, out, now=NOW)


def test_a_webhook_is_signed_by_the_standard_and_says_what_happened(store: Store) -> None:
    script = Script()
    with listening(script) as address:
        target = hook(store, address)
        [sent] = queued(store, "k1", target=target)
        assert send_messages(store, HERE, public_url="https://muster.example/") == Tally(sent=1)
        assert send_messages(store, HERE, public_url="") == Tally()
    [(path, headers, body)] = script.got
    told = Webhook(target.secret).verify(body, headers)
    assert path == "/in" and headers["webhook-id"] == sent.message_id
    assert told["type"] == "handoff.created" and told["timestamp"] == NOW.isoformat()
    assert told["data"] == {"sentence": "about k1", "facts": [], "url": "https://muster.example/"}
    with pytest.raises(Exception, match="signature"):
        Webhook(target.secret).verify(body.replace(b"k1", b"k2"), headers)


@pytest.mark.parametrize("status", [302, 307, 400, 404, 429, 500, 503])
def test_whatever_is_no_2xx_is_tried_again(store: Store, status: int) -> None:
    clock = Clock()
    script = Script([(status, {"location": "http://127.0.0.1:1/"}, b"no"), (204, {}, b"")])
    with listening(script) as address:
        queued(store, "k1", target=hook(store, address))
        deliver = ways(store, HERE, public_url="").deliver
        assert send_due(store, deliver, clock=clock) == Tally(failed=1)
        assert read_deliveries(store)[0].last_answer == f"{status} no"
        clock.now += timedelta(seconds=4)
        assert send_due(store, deliver, clock=clock) == Tally()
        clock.now += timedelta(seconds=2)
        assert send_due(store, deliver, clock=clock) == Tally(sent=1)
    first, second = (headers["webhook-id"] for _, headers, _ in script.got)
    assert first == second and script.got[0][2] == script.got[1][2]


def test_after_three_days_of_no_a_message_is_dead_and_a_person_can_send_it_again(store: Store) -> None:
    clock, script = Clock(), Script([(500, {}, b"no")])
    with listening(script) as address:
        queued(store, "k1", target=hook(store, address))
        deliver = ways(store, HERE, public_url="").deliver
        tallies = []
        for _ in range(len(STEPS) + 1):
            tallies.append(send_due(store, deliver, clock=clock))
            clock.now = max(clock.now, datetime.fromisoformat(read_deliveries(store)[0].next_at))
        assert tallies == [*[Tally(failed=1)] * len(STEPS), Tally(dead=1)]
        assert timedelta(days=3) < clock.now - NOW < timedelta(days=4)
        clock.now += timedelta(days=9)
        assert send_due(store, deliver, clock=clock) == Tally()
        script.answers = [(200, {}, b"ok")]
        redeliver(store, read_deliveries(store)[0].number, by="Ada", now=clock.now)
        assert send_due(store, deliver, clock=clock) == Tally(sent=1)
    assert len({headers["webhook-id"] for _, headers, _ in script.got}) == 1


def test_a_receiver_that_asks_for_time_gets_it(store: Store) -> None:
    clock, script = Clock(), Script([(429, {"retry-after": "7200"}, b"later"), (200, {}, b"")])
    with listening(script) as address:
        queued(store, "k1", target=hook(store, address))
        deliver = ways(store, HERE, public_url="").deliver
        assert send_due(store, deliver, clock=clock) == Tally(failed=1)
        clock.now += timedelta(minutes=119)
        assert send_due(store, deliver, clock=clock) == Tally()
        clock.now += timedelta(minutes=1)
        assert send_due(store, deliver, clock=clock) == Tally(sent=1)


def test_a_receiver_that_is_gone_gets_nothing_more(store: Store) -> None:
    script = Script([(410, {}, b"gone")])
    with listening(script) as address:
        queued(store, "k1", "k2", target=hook(store, address))
        deliver = ways(store, HERE, public_url="").deliver
        assert send_due(store, deliver, clock=Clock()) == Tally(dead=1)
    [target] = read_targets(store)
    assert target.disabled_because == "410 gone" and len(script.got) == 1
    assert sorted(row.state for row in read_deliveries(store)) == ["dead", "waiting"]


def test_an_endless_or_packed_answer_costs_two_kilobytes() -> None:
    bomb = b"x" * 5_000_000
    script = Script([(500, {"content-encoding": "gzip"}, bomb)])
    with listening(script) as address:
        answer = post(address, b"{}", {}, inward_hosts=["127.0.0.1"])
    assert not answer.is_taken and len(answer.told) <= 200


def test_an_answer_that_never_comes_is_a_failed_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster.messages.posting._SECONDS", 0.2)
    script = Script([(200, {"content-length": "10"}, b"half")])
    with listening(script) as address:
        answer = post(address, b"{}", {}, inward_hosts=["127.0.0.1"])
    assert not answer.is_taken


def test_a_yes_that_comes_too_late_is_a_no_and_the_next_attempt_has_the_same_id(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.messages.posting._SECONDS", 0.2)
    clock, script, given_up = Clock(), Script(), Event()
    script.before = lambda: given_up.wait(30)
    with listening(script) as address:
        queued(store, "k1", target=hook(store, address))
        deliver = ways(store, HERE, public_url="").deliver
        assert send_due(store, deliver, clock=clock) == Tally(failed=1)
        given_up.set()
        clock.now += timedelta(minutes=1)
        monkeypatch.setattr("muster.messages.posting._SECONDS", 20)
        assert send_due(store, deliver, clock=clock) == Tally(sent=1)
    assert len(script.got) == 2 and len({headers["webhook-id"] for _, headers, _ in script.got}) == 1


def test_no_log_has_an_address_a_signature_or_a_secret(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with listening(Script([(200, {}, b""), (500, {}, b"no")])) as address:
        target = hook(store, f"{address}/services/geheim")
        queued(store, "k1", "k2", target=target)
        assert send_messages(store, HERE, public_url="") == Tally(sent=1, failed=1)
    assert "geheim" not in caplog.text and target.secret not in caplog.text
    assert "webhook-signature" not in caplog.text


def test_nobody_there_is_a_failed_attempt_in_words() -> None:
    answer = post("http://127.0.0.1:1/", b"{}", {}, inward_hosts=["127.0.0.1"])
    assert not answer.is_taken and answer.told.startswith("ConnectError")


def test_an_error_of_our_own_fails_that_message_and_the_others_go_on(store: Store) -> None:
    with listening(Script()) as address:
        target = hook(store, address)
        queued(store, "bad", "good", target=target)

        def deliver(row: Any, now: datetime) -> Answer:
            if "bad" in row.key:
                raise KeyError("geheim")
            return Answer(is_taken=True, told="ok")

        assert send_due(store, deliver, clock=Clock()) == Tally(sent=1, failed=1)
    assert {row.last_answer for row in read_deliveries(store)} == {
        "ok",
        "Not sent: KeyError in Muster itself.",
    }


def test_each_message_is_applied_once_and_in_order_by_a_receiver_that_fails_at_random(store: Store) -> None:
    """Fifty answers of every bad kind: each message is seen at least once, and applied once by its id."""
    chance, clock = Random(7), Clock()
    kinds = [(200, {}, b""), (500, {}, b""), (429, {"retry-after": "60"}, b""), (302, {}, b"")]
    script = Script([chance.choice(kinds) for _ in range(50)] + [(200, {}, b"")])
    keys = [f"k{n}" for n in range(12)]
    with listening(script) as address:
        queued(store, *keys, target=hook(store, address), subject="g1")
        deliver = ways(store, HERE, public_url="").deliver
        while any(row.state in {"waiting", "failed"} for row in read_deliveries(store)):
            send_due(store, deliver, clock=clock)
            clock.now += timedelta(hours=1)
    applied = list(dict.fromkeys(headers["webhook-id"] for _, headers, _ in script.got))
    rows = sorted(read_deliveries(store), key=lambda row: row.number)
    assert applied == [row.message_id for row in rows] and len(script.got) > len(keys)
    assert {row.state for row in rows} == {"sent"}


def test_killed_while_sending_the_message_is_sent_again_under_the_same_id(
    tmp_path: Path, store: Store
) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom muster.config.settings import *\n"
        "from muster.messages import send_messages\nfrom muster.store.opening import open_store\n"
        "config = Config(company=Company(name='T'), messages=MessagesConfig(inward_hosts=('127.0.0.1',)))\n"
        "send_messages(open_store(Path(sys.argv[1]), StoreConfig()), config, public_url='')\n"
    )
    script = Script()
    with listening(script) as address:
        queued(store, "k1", "k2", target=hook(store, address))
        # The receiver kills the sender before it answers: taken there, and nobody here heard of it.
        script.before = lambda: os.kill(process.pid, signal.SIGKILL)
        process = subprocess.Popen([sys.executable, "-c", code, tmp_path])
        assert process.wait(timeout=60) == -signal.SIGKILL
        script.before = lambda: None
        assert [row.state for row in read_deliveries(store)] == ["waiting", "waiting"]
        later = Clock()
        later.now = datetime.now(UTC) + LEASE
        assert send_due(store, ways(store, HERE, public_url="").deliver, clock=later) == Tally(sent=2)
    ids = [headers["webhook-id"] for _, headers, _ in script.got]
    assert len(ids) == 3 and len(set(ids)) == 2
    assert take(store, now=later.now + timedelta(days=30)) is None


def test_a_target_is_tried_with_a_message_that_is_not_kept(store: Store) -> None:
    script = Script([(200, {}, b"fine"), (500, {}, b"bad")])
    with listening(script) as address:
        target = hook(store, address)
        assert try_target(store, HERE, "hook", public_url="") == Answer(is_taken=True, told="200 fine")
        assert not try_target(store, HERE, "hook", public_url="").is_taken
    assert json.loads(script.got[0][2])["type"] == "test" and read_deliveries(store) == []
    Webhook(target.secret).verify(script.got[0][2], script.got[0][1])


@pytest.mark.parametrize(
    ("channel", "address", "says"),
    [
        ("webhook", "http://127.0.0.1/x", "only https"),
        ("webhook", "https://127.0.0.1/x", "inside this machine"),
        ("slack", "https://127.0.0.1/x", "inside this machine"),
        ("slack", "<!channel>", "no channel of Slack"),
        ("email", "a@b.example", "No mail can be sent yet"),
        ("pigeon", "a@b.example", "no channel"),
    ],
)
def test_a_target_that_leads_inward_or_nowhere_is_not_kept(
    store: Store, channel: str, address: str, says: str
) -> None:
    with pytest.raises(WrongUse, match=says):
        new_target(store, Config(company=Company(name="T")), "t", channel=channel, address=address, by="Ada")
    assert read_targets(store) == []


@given(st.text(max_size=20), st.integers(1, len(STEPS)), st.integers(0, 10**8) | st.none())
def test_the_next_attempt_is_never_early_and_at_most_a_fifth_late(
    message_id: str, attempts: int, seconds: int | None
) -> None:
    asked = None if seconds is None else timedelta(seconds=seconds)
    following = next_attempt(message_id, attempts, now=NOW, retry_after=asked)
    assert following is not None
    step, wait = STEPS[attempts - 1], following - NOW
    assert wait >= max(step, min(asked or timedelta(), LONGEST_WISH))
    assert wait <= max(step * 1.2, LONGEST_WISH if asked else timedelta())
    assert next_attempt(message_id, len(STEPS) + 1, now=NOW) is None


@pytest.mark.parametrize("said", ["", "soon", "-5", "1e3", "²", "Mon, 99 Foo 2026", "9" * 400, "1.5"])
def test_a_retry_after_that_says_nothing_asks_for_nothing_absurd(said: str) -> None:
    assert (wished(said) or timedelta()) <= timedelta(days=365 * 40)


def test_a_retry_after_may_be_a_date() -> None:
    assert wished("Mon, 02 Mar 2026 09:01:00 GMT", now=NOW) == timedelta(minutes=1)
    assert wished("Mon, 02 Mar 2020 09:01:00 GMT", now=NOW) == timedelta()
