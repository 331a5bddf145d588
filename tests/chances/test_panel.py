"""What a Monday's row may know: what had happened by then and was known by then, and no more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.chances.panels import AFTER_PANEL, at, on, panel_of, signs
from tests.flow.random_company import records

from muster.engine.queries import read_queries
from muster.testing import (
    Record,
    account,
    contact,
    engaged,
    opportunity,
    shared,
    visited,
)

END = datetime(2025, 9, 1, tzinfo=UTC)
ACME = account("Acme", icp_tier="A")
ANA = contact("ana@acme.example", title="Data Engineer")
VERA = contact("vera@acme.example", title="VP Finance")
# A Wednesday, read in the first week of March; asked about on the Monday after.
READ = engaged("2025-03-05 09:00", "ana@acme.example", "page_viewed")


def test_windows_close_after_4_13_and_26_weeks(tmp_path: Path) -> None:
    panel = panel_of(tmp_path, ACME, ANA, READ, as_of=END)
    assert panel[0]["week_at"] == at("2025-03-10") and panel[-1]["week_at"] == at("2025-09-01")
    assert len(panel) == 26
    counted = [(row["acts_4"], row["acts_13"], row["acts_26"], row["age"]) for row in panel]
    assert counted == [(int(age < 4), int(age < 13), 1, age) for age in range(26)]
    assert [row["points_26"] for row in panel] == [100] * 26


def test_what_fades_halves_after_3_and_after_13_weeks(tmp_path: Path) -> None:
    panel = panel_of(tmp_path, ACME, ANA, READ, as_of=END)
    for age, row in enumerate(panel):
        assert row["fast"] == 100 * round(1000 * 0.5 ** ((age + 0.5) / 3))
        assert row["slow"] == 100 * round(1000 * 0.5 ** ((age + 0.5) / 13))


def test_people_functions_and_seniors_are_counted_once_each(tmp_path: Path) -> None:
    acts = [
        READ,
        engaged("2025-03-06 09:00", "ana@acme.example", "webinar_attended"),
        engaged("2025-03-06 10:00", "vera@acme.example", "pricing_viewed"),
        visited("2025-03-07 10:00", "v1", company_domain="acme.example"),
    ]
    row = on(panel_of(tmp_path, ACME, ANA, VERA, *acts, as_of=END), "2025-03-10")
    assert (row["people_4"], row["people_13"], row["functions"], row["seniors_4"]) == (2, 2, 2, 1)
    assert (row["visitors_4"], row["prices"], row["events"], row["acts_4"]) == (1, 1, 1, 4)
    # One page and a webinar are worth 7 points, prices 6: Ana did the most.
    assert (row["largest"], row["points_4"]) == (700, 1400)


def test_generic_and_other_interest_are_blocks_of_their_own(tmp_path: Path) -> None:
    acts = [
        READ,
        engaged("2025-03-06 09:00", "ana@acme.example", "pricing_viewed", solution="revenue-cloud"),
        engaged("2025-03-06 09:30", "ana@acme.example", "email_clicked", solution=""),
    ]
    panel = panel_of(tmp_path, ACME, ANA, *acts, as_of=END)
    own = {row["solution_id"]: row for row in panel if row["week_at"] == at("2025-03-10")}
    assert own.keys() == {"data-platform", "revenue-cloud"}
    assert own["data-platform"]["other_points_13"] == own["revenue-cloud"]["points_13"] == 600
    assert own["revenue-cloud"]["other_points_13"] == own["data-platform"]["points_13"] == 100
    assert {row["their_points_13"] for row in own.values()} == {150}


def test_what_was_passed_upward_counts_for_13_weeks(tmp_path: Path) -> None:
    passed = shared("2025-03-04 09:00", "ana@acme.example", "token")
    opened = engaged("2025-03-05 09:00", "vera@acme.example", "page_viewed", share_token="token")
    panel = panel_of(tmp_path, ACME, ANA, VERA, passed, opened, as_of=END)
    assert [(r["shares"], r["upward"]) for r in panel] == [(1, 1)] * 13 + [(0, 0)] * 13


def test_the_label_looks_13_weeks_ahead_and_the_gap_label_leaves_out_two(tmp_path: Path) -> None:
    deal = opportunity("2025-06-10 09:00", "deal", account="acme")
    panel = panel_of(tmp_path, ACME, ANA, READ, deal, as_of=datetime(2025, 9, 8, tzinfo=UTC))
    # 13 weeks before the 10th of June is the 11th of March: the Monday of the 10th is too early.
    assert [row["opens"] for row in panel] == [0] + [1] * 13
    assert [row["opens_after_gap"] for row in panel] == [False] + [True] * 11 + [False] * 2
    assert panel[-1]["week_at"] == at("2025-06-09")  # with an opportunity open, none is to be expected


def test_nothing_is_said_to_have_come_before_the_13_weeks_are_over(tmp_path: Path) -> None:
    deal = opportunity("2025-06-10 09:00", "deal", account="acme")
    panel = panel_of(tmp_path, ACME, ANA, READ, deal, as_of=datetime(2025, 6, 20, tzinfo=UTC))
    labels = {row["week_at"]: (row["opens"], row["opens_after_gap"], row["opens_at"]) for row in panel}
    assert labels[at("2025-03-17")] == (1, True, at("2025-06-10 09:00"))
    assert labels[at("2025-03-24")] == (None, None, None)  # it opened, but the thirteenth week goes on


def test_who_bought_the_solution_is_not_at_risk_and_who_lost_it_is(tmp_path: Path) -> None:
    won = opportunity("2025-03-12 09:00", "won", account="acme", won="2025-04-02 09:00")
    lost = opportunity("2025-03-12 09:00", "lost", account="acme", lost="2025-04-02 09:00")
    bought = panel_of(tmp_path / "won", ACME, ANA, READ, won, as_of=END)
    assert [row["week_at"] for row in bought] == [at("2025-03-10")]
    again = panel_of(tmp_path / "lost", ACME, ANA, READ, lost, as_of=END)
    assert len(again) == 26 - 3 and again[1]["week_at"] == at("2025-04-07")
    assert again[1]["past_opened_here"] == 1 and again[0]["past_opened_here"] == 0


def test_a_renewal_is_no_opening(tmp_path: Path) -> None:
    renewed = opportunity("2025-06-10 09:00", "deal", account="acme", type="renewal")
    panel = panel_of(tmp_path, ACME, ANA, READ, renewed, as_of=END)
    assert panel and not any(row["opens"] for row in panel)


@pytest.mark.parametrize(
    ("source", "act", "is_opening"),
    [
        ("Sales Prospecting", "page_viewed", False),  # sales came by themselves, and nobody there had begun
        ("Sales Prospecting", "demo_requested", True),  # whatever sales say, a group stood
        ("Web", "page_viewed", True),
        ("something no rule fits", "page_viewed", True),
        ("", "page_viewed", True),
    ],
)
def test_what_sales_began_where_no_group_stood_is_no_opening(
    tmp_path: Path, source: str, act: str, *, is_opening: bool
) -> None:
    deal = opportunity("2025-03-25 09:00", "deal", account="acme", lead_source=source)
    seen = engaged("2025-03-05 09:00", "ana@acme.example", act)
    panel = panel_of(tmp_path, ACME, ANA, seen, deal, as_of=END)
    assert on(panel, "2025-03-17")["opens"] == int(is_opening)


def test_an_act_counts_from_the_monday_on_which_it_was_known(tmp_path: Path) -> None:
    late = engaged("2025-03-05 09:00", "ana@acme.example", "page_viewed", known_at="2025-04-01 00:00")
    panel = panel_of(tmp_path, ACME, ANA, late, as_of=END)
    assert panel[0]["week_at"] == at("2025-04-07")
    assert (panel[0]["age"], panel[0]["acts_4"], panel[0]["acts_13"]) == (4, 0, 1)  # as old as it is


def test_who_it_was_counts_from_the_day_a_form_told_it(tmp_path: Path) -> None:
    acts = [
        visited("2025-03-05 09:00", "v1", company_domain="acme.example"),
        engaged("2025-04-02 09:00", "ana@acme.example", "form_submitted", visitor_id="v1"),
    ]
    panel = panel_of(tmp_path, ACME, ANA, *acts, as_of=END)
    assert (panel[3]["week_at"], panel[3]["people_13"], panel[3]["visitors_13"]) == (at("2025-03-31"), 0, 1)
    assert (panel[4]["people_13"], panel[4]["visitors_13"]) == (1, 0)


def test_responses_of_campaigns_count_until_a_company_tracks_acts_itself(tmp_path: Path) -> None:
    """A CRM alone tells nothing else; where acts are tracked, a member's status may be one of today."""
    early = engaged("2025-03-05 09:00", "ana@acme.example", "campaign_responded")
    late = engaged("2025-05-07 09:00", "ana@acme.example", "campaign_responded")
    alone = panel_of(tmp_path / "crm", ACME, ANA, early, late, as_of=END)
    assert (len(alone), alone[0]["acts_13"], alone[9]["acts_13"]) == (26 + 9 - 9, 1, 2)
    tracked = engaged("2025-04-09 09:00", "vera@acme.example", "webinar_attended")
    both = panel_of(tmp_path / "both", ACME, ANA, VERA, early, tracked, late, as_of=END)
    assert (both[0]["acts_13"], both[5]["acts_13"], both[9]["acts_13"]) == (1, 2, 2)


