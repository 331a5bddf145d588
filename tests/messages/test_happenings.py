"""What is told, to whom, and what is not: replayed hand-offs, old news, other people's accounts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.messages.told_company import ANALYST, AS_OF, OTHER_REP, REP, at, published, rows

from muster.access.seen import Seen
from muster.access.viewer import EVERYTHING, Viewer
from muster.chances.terms import NEAR_RULE
from muster.config.settings import Company, Config, MessagesConfig, SlackConfig, SmtpConfig, StoreConfig
from muster.engine.run_log import append_entry
from muster.messages import new_messages, new_target, note_happenings, wish, wishes
from muster.messages.addressing import Reader, told_to
from muster.messages.digest import digest
from muster.messages.happenings import failed_run, happenings, stale
from muster.messages.message import Message, from_payload
from muster.problems import WrongUse
from muster.store.choices import Choice
from muster.store.deliveries import Outgoing
from muster.store.opening import Store, upgrade
from muster.store.users import add_user, change_user, user_by_email

SMTP = SmtpConfig.model_validate({"host": "mail.example", "from": "muster@example.com"})
CONFIG = Config(company=Company(name="Test"), messages=MessagesConfig(smtp=SMTP, slack=SlackConfig()))
NOW = AS_OF + timedelta(hours=9)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("told"), rows())


@pytest.fixture
def workspace(tables: Path) -> Path:
    return tables.parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(upgrade(tmp_path, StoreConfig())[0]) as made:
        for viewer in (REP, OTHER_REP, ANALYST):
            add_user(made, viewer.email, viewer.name, role=viewer.role, by="Ada", owner_ids=viewer.owner_ids)
        yield made


def told(tables: Path, viewer: Viewer = EVERYTHING, **others: Any) -> list[Message]:
    with Seen(tables, viewer) as seen:
        return happenings(seen, **{"as_of": AS_OF, "days": 7, "currency": "USD"} | others)


def lines(new: list[Outgoing]) -> set[tuple[int | None, str, str]]:
    return {(one.user_id, one.kind, str(one.payload["sentence"]).split(":")[0]) for one in new}


def test_every_kind_of_news_is_told_once_with_its_group(tables: Path) -> None:
    assert [(m.kind, m.subject_id, m.sentence) for m in told(tables)] == [
        ("hand_off", "g2", "New hand-off: Zeta for cloud: 3 known people"),
        ("hand_off", "g1", "New hand-off: Acme <!channel> for cloud: 2 known people"),
        ("left_qualified", "g2", "Zeta for cloud is no longer qualified (score fell below 32 of 100)"),
        ("second_lead", "g1", "Acme <!channel> for cloud: Bo (Buyer) joined the group"),
        ("share_read", "g1", "Acme <!channel> for cloud: Vera (VP Finance) read what Bo passed on"),
    ]


def test_a_hand_off_says_what_it_is_worth_and_its_three_weightiest_reasons(tables: Path) -> None:
    second = told(tables)[1]
    assert second.facts == (
        "Worth $42K: chance times usual amount",
        "passed the paper on",
        "three people at the webinar",
        "reads about prices elsewhere",
    )
    assert second.path == "/groups/g1" and second.data["expected_amount_cents"] == 4_200_000
    assert from_payload(second.to_payload()) == second


def test_what_was_replayed_is_old_or_is_of_a_manager_is_not_told(tables: Path) -> None:
    keys = {m.key for m in told(tables)}
    assert not [key for key in keys if "g3" in key or "s2" in key]
    assert {"hand_off:g1-0", "share_read:s3"} <= {m.key for m in told(tables, days=60)} - keys


def test_a_later_look_at_the_same_tables_tells_the_same_keys(tables: Path) -> None:
    later = told(tables, as_of=AS_OF + timedelta(days=1))
    assert {m.key for m in told(tables)} == {m.key for m in later}


def test_reps_hear_of_their_own_accounts_alone(tables: Path) -> None:
    assert {m.data["account"] for m in told(tables, REP)} == {"Acme <!channel>"}
    assert {m.data["account"] for m in told(tables, OTHER_REP)} == {"Zeta"}
    assert told(tables, replace(REP, owner_ids=frozenset())) == []


def test_nothing_of_another_account_changes_a_word_that_a_rep_is_told(tables: Path, tmp_path: Path) -> None:
    changed = rows()
    changed["account"][1]["name"] = "Quite another"
    changed["hand_off"][1]["sentence"] = "Quite another"
    changed["qualification"][1]["ended_because"] = "won"
    changed["known_opportunity"][0]["amount_cents"] = 9_000_000
    other = published(tmp_path, changed)
    assert told(tables, REP) == told(other, REP)
    assert told(tables, OTHER_REP) != told(other, OTHER_REP)


def test_the_digest_begins_with_what_needs_its_reader_in_dollars(tables: Path) -> None:
    with Seen(tables, REP) as seen:
        [weekly] = digest(seen, as_of=AS_OF, today=NOW.date(), currency="USD")
    assert weekly.key == "weekly:2026-W10"
    assert weekly.sentence == "2 qualified groups wait for an answer, worth $132K"
    assert weekly.facts == (
        "Acme <!channel> for cloud: $90K in open opportunities, qualified since 28 Feb 2026",
        "Acme <!channel> for cloud: $42K expected, qualified since 20 Feb 2026",
        "New in the 7 days to 2 Mar 2026: 1 second lead, 1 share read by a vice president or higher.",
    )


def test_the_digest_tells_each_currency_by_itself_and_ranks_by_the_companys(tmp_path: Path) -> None:
    changed = rows()
    changed["qualification"].append(
        {"buying_group_id": "g2", "status": "qualified", "from_at": at(28, 12), "to_at": None}
    )
    changed["known_opportunity"] += [
        {"opportunity_id": opportunity_id, "amount_cents": cents, "currency": currency, "is_closed": closed}
        for opportunity_id, cents, currency, closed in (
            ("o4", 4_000_000, "EUR", False),
            ("o5", 1_000_000, "USD", False),
            ("o6", 7_000_000, "EUR", True),
            ("o7", None, "GBP", False),
        )
    ]
    changed["opportunity_group"] += [
        {"opportunity_id": o, "buying_group_id": g}
        for o, g in (("o4", "g2"), ("o5", "g2"), ("o6", "g2"), ("o7", "g1"))
    ]
    with Seen(published(tmp_path, changed), EVERYTHING) as seen:
        [weekly] = digest(seen, as_of=AS_OF, today=NOW.date(), currency="USD")
    assert weekly.sentence == "3 qualified groups wait for an answer, worth $142K and €40K"
    assert [fact.split(", ")[0] for fact in weekly.facts[:3]] == [
        "Acme <!channel> for cloud: $90K in open opportunities",
        "Acme <!channel> for cloud: $42K expected",
        "Zeta for cloud: $10K and €40K in open opportunities",
    ]
    assert weekly.data["worth_cents_by_currency"] == {"EUR": 4_000_000, "USD": 14_200_000}


def test_an_answered_group_needs_nobody_and_an_empty_week_is_no_mail(tmp_path: Path) -> None:
    answered = rows() | {"hand_off_update": [], "share": []}
    answered["qualification"] = answered["qualification"][:1]
    answered["disposition"] = [{"hand_off_id": "g1-1", "at": at(28), "outcome": "accepted"}]
    with Seen(published(tmp_path, answered), REP) as seen:
        assert digest(seen, as_of=AS_OF, today=NOW.date(), currency="USD") == []


def test_old_records_and_failed_runs_are_told_once_for_each_day_they_are_about() -> None:
    assert stale(as_of=AS_OF, now=AS_OF + timedelta(days=3), after_days=3) == []
    [four] = stale(as_of=AS_OF, now=AS_OF + timedelta(days=4), after_days=3)
    [five] = stale(as_of=AS_OF, now=AS_OF + timedelta(days=5), after_days=3)
    assert four.sentence == "The newest record is of 2 Mar 2026, 4 days ago." and four.key == five.key
    assert failed_run("disk full", at=NOW).key == failed_run("again", at=AS_OF).key
    assert failed_run("disk full", at=NOW).key != failed_run("disk full", at=NOW + timedelta(days=1)).key


def test_each_user_gets_what_their_role_is_told_and_a_second_look_tells_nothing(
    workspace: Path, store: Store
) -> None:
    first = new_messages(workspace, store, CONFIG, now=NOW)
    assert lines(first) == {
        (1, "hand_off", "New hand-off"),
        (1, "second_lead", "Acme <!channel> for cloud"),
        (1, "share_read", "Acme <!channel> for cloud"),
        (1, "weekly", "2 qualified groups wait for an answer, worth $132K"),
        (2, "hand_off", "New hand-off"),
        (2, "left_qualified", "Zeta for cloud is no longer qualified (score fell below 32 of 100)"),
        (2, "weekly", "Nothing waits for an answer this week"),
        (3, "weekly", "2 qualified groups wait for an answer, worth $132K"),
    }
    assert {one.channel for one in first} == {"email"}
    assert note_happenings(workspace, store, CONFIG, now=NOW) == first
    assert note_happenings(workspace, store, CONFIG, now=NOW + timedelta(hours=1)) == []
    later = note_happenings(workspace, store, CONFIG, now=NOW + timedelta(days=7))
    assert {(one.user_id, one.kind) for one in later} == {
        (1, "weekly"),
        (2, "weekly"),
        (3, "weekly"),
        (3, "data_stale"),
    }


def test_a_choice_turns_a_kind_on_or_off_and_moves_the_day_of_the_digest(
    workspace: Path, store: Store
) -> None:
    for choice in (
        Choice(1, "hand_off", "email", is_on=False),
        Choice(1, "second_lead", "slack", is_on=True),
        Choice(1, "weekly", "email", is_on=True, weekday=3),
    ):
        wish(store, choice, by="Rae")
    got = {
        (one.kind, one.channel) for one in new_messages(workspace, store, CONFIG, now=NOW) if one.user_id == 1
    }
    assert got == {("second_lead", "email"), ("second_lead", "slack"), ("share_read", "email")}
    on_thursday = new_messages(workspace, store, CONFIG, now=NOW + timedelta(days=3))
    assert [one.kind for one in on_thursday if one.user_id == 1 and one.kind == "weekly"] == ["weekly"]
    rae = user_by_email(store, REP.email)
    assert rae is not None
    shown = {(w.kind, w.channel): (w.is_on, w.weekday, w.is_open) for w in wishes(store, rae, CONFIG)}
    assert shown["hand_off", "email"] == (False, 0, True) and shown["weekly", "email"] == (True, 3, True)
    assert shown["data_stale", "email"] == (False, 0, True) and len(shown) == 12
    with pytest.raises(WrongUse, match="Nobody can choose rumours by email"):
        wish(store, Choice(1, "rumours", "email", is_on=True), by="Rae")


def test_who_is_disabled_or_has_no_open_channel_is_told_nothing(workspace: Path, store: Store) -> None:
    add_user(store, "root@example.com", "Root", role="admin", by="Ada")
    change_user(store, 1, by="Ada", is_disabled=True)
    assert 1 not in {one.user_id for one in new_messages(workspace, store, CONFIG, now=NOW)}
    closed = Config(company=Company(name="Test"))
    assert new_messages(workspace, store, closed, now=NOW) == []


def test_a_run_that_failed_is_told_to_those_who_look_after_data(tmp_path: Path, store: Store) -> None:
    published(tmp_path, {})
    entry = {"started_at": "2026-03-02T08:00:00+00:00", "ended": "failed", "why": "disk full"}
    append_entry(tmp_path, entry)
    [told_of] = [one for one in new_messages(tmp_path, store, CONFIG, now=NOW) if one.kind == "data_stale"]
    assert told_of.user_id == 3 and told_of.payload["sentence"] == "A run failed: disk full"
    append_entry(tmp_path, entry | {"ended": "published"})
    assert new_messages(tmp_path, store, CONFIG, now=NOW) == []


def test_a_shared_mailbox_speaks_for_the_accounts_of_its_user_and_is_told_once(
    workspace: Path, store: Store
) -> None:
    made = new_target(
        *(store, CONFIG, "dach"),
        channel="email",
        address="sales-dach@example.com",
        kinds=["hand_off"],
        user_id=2,
        by="Ada",
    )
    [told_of] = [
        one for one in note_happenings(workspace, store, CONFIG, now=NOW) if one.target_id is not None
    ]
    assert (told_of.target_id, told_of.channel, told_of.user_id) == (made.target_id, "email", None)
    assert told_of.payload["data"]["account"] == "Zeta"
    assert note_happenings(workspace, store, CONFIG, now=NOW + timedelta(hours=1)) == []
    no_server = Config(company=Company(name="Test"))
    for config, address, user, why in (
        (CONFIG, "all@example.com, evil@example.com", None, "no address of a mailbox"),
        (CONFIG, "Ana <ana@example.com>", None, "no address of a mailbox"),
        (no_server, "all@example.com", None, "No mail can be sent yet"),
        (CONFIG, "all@example.com", 99, "There is no user 99"),
    ):
        with pytest.raises(WrongUse, match=why):
            new_target(store, config, "x", channel="email", address=address, user_id=user, by="Ada")


def test_a_target_is_told_what_its_user_may_see_or_everything(workspace: Path, store: Store) -> None:
    config = Config(company=Company(name="Test"), messages=MessagesConfig(inward_hosts=("127.0.0.1",)))
    made = {
        name: new_target(
            store,
            config,
            name,
            channel="webhook",
            address="http://127.0.0.1:9/x",
            kinds=["hand_off", "data_stale"],
            user_id=user,
            by="Ada",
        )
        for name, user in (("all", None), ("zeta", 2))
    }
    new = new_messages(workspace, store, config, now=NOW + timedelta(days=4))
    assert {(one.target_id, one.payload["data"].get("account", one.kind)) for one in new} == {
        (made["all"].target_id, "Acme <!channel>"),
        (made["all"].target_id, "Zeta"),
        (made["all"].target_id, "data_stale"),
        (made["zeta"].target_id, "Zeta"),
        (made["zeta"].target_id, "data_stale"),
    }
    change_user(store, 2, by="Ada", is_disabled=True)
    assert made["zeta"].target_id not in {
        one.target_id for one in new_messages(workspace, store, config, now=NOW)
    }


@pytest.mark.parametrize("viewer", [REP, ANALYST])
def test_an_amount_that_a_chance_is_part_of_says_that_openings_are_few(
    tmp_path: Path, viewer: Viewer
) -> None:
    """In words for everybody: how many there are is a total over accounts that a rep does not see."""
    model = {"target": "open", "rung": NEAR_RULE, "opening_count": 3, "openings_told": "cloud 3"}
    model |= {"needed_count": 40, "trained_at": at(20), "model_version": "m1"}
    said = "Chances stay close to the rules: openings to learn from are few."
    wants = frozenset({("hand_off", "email"), ("weekly", "email")})
    reader = Reader(viewer, wants, {"email": 0})
    for few in ([], [model]):
        folder = published(tmp_path / f"{len(few)}", rows() | {"chance_model": few})
        found = told_to(reader, folder, as_of=AS_OF, now=NOW, config=CONFIG)
        amounts = [one.payload["facts"] for one in found if "Worth" in str(one.payload["facts"])]
        assert amounts
        assert all((said in facts) is bool(few) for facts in amounts)
        [weekly] = [one.payload for one in found if one.kind == "weekly"]
        assert (said in weekly["facts"]) is bool(few)
