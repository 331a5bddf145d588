"""The outbox keeps each message until it is done, once for each key, and gives it to one sender at a time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from muster.config.settings import StoreConfig
from muster.problems import WrongUse
from muster.store.audit import entries, first_broken
from muster.store.choices import Choice, choose, read_choices
from muster.store.deliveries import (
    DEAD,
    DISCARDED,
    FAILED,
    LEASE,
    SENT,
    WAITING,
    Outgoing,
    counted_by_state,
    discard,
    forget,
    not_there,
    put,
    read_deliveries,
    redeliver,
    settle,
    take,
)
from muster.store.opening import Store, upgrade
from muster.store.targets import (
    add_target,
    disable_target,
    enable_target,
    read_targets,
    remove_target,
    target_named,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def message(key: str, **others: Any) -> Outgoing:
    return Outgoing(f"{key}:email:user:1", "hand_off", "email", {"sentence": key}, **{"user_id": 1} | others)


@pytest.fixture
def store(tmp_path: Path, kept_in: StoreConfig) -> Iterator[Store]:
    with closing(upgrade(tmp_path, kept_in)[0]) as made:
        yield made


def send_all(store: Store, now: datetime = NOW) -> list[str]:
    sent = []
    while (taken := take(store, now=now)) is not None:
        sent.append(taken.delivery.payload["sentence"])
        assert settle(store, taken, state=SENT, answer="ok", now=now)
    return sent


def test_a_message_is_kept_once_for_its_key_however_often_it_is_put(store: Store) -> None:
    both = [message("one"), message("two"), message("one")]
    assert [m.key for m in put(store, both, now=NOW)] == ["one:email:user:1", "two:email:user:1"]
    assert not_there(store, [*both, message("three")]) == [message("three")]
    assert put(store, both, now=NOW) == []
    assert send_all(store) == ["one", "two"]
    assert put(store, both, now=NOW) == [] and send_all(store) == []  # sent, and still known


def test_a_thousand_keys_are_more_than_one_question_and_all_are_known(store: Store) -> None:
    many = [message(f"m{n}") for n in range(1_100)]
    assert len(put(store, many, now=NOW)) == 1_100
    assert put(store, [*many, message("new")], now=NOW) == [message("new")]


def test_many_senders_at_once_take_each_message_once(store: Store) -> None:
    put(store, [message(f"m{n}") for n in range(30)], now=NOW)
    with ThreadPoolExecutor(6) as senders:
        sent = [one for some in senders.map(lambda _: send_all(store), range(6)) for one in some]
    assert sorted(sent) == sorted(f"m{n}" for n in range(30))


def test_what_a_sender_that_died_had_taken_is_taken_again_when_its_lease_is_over(store: Store) -> None:
    put(store, [message("one")], now=NOW)
    died = take(store, now=NOW)
    assert died is not None and died.delivery.attempts == 1
    assert take(store, now=NOW + LEASE - timedelta(seconds=1)) is None
    again = take(store, now=NOW + LEASE)
    assert again is not None and again.delivery.attempts == 2
    assert again.delivery.message_id == died.delivery.message_id
    # The first one was only slow: what it says comes too late.
    assert not settle(store, died, state=DEAD, answer="500", now=NOW + LEASE)
    assert settle(store, again, state=SENT, answer="ok", now=NOW + LEASE)
    [row] = read_deliveries(store)
    assert (row.state, row.last_answer, row.sent_at) == (SENT, "ok", "2026-03-02T09:02:00+00:00")


def test_what_failed_comes_again_at_its_time_and_not_before(store: Store) -> None:
    put(store, [message("one")], now=NOW)
    taken = take(store, now=NOW)
    assert taken is not None
    settle(store, taken, state=FAILED, answer="500", now=NOW, next_at=NOW + timedelta(minutes=5))
    assert take(store, now=NOW + timedelta(minutes=4, seconds=59)) is None
    assert take(store, now=NOW + timedelta(minutes=5)) is not None


def test_messages_about_one_group_to_one_reader_keep_their_order(store: Store) -> None:
    first, second = message("first", subject_id="g1"), message("second", subject_id="g1")
    others = [message("other group", subject_id="g2"), message("other reader", subject_id="g1", user_id=2)]
    put(store, [first, second, *others], now=NOW)
    taken = take(store, now=NOW)
    assert taken is not None and taken.delivery.payload["sentence"] == "first"
    settle(store, taken, state=FAILED, answer="500", now=NOW, next_at=NOW + timedelta(hours=1))
    assert send_all(store) == ["other group", "other reader"]
    assert send_all(store, NOW + timedelta(hours=1)) == ["first", "second"]


def test_a_dead_message_holds_none_back_and_can_be_sent_again_under_its_id(store: Store) -> None:
    put(store, [message("first", subject_id="g1"), message("second", subject_id="g1")], now=NOW)
    taken = take(store, now=NOW)
    assert taken is not None
    settle(store, taken, state=DEAD, answer="410", now=NOW)
    assert send_all(store) == ["second"]
    again = redeliver(store, taken.delivery.number, by="Ada", now=NOW)
    assert (again.state, again.attempts, again.message_id) == (WAITING, 0, taken.delivery.message_id)
    assert send_all(store) == ["first"]
    told = entries(store)
    assert [(e.who, e.action) for e in told] == [("Ada", "redeliver")] and first_broken(told) is None


def test_a_person_discards_what_waits_and_only_that(store: Store) -> None:
    put(store, [message("one"), message("two")], now=NOW)
    one, two = sorted(row.number for row in read_deliveries(store))
    assert discard(store, one, by="Ada").state == DISCARDED
    assert send_all(store) == ["two"]
    for number in (one, two):
        with pytest.raises(WrongUse, match="nothing to discard"):
            discard(store, number, by="Ada")
    with pytest.raises(WrongUse, match="no delivery 99"):
        discard(store, 99, by="Ada")
    assert counted_by_state(store) == {WAITING: 0, SENT: 1, FAILED: 0, DEAD: 0, DISCARDED: 1}
    assert [row.number for row in read_deliveries(store, states=[SENT])] == [two]


def test_texts_of_what_is_done_with_are_forgotten_and_nothing_is_told_again(store: Store) -> None:
    put(store, [message("sent"), message("waits")], now=NOW)
    taken = take(store, now=NOW)
    assert taken is not None
    settle(store, taken, state=SENT, answer="ok", now=NOW)
    assert forget(store, before=NOW) == 0
    assert forget(store, before=NOW + timedelta(seconds=1)) == 1
    waits, sent = read_deliveries(store)
    assert (waits.payload, sent.payload) == ({"sentence": "waits"}, {})
    assert put(store, [message("sent")], now=NOW) == []
    with pytest.raises(WrongUse, match="no longer kept"):
        redeliver(store, sent.number, by="Ada", now=NOW)


def test_discarded_while_it_is_sent_a_message_stays_discarded(store: Store) -> None:
    put(store, [message("one")], now=NOW)
    taken = take(store, now=NOW)
    assert taken is not None
    discard(store, taken.delivery.number, by="Ada")
    assert not settle(store, taken, state=FAILED, answer="500", now=NOW, next_at=NOW)
    assert read_deliveries(store)[0].state == DISCARDED


def test_a_disabled_target_gets_nothing_until_it_is_enabled(store: Store) -> None:
    made = add_target(
        store, "hook", channel="webhook", address="https://h.example/x", kinds=["hand_off"], by="Ada", now=NOW
    )
    put(store, [message("one", user_id=None, target_id=made.target_id)], now=NOW)
    disable_target(store, made.target_id, because="410 Gone", by="muster", now=NOW)
    assert target_named(store, "hook").disabled_because == "410 Gone"
    assert send_all(store) == []
    enable_target(store, made.target_id, by="Ada")
    assert send_all(store) == ["one"]
    assert [e.action for e in entries(store)] == ["add_target", "disable_target", "enable_target"]


def test_a_removed_target_is_gone_and_what_was_on_its_way_is_discarded(store: Store) -> None:
    made = add_target(
        store, "hook", channel="webhook", address="https://h.example/x", kinds=[], by="Ada", now=NOW
    )
    put(store, [message("one", user_id=None, target_id=made.target_id), message("two")], now=NOW)
    assert remove_target(store, "hook", by="Ada") == 1
    assert read_targets(store) == [] and send_all(store) == ["two"]
    with pytest.raises(WrongUse, match="no target hook"):
        remove_target(store, "hook", by="Ada")


def test_two_targets_have_two_names_and_neither_secret_is_printed(store: Store) -> None:
    address = "https://hooks.slack.com/services/T0/B0/geheim"
    add_target(
        store, "a", channel="slack", address=address, kinds=[], by="Ada", now=NOW, secret="whsec_geheim"
    )
    with pytest.raises(WrongUse, match="a target a already"):
        add_target(store, "a", channel="slack", address=address, kinds=[], by="Ada", now=NOW)
    [kept] = read_targets(store)
    assert kept.address == address and kept.secret == "whsec_geheim" and kept.where == "hooks.slack.com"
    assert "geheim" not in f"{kept} {entries(store)}"


def test_the_last_choice_of_a_user_counts(store: Store) -> None:
    choose(store, Choice(1, "weekly", "email", is_on=True, weekday=3), by="Ana", now=NOW)
    choose(store, Choice(1, "weekly", "email", is_on=False, weekday=3), by="Ana", now=NOW)
    choose(store, Choice(2, "weekly", "email", is_on=True), by="Ben", now=NOW)
    assert read_choices(store) == [
        Choice(1, "weekly", "email", is_on=False, weekday=3),
        Choice(2, "weekly", "email", is_on=True),
    ]
    assert [e.action for e in entries(store)] == ["choose_messages"] * 3
