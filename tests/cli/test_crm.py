"""`muster crm` as somebody uses it, beside a peer that speaks Salesforce's wire on this machine."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from tests.writing_back.conftest import ACME, VERA, ZETA, Company, acme
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
    assert "Account.Muster_Score__c is off" in shown.stdout
    assert "10 would be written where the field is on, 0 theirs" in shown.stdout
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


def test_what_is_on_is_written_logged_and_undone(muster: Run, acme: Company) -> None:
    place = ("-w", acme.workspace)
    refused = muster("crm", "write", *place)
    assert refused.exit_code == 2 and "Every mapped field is off" in refused.stderr
    said = muster("crm", "set", "Account.Muster_Score__c", "on", "--by", "Ada", *place)
    assert said.stdout == "Account.Muster_Score__c is on; it was off.\n"
    written = muster("crm", "write", "--by", "Ada", *place)
    assert written.exit_code == 0 and written.stdout.startswith("2 new; written 2,")
    assert "Run 000001-0: 2 values of 2 records written, none waits." in written.stdout
    again = json.loads(muster("crm", "write", "--json", *place).stdout)
    assert again["new"] == 0 and again["tally"]["written"] == 0
    listed = json.loads(muster("crm", "log", "--json", *place).stdout)
    assert [(one["state"], one["old_value"], one["new_value"]) for one in listed] == [
        ("written", None, 12),
        ("written", None, 62),
    ]
    assert muster("crm", "undo", *place).exit_code == 2
    undone = muster("crm", "undo", listed[1]["number"], "--by", "Ada", *place)
    assert undone.exit_code == 0 and undone.stdout.startswith("1 to undo; put back 1,")
    assert acme.fake.records[ACME]["Muster_Score__c"] is None
    acme.fake.records[ZETA]["Muster_Score__c"] = 70
    theirs = muster("crm", "undo", "--run", "000001-0", *place)
    assert theirs.exit_code == 1 and "changed meanwhile 1" in theirs.stdout
    shown = muster("crm", "log", *place).stdout
    assert "undoes" in shown and "Somebody changed it" in shown
    assert "crm undo" in muster("audit", *place).stdout


def test_what_failed_ends_with_1_and_is_looked_after_by_hand(muster: Run, acme: Company) -> None:
    place = ("-w", acme.workspace)
    muster("crm", "set", "Account.Muster_Score__c", "on", *place)
    acme.fake.script.append(("update", 500, {}))
    failed = muster("crm", "write", *place)
    assert failed.exit_code == 1 and "failed 2" in failed.stdout and "muster crm log" in failed.stderr
    [row, _] = json.loads(muster("crm", "log", "--state", "failed", "--json", *place).stdout)
    assert row["last_answer"].startswith("500")
    assert "is discarded" in muster("crm", "discard", row["number"], *place).stdout
    assert "is waiting" in muster("crm", "retry", row["number"], *place).stdout
    assert muster("crm", "log", "--state", "lost", *place).exit_code == 2


def test_what_waits_for_a_field_taken_out_is_told_and_discarded(muster: Run, acme: Company) -> None:
    place = ("-w", acme.workspace)
    for name in ("Muster_Score__c", "Muster_Status__c"):
        muster("crm", "set", f"Account.{name}", "on", *place)
    acme.fake.script.append(("update", 500, {}))
    muster("crm", "write", *place)
    toml = acme.workspace / "muster.toml"
    toml.write_text(toml.read_text().replace("Muster_Score__c", "Muster_Other__c"))
    told = muster("crm", "write", *place)
    assert "2 for Account.Muster_Score__c, which muster.toml maps no more" in told.stderr
    gone = muster("crm", "discard", "--field", "Account.Muster_Score__c", *place)
    assert gone.stdout == "2 discarded of what waited for Account.Muster_Score__c.\n"
    assert muster("crm", "discard", *place).exit_code == 2


def test_a_role_of_an_account_is_refused_with_its_line_and_the_way_out(muster: Run, acme: Company) -> None:
    toml = acme.workspace / "muster.toml"
    before = toml.read_text()
    added = '[[crm_write_back.field]]\nobject = "Account"\nfield = "Muster_Part__c"\nvalue = "role"\n'
    toml.write_text(before + added)
    refused = muster("crm", "preview", "-w", acme.workspace)
    line = before.count("\n") + 4
    assert refused.exit_code == 2
    said = " ".join(refused.stderr.split())
    assert f"muster.toml, line {line}: crm_write_back.field.8.value = 'role' is wrong" in said
    assert "Muster_Part__c is on Account, and only a person has a role" in said
    assert "map it on Contact or Lead" in said
