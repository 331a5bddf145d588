"""A write-back changes what is ours, once, whatever fails on the way; and takes it back when asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from tests.store.conftest import kept_in, postgresql
from tests.writing_back.conftest import ACME, BO, VERA, ZETA, Company, rows

from muster.config.settings import StoreConfig
from muster.problems import WrongUse
from muster.store import crm_writes
from muster.store.audit import entries, first_broken
from muster.store.crm_log import counting
from muster.store.crm_writes import LEASE, discard, discard_field, read_writes, retry
from muster.store.opening import Store, upgrade
from muster.store.rewriting import rewrite
from muster.store.schema import CRM_WRITE
from muster.writing_back import Report, field_states, preview, sending, switch, undo, write_back
from muster.writing_back.crm import Crm

__all__ = ["kept_in", "postgresql"]  # fixtures of the store's own tests
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
STATUS, SCORE = "Muster_Status__c", "Muster_Score__c"
Write = Callable[..., Report]


@pytest.fixture
def store(acme: Company, kept_in: StoreConfig) -> Iterator[Store]:
    with closing(upgrade(acme.workspace, kept_in)[0]) as made:
        yield made


def on(acme: Company, store: Store, state: str = "on") -> None:
    for one in acme.config.crm_write_back.field:
        switch(store, acme.config, one.name, state, by="Ada")


def write(acme: Company, store: Store, *, later: timedelta = timedelta(), crm: Crm | None = None) -> Report:
    return write_back(
        acme.workspace, store, acme.config, crm or acme.crm(), by="Ada", clock=lambda: NOW + later
    )


def holds(acme: Company, record: str = ACME) -> dict[str, Any]:
    return {k: v for k, v in acme.fake.records[record].items() if k.startswith("Muster")}


def test_every_field_is_off_until_somebody_says_otherwise(acme: Company, store: Store) -> None:
    assert set(field_states(store, acme.config).values()) == {"off"}
    with pytest.raises(WrongUse, match="Every mapped field is off"):
        write(acme, store)
    with pytest.raises(WrongUse, match="is mapped"):
        switch(store, acme.config, "Account.Name", "on", by="Ada")
    with pytest.raises(WrongUse, match="not maybe"):
        switch(store, acme.config, f"Account.{STATUS}", "maybe", by="Ada")
    assert acme.fake.written == [] and acme.fake.asked == []


def test_what_is_on_is_written_once_and_what_is_in_a_dry_run_is_counted(acme: Company, store: Store) -> None:
    on(acme, store, "dry-run")
    assert write(acme, store).dry_run == 10 and acme.fake.written == []
    switch(store, acme.config, f"Account.{SCORE}", "on", by="Ada")
    done = write(acme, store)
    assert (done.new, done.tally.written, done.dry_run) == (2, 2, 8)
    assert acme.fake.written == [(ACME, SCORE, 62), (ZETA, SCORE, 12)]
    assert [one["sforce-auto-assign"] for one in acme.fake.headers if "sforce-auto-assign" in one] == [
        "FALSE"
    ]
    again = write(acme, store)
    assert (again.new, again.tally) == (0, sending.Tally()) and len(acme.fake.written) == 2
    [zeta, first] = read_writes(store)
    assert (first.old_value, first.new_value, first.run_id, first.by) == (None, 62, "000001-0", "Ada")
    assert zeta.record_id == ZETA and first_broken(entries(store)) is None
    assert [(e.action, e.subject) for e in entries(store)][-1] == ("crm field", f"Account.{SCORE}")


def test_records_are_updated_and_none_is_made_or_deleted(acme: Company, store: Store) -> None:
    del acme.fake.records[ZETA]
    there = set(acme.fake.records)
    on(acme, store)
    assert write(acme, store).tally.missing == 0  # the comparison knew it before
    assert set(acme.fake.records) == there
    assert holds(acme, VERA) == {"Muster_Role__c": "cloud: decision maker; desk: champion"}
    assert holds(acme, BO) == {"Muster_Role__c": "cloud: user", "Muster_Role_Confidence__c": 43}


def test_news_replace_our_value_and_never_theirs(acme: Company, store: Store) -> None:
    on(acme, store)
    write(acme, store)
    news = rows()
    news["qualification"][2]["status"] = "nurture"  # Acme's group for the cloud
    news["score"][1]["score"] -= 20
    acme.publish(news)
    acme.fake.records[ACME][SCORE] = 99  # a seller knows better
    done = write(acme, store)
    assert (done.tally.written, done.theirs) == (2, 1)  # the desk comes first now, with no reason told
    assert (holds(acme)[STATUS], holds(acme)[SCORE]) == ("cloud: nurture; desk: engaged", 99)
    acme.fake.records[ACME][STATUS] = None  # somebody does not want it
    acme.publish(rows())
    assert write(acme, store).theirs == 2 and holds(acme)[STATUS] is None
    acme.fake.records[ACME][STATUS] = "cloud: nurture; desk: engaged"  # our last value put back: ours again
    write(acme, store)
    assert holds(acme)[STATUS] == "cloud: qualified; desk: engaged"


def test_what_the_tables_say_no_more_is_emptied_where_it_is_ours(acme: Company, store: Store) -> None:
    on(acme, store)
    write(acme, store)
    news = rows()
    for group in news["buying_group"]:
        group["closed_at"] = group["opened_at"]
    acme.publish(news)
    acme.fake.records[ZETA][STATUS] = "mine"
    write(acme, store)
    assert set(holds(acme).values()) == {None}
    assert holds(acme, ZETA)[STATUS] == "mine"
    assert write(acme, store).tally == sending.Tally()


def test_tables_of_an_earlier_date_are_not_written(acme: Company, store: Store) -> None:
    on(acme, store)
    write(acme, store)
    acme.publish(rows(), as_of=datetime(2025, 3, 2, tzinfo=UTC))
    with pytest.raises(WrongUse, match="what was written last is as of 2026-03-02"):
        write(acme, store)


@pytest.mark.parametrize(
    ("failure", "headers", "is_done"),
    [(500, {}, False), (429, {"Retry-After": "600"}, False), ("slow", {}, False), ("late", {}, True)],
)
def test_what_fails_is_tried_again_and_applied_once(
    acme: Company, store: Store, failure: Any, headers: dict[str, str], is_done: bool
) -> None:
    switch(store, acme.config, f"Account.{SCORE}", "on", by="Ada")
    acme.fake.script.append(("update", failure, headers))
    assert write(acme, store).tally.failed == 2
    at_once = write(acme, store)
    assert at_once.new == 0 and at_once.tally.written == 0  # its time has not come
    if headers:
        assert write(acme, store, later=timedelta(minutes=9)).tally == sending.Tally()
    assert write(acme, store, later=timedelta(minutes=11)).tally.written == 2
    assert acme.fake.written == [(ACME, SCORE, 62), (ZETA, SCORE, 12)]
    said = {one.last_answer for one in read_writes(store)}
    assert said == ({"It says so already."} if is_done else {"written"})


def test_what_waits_for_a_field_that_was_turned_off_is_not_written(acme: Company, store: Store) -> None:
    on(acme, store)
    acme.fake.script += [("update", 500, {})] * 3
    assert write(acme, store).tally.failed == 10
    for name in field_states(store, acme.config):
        switch(store, acme.config, name, "dry-run", by="Ada")
    assert write(acme, store, later=timedelta(hours=1)).tally == sending.Tally()
    assert acme.fake.written == []
    switch(store, acme.config, f"Account.{SCORE}", "on", by="Ada")
    assert write(acme, store, later=timedelta(hours=1)).tally.written == 2


def test_what_waits_for_a_field_that_is_mapped_no_more_is_told_and_not_written(
    acme: Company, store: Store
) -> None:
    """Though it is still said to be on: nothing is put into a field that muster.toml does not name."""
    on(acme, store)
    acme.fake.script += [("update", 500, {})] * 3
    write(acme, store)
    toml = acme.workspace / "muster.toml"
    whole = toml.read_text()
    named = "\n".join(
        (
            "[[crm_write_back.field]]",
            'object = "Account"',
            f'field = "{SCORE}"\nvalue = "score"\nsolution = "cloud"\n',
        )
    )
    assert named in whole
    toml.write_text(whole.replace(named, ""))
    done = write(acme, store, later=timedelta(hours=1))
    assert done.tally.written == 8 and SCORE not in holds(acme)
    assert done.unmapped == {f"Account.{SCORE}": 2} and (done.run.written, done.run.waiting) == (8, 2)
    toml.write_text(whole)  # mapped again, it is what it was
    again = write(acme, store, later=timedelta(hours=1))
    assert again.unmapped == {} and holds(acme)[SCORE] == 62
    toml.write_text(whole.replace(named, ""))
    write(acme, store, later=timedelta(hours=2))
    assert holds(acme)[SCORE] == 62  # nor is it emptied
    undo(store, run_id="000001-0", by="Ada", clock=lambda: NOW + timedelta(hours=3))
    write(acme, store, later=timedelta(hours=3))
    assert holds(acme)[SCORE] is None  # but a person takes it back


def test_without_asking_what_is_mapped_a_field_taken_out_is_written(
    acme: Company, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check above falls where the ledger hands out what is on, mapped or not."""
    monkeypatch.setattr(crm_writes, "of_fields", lambda _: sa.true())
    on(acme, store)
    acme.fake.script += [("update", 500, {})] * 3
    write(acme, store)
    found = sending.send_due(store, acme.crm(), fields=(), clock=lambda: NOW + timedelta(hours=1))
    assert found.written == 10


