"""People who engage with one solution become a buying group, cycle by cycle."""

from __future__ import annotations

from datetime import timedelta

from tests.stories.telling import Stories, group, groups, members

from muster.testing import account, contact, engaged, instant, named, opportunity, rows, shared, visited
from muster.workspace import Workspace

told = Stories(as_of="2025-12-31")
SILENCE = timedelta(weeks=26)


@told(
    account("Two Needs"),
    engaged("2025-09-01 09:00", "ana@two-needs.example", "demo_requested"),
    engaged("2025-09-01 10:00", "cfo@two-needs.example", "pricing_viewed"),
    engaged("2025-09-02 09:00", "cfo@two-needs.example", "pricing_viewed", solution="workforce-suite"),
    engaged("2025-09-02 10:00", "hana@two-needs.example", "demo_requested", solution="workforce-suite"),
)
def test_two_solutions_of_one_account_are_two_groups(ws: Workspace) -> None:
    found = groups(ws, "two-needs.example")
    assert [(g["solution_id"], g["member_count"]) for g in found] == [
        ("data-platform", 2),
        ("workforce-suite", 2),
    ]
    in_both = "SELECT person_id FROM member GROUP BY person_id HAVING COUNT(*) = 2"
    assert (
        len(rows(ws, f"FROM person WHERE email = 'cfo@two-needs.example' AND person_id IN ({in_both})")) == 1
    )


@told(
    account("Weekly"),
    engaged("2025-08-29 09:00", "ana@weekly.example", "page_viewed"),
    engaged("2025-09-06 09:00", "bo@weekly.example", "page_viewed"),  # eight days later
    engaged(
        "2025-09-13 09:00", "ana@weekly.example", "page_viewed"
    ),  # seven days later, in another calendar week
)
def test_a_second_person_within_seven_days_opens_a_group(ws: Workspace) -> None:
    found = group(ws, "weekly.example")
    assert found["opened_at"] == instant("2025-09-13 09:00")
    assert (found["opening_reason"], found["member_count"]) == ("second_person", 2)
    # Ana's first visit lies within the four weeks before: she was there already.
    assert members(ws, "weekly.example", "joined_at")["ana@weekly.example"] == instant("2025-08-29 09:00")


@told(
    account("Readers"),
    engaged("2025-09-01 09:00", "ana@readers.example", "email_opened"),
    engaged("2025-09-01 10:00", "bo@readers.example", "email_opened"),
    engaged("2025-09-02 10:00", "cy@readers.example", "webinar_registered"),
)
def test_opening_a_mail_makes_no_member_and_opens_no_group(ws: Workspace) -> None:
    assert groups(ws, "readers.example") == []


@told(
    account("Again"),
    engaged("2025-02-03 09:00", "ana@again.example", "demo_requested"),
    opportunity("2025-02-10 09:00", "again-1", account="again", lost="2025-04-01 09:00"),
    engaged("2025-04-01 09:00:01", "bo@again.example", "demo_requested"),
)
def test_an_opportunitys_closing_ends_the_cycle_and_the_next_engagement_starts_a_new_one(
    ws: Workspace,
) -> None:
    first, second = groups(ws, "again.example")
    assert (first["closed_at"], first["closing_reason"]) == (instant("2025-04-01 09:00"), "lost")
    assert (second["cycle"], second["opened_at"]) == (2, instant("2025-04-01 09:00:01"))
    assert list(members(ws, "again.example")) == ["ana@again.example"]
    assert list(members(ws, "again.example", cycle=2)) == ["bo@again.example"]


@told(
    account("Two Deals"),
    engaged("2025-02-03 09:00", "ana@two-deals.example", "demo_requested"),
    opportunity("2025-02-10 09:00", "two-deals-1", account="two-deals", lost="2025-04-01 09:00"),
    opportunity("2025-03-10 09:00", "two-deals-2", account="two-deals", won="2025-06-01 09:00"),
)
def test_a_cycle_with_two_opportunities_lasts_until_the_last_of_them_closed(ws: Workspace) -> None:
    found = group(ws, "two-deals.example")
    assert (found["closed_at"], found["closing_reason"]) == (instant("2025-06-01 09:00"), "won")
    assert found["opportunity_id"] == "two-deals-1"


@told(
    account("Silent"),
    engaged("2025-01-06 09:00", "ana@silent.example", "demo_requested"),
    engaged("2025-07-08 09:00", "bo@silent.example", "demo_requested"),  # 26 weeks and a day later
    account("Patient"),
    engaged("2025-01-06 09:00", "ana@patient.example", "demo_requested"),
    engaged("2025-07-07 09:00", "bo@patient.example", "demo_requested"),  # exactly 26 weeks later
)
def test_twenty_six_silent_weeks_end_a_cycle(ws: Workspace) -> None:
    first, second = groups(ws, "silent.example")
    assert first["closed_at"] == instant("2025-01-06 09:00") + SILENCE
    assert (first["closing_reason"], second["cycle"], second["closed_at"]) == ("silent", 2, None)
    assert group(ws, "patient.example")["member_count"] == 2


