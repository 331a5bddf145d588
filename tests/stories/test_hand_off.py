"""A whole group goes to sales once; later people and shares are news of it; nobody is dropped."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.stories.telling import Stories, group, group_id, members, stretches

from muster.explain import explain
from muster.testing import (
    Record,
    Row,
    account,
    called,
    contact,
    decided,
    engaged,
    instant,
    lead,
    named,
    opportunity,
    rows,
    shared,
    visited,
)
from muster.workspace import Workspace

told = Stories(as_of="2025-12-31")
BUSY = ("demo_requested", "webinar_attended", "event_attended")


def busy_day(day: str, firm: str, *people: str) -> list[Record]:
    """A demo request, a webinar and an event by each: of two people, enough to qualify (48.18)."""
    return [engaged(f"{day} 09:00", f"{who}@{firm}.example", act) for who in people for act in BUSY]


def hand_offs(ws: Workspace, domain: str) -> list[Row]:
    """The hand-offs of an account's groups, in time."""
    joined = "JOIN buying_group USING (buying_group_id) JOIN account AS a USING (account_id)"
    return rows(ws, f"SELECT h.* FROM hand_off AS h {joined} WHERE a.domain = '{domain}' ORDER BY h.\"at\"")


def news(ws: Workspace, domain: str) -> list[tuple[str, str]]:
    """Kind and sentence of the news of an account's first hand-off."""
    key = hand_offs(ws, domain)[0]["hand_off_id"]
    found = rows(
        ws, f"SELECT kind, sentence FROM hand_off_update WHERE hand_off_id = '{key}' ORDER BY \"at\""
    )
    return [(row["kind"], row["sentence"]) for row in found]


@told(
    account("Joined", owner_id="rep-1"),
    contact("vera@joined.example", name="Vera Veil", title="VP Data", account_record_id="joined"),
    contact("ana@joined.example", name="Ana Ahn", title="Analyst", account_record_id="joined"),
    *busy_day("2025-02-03", "joined", "ana", "bo"),
    visited("2025-02-03 08:00", "b-joined", company_domain="joined.example"),
    engaged("2025-02-10 09:00", "vera@joined.example", "pricing_viewed"),
    shared("2025-02-11 09:00", "ana@joined.example", "t-joined"),
    engaged("2025-02-12 09:00", "vera@joined.example", "page_viewed", share_token="t-joined"),
)
def test_a_second_lead_joins_the_open_group_and_sales_is_told(ws: Workspace) -> None:
    second = members(ws, "joined.example", "is_second_lead")
    assert second == {"ana@joined.example": False, "bo@joined.example": False, "vera@joined.example": True}
    [given] = hand_offs(ws, "joined.example")
    assert (given["at"], given["owner_id"]) == (instant("2025-02-03 09:00"), "rep-1")
    assert (given["member_count"], given["visitor_count"]) == (2, 1)
    assert news(ws, "joined.example") == [
        ("second_lead", "Vera Veil (VP Data) joined the group"),
        ("share", "Vera Veil read what Ana Ahn passed on, and stands higher"),
    ]


@told(
    account("Twice"),
    *busy_day("2025-02-03", "twice", "ana", "bo"),
    engaged("2025-02-05 09:00", "ana@twice.example", "trial_started"),
    *busy_day("2025-06-16", "twice", "ana", "bo"),
)
def test_a_hand_off_is_made_once_for_each_qualified_stretch(ws: Workspace) -> None:
    found = hand_offs(ws, "twice.example")
    assert [row["at"] for row in found] == [instant("2025-02-03 09:00"), instant("2025-06-16 09:00")]
    key = group(ws, "twice.example")["buying_group_id"]
    assert [row["hand_off_id"] for row in found] == [f"{key}-1", f"{key}-2"]


