"""`muster crm` as somebody uses it, beside a peer that speaks Salesforce's wire on this machine."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from tests.writing_back.conftest import ACME, VERA, Company, acme
from tests.writing_back.fake_salesforce import CLIENT, SECRET
from typer.testing import Result

from muster.messages import guarding

Run = Callable[..., Result]
__all__ = ["acme"]  # a fixture of write-back's own tests


@pytest.fixture(autouse=True)
def _there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The secrets are in the environment, and the CRM's name leads to this machine."""
    monkeypatch.setenv("MUSTER_SALESFORCE_CLIENT_ID", CLIENT)
    monkeypatch.setenv("MUSTER_SALESFORCE_CLIENT_SECRET", SECRET)
    monkeypatch.setattr(guarding, "resolve", lambda *_: ["127.0.0.1"])


def test_a_preview_shows_each_field_and_what_becomes_of_it(muster: Run, acme: Company) -> None:
    shown = muster("crm", "preview", "-w", acme.workspace)
    assert shown.exit_code == 0, shown.stderr
    assert "would be written" in shown.stdout and "Muster_Score__c" in shown.stdout
    assert "10 would be written, 0 theirs" in shown.stdout
    acme.fake.records[ACME]["Muster_Score__c"] = 99.0
    del acme.fake.records[VERA]
    told = muster("crm", "preview", "--json", "-w", acme.workspace)
    assert told.exit_code == 1
    found = json.loads(told.stdout)
    fates = {
        (one["record_id"], one["field"]): (one["old"], one["new"], one["fate"]) for one in found["changes"]
    }
    assert fates[ACME, "Muster_Score__c"] == (99, 62, "theirs")
    assert fates[VERA, "Muster_Role__c"][2] == "missing"
    assert acme.fake.written == []


def test_without_an_address_or_secrets_it_says_what_is_missing(
    muster: Run,
    acme: Company,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("MUSTER_SALESFORCE_CLIENT_SECRET")
    refused = muster("crm", "preview", "-w", acme.workspace)
    assert refused.exit_code == 2 and "MUSTER_SALESFORCE_CLIENT_SECRET" in refused.stderr
    (acme.workspace / "muster.toml").write_text('[company]\nname = "Acme"\n')
    refused = muster("crm", "preview", "-w", acme.workspace)
    assert refused.exit_code == 2 and "instance_url" in refused.stderr
