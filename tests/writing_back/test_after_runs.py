"""While the app serves, a run that comes into force is written back, and a CRM that is away ends nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from tests.writing_back.conftest import ACME, ZETA, Company, rows

from muster.config.settings import StoreConfig
from muster.problems import WrongUse
from muster.store.crm_writes import read_writes
from muster.store.opening import Store, upgrade
from muster.writing_back import switch, undo
from muster.writing_back.after_runs import AfterRuns, writing_after_runs
from muster.writing_back.crm import Crm
from muster.writing_back.sending import Tally

SCORE = "Muster_Score__c"


@pytest.fixture
def store(acme: Company) -> Iterator[Store]:
    with closing(upgrade(acme.workspace, StoreConfig())[0]) as made:
        yield made


def another_run(acme: Company) -> None:
    news = rows()
    news["score"][1]["score"] -= 20
    acme.publish(news)
    manifest = acme.workspace / ".muster" / "tables" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"run_id": "000002-0"}))


def test_each_run_is_written_once_and_nothing_where_every_field_is_off(acme: Company, store: Store) -> None:
    writer = AfterRuns(acme.workspace, store, reach=lambda _: acme.crm())
    assert writer.round() is None and acme.fake.asked == []
    switch(store, acme.config, f"Account.{SCORE}", "on", by="Ada")
    assert writer.round() == Tally(written=2)
    asked = len(acme.fake.asked)
    assert writer.round() == Tally() and len(acme.fake.asked) == asked  # no new run: nobody is asked
    another_run(acme)
    assert writer.round() == Tally(written=1)
    assert acme.fake.written == [(ACME, SCORE, 62), (ZETA, SCORE, 12), (ACME, SCORE, 42)]
    assert {one.run_id for one in read_writes(store)} == {"000001-0", "000002-0"}
    assert {one.by for one in read_writes(store)} == {"muster"}


def test_a_crm_that_is_away_is_asked_again_after_a_while(
    acme: Company, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    switch(store, acme.config, f"Account.{SCORE}", "on", by="Ada")
    writer = AfterRuns(acme.workspace, store, reach=lambda _: acme.crm(), clock=lambda: now)
    acme.fake.script.append(("read", 500, {}))
    writer.safely()
    assert "nothing was written back" in caplog.text and acme.fake.written == []
    asked = len(acme.fake.asked)
    writer.safely()
    assert len(acme.fake.asked) == asked
    now += timedelta(minutes=10)
    writer.safely()
    assert len(acme.fake.written) == 2


def test_what_was_taken_back_in_the_browser_is_put_back_within_a_minute(acme: Company, store: Store) -> None:
    name = f"Account.{SCORE}"
    switch(store, acme.config, name, "on", by="Ada")
    writer = AfterRuns(acme.workspace, store, reach=lambda _: acme.crm())
    writer.round()
    switch(store, acme.config, name, "off", by="Ada")
    undo(store, run_id="000001-0", by="Ada")
    assert writer.round() == Tally(written=2) and acme.fake.records[ACME][SCORE] is None
    assert writer.round() is None


def test_the_servers_log_says_what_was_written(
    acme: Company, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    switch(store, acme.config, f"Account.{SCORE}", "on", by="Ada")
    with caplog.at_level("INFO", "muster.writing_back"):
        AfterRuns(acme.workspace, store, reach=lambda _: acme.crm()).round()
    assert "run 000001-0: 2 values of 2 records written, none waits" in caplog.text


def test_a_server_without_secrets_leaves_it_to_the_command_line(acme: Company, store: Store) -> None:
    def none(_: object) -> Crm:
        raise WrongUse("The environment has no secrets for the CRM.")

    switch(store, acme.config, f"Account.{SCORE}", "on", by="Ada")
    assert AfterRuns(acme.workspace, store, reach=none).round() is None
    with writing_after_runs(acme.workspace, store):
        pass
    assert acme.fake.asked == []
