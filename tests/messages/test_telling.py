"""While the app serves, news is told without anybody asking, and looked for only when there may be some."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from tests.messages.receivers import Script, listening
from tests.messages.told_company import AS_OF, published, rows

from muster.config.reading import read_config
from muster.config.settings import StoreConfig
from muster.engine.run_log import append_entry
from muster.messages import new_target, telling
from muster.messages.sending import Tally
from muster.messages.telling import Teller
from muster.store.opening import Store, upgrade

TOML = '[company]\nname = "A"\n[messages]\ninward_hosts = ["127.0.0.1"]\nstale_after_days = 100000\n'


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "muster.toml").write_text(TOML)
    with closing(upgrade(tmp_path, StoreConfig())[0]) as made:
        yield made


def test_a_run_in_force_is_told_once_and_a_failed_one_too(tmp_path: Path, store: Store) -> None:
    now = AS_OF
    teller = Teller(tmp_path, store, clock=lambda: now)
    script = Script()
    with listening(script) as address:
        kinds = ["hand_off", "data_stale"]
        new_target(store, read_config(tmp_path), "t", channel="webhook", address=address, kinds=kinds, by="A")
        assert teller.round() == Tally()  # no run yet
        published(tmp_path, rows())
        assert teller.round() == Tally(sent=2)
        assert teller.round() == Tally()
        append_entry(
            tmp_path, {"started_at": "2026-03-02T08:00:00+00:00", "ended": "failed", "why": "disk full"}
        )
        assert teller.round() == Tally(sent=1)
        now += timedelta(days=1)
        assert teller.round() == Tally()
    assert b"disk full" in script.got[-1][2]


def test_a_round_that_goes_wrong_is_logged_and_the_app_goes_on(
    tmp_path: Path, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    with telling(tmp_path, store):
        (tmp_path / "muster.toml").write_text("[company\n")
        Teller(tmp_path, store).safely()
    assert "messages were not told" in caplog.text
