"""Dates that are not ISO: the message names the format that fits, and naming it reads them."""

from __future__ import annotations

import pytest

from muster.sources.date_formats import fitting, readable_with


@pytest.mark.parametrize(
    ("values", "formats"),
    [
        (["31.12.2025 14:05"], ["%d.%m.%Y %H:%M"]),
        (["31.12.2025", "1.2.2026"], ["%d.%m.%Y"]),
        (["31/12/2025"], ["%d/%m/%Y"]),
        (["12/31/2025 2:05 PM"], ["%m/%d/%Y %I:%M %p"]),
        (["01/02/2026"], ["%d/%m/%Y", "%m/%d/%Y"]),
        (["01/02/2026", "13/02/2026"], ["%d/%m/%Y"]),
        (["31.12.2025 14:05", "31.12.2025"], ["%d.%m.%Y"]),
        (["Dec 31, 2025"], ["%b %d, %Y"]),
        (["31/31/2025"], []),
        (["soon"], []),
        ([], []),
    ],
)
def test_the_formats_that_fit_all_values(values, formats):
    assert fitting(values) == formats


def test_a_format_reads_its_day_with_any_time():
    assert {"%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S"} <= set(readable_with("%d.%m.%Y %H:%M"))
    assert readable_with("%H:%M on %d.%m.%Y")[0] == "%H:%M on %d.%m.%Y"
    assert readable_with("%d.%m.%Y %H:%M %z") == ["%d.%m.%Y %H:%M %z"]


def test_a_german_export_names_its_format_and_one_format_reads_days_and_instants(company):
    company.file(
        "crm/Opportunity.csv",
        "Id;Name;StageName;CreatedDate;CloseDate\n006A;A;Discovery;31.12.2025 14:05;31.01.2026\n"
        "006B;B;Discovery;01.02.2026 09:00:30;05.02.2026\n",
    )
    before = company.salesforce().load()
    assert before.ledger("Opportunity.csv") == (2, 0, 0, 2)
    told = {p.column: (p.value, p.reason, p.remedy) for p in before.problems("error")}
    assert told["CreatedDate"] == (
        "31.12.2025 14:05",
        "is a date in a format that muster.toml does not name",
        'Set date_format = "%d.%m.%Y" for this source in muster.toml.',
    )
    company.sources.clear()
    after = company.salesforce(date_format="%d.%m.%Y %H:%M").load()
    assert after.problems() == []
    assert after.rows("opportunity", "created_at", "closed_on") == [
        ("2025-12-31T14:05:00", "2026-01-31T00:00:00"),
        ("2026-02-01T09:00:30", "2026-02-05T00:00:00"),
    ]


def test_days_that_could_be_months_are_asked_about_with_both_formats(company):
    company.file("o.csv", "id,at\n1,01/02/2025 10:00\n")
    result = company.table(
        "engagement",
        "o.csv",
        {"engagement_id": "id", "occurred_at": "at", "activity": {"value": "page_viewed"}},
    ).load()
    [problem] = result.problems("error")
    assert problem.reason == "does not say whether day or month comes first"
    assert '"%d/%m/%Y %H:%M" or "%m/%d/%Y %H:%M"' in problem.remedy
