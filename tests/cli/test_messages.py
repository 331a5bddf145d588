"""`muster messages` as somebody uses it: targets, a look before sending, sending, and looking after it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.messages.receivers import Script, listening
from tests.messages.told_company import published, rows
from typer.testing import Result

from muster.config.settings import StoreConfig
from muster.store.opening import upgrade
from muster.store.users import add_user

Run = Callable[..., Result]


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    """A workspace with news, whose messages may go to this machine."""
    published(tmp_path, rows(), as_of=datetime(2026, 3, 2, tzinfo=UTC))
    (tmp_path / "muster.toml").write_text(
        '[company]\nname = "Acme"\n[messages]\ninward_hosts = ["127.0.0.1"]\nstale_after_days = 100000\n'
    )
    return tmp_path


def test_news_goes_to_a_target_once_and_shows_in_the_list(muster: Run, acme: Path) -> None:
    script = Script()
    place = ["-w", acme, "--json"]
    with listening(script) as address:
        kinds = ["--kind", "hand_off", "--kind", "second_lead"]
        made = json.loads(
            muster("messages", "target", "add", "hook", f"{address}/in/geheim", *kinds, *place).stdout
        )
        assert made["secret"].startswith("whsec_") and made["where"] == "127.0.0.1"
        shown = json.loads(muster("messages", "send", "--dry-run", *place).stdout)
        assert [one["kind"] for one in shown] == ["hand_off", "hand_off", "second_lead"] and not script.got
        assert json.loads(muster("messages", "send", *place).stdout) == {
            "new": 3,
            "sent": 3,
            "failed": 0,
            "dead": 0,
        }
        assert json.loads(muster("messages", "send", *place).stdout)["new"] == 0
    listed = json.loads(muster("messages", "list", *place).stdout)
    assert [one["state"] for one in listed] == ["sent"] * 3 and len(script.got) == 3
    targets = muster("messages", "target", "list", *place).stdout
    assert "geheim" not in targets and "whsec_" not in targets
    told = muster("messages", "list", "-w", acme).stdout
    assert "Acme <!channel> for cloud" in told and " hook " in told


def test_what_failed_ends_with_1_and_is_looked_after_by_hand(muster: Run, acme: Path) -> None:
    script = Script([(500, {}, b"no"), (200, {}, b"")])
    with listening(script) as address:
        add = ("messages", "target", "add", "hook", address, "--kind", "second_lead", "-w", acme)
        assert muster(*add).exit_code == 0
        failed = muster("messages", "send", "-w", acme)
        assert failed.exit_code == 1 and "0 given up" not in failed.stdout
        assert "1 new; sent 0, failed 1, given up 0." in failed.stdout
        [row] = json.loads(muster("messages", "list", "--state", "failed", "-w", acme, "--json").stdout)
        assert row["last_answer"] == "500 no"
        again = muster("messages", "redeliver", row["number"], "--by", "Ada", "-w", acme)
        assert again.exit_code == 0 and "is waiting" in again.stdout
        assert muster("messages", "send", "-w", acme).exit_code == 0
    refused = muster("messages", "discard", row["number"], "-w", acme)
    assert refused.exit_code == 2 and "nothing to discard" in refused.stderr
    assert muster("messages", "list", "--state", "lost", "-w", acme).exit_code == 2
    assert "redeliver" in muster("audit", "-w", acme).stdout


def test_a_target_is_tried_enabled_and_removed(muster: Run, acme: Path) -> None:
    with listening(Script([(410, {}, b"gone"), (200, {}, b"ok")])) as address:
        muster("messages", "target", "add", "hook", address, "--kind", "hand_off", "-w", acme)
        muster("messages", "send", "-w", acme)
        assert "disabled: 410 gone" in muster("messages", "target", "list", "-w", acme).stdout
        assert muster("messages", "target", "enable", "hook", "-w", acme).exit_code == 0
        tried = muster("messages", "target", "test", "hook", "-w", acme)
        assert tried.exit_code == 0 and tried.stdout == "Taken: 200 ok\n"
    removed = json.loads(muster("messages", "target", "remove", "hook", "-w", acme, "--json").stdout)
    assert removed == {"removed": "hook", "discarded": 1}
    assert muster("messages", "target", "test", "hook", "-w", acme).exit_code == 2


def test_an_inward_target_and_an_unknown_user_are_refused_with_a_remedy(muster: Run, acme: Path) -> None:
    inward = muster("messages", "target", "add", "x", "https://169.254.169.254/latest", "-w", acme)
    assert inward.exit_code == 2 and "inward_hosts" in inward.stderr
    unknown = muster(
        "messages", "target", "add", "x", "https://127.0.0.1/", "--user", "a@b.example", "-w", acme
    )
    assert unknown.exit_code == 2 and "no user a@b.example" in unknown.stderr
    assert json.loads(muster("messages", "target", "list", "-w", acme, "--json").stdout) == []


def test_a_users_choices_are_shown_and_changed(muster: Run, acme: Path) -> None:
    with closing(upgrade(acme, StoreConfig())[0]) as store:
        add_user(store, "ana@example.com", "Ana", role="rep", by="Ada")
    chosen = muster("messages", "choose", "ana@example.com", "hand_off", "slack", "on", "-w", acme)
    assert chosen.exit_code == 0 and chosen.stdout == "ana@example.com: hand_off by slack is on.\n"
    assert "does not say yet how to send by slack" in chosen.stderr
    muster("messages", "choose", "ana@example.com", "weekly", "email", "on", "--weekday", 3, "-w", acme)
    shown = muster("messages", "choices", "ana@example.com", "-w", acme)
    assert "Thursdays" in shown.stdout
    told = json.loads(muster("messages", "choices", "ana@example.com", "-w", acme, "--json").stdout)
    assert {(one["kind"], one["channel"]) for one in told if one["is_on"]} == {
        *((kind, "email") for kind in ("hand_off", "second_lead", "share_read", "left_qualified", "weekly")),
        ("hand_off", "slack"),
    }
    for wrong in (("rumours", "email", "on"), ("hand_off", "pigeon", "on"), ("hand_off", "email", "maybe")):
        assert muster("messages", "choose", "ana@example.com", *wrong, "-w", acme).exit_code == 2
    assert muster("messages", "choices", "nobody@example.com", "-w", acme).exit_code == 2