@told(
    account("Selling"),
    opportunity("2025-01-20 09:00", "selling", account="selling", lost="2025-06-02 09:00"),
    *busy_day("2025-02-03", "selling", "ana", "bo"),
)
def test_a_group_is_not_handed_over_while_an_opportunity_is_open(ws: Workspace) -> None:
    assert hand_offs(ws, "selling.example") == []
    reached = "SELECT COUNT(*) AS n FROM qualification JOIN buying_group AS g USING (buying_group_id)"
    assert rows(ws, f"{reached} WHERE g.opportunity_id = 'selling' AND status = 'qualified'") == [{"n": 1}]
    nursed = "FROM nurture JOIN buying_group AS g USING (buying_group_id) WHERE g.opportunity_id = 'selling'"
    assert rows(ws, nursed) == []  # sales works it: nobody nurtures it


@told(
    account("Answered"),
    contact("ana@answered.example", account_record_id="answered"),
    *busy_day("2025-02-03", "answered", "ana", "bo"),
    called("2025-02-04 15:30", "ana@answered.example"),
    called("2025-02-06 09:00", "ana@answered.example", kind="email"),
    opportunity(
        "2025-03-03 09:00", "answered", account="answered", stages=[("2025-03-10 09:00", "Proposal")]
    ),
)
def test_what_sales_did_with_a_hand_off_comes_back_with_the_hours_it_took(ws: Workspace) -> None:
    [given] = hand_offs(ws, "answered.example")
    found = rows(ws, f"FROM disposition WHERE hand_off_id = '{given['hand_off_id']}' ORDER BY \"at\"")
    assert [(row["outcome"], row["at"]) for row in found] == [
        ("worked", instant("2025-02-04 15:30")),
        ("opportunity", instant("2025-03-03 09:00")),
    ]
    assert found[0]["hours_to_first_action"] == 30.5


@told(
    account("Refused"),
    *busy_day("2025-02-03", "refused", "ana", "bo"),
    decided("2025-02-07 09:00", "rejected", f"{group_id('refused')}-1", reason="no project"),
)
def test_a_rejected_hand_off_carries_sales_reason_and_ends_the_stretch(ws: Workspace) -> None:
    [given] = hand_offs(ws, "refused.example")
    [answer] = rows(ws, f"FROM disposition WHERE hand_off_id = '{given['hand_off_id']}'")
    assert (answer["outcome"], answer["reason"], answer["at"]) == (
        "rejected",
        "no project",
        instant("2025-02-07 09:00"),
    )
    assert stretches(ws, "refused.example") == [(given["at"], answer["at"])]
    assert stretches(ws, "refused.example", "nurture")[0][0] == answer["at"]


def second_lead(firm: str, *, reason: str = "", disqualified: str = "") -> list[Record]:
    """Two leads of one account become MQLs, three weeks apart; sales may disqualify the second."""
    return [
        account(firm.replace("-", " ").title()),
        lead(f"ana@{firm}.example", created="2025-02-01 00:00", mql="2025-02-03 09:00"),
        lead(
            f"bo@{firm}.example",
            created="2025-02-20 00:00",
            mql="2025-02-24 09:00",
            disqualified=disqualified,
            reason=reason,
        ),
        engaged("2025-02-03 08:00", f"ana@{firm}.example", "trial_started"),
        engaged("2025-02-24 08:00", f"bo@{firm}.example", "webinar_attended"),
    ]


