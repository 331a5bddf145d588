"""Salesforce exports, told as the stories a RevOps person would tell."""

from __future__ import annotations

import gzip

import pytest

from muster.problems import ConfigError
from muster.rules.read import default_text
from muster.sources.salesforce import fold, object_of

FIELD_NAMES = {
    "API names": ("Id,AccountId,FirstName,LastName,Email,CreatedDate", "Contact.csv"),
    "a warehouse's names": ("id,account_id,first_name,last_name,email,created_date", "sf_contact_data.csv"),
    "capitals": ("ID,ACCOUNT_ID,FIRST_NAME,LAST_NAME,EMAIL,CREATED_DATE", "CONTACT.csv"),
    "property names": (
        "property_id,property_account_id,property_first_name,property_last_name,property_email,property_created_date",
        "contacts.csv",
    ),
}


@pytest.mark.parametrize("spelling", FIELD_NAMES)
def test_a_contact_is_read_whatever_the_tool_calls_its_columns(company, spelling):
    header, name = FIELD_NAMES[spelling]
    company.file(
        f"crm/{name}", f"{header}\n003A,001A,Ada,Lovelace,Ada@Acme.example,2024-01-19T09:42:24.000+0000\n"
    )
    result = company.salesforce().load()
    assert result.rows(
        "person_record",
        "person_record_id",
        "kind",
        "account_record_id",
        "family_name",
        "email",
        "created_at",
        "known_at",
    ) == [
        (
            "003A",
            "contact",
            "001A",
            "Lovelace",
            "ada@acme.example",
            "2024-01-19T09:42:24",
            "2024-01-19T09:42:24",
        )
    ]


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("Account", "Account"),
        ("sf_account_data", "Account"),
        ("accounts", "Account"),
        ("Account (1)", "Account"),
        ("Account_2026-01-31", "Account"),
        ("opportunity_contact_role", "OpportunityContactRole"),
        ("OpportunityFieldHistory", "OpportunityFieldHistory"),
        ("campaign_members", "CampaignMember"),
        ("opportunities", "Opportunity"),
        ("user_role", None),
        ("product_2", None),
        ("Case", None),
        ("account_history", None),
        ("AccountContactRelation", None),
        ("data", None),
    ],
)
def test_an_object_is_known_by_its_files_name(stem, expected):
    assert object_of(stem) == expected


def test_a_custom_field_is_one_in_every_spelling():
    assert fold("MQL_Date__c") == fold("mql_date__c") == fold("mql_date_c") == fold("MQL_DATE_C")


def test_a_merged_account_points_to_its_survivor_since_the_last_change(company):
    company.file(
        "crm/Account.csv",
        "Id,Name,MasterRecordId,IsDeleted,CreatedDate,LastModifiedDate,AnnualRevenue,NumberOfEmployees\n"
        "001A,Acme,,,2024-01-01,2024-01-02T00:00:00Z,1250000.50,1059\n"
        "001B,ACME Inc,001A,1,2024-01-01,2024-05-05T10:00:00Z,,\n",
    )
    rows = (
        company.salesforce()
        .load()
        .rows(
            "account_record",
            "account_record_id",
            "merged_into_id",
            "merged_at",
            "is_deleted",
            "annual_revenue_cents",
            "employee_count",
            "currency",
        )
    )
    assert rows == [
        ("001A", None, None, False, 125000050, 1059, "USD"),
        ("001B", "001A", "2024-05-05T10:00:00", True, None, None, "USD"),
    ]


LEAD = (
    "Id,Email,Company,Status,Reason__c,IsConverted,ConvertedDate,MQL__c,SAL__c,CreatedDate,LastModifiedDate\n"
)
LEAD_FIELDS = {
    "lead_status_change.mql": "MQL__c",
    "lead_status_change.sal": "SAL__c",
    "lead_status_change.reason": "Reason__c",
}


def test_a_second_lead_thrown_away_as_duplicate_keeps_its_mql_and_its_reason(company):
    company.file(
        "crm/Lead.csv",
        LEAD
        + "00Q1,a@x.example,X,Disqualified,Duplicate - account already worked,false,,"
        + "2025-02-03T04:05:06Z,,2025-01-01,\n",
    )
    result = company.salesforce(fields=LEAD_FIELDS).load()
    assert result.rows("lead_status_change", "status", "reason", "changed_at", "known_at") == [
        ("disqualified", "Duplicate - account already worked", "2025-02-03T04:05:06", "2025-02-03T04:05:06"),
        ("mql", None, "2025-02-03T04:05:06", "2025-02-03T04:05:06"),
    ]