@told(
    account("Waiting"),
    engaged("2025-01-06 09:00", "ana@waiting.example", "demo_requested"),
    opportunity("2025-01-13 09:00", "waiting-1", account="waiting"),
)
def test_an_open_opportunity_keeps_its_cycle_alive_however_silent(ws: Workspace) -> None:
    assert group(ws, "waiting.example")["closed_at"] is None


@told(
    account("Late Name"),
    engaged("2025-02-03 08:00", "ana@late-name.example", "demo_requested"),
    visited("2025-02-04 09:00", "b-late", company_domain="late-name.example"),
    opportunity("2025-02-10 09:00", "late-1", account="late-name", won="2025-04-01 09:00"),
    visited("2025-05-01 09:00", "b-late", email="bo@late-name.example", company_domain="late-name.example"),
)
def test_who_says_who_they_are_after_the_end_stays_a_visitor_of_the_group(ws: Workspace) -> None:
    found = group(ws, "late-name.example")
    assert (found["member_count"], found["visitor_count"]) == (1, 1)


@told(
    account("Roles"),
    contact("vp@roles.example", title="VP Data", account_record_id="roles"),
    contact("cfo@roles.example", title="CFO", account_record_id="roles"),
    contact("buyer@roles.example", title="Head of Purchasing", account_record_id="roles"),
    contact("eng@roles.example", title="Data Engineer", account_record_id="roles"),
    contact("boss@roles.example", title="", account_record_id="roles"),
    contact("dir@roles.example", title="Director of Operations", account_record_id="roles"),
    *[
        engaged(f"2025-09-01 1{n}:00", f"{who}@roles.example", "webinar_attended")
        for n, who in enumerate(("vp", "cfo", "buyer", "eng", "boss"))
    ],
    shared("2025-09-02 09:00", "dir@roles.example", "t-roles"),
    engaged("2025-09-02 10:00", "dir@roles.example", "page_viewed"),
    engaged("2025-09-03 09:00", "vp@roles.example", "page_viewed", share_token="t-roles"),
    opportunity("2025-09-04 09:00", "roles-1", account="roles"),
    named("2025-09-04 10:00", "roles-1", "boss@roles.example", "Economic Decision Maker"),
)
def test_roles_come_from_titles_from_sales_word_and_from_passing_content_on(ws: Workspace) -> None:
    assert members(ws, "roles.example") == {
        "vp@roles.example": "decision_maker",
        "cfo@roles.example": "economic_buyer",
        "buyer@roles.example": "procurement",
        "eng@roles.example": "user",
        "boss@roles.example": "economic_buyer",
        "dir@roles.example": "champion",
    }
    why = members(ws, "roles.example", "role_reason")
    assert why["boss@roles.example"] == "named so by sales"
    assert why["dir@roles.example"] == "title (operations, director), and passed content on to colleagues"
    key = group(ws, "roles.example")["buying_group_id"]
    gaps = rows(ws, f"SELECT role, missing FROM role_gap WHERE buying_group_id = '{key}' ORDER BY role")
    assert {gap["role"]: gap["missing"] for gap in gaps} == {
        "champion": 0,
        "decision_maker": 0,
        "technical_influencer": 1,
        "user": 0,
    }


@told(
    account("Upward"),
    contact("mia@upward.example", title="HR Manager", account_record_id="upward"),
    contact("noor@upward.example", title="VP People", account_record_id="upward"),
    contact("ed@upward.example", title="Analyst", account_record_id="upward"),
    engaged("2025-09-01 09:00", "mia@upward.example", "demo_requested"),
    shared("2025-09-02 09:00", "mia@upward.example", "t-upward", content="/business-case"),
    engaged("2025-09-03 09:00", "noor@upward.example", "page_viewed", share_token="t-upward"),
    engaged("2025-09-03 09:30", "noor@upward.example", "page_viewed", share_token="t-upward"),
    engaged("2025-09-04 09:00", "ed@upward.example", "page_viewed", share_token="t-upward"),
    engaged("2025-09-04 10:00", "mia@upward.example", "page_viewed", share_token="t-upward"),
)
def test_a_share_is_the_first_opening_by_each_colleague_and_upward_when_she_stands_higher(
    ws: Workspace,
) -> None:
    found = rows(
        ws,
        "SELECT p.email, s.is_upward, s.read_at, s.content_id FROM share AS s"
        " JOIN person AS p ON p.person_id = s.to_person_id WHERE share_token = 't-upward' ORDER BY read_at",
    )
    assert [(row["email"], row["is_upward"]) for row in found] == [
        ("noor@upward.example", True),
        ("ed@upward.example", False),
    ]
    assert found[0]["read_at"] == instant("2025-09-03 09:00") and found[0]["content_id"] == "/business-case"
