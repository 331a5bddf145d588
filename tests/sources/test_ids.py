"""Fifteen and eighteen characters are two spellings of one Salesforce id."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from muster.sources.ids import long_form

SHORT, LONG = "001Ec00000FzlUd", "001Ec00000FzlUdIAJ"


def test_the_long_form_is_salesforces_own():
    assert long_form(SHORT) == LONG
    assert long_form("003Ec00000Cz30U") == "003Ec00000Cz30UIAR"


@settings(deadline=None)
@given(st.text("abcXYZ019", min_size=15, max_size=15), st.text("abcXYZ019", min_size=15, max_size=15))
def test_ids_that_differ_only_in_capitals_differ_in_their_suffix(a, b):
    if a.lower() == b.lower() and a != b:
        assert long_form(a).lower() != long_form(b).lower()
    assert long_form(a)[:15] == a


def test_references_follow_the_records_own_spelling(company):
    company.file(
        "crm/Account.csv",
        f"Id,Name,ParentId,CreatedDate\n{LONG},Acme,,2025-01-01\n001Ec00000FzlUe,Sub,{SHORT},2025-01-01\n",
    )
    company.file(
        "crm/Contact.csv", f"Id,AccountId,CreatedDate\n0031,{SHORT},2025-01-01\n0032,{LONG},2025-01-01\n"
    )
    result = company.salesforce().load()
    assert result.rows("account_record", "account_record_id", "parent_record_id") == [
        (LONG, None),
        ("001Ec00000FzlUe", LONG),
    ]
    assert result.rows("person_record", "account_record_id") == [(LONG,), (LONG,)]


def test_a_short_own_id_keeps_its_spelling_although_others_write_it_long(company):
    company.file("crm/Account.csv", f"Id,Name,CreatedDate\n{SHORT},Acme,2025-01-01\n")
    company.file("crm/Lead.csv", f"Id,ConvertedAccountId,CreatedDate\n00Q1,{LONG},2025-01-01\n")
    result = company.salesforce().load()
    assert result.rows("account_record", "account_record_id") == [(SHORT,)]
    assert result.rows("person_record", "converted_account_record_id") == [(SHORT,)]


def test_one_record_exported_in_both_spellings_is_one_record(company):
    company.file("crm/Account.csv", f"Id,Name,CreatedDate\n{SHORT},Acme,2025-01-01\n")
    company.file("crm/sf_account_data.csv", f"id,name,created_date\n{LONG},Acme,2025-01-01\n")
    result = company.salesforce().load()
    assert result.rows("account_record", "account_record_id", "source_file") == [(LONG, "Account.csv")]
    assert result.ledger("sf_account_data.csv") == (1, 0, 1, 0)


def test_an_id_that_occurs_in_one_spelling_stays_as_exported(company):
    company.file("crm/Account.csv", f"Id,CreatedDate\n{SHORT},2025-01-01\n001000000048271,2025-01-01\n")
    assert company.salesforce().load().rows("account_record", "account_record_id") == [
        ("001000000048271",),
        (SHORT,),
    ]


def test_a_wrong_check_suffix_makes_no_pair(company):
    company.file("crm/Account.csv", f"Id,CreatedDate\n{SHORT},2025-01-01\n")
    company.file("crm/Contact.csv", f"Id,AccountId,CreatedDate\n0031,{SHORT}AAA,2025-01-01\n")
    assert company.salesforce().load().rows("person_record", "account_record_id") == [(f"{SHORT}AAA",)]


def test_spelling_holds_for_everything_a_lead_brings_along_and_for_other_sources(company):
    lead = "00QEc00000BBaeX"
    company.file("crm/Lead.csv", f"Id,MQL__c,CreatedDate\n{long_form(lead)},2025-02-01,2025-01-01\n")
    company.file("visits.csv", f"id,at,lead\ne1,2025-01-05,{lead}\n")
    company.salesforce(fields={"lead_status_change.mql": "MQL__c"})
    company.table(
        "engagement",
        "visits.csv",
        {
            "engagement_id": "id",
            "occurred_at": "at",
            "activity": {"value": "page_viewed"},
            "person_record_id": "lead",
        },
    )
    result = company.load()
    assert result.rows("lead_status_change", "person_record_id") == [(long_form(lead),)]
    assert result.rows("engagement", "person_record_id") == [(long_form(lead),)]