def test_a_converted_lead_with_a_disqualified_reason_keeps_both_rows(company):
    company.file(
        "crm/Lead.csv",
        LEAD
        + "00Q1,a@x.example,X,Converted,Not ready,true,2025-06-01,"
        + "2025-02-03,2025-02-04,2025-01-01,2025-06-02T00:00:00Z\n",
    )
    result = company.salesforce(fields=LEAD_FIELDS).load()
    assert result.rows("lead_status_change", "status", "changed_at") == [
        ("converted", "2025-06-01T00:00:00"),
        ("disqualified", "2025-06-02T00:00:00"),
        ("mql", "2025-02-03T00:00:00"),
        ("sal", "2025-02-04T00:00:00"),
    ]


def test_a_lead_that_is_simply_open_has_no_status_changes(company):
    company.file("crm/Lead.csv", LEAD + "00Q1,a@x.example,X,Open,,false,,,,2025-01-01,\n")
    assert company.salesforce(fields=LEAD_FIELDS).load().rows("lead_status_change", "status") == []


def test_a_lead_whose_company_is_an_accounts_id_is_linked_to_that_account(company):
    company.file("crm/Account.csv", "Id,Name,CreatedDate\n001Ec00000GINb1IAH,Acme,2025-01-01\n")
    company.file(
        "crm/Lead.csv",
        "Id,Company,CreatedDate\n00Q1,001Ec00000GINb1IAH,2025-01-01\n00Q2,Acme,2025-01-01\n"
        "00Q3,001Ec00000GINb1,2025-01-01\n",
    )
    result = company.salesforce().load()
    assert result.rows("person_record", "person_record_id", "account_record_id", "company_name") == [
        ("00Q1", "001Ec00000GINb1IAH", None),
        ("00Q2", None, "Acme"),
        ("00Q3", "001Ec00000GINb1IAH", None),  # in the 15 characters that reports show
    ]
    assert result.problems() == []


def test_the_id_of_an_account_that_was_not_exported_is_no_companys_name(company):
    company.file("crm/Account.csv", "Id,Name,CreatedDate\n001Ec00000GINb1IAH,Acme,2025-01-01\n")
    company.file(
        "crm/Lead.csv",
        "Id,Company,CreatedDate\n00Q1,001Ec00000ZZZZZIAH,2025-01-01\n00Q2,001MarketingLtd,2025-01-01\n",
    )
    result = company.salesforce().load()
    assert result.rows("person_record", "person_record_id", "account_record_id", "company_name") == [
        ("00Q1", None, None),
        ("00Q2", None, "001MarketingLtd"),
    ]
    [problem] = result.problems()
    assert (problem.severity, problem.file, problem.row, problem.column, problem.value, problem.count) == (
        "warning", "Lead.csv", 2, "Company", "001Ec00000ZZZZZIAH", 1
    )  # fmt: skip
    assert "Export Account" in problem.remedy


def test_a_stage_that_no_rule_names_is_reported_with_the_line_to_add(company):
    company.file(
        "crm/Opportunity.csv",
        "Id,StageName,IsClosed,IsWon,CreatedDate\n"
        "006A,Discovery,false,false,2025-01-01\n"
        '006B,"Angebot, mündlich",false,false,2025-01-01\n'
        '006C,"Angebot, mündlich",false,false,2025-01-01\n'
        "006D,Auftrag,true,true,2025-01-01\n"
        "006E,Geisterstufe,false,false,2025-01-01\n",
    )
    company.file(
        "crm/OpportunityHistory.csv",
        "Id,OpportunityId,StageName,CreatedDate\n0081,006E,Geisterstufe,2025-01-02\n",
    )
    company.salesforce()
    found = company.load().problems("warning")
    assert [(p.file, p.row, p.column, p.value, p.count) for p in found] == [
        ("Opportunity.csv", 3, "StageName", "Angebot, mündlich", 2),
        ("Opportunity.csv", 5, "StageName", "Auftrag", 1),
    ]  # the flow reports stages of a history: it knows which of them count
    assert 'such as: "Angebot, mündlich",8,open,1970-01-01, (' in found[0].remedy
    assert "such as: Auftrag,9,won,1970-01-01, (" in found[1].remedy
    lines = ['"Angebot, mündlich",8,open,1970-01-01,', "Auftrag,9,won,1970-01-01,"]
    company.file("rules/stages.csv", default_text("stages") + "\n".join(lines) + "\n")
    assert company.load().problems("warning") == []