@told(
    *second_lead("dropped", disqualified="2025-02-25 09:00", reason="Duplicate - account already worked"),
    opportunity("2025-03-20 09:00", "dropped", account="dropped", amount="68412.37"),
    *second_lead("attached"),
    opportunity("2025-03-20 09:00", "attached", account="attached"),
    named("2025-03-21 09:00", "attached", "bo@attached.example"),
    *second_lead("misfiled"),
    opportunity("2025-03-20 09:00", "misfiled", account="misfiled", solution="workforce-suite"),
    named("2025-03-21 09:00", "misfiled", "bo@misfiled.example"),
    *second_lead("elsewhere"),
    opportunity("2025-02-10 09:00", "elsewhere", account="elsewhere", solution="workforce-suite"),
    *second_lead("left-alone"),
)
@pytest.mark.parametrize(
    ("firm", "fate", "related"),
    [
        ("dropped", "dropped_duplicate", "dropped"),
        ("attached", "attached", "attached"),
        ("misfiled", "misfiled", "misfiled"),
        ("elsewhere", "other_solution", "elsewhere"),
        ("left-alone", "left_alone", None),
    ],
)
def test_every_second_lead_is_found_with_what_became_of_her(
    ws: Workspace, firm: str, fate: str, related: str | None
) -> None:
    [found] = rows(ws, f"FROM second_lead WHERE person_record_id = 'bo@{firm}.example'")
    assert (found["fate"], found["opportunity_id"]) == (fate, related)
    assert found["at"] == instant("2025-02-24 09:00") and found["solution_id"] == "data-platform"
    assert "bo@" + firm + ".example" in members(ws, f"{firm}.example")  # a member all the same
    assert rows(ws, f"FROM second_lead WHERE person_record_id = 'ana@{firm}.example'") == []


def test_the_dollars_related_to_a_dropped_lead_are_those_of_the_nearest_deal(ws: Workspace) -> None:
    [found] = rows(ws, "FROM second_lead WHERE fate = 'dropped_duplicate'")
    assert Decimal(found["amount_cents"]) / 100 == Decimal("68412.37") and found["currency"] == "USD"


@told(
    account("Quiet"),
    engaged("2025-09-01 09:00", "ana@quiet.example", "trial_started", content_id="/seen"),
    Record("content", {"content_id": "/seen", "url": "/seen", "solution_id": "data-platform"}),
    Record(
        "content",
        {"content_id": "/later", "solution_id": "data-platform", "buying_job": "supplier_selection"},
    ),
    Record(
        "content",
        {"content_id": "/next", "solution_id": "data-platform", "buying_job": "solution_exploration"},
    ),
)
def test_a_group_that_is_not_with_sales_is_nurtured_with_what_nobody_of_it_has_seen(ws: Workspace) -> None:
    key = group(ws, "quiet.example")["buying_group_id"]
    found = rows(ws, f"SELECT reason, next_content_id, to_at FROM nurture WHERE buying_group_id = '{key}'")
    # 20 points of a trial score 65 x (1 - 2^(-20/40)) = 19.04
    assert found == [
        {"reason": "not yet qualified: score 19 of 100", "next_content_id": "/next", "to_at": None}
    ]


@told(
    account("Passed On", owner_id="rep-1"),
    *busy_day("2025-02-03", "passed-on", "ana", "bo"),
    decided("2025-02-05 09:00", "reassign", f"{group_id('passed-on')}-1", value="rep-2", decided_by="Rita"),
    decided("2025-02-06 09:00", "reassign", group_id("passed-on"), value="rep-3", decided_by="Rita",
            reason="she knows them"),
    account("Kept", owner_id="rep-1"),
    *busy_day("2025-02-03", "kept", "ana", "bo"),
    decided("2025-02-05 09:00", "reassign", f"{group_id('kept')}-1", value="rep-2", decision_id="to rep-2"),
    decided("2025-02-06 09:00", "undo", "to rep-2"),
)  # fmt: skip
def test_a_hand_off_that_was_passed_on_is_the_other_sellers_and_the_way_is_told(ws: Workspace) -> None:
    [given] = hand_offs(ws, "passed-on.example")
    assert (given["handed_to_id"], given["owner_id"]) == ("rep-1", "rep-3")
    assert news(ws, "passed-on.example") == [
        ("reassigned", "Rita passed it on to rep-2"),
        ("reassigned", "Rita passed it on to rep-3: she knows them"),
    ]
    sources = explain(ws, "hand_off", f"{group_id('passed-on')}-1").sources
    decision = f"{group_id('passed-on')} 2025-02-06 09:00"
    assert {source.key for source in sources} == {
        decision,
        "passed-on",
    }  # who has it, and who had it at first
    assert hand_offs(ws, "kept.example")[0]["owner_id"] == "rep-1" and news(ws, "kept.example") == []