def test_a_title_counts_from_the_day_its_record_was_made(tmp_path: Path) -> None:
    """A contact that sales makes at an opening must not make the weeks before it senior."""
    made = contact("vera@acme.example", title="VP Finance", created="2025-04-02 09:00")
    read = engaged("2025-03-05 09:00", "vera@acme.example", "page_viewed")
    panel = panel_of(tmp_path, ACME, read, made, as_of=END)
    assert [row["seniors_13"] for row in panel[:6]] == [0, 0, 0, 0, 1, 1]
    assert [row["functions"] for row in panel[:6]] == [0, 0, 0, 0, 1, 1]


def test_the_panel_reads_no_table_of_what_sales_does() -> None:
    queries = read_queries(Path(__file__).parents[2] / "src/muster/chances")
    queries = [q for q in queries if q.name not in {*AFTER_PANEL, "reason_evidence"}]
    read = {table for query in queries for table in query.references}
    assert read - {query.name for query in queries} == {
        "account_fact",
        "account_opportunity",
        "clock",
        "fading",
        "fit_point",
        "group_cycle",
        "person_rank",
        "reading_lead_source",  # for the label alone
        "resolved_engagement",
        "rule_chances",
        "share",
        "week",
        "week_standing",
    }


DRAWN_AT = datetime(2025, 3, 20, 12, tzinfo=UTC)
DRAWN_END = datetime(2025, 10, 1, tzinfo=UTC)