MEMBER = "Id,CampaignId,LeadId,ContactId,Status,HasResponded,CreatedDate,FirstRespondedDate\n"


def test_a_response_on_the_day_of_membership_takes_that_instant(company):
    company.file(
        "crm/CampaignMember.csv",
        MEMBER
        + "00v1,701A,00Q1,,Responded,true,2025-01-02T10:11:12Z,2025-01-02\n"
        + "00v2,701A,,0031,Responded,true,2025-01-02T10:11:12Z,2025-01-09\n"
        + "00v3,701A,00Q1,0031,Sent,false,2025-01-02T10:11:12Z,\n",
    )
    result = company.salesforce().load()
    assert result.rows(
        "engagement", "engagement_id", "activity", "person_record_id", "tactic_id", "occurred_at", "known_at"
    ) == [
        ("00v1", "campaign_responded", "00Q1", "701A", "2025-01-02T10:11:12", "2025-01-02T10:11:12"),
        ("00v2", "campaign_responded", "0031", "701A", "2025-01-09T00:00:00", "2025-01-09T00:00:00"),
        ("00v3", "campaign_sent", "0031", "701A", "2025-01-02T10:11:12", "2025-01-02T10:11:12"),
    ]


def test_a_response_without_a_date_is_known_only_since_the_last_change(company):
    company.file(
        "crm/CampaignMember.csv",
        "Id,CampaignId,LeadId,HasResponded,CreatedDate,LastModifiedDate\n"
        "00v1,701A,00Q1,1,2025-01-02T10:00:00Z,2025-02-03T00:00:00Z\n",
    )
    assert company.salesforce().load().rows("engagement", "activity", "occurred_at", "known_at") == [
        ("campaign_responded", "2025-01-02T10:00:00", "2025-02-03T00:00:00")
    ]


def test_a_quarter_of_a_programme_knows_the_theme_above_it(company):
    company.file(
        "crm/Campaign.csv",
        "Id,Name,Type,ParentId,StartDate,EndDate,ActualCost\n"
        "701T,Theme,,,,,\n701P,Programme,Webinar,701T,2025-01-01,,\n701Q,Quarter,Webinar,701P,2025-01-01,2025-03-31,1999.99\n",
    )
    assert company.salesforce().load().rows(
        "tactic", "tactic_id", "program_id", "campaign_id", "cost_cents", "ends_on"
    ) == [
        ("701P", "701T", None, None, None),
        ("701Q", "701P", "701T", 199999, "2025-03-31T00:00:00"),
        ("701T", None, None, None, None),
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("New Business", "new_business"),
        ("", "new_business"),
        ("Renewal", "renewal"),
        ("Existing Business", "upsell"),
        ("Upsell", "upsell"),
        ("Expansion", "upsell"),
        ("Cross-sell", "cross_sell"),
        ("Cross Sell", "cross_sell"),
        ("Existing Customer - Upgrade", "upsell"),
        ("New Customer", "new_business"),
    ],
)
def test_opportunity_types_by_their_usual_names(company, given, expected):
    company.file("crm/Opportunity.csv", f"Id,Type,StageName,CreatedDate\n006A,{given},Discovery,2025-01-01\n")
    result = company.salesforce().load()
    assert result.rows("opportunity", "type") == [(expected,)]
    assert result.problems("warning") == []


def test_an_unheard_of_opportunity_type_lands_with_a_warning(company):
    company.file("crm/Opportunity.csv", "Id,Type,CreatedDate\n006A,Pilot,2025-01-01\n")
    result = company.salesforce().load()
    assert result.rows("opportunity", "type") == [("new_business",)]
    assert [p.reason for p in result.problems("warning")] == [
        "the opportunity type is not known; it counts as new business"
    ]


