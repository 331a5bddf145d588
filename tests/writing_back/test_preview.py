"""A preview says what would change, field by field, and changes nothing; what is not ours stays."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from tests.messages.receivers import Script, listening
from tests.writing_back.conftest import ACME, BO, VERA, ZETA, Company
from tests.writing_back.fake_salesforce import SECRET

from muster.problems import WrongUse
from muster.writing_back import changes, preview
from muster.writing_back.crm import CrmFault


def fates(company: Company, **others: Any) -> dict[tuple[str, str], str]:
    found = preview(company.workspace, company.config, company.crm(), **others)
    return {(one.record_id, one.field): one.fate for one in found.changes}


def test_a_preview_lists_old_and_new_and_writes_nothing(acme: Company) -> None:
    found = preview(acme.workspace, acme.config, acme.crm())
    assert {one.fate for one in found.changes} == {"write"} and len(found.changes) == 10
    [score] = [one for one in found.changes if (one.record_id, one.field) == (ACME, "Muster_Score__c")]
    assert (score.old, score.new) == (None, 62)
    assert found.same_count == 0 and found.run_id == "000001-0"
    assert acme.fake.written == [] and {kind for kind, _ in acme.fake.asked} == {"token", "read"}


def test_what_people_of_the_company_wrote_is_theirs(acme: Company) -> None:
    acme.fake.records[ACME] |= {"Muster_Status__c": "call them!", "Muster_Score__c": 62.0}
    told = fates(acme)
    assert told[ACME, "Muster_Status__c"] == "theirs"
    assert (ACME, "Muster_Score__c") not in told  # it says so already


def test_the_check_of_whose_a_value_is_would_be_missed(
    acme: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a comparison that takes every value for ours, what people wrote would be written over."""
    monkeypatch.setattr(changes, "THEIRS", "write")
    acme.fake.records[ACME]["Muster_Status__c"] = "call them!"
    assert fates(acme)[ACME, "Muster_Status__c"] == "write"


def test_records_that_the_crm_has_not_and_leads_that_were_converted_are_missing(acme: Company) -> None:
    del acme.fake.records[ZETA]
    acme.fake.records[BO]["IsConverted"] = True
    told = fates(acme)
    assert {record for (record, _), fate in told.items() if fate == "missing"} == {ZETA, BO}
    assert told[VERA, "Muster_Role__c"] == "write"


def test_more_records_than_one_call_takes_are_read_in_several(acme: Company) -> None:
    crm = acme.crm()
    ids = [f"001{n:012d}AAA" for n in range(1_000, 1_450)]
    acme.fake.records |= {one: {"type": "Account", "A__c": one} for one in ids}
    for start in range(0, 450, 150):
        some = ids[start : start + 150]
        assert crm.read("Account", some, ["A__c"]) == {one[:15]: {"A__c": one} for one in some}
    with pytest.raises(AssertionError):
        crm.read("Account", ids, ["A__c"])


def test_a_token_that_ran_out_is_asked_for_anew(acme: Company) -> None:
    crm = acme.crm()
    assert crm.read("Account", [ACME], ["Muster_Status__c"])
    acme.fake.token = "token-2"
    assert crm.read("Account", [ACME], ["Muster_Status__c"])
    assert [kind for kind, _ in acme.fake.asked] == ["token", "read", "read", "token", "read"]


def test_no_secret_is_in_a_message_or_a_log(acme: Company, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    crm = acme.crm()
    for status in (500, 400, 429):
        acme.fake.script.append(("read", status, {"Retry-After": "7"}))
        with pytest.raises(CrmFault) as fault:
            crm.read("Account", [ACME], ["Muster_Status__c"])
        assert fault.value.is_final is (status == 400)
        assert fault.value.retry_after is not None and fault.value.retry_after.seconds == 7
        assert "token-1" not in fault.value.told and SECRET not in fault.value.told
    acme.fake.script.append(("read", "slow", {}))
    with pytest.raises(CrmFault, match="No answer from the CRM"):
        crm.read("Account", [ACME], ["Muster_Status__c"])
    assert "token-1" not in caplog.text and SECRET not in caplog.text


def test_without_secrets_or_with_wrong_ones_it_says_which_variables(acme: Company) -> None:
    with pytest.raises(WrongUse, match="MUSTER_SALESFORCE_CLIENT_ID"):
        acme.crm(environment={})
    wrong = {"MUSTER_SALESFORCE_CLIENT_ID": "the-client", "MUSTER_SALESFORCE_CLIENT_SECRET": "no"}
    with pytest.raises(WrongUse, match="could not be read: The CRM gives no token: it answered 400"):
        preview(acme.workspace, acme.config, acme.crm(environment=wrong))


def test_a_crm_inside_the_network_is_not_reached_unless_it_is_named(acme: Company) -> None:
    toml = acme.workspace / "muster.toml"
    acme.fake.connections = 0
    toml.write_text(toml.read_text().replace('inward_hosts = ["acme', 'inward_hosts = ["other'))
    with pytest.raises(WrongUse, match="inside this machine or its network"):
        fates(acme)
    assert acme.fake.connections == 0


def test_a_redirect_is_not_followed(acme: Company) -> None:
    inside = Script()
    with listening(inside) as address:
        acme.fake.script.append(("read", 307, {"location": f"{address}/"}))
        with pytest.raises(WrongUse, match="could not be read"):
            fates(acme)
    assert inside.connections == 0


def test_a_certificate_of_another_name_is_not_believed(acme: Company) -> None:
    toml = acme.workspace / "muster.toml"
    toml.write_text(toml.read_text().replace("acme.my.", "other.my."))
    with pytest.raises(WrongUse, match="No answer from the CRM: SSLError"):
        fates(acme)
    assert acme.fake.asked == []


def test_nothing_mapped_is_told_with_what_to_do(acme: Company) -> None:
    toml = acme.workspace / "muster.toml"
    toml.write_text(toml.read_text().partition("[[crm")[0])
    with pytest.raises(WrongUse, match=r"\[\[crm_write_back.field\]\]"):
        fates(acme)