def test_values_that_wait_for_a_field_are_given_up_together(acme: Company, store: Store) -> None:
    switch(store, acme.config, f"Account.{SCORE}", "on", by="Ada")
    acme.fake.script += [("update", 500, {})]
    write(acme, store)
    assert discard_field(store, "Account", SCORE, by="Ada", now=NOW) == 2
    assert {one.state for one in read_writes(store)} == {"discarded"}
    with pytest.raises(WrongUse, match="No value waits"):
        discard_field(store, "Account", SCORE, by="Ada", now=NOW)
    assert [(e.action, e.subject) for e in entries(store)][-1] == ("crm discard", f"Account.{SCORE}")


def test_what_was_taken_back_is_put_back_also_where_every_field_is_off(acme: Company, store: Store) -> None:
    on(acme, store)
    write(acme, store)
    for name in field_states(store, acme.config):
        switch(store, acme.config, name, "off", by="Ada")
    undo(store, run_id="000001-0", by="Ada", clock=lambda: NOW)
    assert write(acme, store).tally.written == 10 and set(holds(acme).values()) == {None}


def test_a_write_asks_the_ledger_for_what_counts_alone(acme: Company, store: Store) -> None:
    """However long the ledger is: of each field the last value, and what was tried since."""
    switch(store, acme.config, f"Account.{SCORE}", "on", by="Ada")
    for turn in range(4):
        news = rows()
        news["score"][1]["score"] -= turn
        acme.publish(news)
        write(acme, store)
    assert len(read_writes(store)) == 5
    asked = counting(store, {("Account", SCORE)})
    assert [(one.record_id, one.new_value) for one in asked] == [(ZETA, 12), (ACME, 59)]
    assert counting(store, {("Account", STATUS)}) == [] and counting(store, set()) == []