def test_closed_and_won_come_from_the_stage_where_the_flags_were_not_exported(company):
    company.file(
        "crm/Opportunity.csv",
        "Id,StageName,Amount,CreatedDate\n006A,Closed Won,10,2025-01-01\n"
        "006B,Closed Lost,10,2025-01-01\n006C,Discovery,,2025-01-01\n",
    )
    assert company.salesforce().load().rows("opportunity", "opportunity_id", "is_closed", "is_won") == [
        ("006A", True, True),
        ("006B", True, False),
        ("006C", False, False),
    ]


def test_empty_flags_are_false_when_the_column_is_there(company):
    company.file(
        "crm/Opportunity.csv", "Id,StageName,IsClosed,IsWon,CreatedDate\n006A,Closed Won,,,2025-01-01\n"
    )
    assert company.salesforce().load().rows("opportunity", "is_closed", "is_won") == [(False, False)]


def test_field_history_becomes_stage_changes_and_tells_how_the_deal_began(company):
    company.file("crm/Opportunity.csv", "Id,StageName,CreatedDate\n006A,Proposal,2025-01-01T08:00:00Z\n")
    company.file(
        "crm/OpportunityFieldHistory.csv",
        "Id,OpportunityId,Field,OldValue,NewValue,CreatedDate\n"
        "0171,006A,StageName,Discovery,Proposal,2025-02-01T00:00:00Z\n"
        "0172,006A,Amount,1000,2500.50,2025-02-02T00:00:00Z\n"
        "0173,006A,CloseDate,2025-06-30,2025-09-30,2025-02-03T00:00:00Z\n"
        "0174,006A,Owner,Ada,Bob,2025-02-04T00:00:00Z\n",
    )
    result = company.salesforce().load()
    assert result.rows(
        "stage_change", "stage_change_id", "stage", "amount_cents", "closes_on", "changed_at"
    ) == [
        ("0171-before", "Discovery", None, None, "2025-01-01T08:00:00"),
        ("0172-before", None, 100000, None, "2025-01-01T08:00:00"),
        ("0173-before", None, None, "2025-06-30T00:00:00", "2025-01-01T08:00:00"),
        ("0171", "Proposal", None, None, "2025-02-01T00:00:00"),
        ("0172", None, 250050, None, "2025-02-02T00:00:00"),
        ("0173", None, None, "2025-09-30T00:00:00", "2025-02-03T00:00:00"),
    ]
    assert result.ledger("OpportunityFieldHistory.csv") == (4, 3, 0, 1)


def test_calls_mails_messages_and_meetings_are_told_apart(company):
    company.file(
        "crm/Task.csv",
        "Id,WhoId,WhatId,AccountId,Subject,ActivityDate,Status,TaskSubtype,CallType\n"
        "00T1,0031,006A,,Call: MQL follow-up,2025-01-05,Completed,,\n"
        "00T2,0031,001A,,E-mail: MQL follow-up,2025-01-05,Completed,,\n"
        "00T3,0031,,001B,LinkedIn message: hello,2025-01-05,Completed,,\n"
        "00T4,0031,,,They rang us,2025-01-05,Completed,Call,Inbound\n"
        "00T5,0031,,,Call: some day,2025-01-05,Not Started,,\n",
    )
    company.file(
        "crm/Event.csv",
        "Id,WhoId,Subject,ActivityDateTime\n00U1,0031,Discovery meeting,2025-01-06T09:00:00Z\n",
    )
    rows = (
        company.salesforce()
        .load()
        .rows("sales_activity", "activity_id", "kind", "direction", "account_record_id", "opportunity_id")
    )
    assert rows == [
        ("00T1", "call", "out", None, "006A"),
        ("00T2", "email", "out", "001A", None),
        ("00T3", "message", "out", "001B", None),
        ("00T4", "call", "in", None, None),
        ("00T5", "task", "out", None, None),
        ("00U1", "meeting", None, None, None),
    ]


def test_a_meeting_planned_for_next_month_has_not_happened_yet(company):
    company.file(
        "crm/Event.csv",
        "Id,Subject,ActivityDateTime,CreatedDate\n00U1,Demo,2026-04-01T09:00:00Z,2026-02-01T00:00:00Z\n",
    )
    company.file("crm/Account.csv", "Id,CreatedDate\n001A,2025-01-01\n")
    result = company.salesforce().load()
    assert result.ledger("Event.csv") == (1, 0, 0, 1)
    assert [(p.severity, p.reason) for p in result.problems()] == [
        ("note", "planned for a later day; it has not happened yet")
    ]