def _until(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    limit = at("2025-03-20 12:00")
    return [row for row in signs(rows) if int(str(row["week_at"])) <= limit]


@pytest.mark.parametrize("seed", [1, 4])
def test_signs_up_to_a_day_are_those_of_a_run_on_that_day(tmp_path: Path, seed: int) -> None:
    now = panel_of(tmp_path / "now", *records(seed), as_of=DRAWN_END)
    then = panel_of(tmp_path / "then", *records(seed), as_of=DRAWN_AT)
    assert _until(now) == signs(then) != []


def later_moved(told: Iterable[Record], by: timedelta) -> list[Record]:
    """The same acts, those after the day moved on: another future."""
    moved = []
    for record in told:
        when = record.cells.get("occurred_at", "")
        if record.table == "engagement" and when > "2025-03-20 12:00":
            later = datetime.fromisoformat(when) + by
            moved.append(Record(record.table, {**record.cells, "occurred_at": f"{later:%Y-%m-%d %H:%M}"}))
        else:
            moved.append(record)
    return moved


def test_another_future_leaves_the_signs_as_they_were(tmp_path: Path) -> None:
    told = list(records(4))
    one = panel_of(tmp_path / "one", *told, as_of=DRAWN_END)
    other = panel_of(tmp_path / "other", *later_moved(told, timedelta(days=9)), as_of=DRAWN_END)
    assert _until(one) == _until(other) != []
    assert signs(one) != signs(other)


def test_the_order_of_records_changes_nothing(tmp_path: Path) -> None:
    told = list(records(4))
    one = panel_of(tmp_path / "one", *told, as_of=DRAWN_END)
    assert panel_of(tmp_path / "other", *reversed(told), as_of=DRAWN_END) == one
