"""What happened is told once to each reader, whatever its account and group are called by the next run."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.messages.told_company import AS_OF, REP, at, published, rows

from muster.config.settings import Company, Config, MessagesConfig, SmtpConfig, StoreConfig
from muster.messages import note_happenings
from muster.messages.ids_before import ids_before
from muster.reports.published import Published
from muster.store import told
from muster.store.deliveries import Outgoing, put
from muster.store.opening import Store, upgrade
from muster.store.users import add_user

FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAYS_BACK = 7
SMTP = SmtpConfig.model_validate({"host": "mail.example", "from": "muster@example.com"})
CONFIG = Config(company=Company(name="Test"), messages=MessagesConfig(smtp=SMTP))
_READERS = itertools.count(1)


@dataclass(frozen=True)
class Happening:
    """One thing that truly happened; `number` tells two of one kind, account and day apart."""

    number: int
    account: int
    kind: str
    solution: str
    day: int


@dataclass(frozen=True)
class Run:
    """What a run knows: its day, which accounts are which by then, and how it counts cycles."""

    day: int
    merged: Mapping[int, int]
    cycle: int


def account_id(run: Run, account: int) -> str:
    while account in run.merged:
        account = run.merged[account]
    return f"a{account}"


def key_of(run: Run, one: Happening) -> str:
    group = f"{account_id(run, one.account)}|{one.solution}|{run.cycle}"
    return f"{one.kind}:g{hashlib.md5(group.encode()).hexdigest()[:16]}:{one.number}"


def told_by(run: Run, happenings: list[Happening], reader: int) -> list[Outgoing]:
    """Everything the run tells a reader, as the outbox takes it."""
    first = run.day - DAYS_BACK - told.MOST_MOVED.days
    return [
        Outgoing(
            key=f"{key_of(run, one)}:email:user:{reader}",
            kind=one.kind,
            channel="email",
            payload={"number": one.number},
            user_id=reader,
            account_id=account_id(run, one.account),
            topic=one.solution,
            happened_at=(FIRST + timedelta(days=one.day)).isoformat(),
        )
        for one in happenings
        if first < one.day <= run.day
    ]


def ids_of(run: Run) -> dict[str, list[str]]:
    """For each account of a run the ids it had."""
    had: dict[str, list[str]] = {}
    for account in run.merged:
        had.setdefault(account_id(run, account), []).append(f"a{account}")
    return had


@st.composite
def companies(draw: st.DrawFn) -> tuple[list[Happening], list[Run]]:
    """Up to four accounts, of which later runs know more to be one; cycles are counted anew at will."""
    drawn = st.tuples(
        st.integers(0, 3), st.sampled_from(sorted(told.MOVES)), st.sampled_from("xy"), st.integers(0, 14)
    )
    happenings = [Happening(n, *one) for n, one in enumerate(draw(st.lists(drawn, min_size=1, max_size=8)))]
    runs, merged = [], dict[int, int]()
    for day in sorted(draw(st.lists(st.integers(0, 16), min_size=2, max_size=5))):
        if draw(st.booleans()):
            pair = sorted(draw(st.lists(st.integers(0, 3), min_size=2, max_size=2, unique=True)))
            merged = {pair[1]: pair[0]} | merged
        runs.append(Run(day, dict(merged), draw(st.integers(1, 2))))
    return happenings, runs


@pytest.fixture(scope="module")
def outbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with closing(upgrade(tmp_path_factory.mktemp("outbox"), StoreConfig())[0]) as made:
        yield made


def told_in(outbox: Store, happenings: list[Happening], runs: list[Run]) -> Counter[int]:
    """How often each happening is told over all runs, each looked at twice."""
    reader = next(_READERS)
    found = Counter[int]()
    for run in [run for run in runs for _ in range(2)]:
        now = FIRST + timedelta(days=run.day)
        since, outgoing = now - timedelta(days=DAYS_BACK), told_by(run, happenings, reader)
        new = put(outbox, outgoing, now=now, since=since, once=ids_of(run))
        found.update(one.payload["number"] for one in new)
    return found


def expected(happenings: list[Happening], runs: list[Run]) -> Counter[int]:
    """Once whatever a run sees within its days."""
    seen = {one.number for one in happenings for run in runs if run.day - DAYS_BACK < one.day <= run.day}
    return Counter(dict.fromkeys(seen, 1))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(companies())
def test_whatever_is_merged_each_happening_is_told_once(
    outbox: Store, drawn: tuple[list[Happening], list[Run]]
) -> None:
    happenings, runs = drawn
    assert told_in(outbox, happenings, runs) == expected(happenings, runs)


def test_an_outbox_that_goes_by_keys_alone_is_caught(outbox: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    one = [Happening(0, 1, "hand_off", "x", 3)]
    runs = [Run(4, {}, 1), Run(5, {1: 0}, 1)]
    assert told_in(outbox, one, runs) == Counter({0: 1})
    monkeypatch.setattr(told, "followed", lambda *_, **__: set())
    assert told_in(outbox, one, runs) == Counter({0: 2})


def test_one_that_is_told_no_more_keeps_back_one_new_one_and_not_two(outbox: Store) -> None:
    before = [Happening(0, 1, "hand_off", "x", 3)]
    moved = [Happening(1, 1, "hand_off", "x", 5), Happening(2, 0, "hand_off", "x", 6)]
    reader, now = next(_READERS), FIRST + timedelta(days=6)
    first, then = Run(4, {}, 1), Run(6, {1: 0}, 1)
    since = now - timedelta(days=DAYS_BACK)
    assert len(put(outbox, told_by(first, before, reader), now=now, since=since, once={})) == 1
    new = put(outbox, told_by(then, moved, reader), now=now, since=since, once=ids_of(then))
    assert [one.payload["number"] for one in new] == [2]


def test_another_reader_and_another_account_are_told_all_the_same(outbox: Store) -> None:
    happened = [Happening(0, 1, "second_lead", "x", 3), Happening(1, 2, "second_lead", "x", 3)]
    assert told_in(outbox, happened[:1], [Run(4, {}, 1)]) == Counter({0: 1})  # to one reader, and to the next
    assert told_in(outbox, happened, [Run(4, {}, 1), Run(5, {1: 0}, 1)]) == Counter({0: 1, 1: 1})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(upgrade(tmp_path, StoreConfig())[0]) as made:
        add_user(made, REP.email, REP.name, role=REP.role, by="Ada", owner_ids=REP.owner_ids)
        yield made


def renamed(tables: dict[str, list[dict[str, Any]]], names: Mapping[str, str]) -> dict[str, Any]:
    """The same tables with other ids."""
    return {
        table: [
            {
                column: names.get(value, value) if isinstance(value, str) else value
                for column, value in row.items()
            }
            for row in found
        ]
        for table, found in tables.items()
    }


def test_a_run_that_knows_two_accounts_to_be_one_tells_nothing_anew(tmp_path: Path, store: Store) -> None:
    now = AS_OF + timedelta(hours=9)
    published(tmp_path, rows())
    first = note_happenings(tmp_path, store, CONFIG, now=now)
    assert {one.kind for one in first} >= {"hand_off", "second_lead", "share_read"}
    merged = renamed(rows(), {"acme": "elder", "g1": "g9", "g1-1": "g9-2", "g1-0": "g9-1"})
    merged["merged_account"] = [
        {"account_id": "acme", "into_account_id": "middle", "merged_at": at(1, month=3)},
        {"account_id": "middle", "into_account_id": "elder", "merged_at": at(1, month=3)},
    ]
    published(tmp_path, merged)
    assert note_happenings(tmp_path, store, CONFIG, now=now) == []


def test_an_id_by_another_key_of_the_account_is_known_too(tmp_path: Path) -> None:
    dated_back = {
        "account_alias": [{"account_record_id": "r1", "account_id": "acme"}],
        "account_domain": [{"domain": "acme.example", "account_id": "acme"}],
    }
    with Published(published(tmp_path, dated_back)) as tables:
        [(account, ids)] = ids_before(tables, ["acme"]).items()
    by_key = {"a" + hashlib.md5(key).hexdigest()[:16] for key in (b"r:r1", b"d:acme.example")}
    assert (account, ids) == ("acme", by_key)