def test_a_meeting_entered_in_advance_is_known_only_once_it_took_place(company):
    company.file(
        "crm/Event.csv",
        "Id,Subject,ActivityDateTime,CreatedDate\n00U1,Demo,2026-02-10T09:00:00Z,2026-02-01T00:00:00Z\n",
    )
    assert company.salesforce().load().rows("sales_activity", "occurred_at", "known_at") == [
        ("2026-02-10T09:00:00", "2026-02-10T09:00:00")
    ]


def test_objects_that_are_not_read_stay_in_the_ledger_under_one_note(company):
    company.file("crm/Case.csv", "Id,Subject\n5001,a\n5002,b\n")
    company.file(
        "crm/sf_account_history_data.csv", "id,_fivetran_active,_fivetran_start\n001A,true,2025-01-01\n"
    )
    company.file("crm/README.md", "hello")
    company.file("crm/Account.csv", "Id,CreatedDate\n001A,2025-01-01\n")
    company.file("crm/LICENSE.txt", "Copyright, all rights\n\nreserved\n")
    result = company.salesforce().load()
    assert result.ledger("Case.csv") == (2, 0, 0, 2)
    assert result.ledger("sf_account_history_data.csv") == (1, 0, 0, 1)
    assert [(p.severity, p.file, p.reason, p.count) for p in result.problems()] == [
        ("note", "", "files that Muster does not read: LICENSE.txt, README.md", 2),
        ("note", "Case.csv", "not an object Muster reads", 2),
        ("note", "sf_account_history_data.csv", "not an object Muster reads", 1),
    ]
    assert result.set_aside()[0] == (
        "Case.csv",
        2,
        "not an object Muster reads",
        '{"Id":"5001","Subject":"a"}',
    )


def test_a_report_in_place_of_an_object_is_told_what_to_export(company):
    company.file("crm/Accounts export.csv", "Account ID,Account Name\n001A,Acme\n")
    company.file("crm/web.csv", "When,Email\n2025-01-01,ann@acme.example\n")
    told = {p.file: p for p in company.salesforce().load().problems()}
    report = told["Accounts export.csv"]
    assert report.severity == "error" and "Account ID, Account Name" in report.reason
    assert "Data Export" in report.remedy and "muster.toml" not in report.remedy
    assert "a source of its own" in told["web.csv"].remedy


def test_the_later_version_of_a_record_wins_wherever_it_stands(company):
    company.file(
        "crm/Account.csv",
        "Id,Name,CreatedDate,SystemModstamp\n"
        "001A,New name,2024-01-01,2025-02-02T00:00:00Z\n001A,Old name,2024-01-01,2025-01-01T00:00:00Z\n",
    )
    company.file(
        "crm/backup/Account.csv",
        "Id,Name,CreatedDate,SystemModstamp\n001A,New name,2024-01-01,2025-02-02T00:00:00Z\n",
    )
    result = company.salesforce().load()
    assert result.rows("account_record", "name", "source_file", "source_row") == [
        ("New name", "Account.csv", 2)
    ]
    assert result.ledger("Account.csv") == (2, 1, 0, 1)
    assert result.ledger("backup/Account.csv") == (1, 0, 1, 0)
    assert [(p.severity, p.reason, p.row, p.value) for p in result.problems()] == [
        ("note", "an older version of the same record", 3, "001A")
    ]
    assert result.set_aside()[0][3] == (
        '{"Id":"001A","Name":"Old name","CreatedDate":"2024-01-01","SystemModstamp":"2025-01-01T00:00:00Z"}'
    )


def test_history_mode_of_a_sync_tool_keeps_the_last_version(company):
    company.file(
        "crm/account.csv",
        "id,name,created_date,_fivetran_start,_fivetran_end,_fivetran_active\n"
        "001A,Old,2024-01-01,2024-01-01 00:00:00,2024-06-01 00:00:00,false\n"
        "001A,New,2024-01-01,2024-06-01 00:00:00,9999-12-31 23:59:59,true\n",
    )
    assert company.salesforce().load().rows("account_record", "name") == [("New",)]


