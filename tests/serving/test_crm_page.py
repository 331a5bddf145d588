"""Settings, CRM: each mapped field is off until an admin turns it on, with a look at what would change."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from muster.serving.pages import settings_crm
from muster.store.audit import entries, first_broken
from muster.store.crm_fields import read_states
from muster.store.crm_writes import Intent, enter

Client = Callable[..., httpx.Client]
MAPPED = """
[crm_write_back]
instance_url = "https://127.0.0.1"
[[crm_write_back.field]]
object = "Account"
field = "Muster_Status__c"
value = "status"
"""
TURN = {"name": "Account.Muster_Status__c", "state": "on"}


@pytest.fixture
def mapped(own_server: Any) -> Any:
    """A company whose muster.toml maps one field of its CRM."""
    toml = own_server.workspace / "muster.toml"
    toml.write_text(toml.read_text("utf-8") + MAPPED, "utf-8")
    return own_server


def test_without_a_mapped_field_it_says_where_to_map_one(client: Client) -> None:
    assert "[[crm_write_back.field]]" in client("admin").get("/settings/crm").text
    for who in ("rep", "marketer", "analyst"):
        assert client(who).get("/settings/crm").status_code == 403


def test_an_admin_alone_turns_a_field_on_and_the_audit_trail_says_so(client: Client, mapped: Any) -> None:
    admin = client("admin", mapped)
    assert "no mapped field is on" in admin.get("/settings/crm").text
    for who in ("rep", "marketer", "analyst"):
        assert client(who, mapped).post("/settings/crm", data=TURN).status_code == 403
        assert client(who, mapped).post("/settings/crm/look").status_code == 403
    assert read_states(mapped.store) == {}
    assert admin.post("/settings/crm", data=TURN).status_code == 303
    assert "1 of 1 mapped fields is written back" in admin.get("/settings/crm").text
    told = [entry for entry in entries(mapped.store) if entry.action == "crm field"]
    assert [json.loads(one.detail) for one in told] == [{"before": "off", "after": "on"}]
    assert first_broken(entries(mapped.store)) is None
    for wrong in ({"name": "Account.Name"}, {"state": "maybe"}):
        assert admin.post("/settings/crm", data=TURN | wrong).status_code == 422
    assert admin.get("/settings/crm.json").json()["fields"][0]["state"] == "on"


def test_it_shows_what_was_found_and_what_was_written(client: Client, mapped: Any) -> None:
    change = {"object": "Account", "record_id": "001000000000001AAA", "field": "Muster_Status__c"}
    found = {"run_id": "000009-0", "as_of": "", "same_count": 3}
    found["changes"] = [{**change, "old": "<b>call</b>", "new": "cloud: engaged", "fate": "theirs"}]
    (mapped.workspace / settings_crm._TOLD_IN).write_text(json.dumps(found), "utf-8")
    now = datetime(2026, 3, 2, tzinfo=UTC)
    written = Intent("Account", "001000000000001AAA", "Muster_Status__c", None, "desk: engaged")
    enter(mapped.store, [written], run_id="000009-0", as_of="2026-03-02", by="Ada", now=now)
    admin = client("admin", mapped)
    shown = admin.get("/settings/crm").text
    assert "theirs: stays as it is" in shown and "&lt;b&gt;call" in shown and "desk: engaged" in shown
    assert "cloud: engaged" in admin.get("/settings/crm.csv?table=changes").text
    assert "desk: engaged" in admin.get("/settings/crm.csv?table=writes").text


def test_looking_asks_the_crm_in_a_process_of_its_own_and_says_why_it_could_not(
    client: Client, mapped: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_SALESFORCE_TOKEN", "geheim")
    admin = client("admin", mapped)
    assert admin.post("/settings/crm/look").status_code == 303
    for _ in range(300):
        shown = admin.get("/settings/crm").text
        if "could not be asked" in shown:
            break
        time.sleep(0.2)
    assert "inside this machine or its network" in shown and "geheim" not in shown
