"""What records should say: of open groups, the first that counts, in the words of the tables."""

from __future__ import annotations

from tests.writing_back.conftest import ACME, BO, VERA, ZETA, Company

from muster.config.settings import CrmFieldConfig
from muster.reports.published import Published
from muster.writing_back.facts import Value, wanted


def said(company: Company, *fields: CrmFieldConfig) -> dict[tuple[str, str], Value]:
    asked = fields or company.config.crm_write_back.field
    with Published(company.workspace / ".muster" / "tables") as tables:
        found = wanted(tables, asked, public_url="https://muster.example.com/")
    return {(one.record_id, one.field): one.value for one in found}


def test_each_record_is_told_of_its_open_groups(acme: Company) -> None:
    assert said(acme) == {
        (ACME, "Muster_Status__c"): "cloud: qualified; desk: engaged",
        (ACME, "Muster_Score__c"): 62,  # of the cloud's group, to the nearest whole number
        (ACME, "Muster_Why__c"): "passed the paper on; three people at the webinar",
        (ACME, "Muster_Link__c"): "https://muster.example.com/accounts/acme",
        (ZETA, "Muster_Status__c"): "cloud: engaged",
        (ZETA, "Muster_Score__c"): 12,
        (ZETA, "Muster_Link__c"): "https://muster.example.com/accounts/zeta",
        (VERA, "Muster_Role__c"): "cloud: decision maker; desk: champion",
        (BO, "Muster_Role__c"): "cloud: user",  # of the lost group nothing is said
        (BO, "Muster_Role_Confidence__c"): 43,
    }


def test_a_field_of_one_solution_tells_of_that_one_alone(acme: Company) -> None:
    status = CrmFieldConfig(object="Account", field="Desk__c", value="status", solution="desk")
    role = CrmFieldConfig(object="Contact", field="Desk__c", value="role", solution="desk")
    assert said(acme, status, role) == {(ACME, "Desk__c"): "engaged", (VERA, "Desk__c"): "champion"}


def test_a_long_text_is_cut_and_half_a_link_is_not_written(acme: Company) -> None:
    why = CrmFieldConfig(object="Account", field="Why__c", value="why_now", length=20)
    link = CrmFieldConfig(object="Account", field="Link__c", value="link", length=20)
    assert said(acme, why, link) == {(ACME, "Why__c"): "passed the paper on…"}
