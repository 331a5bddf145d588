"""Which touches stand on the path of an opportunity, and for what part, told as a seller would tell it."""

from __future__ import annotations

from tests.stories.telling import Stories
from tests.stories.test_units import _two_units

from muster.testing import Row, account, called, contact, engaged, named, opportunity, rows, tactic, visited
from muster.workspace import Workspace

PATHS = """\
definition,transform,last,days,steps,ignored_channel,earlier_cycles,general_acts,sales_acts,effective_from,why
credit,unique,0,0,0,,no,no,no,1970-01-01,
in_a_row,exposure,0,0,0,,no,no,no,1970-01-01,
first_of_each,first,0,0,0,,no,no,no,1970-01-01,
how_often,frequency,0,0,0,,no,no,no,1970-01-01,
last_two,unique,2,0,0,,no,no,no,1970-01-01,
no_direct,unique,0,0,0,Direct,no,no,no,1970-01-01,
a_month,unique,0,30,0,,no,no,no,1970-01-01,
three_steps,first,0,0,3,,no,no,no,1970-01-01,
over_deals,unique,0,0,0,,yes,no,no,1970-01-01,
with_sales,unique,0,0,0,,no,no,yes,1970-01-01,
"""
told = Stories(as_of="2025-12-31", rules={"paths": PATHS})


def path(ws: Workspace, definition: str, deal: str) -> list[Row]:
    """The steps of an opportunity's path, in time."""
    return rows(
        ws, f"FROM path WHERE definition = '{definition}' AND opportunity_id = '{deal}' ORDER BY position"
    )


def channels(ws: Workspace, definition: str, deal: str = "steps") -> str:
    """A path as people write it: the first letter of each channel, and how often where more than once."""
    return " ".join(
        str(row["channel"])[0].upper() + (f"({row['times']})" if row["times"] > 1 else "")
        for row in path(ws, definition, deal)
    )


@told(
    account("Steps", region="North"),
    contact("ana@steps.example", title="VP Data", account_record_id="steps"),
    tactic("letter", program="letters", campaign_id="autumn"),
    # direct, ads, blog, blog, content, direct, content, content: a day each
    *(
        engaged(f"2025-03-{3 + day:02d} 09:00", "ana@steps.example", act, channel=channel, tactic_id=by)
        for day, (channel, act, by) in enumerate(
            [
                ("direct", "page_viewed", ""),
                ("ads", "ad_clicked", ""),
                ("blog", "blog_viewed", ""),
                ("blog", "blog_viewed", ""),
                ("content", "form_submitted", "letter"),
                ("direct", "pricing_viewed", ""),
                ("content", "form_submitted", "letter"),
                ("content", "webinar_attended", "letter"),
            ]
        )
    ),
    called("2025-03-09 12:00", "ana@steps.example"),
    opportunity("2025-03-06 12:00", "steps", account="steps", won="2025-04-30 09:00"),
)
def test_a_path_is_transformed_as_its_definition_says(ws: Workspace) -> None:
    """The eight steps by which Google's fractional attribution explains its transforms (2019)."""
    assert channels(ws, "credit") == "D A B B C D C C"
    assert channels(ws, "in_a_row") == "D A B C D C"
    assert channels(ws, "first_of_each") == "D A B C"
    assert channels(ws, "how_often") == "D(2) A B(2) C(3)"
    assert channels(ws, "last_two") == "C C"
    assert channels(ws, "no_direct") == "A B B C C C"
    assert channels(ws, "three_steps") == "D C"  # of the last three
    assert channels(ws, "with_sales") == "D A B B C D C S C"


def test_a_step_says_all_that_credit_is_added_up_by(ws: Workspace) -> None:
    first, *_, last = path(ws, "credit", "steps")
    assert first["position_kind"] == "first_touch+lead_creation"
    assert (first["stage"], first["buying_job"]) == (None, "solution_exploration")
    assert last["position_kind"] == "closing"
    assert (last["stage"], last["buying_job"]) == ("Discovery", "requirements_building")
    said = (last["tactic_id"], last["program_id"], last["campaign_id"], last["region"])
    assert said == ("letter", "letters", "autumn", "North")
    assert (
        last["role"]
        == rows(ws, "FROM member WHERE buying_group_id = '" + last["buying_group_id"] + "'")[0]["role"]
    )


