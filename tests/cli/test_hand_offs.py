"""Sales answers on the command line; users and tokens are made there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from muster.workspace import open_workspace


@pytest.fixture
def halden(bundled: Path, tmp_path: Path) -> Path:
    """The bundled company's tables, and a store of one's own."""
    return Path(shutil.copytree(bundled, tmp_path / "halden", symlinks=True))


def open_hand_off(muster: Any, folder: Path) -> dict[str, Any]:
    """The newest hand-off whose group is still with sales."""
    found = json.loads(muster("hand-offs", "list", "-w", folder, "--json").stdout)
    return dict(found[0])


def test_an_answer_is_kept_listed_as_pending_and_taken_back(muster, halden):
    first = open_hand_off(muster, halden)
    key = first["hand_off_id"]
    told = muster("hand-offs", "reject", key, "--reason", "no budget", "--words", "frozen", "-w", halden)
    assert told.exit_code == 0 and f"rejected {key} : frozen" in told.stdout
    now = open_hand_off(muster, halden)
    assert (now["answer"], now["reason"], now["is_pending"]) == ("rejected", "No budget", True)
    assert "(pending)" in muster("hand-offs", "list", "-w", halden).stdout
    [made] = json.loads(muster("hand-offs", "decisions", "-w", halden, "--json").stdout)
    by_its_end = made["decision_id"].rpartition("-")[2]
    assert muster("hand-offs", "undo", by_its_end, "-w", halden).exit_code == 0
    assert open_hand_off(muster, halden)["answer"] != "rejected"
    states = json.loads(muster("hand-offs", "decisions", "-w", halden, "--json").stdout)
    assert [(row["kind"], row["state"]) for row in states] == [
        ("rejected", f"undone by {states[1]['decision_id']}"),
        ("undo", "in force"),
    ]


def test_each_kind_of_answer_is_one_command(muster, halden):
    key = open_hand_off(muster, halden)["hand_off_id"]
    group = key.partition("-")[0]
    for words in (
        ("accept", key),
        ("nurture", group, "--trigger", "hand_raise"),
        ("nurture", key, "--until", "2099-01-01", "--reason", "in spring"),
        ("reassign", key, "--to", open_hand_off(muster, halden)["owner_id"]),
        ("note", key, "met Vera at the fair"),
    ):
        told = muster("hand-offs", *words, "-w", halden, "--json")
        assert told.exit_code == 0, told.stderr
        assert json.loads(told.stdout)["hand_offs"][0]["hand_off_id"] == key
    assert muster("hand-offs", "nurture", key, "-w", halden).exit_code == 2
    assert muster("hand-offs", "reject", key, "--reason", "bad vibes", "-w", halden).exit_code == 2


def test_an_account_is_excluded_and_included(muster, halden):
    [row] = open_workspace(halden).query("SELECT min(domain) AS domain FROM account").to_pylist()
    for verb in ("exclude", "include"):
        told = json.loads(muster("accounts", verb, row["domain"], "-w", halden, "--json").stdout)
        assert told["decision"]["kind"] == verb and told["accounts"][0]["domain"] == row["domain"]
    states = json.loads(muster("accounts", "decisions", "-w", halden, "--json").stdout)
    assert [row["state"] for row in states] == ["overruled by a later one", "in force"]


def test_users_are_added_invited_changed_and_disabled(muster, tmp_path):
    folder = tmp_path / "acme"
    assert muster("init", folder).exit_code == 0
    added = muster("user", "add", "Rita@acme.example", "--role", "rep", "--owner", "005a", "-w", folder)
    assert added.exit_code == 0 and "rita@acme.example" in added.stdout
    again = muster("user", "add", "rita@ACME.example", "--role", "rep", "-w", folder)
    assert again.exit_code == 2
    link = json.loads(muster("user", "invite", "rita@acme.example", "-w", folder, "--json").stdout)["link"]
    assert link.startswith("http://127.0.0.1:8642/start/") and len(link.rpartition("/")[2]) >= 43
    muster("user", "change", "rita@acme.example", "--owner", "", "--territory", "EMEA", "-w", folder)
    [rita] = json.loads(muster("user", "list", "-w", folder, "--json").stdout)
    assert (rita["owner_ids"], rita["territories"], rita["has_password"]) == ([], ["EMEA"], False)
    assert "disabled" in muster("user", "disable", "rita@acme.example", "-w", folder).stdout
    assert muster("user", "disable", "sven@acme.example", "-w", folder).exit_code == 2
    trail = json.loads(muster("audit", "-w", folder, "--json").stdout)
    assert [row["action"] for row in trail] == ["add_user", "invite", "change_user", "change_user"]


def test_a_token_is_shown_once_listed_without_its_secret_and_revoked(muster, tmp_path):
    folder = tmp_path / "acme"
    muster("init", folder)
    muster("user", "add", "ann@acme.example", "--role", "admin", "-w", folder)
    made = muster(
        *("token", "new", "ann@acme.example", "etl", "--scope", "groups:read", "--days", "30"),
        *("-w", folder, "-q"),
    )
    _, token_id, secret = made.stdout.strip().split("_", 2)
    listed = muster("token", "list", "-w", folder)
    assert token_id in listed.stdout and secret not in listed.stdout
    assert muster("token", "new", "ann@acme.example", "x", "--scope", "all", "-w", folder).exit_code == 2
    assert muster("token", "revoke", token_id, "-w", folder).exit_code == 0
    [row] = json.loads(muster("token", "list", "-w", folder, "--json").stdout)
    assert row["revoked_at"] is not None and secret not in str(row)