def test_deleted_records_land_and_say_so(company):
    company.file("crm/Lead.csv", "Id,IsDeleted,CreatedDate\n00Q1,true,2025-01-01\n00Q2,,2025-01-01\n")
    company.file("crm/contact.csv", "id,_fivetran_deleted,created_date\n0031,TRUE,2025-01-01\n")
    assert company.salesforce().load().rows("person_record", "person_record_id", "is_deleted") == [
        ("0031", True),
        ("00Q1", True),
        ("00Q2", False),
    ]


def test_owners_not_among_the_users_are_one_finding_per_file(company):
    company.file(
        "crm/User.csv", "Id,Name,Email,IsActive,CreatedDate\n005A,Ada,ada@us.example,true,2020-01-01\n"
    )
    company.file(
        "crm/Account.csv",
        "Id,OwnerId,CreatedDate\n001A,005A,2025-01-01\n001B,005X,2025-01-01\n001C,005Y,2025-01-01\n",
    )
    result = company.salesforce().load()
    assert [(p.severity, p.file, p.reason, p.row, p.value, p.count) for p in result.problems()] == [
        ("note", "Account.csv", "is one of 2 owners not found among the users", 3, "005X", 2)
    ]


def test_without_a_user_file_owners_are_no_finding(company):
    company.file("crm/Account.csv", "Id,OwnerId,CreatedDate\n001A,005A,2025-01-01\n")
    assert company.salesforce().load().problems() == []


def test_an_account_attribute_is_read_from_the_field_that_is_named(company):
    company.file("crm/Account.csv", "Id,ICP_Tier__c,CreatedDate\n001A,B,2025-01-01\n001B,,2025-01-01\n")
    result = company.salesforce(fields={"account_attribute.icp_tier": "ICP_Tier__c"}).load()
    assert result.rows("account_attribute", "account_record_id", "attribute", "value") == [
        ("001A", "icp_tier", "B")
    ]


def test_custom_fields_nobody_mapped_are_one_note_and_standard_ones_none(company):
    company.file("crm/Account.csv", "Id,Jigsaw,Fax,Foo__c,Bar__c,CreatedDate\n001A,,,1,2,2025-01-01\n")
    assert [p.reason for p in company.salesforce().load().problems()] == [
        "custom fields that are not mapped: Foo__c, Bar__c"
    ]


def test_a_wrong_field_in_the_configuration_names_the_nearest_right_one(company):
    company.file("crm/Opportunity.csv", "Id,Solution__c,CreatedDate\n006A,X,2025-01-01\n")
    with pytest.raises(
        ConfigError, match=r'opportunity.solution_id = "Solutions__c".*Did you mean "Solution__c"'
    ):
        company.salesforce(fields={"opportunity.solution_id": "Solutions__c"}).load()
    company.sources.clear()
    with pytest.raises(
        ConfigError, match=r'fields has no "opportunity.solution".*Did you mean "opportunity.solution_id"'
    ):
        company.salesforce(fields={"opportunity.solution": "Solution__c"}).load()


def test_a_file_without_ids_is_set_aside_whole_with_the_nearest_column(company):
    company.file("crm/Account.csv", "Idd,Name\n001A,Acme\n001B,Bolt\n")
    result = company.salesforce().load()
    assert result.ledger("Account.csv") == (2, 0, 0, 2)
    assert [(p.severity, p.column, p.reason, p.count) for p in result.problems()] == [
        ("error", "Id", 'the file has no column Id. Did you mean "Idd"? Its columns are: Idd, Name.', 2)
    ]


def test_a_currency_of_its_own_goes_before_the_sources_and_the_companys(company):
    company.file(
        "crm/Opportunity.csv",
        "Id,Amount,CurrencyIsoCode,CreatedDate\n006A,1,EUR,2025-01-01\n006B,1,,2025-01-01\n",
    )
    assert company.salesforce(currency="GBP").load().rows("opportunity", "currency") == [("EUR",), ("GBP",)]


def test_a_column_that_is_nearly_called_right_is_a_warning(company):
    company.file("crm/Contact.csv", "Id,AcountId,Email,CreatedDate\n0031,001A,a@x.example,2025-01-01\n")
    result = company.salesforce().load()
    assert result.ledger("Contact.csv") == (1, 1, 0, 0)
    assert [(p.column, p.reason) for p in result.problems("warning")] == [
        ("AcountId", 'a column is called "AcountId" where AccountId is expected')
    ]


