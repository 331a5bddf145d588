"""What each act is worth, and when two acts are one."""

from __future__ import annotations

from decimal import Decimal

from tests.stories.telling import Stories, group, signals

from muster.testing import (
    account,
    contact,
    engaged,
    instant,
    named,
    opportunity,
    rows,
    shared,
    tactic,
    visited,
)
from muster.workspace import Workspace

told = Stories(as_of="2025-06-01")


@told(
    account("Webinar"),
    contact("vera@webinar.example", title="VP Data", account_record_id="webinar"),
    engaged("2025-03-03 09:00", "ana@webinar.example", "demo_requested"),
    engaged("2025-03-10 09:00", "vera@webinar.example", "webinar_attended"),
)
def test_a_vp_who_attends_a_webinar_gives_frame_points_and_covers_the_decision_maker(ws: Workspace) -> None:
    assert signals(ws, "webinar.example") == [
        ("engagement", "demo_requested", Decimal("25.00")),
        ("completeness", "decision_maker", Decimal("3.75")),
        ("frame", "webinar_attended", Decimal("6.00")),
    ]
    key = group(ws, "webinar.example")["buying_group_id"]
    said = rows(
        ws,
        f"""
        SELECT component, sentence FROM score_reason
        WHERE buying_group_id = '{key}' AND scored_at = TIMESTAMP '2025-03-17' ORDER BY component
        """,
    )
    assert [(row["component"], row["sentence"]) for row in said] == [
        ("completeness", "1 needed role is engaged: decision_maker"),
        ("engagement", "1 act: asked for a demo"),
        ("frame_control", "1 act: attended a webinar"),
    ]


@told(
    account("Eager"),
    engaged("2025-03-03 08:00", "ana@eager.example", "demo_requested"),
    *[engaged(f"2025-03-03 {hour:02d}:00", "ana@eager.example", "page_viewed") for hour in range(9, 18)],
    engaged("2025-03-03 09:30", "bo@eager.example", "page_viewed"),
    engaged("2025-03-04 00:00", "ana@eager.example", "page_viewed"),
    engaged("2025-03-03 12:30", "ana@eager.example", "pricing_viewed"),
    engaged("2025-03-03 13:30", "ana@eager.example", "pricing_viewed"),
)
def test_a_days_cap_counts_so_many_acts_of_a_kind_and_person_and_no_more(ws: Workspace) -> None:
    found = [reason for _, reason, _ in signals(ws, "eager.example")]
    assert found.count("page_viewed") == 5 + 1 + 1  # Ana's five of the day, Bo's, and Ana's next day
    assert found.count("pricing_viewed") == 1


@told(
    account("Capped Visitor"),
    engaged("2025-03-03 08:00", "ana@capped-visitor.example", "demo_requested"),
    *[
        visited(
            f"2025-03-03 1{n}:00", "b-cap", activity="pricing_viewed", company_domain="capped-visitor.example"
        )
        for n in range(3)
    ],
)
def test_an_anonymous_browser_has_a_days_cap_of_its_own(ws: Workspace) -> None:
    assert [reason for _, reason, _ in signals(ws, "capped-visitor.example")].count("pricing_viewed") == 1


@told(
    account("Response"),
    tactic("web-1", channel="webinar"),
    engaged("2025-03-03 08:00", "ana@response.example", "demo_requested"),
    engaged("2025-03-05 15:00", "ana@response.example", "webinar_attended", tactic_id="web-1"),
    engaged("2025-03-05 18:00", "ana@response.example", "campaign_responded", tactic_id="web-1"),
    engaged("2025-03-06 18:00", "bo@response.example", "campaign_responded", tactic_id="web-1"),
)
def test_a_response_in_the_crm_counts_once_beside_the_act_that_was_tracked(ws: Workspace) -> None:
    responses = [s for s in signals(ws, "response.example") if s[1] == "campaign_responded"]
    assert responses == [("engagement", "campaign_responded", Decimal("2.00"))]  # Bo's: nothing else shows it