def test_after_a_late_yes_what_somebody_wrote_since_is_not_written_over(acme: Company, store: Store) -> None:
    switch(store, acme.config, f"Account.{SCORE}", "on", by="Ada")
    acme.fake.script.append(("update", "late", {}))
    write(acme, store)
    acme.fake.records[ACME][SCORE] = 5
    assert write(acme, store, later=timedelta(hours=1)).tally.theirs == 1
    assert holds(acme)[SCORE] == 5


def test_the_reading_before_each_attempt_is_what_saves_it(
    acme: Company, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it, the second attempt writes over what somebody put there meanwhile."""
    monkeypatch.setattr(sending, "_judged", lambda *_: None)
    switch(store, acme.config, f"Account.{SCORE}", "on", by="Ada")
    acme.fake.script.append(("update", "late", {}))
    write(acme, store)
    acme.fake.records[ACME][SCORE] = 5
    write(acme, store, later=timedelta(hours=1))
    assert holds(acme)[SCORE] == 62


def test_a_writer_killed_after_the_crm_took_it_leaves_a_row_that_is_settled_later(
    acme: Company, store: Store
) -> None:
    if store.engine.dialect.name != "sqlite":
        pytest.skip("a fork shares no connection to a server")
    switch(store, acme.config, f"Account.{SCORE}", "on", by="Ada")
    store.close()
    child = os.fork()
    if not child:
        try:
            sending.settle = lambda *_, **__: os.kill(os.getpid(), 9)  # type: ignore[assignment]
            write(acme, store)
        finally:
            os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert [one.state for one in read_writes(store)] == ["waiting"] * 2
    assert len(acme.fake.written) == 2
    soon = write(acme, store)
    assert soon.new == 0 and [one.state for one in read_writes(store)] == ["waiting"] * 2
    assert write(acme, store, later=LEASE).tally.written == 2
    assert len(acme.fake.written) == 2  # nothing twice


def test_what_the_crm_refuses_is_given_up_and_holds_no_other_back(acme: Company, store: Store) -> None:
    switch(store, acme.config, f"Account.{SCORE}", "on", by="Ada")
    acme.fake.refused = {
        ACME: ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "no score above 50"),
        ZETA: ("UNABLE_TO_LOCK_ROW", "somebody holds it"),
    }
    tally = write(acme, store).tally
    assert (tally.dead, tally.failed) == (1, 1)
    acme.fake.refused = {}
    assert write(acme, store, later=timedelta(hours=1)).tally.written == 1
    found = preview(acme.workspace, acme.config, acme.crm(), store=store)
    assert [(one.record_id, one.fate) for one in found.changes if one.field == SCORE] == [(ACME, "given_up")]
    [dead] = read_writes(store, states=["dead"])
    assert dead.last_answer == "FIELD_CUSTOM_VALIDATION_EXCEPTION no score above 50"
    retry(store, dead.number, by="Ada", now=NOW)
    assert write(acme, store, later=timedelta(hours=2)).tally.written == 1 and holds(acme)[SCORE] == 62
    with pytest.raises(WrongUse, match="nothing to retry"):
        retry(store, dead.number, by="Ada", now=NOW)


def test_after_all_its_attempts_a_value_is_given_up_and_may_be_discarded(acme: Company, store: Store) -> None:
    switch(store, acme.config, f"Account.{SCORE}", "on", by="Ada")
    acme.fake.script = [("update", 503, {})] * 20
    tallies = [write(acme, store, later=timedelta(days=2 * n)).tally for n in range(10)]
    assert [one.failed for one in tallies] == [2] * 9 + [0] and tallies[-1].dead == 2
    assert write(acme, store, later=timedelta(days=30)).tally == sending.Tally()
    number = read_writes(store)[0].number
    assert discard(store, number, by="Ada", now=NOW).state == "discarded"
    with pytest.raises(WrongUse, match="nothing to discard"):
        discard(store, number, by="Ada", now=NOW)


def test_one_write_or_a_run_is_undone_where_the_crm_still_holds_ours(acme: Company, store: Store) -> None:
    on(acme, store)
    write(acme, store)
    acme.fake.records[ZETA][SCORE] = 77  # theirs since
    [number] = [one.number for one in read_writes(store) if (one.record_id, one.field) == (ACME, STATUS)]
    assert undo(store, number=number, by="Ada", clock=lambda: NOW) == 1
    assert (
        sending.send_due(
            store, acme.crm(), fields=acme.config.crm_write_back.field, clock=lambda: NOW
        ).written
        == 1
    )
    assert holds(acme)[STATUS] is None
    with pytest.raises(WrongUse, match=f"nothing to undo of write {number}"):
        undo(store, number=number, by="Ada")
    assert undo(store, run_id="000001-0", by="Ada", clock=lambda: NOW) == 9
    tally = sending.send_due(store, acme.crm(), fields=acme.config.crm_write_back.field, clock=lambda: NOW)
    assert (tally.written, tally.theirs) == (8, 1)
    assert set(holds(acme).values()) == {None} and holds(acme, ZETA)[SCORE] == 77
    assert write(acme, store).new == 0  # what was taken back is not written again
    news = rows()
    news["score"][1]["score"] -= 20
    acme.publish(news)
    assert write(acme, store).new == 1 and holds(acme)[SCORE] == 42  # but news are
    assert [e.action for e in entries(store)].count("crm undo") == 2 and first_broken(entries(store)) is None


def test_an_undoing_that_waits_is_not_replaced_by_a_newer_value(acme: Company, store: Store) -> None:
    switch(store, acme.config, f"Account.{SCORE}", "on", by="Ada")
    write(acme, store)
    undo(store, run_id="000001-0", by="Ada", clock=lambda: NOW)
    acme.fake.script.append(("update", 500, {}))
    news = rows()
    news["score"][1]["score"] -= 20
    acme.publish(news)
    write(acme, store)
    assert holds(acme)[SCORE] == 62
    write(acme, store, later=timedelta(hours=1))
    assert acme.fake.written[2:] == [(ZETA, SCORE, None), (ACME, SCORE, None), (ACME, SCORE, 42)]


def test_an_erased_persons_record_is_in_no_row_and_is_not_asked_for(acme: Company, store: Store) -> None:
    on(acme, store)
    acme.fake.script.append(("update", 500, {}))  # the accounts', which come first
    acme.fake.script.append(("update", 500, {}))  # the contact's
    write(acme, store)

    def without(told: Any) -> Any:
        return told.replace(VERA, "erased-1") if isinstance(told, str) else told

    rewrite(store, without, tell=[])
    with store.reading() as connection:
        kept = [str(row) for row in connection.execute(sa.select(CRM_WRITE))]
    assert kept and not any(VERA[:15] in row for row in kept)
    asked = len(acme.fake.asked)
    sending.send_due(
        store, acme.crm(), fields=acme.config.crm_write_back.field, clock=lambda: NOW + timedelta(hours=1)
    )
    assert len(acme.fake.asked) > asked and not any(VERA[:15] in path for _, path in acme.fake.asked[asked:])
    assert [one.state for one in read_writes(store) if one.record_id == "erased-1"] == ["missing"]


def test_nothing_is_written_twice_over_fifty_scripts_of_failures(acme: Company, store: Store) -> None:
    """Each value is applied once, whatever the CRM answers to forty batches in a row."""
    if store.engine.dialect.name != "sqlite":
        pytest.skip("once is enough: the store's part is tested on both")
    switch(store, acme.config, f"Account.{SCORE}", "on", by="Ada")
    answers = [500, 429, 503, None]
    at = timedelta()
    for turn in range(50):
        news = rows()
        news["score"][1]["score"] = news["score"][1]["score"] - turn
        acme.publish(news)
        for step in range(3):
            what = answers[(turn * 7 + step * 3) % 4]
            if what is not None:
                acme.fake.script.append(("update", what, {}))
            at += timedelta(hours=1)
            write(acme, store, later=at)
        acme.fake.script.clear()
        write(acme, store, later=at + timedelta(days=1))
        at += timedelta(days=1)
    told = [value for record, _, value in acme.fake.written if record == ACME]
    assert told == sorted(set(told), reverse=True) and holds(acme)[SCORE] == 13  # 61.5 - 49 = 12.5
