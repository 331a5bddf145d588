"""What `muster doctor` says of the store, its outbox, erasures and room, each with what to do about it."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from muster.cli.findings import Finding
from muster.cli.kept import look_at_kept, room
from muster.config.settings import StoreConfig
from muster.sources.suppression import keep_suppression, open_suppression
from muster.store.deliveries import DEAD, FAILED, Outgoing, put, settle, take
from muster.store.opening import open_or_make, upgrade

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "muster.toml").write_text('[company]\nname = "A"\n')
    return tmp_path


def found(workspace: Path, now: datetime = NOW) -> dict[tuple[str, str], Finding]:
    made = {(one.what, one.state): one for one in look_at_kept(workspace, now=now)}
    assert all(one.remedy for one in made.values() if one.state != "fine")
    return made


def test_a_workspace_in_which_nobody_decided_anything_is_fine(workspace: Path) -> None:
    assert set(found(workspace)) == {("store", "fine")}
    assert not (workspace / "store.db").exists()  # to look makes nothing


def test_a_store_of_an_older_version_is_named_with_how_to_bring_it_up_to_date(workspace: Path) -> None:
    upgrade(workspace, StoreConfig(), to="0004")[0].close()
    one = found(workspace)["store", "look"]
    assert "version 0004" in one.says and "muster upgrade" in one.remedy


def test_messages_that_were_given_up_or_that_nobody_sends_are_counted(workspace: Path) -> None:
    with closing(open_or_make(workspace, StoreConfig())) as store:
        assert ("messages", "fine") in found(workspace)
        put(store, [Outgoing(f"k{n}", "hand_off", "email", {}, user_id=1) for n in range(3)], now=NOW)
        assert ("messages", "fine") in found(workspace)  # they wait, and not for long yet
        for state in (DEAD, FAILED):
            taken = take(store, now=NOW)
            assert taken is not None
            settle(store, taken, state=state, answer="no", now=NOW, next_at=NOW + timedelta(hours=4))
        soon = found(workspace, NOW + timedelta(minutes=30))
        assert soon["messages", "look"].says.startswith("1 did not arrive and were given up")
        assert soon["messages", "note"].says.startswith("1 did not arrive so far")
        later = found(workspace, NOW + timedelta(hours=2))["messages", "look"]
        assert later.says.startswith("1 should have gone out") and "muster messages send" in later.remedy


def test_an_erasure_that_was_begun_and_not_ended_needs_a_look(workspace: Path) -> None:
    told = open_suppression(workspace).with_person({}, called="erased-1", address="", by="Ada", at=NOW)
    keep_suppression(workspace, told)
    assert found(workspace)["erasures", "look"].says.startswith("1 begun and not at their end")
    assert "muster run" in found(workspace)["erasures", "look"].remedy
    keep_suppression(workspace, told.done())
    assert ("erasures", "fine") in found(workspace)


def test_a_disk_without_room_for_another_run_needs_a_look(workspace: Path) -> None:
    tables = workspace / ".muster" / "tables"
    tables.mkdir(parents=True)
    (tables / "score.parquet").write_bytes(b"x" * 3_000)
    assert list(room(workspace, free=9_000)) == []
    [one] = room(workspace, free=8_999)
    assert one.state == "look" and "nearly full" in one.says and one.remedy