@told(
    account("Passed On"),
    contact("mia@passed-on.example", title="Manager, Data", account_record_id="passed-on"),
    contact("noor@passed-on.example", title="VP Data", account_record_id="passed-on"),
    engaged("2025-03-03 09:00", "mia@passed-on.example", "demo_requested"),
    shared("2025-03-04 09:00", "mia@passed-on.example", "t-passed"),
    engaged("2025-03-05 09:00", "noor@passed-on.example", "page_viewed", share_token="t-passed"),
)
def test_a_share_that_a_vp_read_is_worth_passing_on_reading_and_reading_upward(ws: Workspace) -> None:
    frame = [(reason, points) for part, reason, points in signals(ws, "passed-on.example") if part == "frame"]
    assert frame == [
        ("content_shared", Decimal("6.00")),
        ("share_read", Decimal("4.00")),
        ("share_read_upward", Decimal("10.00")),
    ]
    roles = [reason for part, reason, _ in signals(ws, "passed-on.example") if part == "completeness"]
    assert roles == ["champion", "decision_maker"]  # one person fills one seat


@told(
    account("Ideal", icp_tier="A", uses_key_technology="true", employee_count="2500"),
    engaged("2025-03-03 09:00", "ana@ideal.example", "demo_requested"),
    account("Middling", icp_tier="B", employee_count="150"),
    engaged("2025-03-03 09:00", "ana@middling.example", "demo_requested"),
)
def test_fit_adds_up_to_its_most_and_no_further(ws: Workspace) -> None:
    fit = "SELECT MAX(fit) AS fit FROM score JOIN buying_group USING (buying_group_id) JOIN account AS a"
    by_domain = f"{fit} USING (account_id) WHERE a.domain = "
    assert rows(ws, f"{by_domain} 'ideal.example'") == [{"fit": Decimal("20.00")}]  # 14 + 6 + 3 + 3
    assert rows(ws, f"{by_domain} 'middling.example'") == [{"fit": Decimal("12.00")}]  # 9 + 3


@told(
    account("Before"),
    engaged("2025-02-03 09:00", "ana@before.example", "page_viewed"),  # four weeks and a day before
    engaged("2025-02-10 09:00", "ana@before.example", "pricing_viewed"),
    engaged("2025-03-04 09:00", "bo@before.example", "demo_requested"),
)
def test_acts_of_the_weeks_before_a_group_opened_count_from_its_opening_faded_since_they_were_done(
    ws: Workspace,
) -> None:
    key = group(ws, "before.example")["buying_group_id"]
    found = rows(
        ws,
        f"SELECT reason, \"at\", decays_from FROM signal WHERE buying_group_id = '{key}' AND kind <> 'count'",
    )
    assert {(row["reason"], row["at"], row["decays_from"]) for row in found} == {
        ("demo_requested", instant("2025-03-04 09:00"), instant("2025-03-04 09:00")),
        ("pricing_viewed", instant("2025-03-04 09:00"), instant("2025-02-10 09:00")),
    }


@told(
    account("Machine"),
    engaged("2025-03-03 08:00", "ana@machine.example", "demo_requested"),
    engaged("2025-03-03 09:00", "ana@machine.example", "pricing_viewed", is_machine="true"),
    engaged("2025-03-03 09:00", "ana@machine.example", "careers_viewed"),
    engaged("2025-03-03 10:00", "ana@machine.example", "yodelled"),
)
def test_machines_job_seekers_and_unknown_acts_score_nothing(ws: Workspace) -> None:
    assert [reason for _, reason, _ in signals(ws, "machine.example")] == ["demo_requested"]
    assert rows(ws, "SELECT value FROM problem WHERE reason LIKE '%no rule weighs%'") == [
        {"value": "yodelled"}
    ]


@told(
    account("Word"),
    contact("boss@word.example", account_record_id="word"),
    engaged("2025-03-03 09:00", "boss@word.example", "webinar_attended"),
    opportunity("2025-03-04 09:00", "word-1", account="word"),
    named("2025-03-10 09:00", "word-1", "boss@word.example", "Champion"),
)
def test_a_champion_by_sales_word_covers_the_role_from_the_day_she_is_named(ws: Workspace) -> None:
    key = group(ws, "word.example")["buying_group_id"]
    covered = f"SELECT \"at\" FROM signal WHERE buying_group_id = '{key}' AND reason = 'champion'"
    assert rows(ws, covered) == [{"at": instant("2025-03-10 09:00")}]