@told(
    account("Again"),
    contact("ana@again.example", account_record_id="again"),
    engaged("2025-01-06 09:00", "ana@again.example", "webinar_attended"),
    opportunity("2025-01-20 09:00", "again-1", account="again", won="2025-02-20 09:00"),
    engaged("2025-06-02 09:00", "ana@again.example", "pricing_viewed"),
    opportunity("2025-06-09 09:00", "again-2", account="again", won="2025-07-09 09:00"),
)
def test_a_deals_path_begins_where_the_accounts_last_one_closed(ws: Workspace) -> None:
    assert [str(row["occurred_at"])[:10] for row in path(ws, "credit", "again-2")] == ["2025-06-02"]
    assert [row["share"] for row in path(ws, "credit", "again-1")] == [1.0]


def test_a_touch_that_two_deals_look_back_to_is_divided_between_them(ws: Workspace) -> None:
    first, second = (path(ws, "over_deals", deal) for deal in ("again-1", "again-2"))
    assert [row["share"] for row in first] == [0.5]
    assert [(str(row["occurred_at"])[:10], row["share"]) for row in second] == [
        ("2025-01-06", 0.5),
        ("2025-06-02", 1.0),
    ]


@told(
    *_two_units("halves"),
    visited("2025-09-11 09:00", "b-halves", company_domain="halves.example"),  # nobody knows whose
    opportunity("2025-09-12 09:00", "halves-r", account="halves", amount="100.00", won="2025-10-01 09:00"),
    opportunity("2025-09-12 10:00", "halves-w", account="halves", amount="100.00", won="2025-10-02 09:00"),
    named("2025-09-12 09:30", "halves-w", "wim@halves.example"),  # sellers say whose deal it is
)
def test_what_serves_two_units_is_divided_openly_and_dollars_stay_exact(ws: Workspace) -> None:
    retail, wholesale = path(ws, "credit", "halves-r"), path(ws, "credit", "halves-w")
    assert {row["buying_group_id"] for row in retail}.isdisjoint(
        {row["buying_group_id"] for row in wholesale}
    )
    assert [(row["visitor_id"], row["share"]) for row in retail if row["person_id"] is None] == [
        ("b-halves", 0.5)
    ]
    anonymous = [row for row in wholesale if row["person_id"] is None]
    assert [(row["visitor_id"], row["share"]) for row in anonymous] == [("b-halves", 0.5)]
    for deal, steps in (("halves-r", retail), ("halves-w", wholesale)):
        cents = {
            row["engagement_id"]: row["credit_cents"]
            for row in rows(
                ws, f"FROM credit WHERE opportunity_id = '{deal}' AND attribution_model = 'linear'"
            )
        }
        assert sum(cents.values()) == 10_000
        whole = sum(row["share"] for row in steps)
        for row in steps:  # half a touch weighs half as much
            assert abs(cents[row["engagement_id"]] - 10_000 * row["share"] / whole) < 1


@told(
    account("Later"),
    contact("ana@later.example", account_record_id="later"),
    engaged("2025-03-03 09:00", "ana@later.example", "pricing_viewed"),
    visited("2025-03-04 09:00", "b-later"),  # a browser of nobody, until its owner says so, when all is over
    opportunity("2025-03-10 09:00", "later", account="later", won="2025-04-10 09:00"),
    visited("2025-05-05 09:00", "b-later", email="ana@later.example", activity="form_submitted"),
)
def test_a_visit_that_is_told_apart_after_the_closing_was_not_known_on_the_path(ws: Workspace) -> None:
    assert [str(row["occurred_at"])[:10] for row in path(ws, "credit", "later")] == ["2025-03-03"]
    told_now = rows(ws, "FROM resolved_engagement WHERE visitor_id = 'b-later' AND account_id IS NOT NULL")
    assert len(told_now) == 2