@pytest.mark.parametrize(
    ("file", "header", "row", "said"),
    [
        ("Opportunity.csv", "Id,StageName,CreatedDate", "006A,Discovery,2025-01-01", ["AccountId"]),
        ("Opportunity.csv", "id,account_id,stage_name", "006A,001A,Discovery", []),
        ("Contact.csv", "Id,LastName,CreatedDate", "0031,Ng,2025-01-01", ["AccountId", "Email"]),
        ("Lead.csv", "Id,Company,CreatedDate", "00Q1,Acme,2025-01-01", ["Email"]),
        ("Account.csv", "Id,CreatedDate", "001A,2025-01-01", []),
    ],
)
def test_a_column_that_groups_rest_on_is_missed_before_a_run(company, file, header, row, said):
    company.file(f"crm/{file}", f"{header}\n{row}\n")
    result = company.salesforce().load()
    assert result.ledger(file) == (1, 1, 0, 0)
    assert sorted((p.severity, p.column) for p in result.missed()) == [("warning", name) for name in said]


def test_an_object_in_a_gz_without_an_inner_ending(company):
    company.file("crm/Account.gz", gzip.compress(b"Id,CreatedDate\n001A,2025-01-01\n"))
    company.file("crm/old.tar.gz", gzip.compress(b"tar"))
    result = company.salesforce().load()
    assert result.ledger("Account.gz") == (1, 1, 0, 0)
    assert [p.reason for p in result.problems()] == ["files that Muster does not read: old.tar.gz"]


def test_a_wrong_delimiter_shows_what_the_header_became(company):
    company.file("crm/Account.csv", "Id^Name\n001A^Acme\n")
    [problem] = company.salesforce().load().problems("error")
    assert problem.reason == (
        "the file has no column Id. It has one column only, Id^Name: set `delimiter` if that is wrong."
    )


def test_a_custom_field_the_export_lacks_shows_those_it_has_and_the_line_to_remove(company):
    company.file("crm/Opportunity.csv", "Id,Name,CreatedDate,Region__c\n006A,A,2025-01-01,x\n")
    company.salesforce(fields={"opportunity.solution_id": "Solution__c"})
    with pytest.raises(ConfigError) as raised:
        company.load()
    assert '= "Solution__c", but Opportunity.csv has no such column.' in raised.value.message
    assert "Custom fields there are: Region__c." in raised.value.message
    assert raised.value.remedy.endswith(
        'remove this line from [source.fields]: "opportunity.solution_id" = "Solution__c".'
    )


def test_the_postal_address_of_contacts_and_leads_is_read_where_there_is_one(company):
    company.file(
        "crm/Contact.csv",
        "Id,MailingStreet,MailingCity,MailingPostalCode,CreatedDate\n003A,Main St. 5,Bern,3011,2024-01-19\n",
    )
    company.file("crm/Lead.csv", "Id,Street,City,CreatedDate\n00QA,Main St. 6,Bern,2024-01-19\n")
    result = company.salesforce().load()
    columns = ("person_record_id", "street", "city", "postal_code")
    assert sorted(result.rows("person_record", *columns)) == [
        ("003A", "Main St. 5", "Bern", "3011"),
        ("00QA", "Main St. 6", "Bern", None),
    ]


def test_who_opted_out_did_so_by_the_last_change_at_the_latest(company):
    company.file(
        "crm/Contact.csv",
        "Id,LastName,Email,CreatedDate,LastModifiedDate,HasOptedOutOfEmail,DoNotCall\n"
        "003A,Ada,ada@acme.example,2024-01-19T09:00:00Z,2024-06-01T10:00:00Z,true,false\n"
        "003B,Bo,bo@acme.example,2024-01-19T09:00:00Z,2024-06-01T10:00:00Z,false,1\n"
        "003C,Cy,cy@acme.example,2024-01-19T09:00:00Z,2024-06-01T10:00:00Z,,\n",
    )
    result = company.salesforce().load()
    assert result.rows(
        "person_record", "person_record_id", "has_opted_out", "has_opted_out_of_calls", "opted_out_at"
    ) == [
        ("003A", True, False, "2024-06-01T10:00:00"),
        ("003B", False, True, "2024-06-01T10:00:00"),
        ("003C", False, False, None),
    ]
