"""What programmes did along the buying decision process, whether they met goals, who began a deal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.stories.telling import Stories

from muster.problems import RuleError
from muster.reports.buying_jobs import goals_sheet
from muster.reports.published import Published
from muster.rules.goals import check_program_goals
from muster.rules.read import Rules, read_rules
from muster.testing import (
    account,
    called,
    contact,
    engaged,
    named,
    opportunity,
    rows,
    shared,
    spent,
    tactic,
    visited,
)
from muster.workspace import Workspace

GOALS = """\
program_id,goal,subject,target,ends_on,effective_from,why
events,reach_role,decision_maker,1,2025-06-30,2025-01-01,Somebody with the money shall come
events,wake_account,*,2,2025-06-30,2025-01-01,Two firms that were silent
letters,speed_stage,Proposal,14,2025-12-31,2025-01-01,No proposal shall lie for more than two weeks
events,wake_account,data-platform,1,2026-12-31,2025-01-01,Still running
evnets,reach_role,champion,1,2025-06-30,2025-01-01,An id that nobody has
evnets,speed_stage,Negotiation,14,2025-06-30,2025-01-01,And once more
"""
told = Stories(as_of="2025-09-01", rules={"program_goals": GOALS})

BOOK = told(
    account("Fir"),
    account("Gum"),
    account("Hay"),
    contact("ana@fir.example", title="Data Engineer", account_record_id="fir"),
    contact("cfo@fir.example", title="CFO", account_record_id="fir"),
    contact("bo@gum.example", title="VP Data", account_record_id="gum"),
    contact("cy@hay.example", title="VP Data", account_record_id="hay"),
    tactic("fair", program="events", channel="event", campaign_id="spring"),
    tactic("webinar", program="events", channel="webinar", campaign_id="spring"),
    tactic("letter", program="letters", channel="email"),
    spent("2025-01-15", "fair", "100.00"),
    spent("2025-02-15", "webinar", "50.00"),
    # Fir: silent until the fair; its CFO came to the webinar, Ana passed the paper on, and it bought.
    engaged("2025-01-20 09:00", "ana@fir.example", "event_attended", tactic_id="fair"),
    engaged("2025-02-03 09:00", "cfo@fir.example", "webinar_attended", tactic_id="webinar"),
    shared("2025-02-05 09:00", "ana@fir.example", "token-fir"),
    visited("2025-02-06 09:00", "b-cfo", email="cfo@fir.example", share_token="token-fir"),
    opportunity(
        "2025-02-10 09:00",
        "fir",
        account="fir",
        amount="900.00",
        won="2025-03-31 09:00",
        stages=[("2025-02-20 09:00", "Proposal"), ("2025-03-02 09:00", "Negotiation")],
        lead_source="Sales prospecting",
    ),
    engaged("2025-02-25 09:00", "ana@fir.example", "email_replied", tactic_id="letter"),
    # Gum was called before it ever read a thing; its proposal lay for thirty days.
    called("2025-02-24 09:00", "bo@gum.example"),
    engaged("2025-03-03 09:00", "bo@gum.example", "pricing_viewed"),
    opportunity(
        "2025-03-10 09:00",
        "gum",
        account="gum",
        amount="500.00",
        lost="2025-05-30 09:00",
        stages=[("2025-03-20 09:00", "Proposal"), ("2025-04-19 09:00", "Negotiation")],
        lead_source="Webinar",
    ),
    named("2025-03-11 09:00", "gum", "bo@gum.example"),
    # Hay reads the letters all along, so that the fair wakes nobody.
    engaged("2025-01-06 09:00", "cy@hay.example", "email_clicked", tactic_id="letter"),
    engaged("2025-01-07 09:00", "di@hay.example", "pricing_viewed"),
    engaged("2025-01-20 10:00", "cy@hay.example", "event_attended", tactic_id="fair"),
)


def line(ws: Workspace, unit: str, job: str = "(all)") -> dict[str, Any]:
    """The row of a programme or tactic and a job."""
    [found] = rows(ws, f"FROM program_job WHERE unit = '{unit}' AND buying_job = '{job}'")
    return found


def test_a_programme_reaches_groups_people_and_roles(ws: Workspace) -> None:
    events = line(ws, "events")
    assert (events["level"], events["touch_count"], events["groups_reached"]) == ("program", 3, 2)
    assert (events["people_reached"], events["new_members"]) == (3, 2)  # Cy was met by a letter
    assert line(ws, "letters")["new_members"] == 1
    assert events["roles_reached"] == len(
        {r["role"] for r in rows(ws, "FROM path WHERE program_id = 'events' AND role IS NOT NULL")}
    )


def test_what_followed_within_28_days_stands_beside_it(ws: Workspace) -> None:
    fair, webinar = line(ws, "fair"), line(ws, "webinar")
    assert (fair["shares_started"], webinar["shares_started"]) == (1, 0)  # Ana had come to the fair
    assert webinar["groups_moved"] == 1
    assert webinar["moves_after"] >= 2  # the opportunity and the proposal came within four weeks


def test_credit_and_cost_add_up_over_the_jobs(ws: Workspace) -> None:
    for unit in ("events", "letters", "fair", "webinar"):
        found = rows(ws, f"FROM program_job WHERE unit = '{unit}'")
        whole = [r for r in found if r["buying_job"] == "(all)"]
        parts = [r for r in found if r["buying_job"] != "(all)"]
        for column in ("won_credit_cents", "cost_cents", "touch_count"):
            assert sum(r[column] for r in parts) == sum(r[column] for r in whole), (unit, column)
    # Fir's $900 over fair, webinar, the share that its CFO read, and the letter.
    assert line(ws, "events")["won_credit_cents"] == 45_000
    assert line(ws, "letters")["won_credit_cents"] == 22_500
    assert line(ws, "events")["cost_cents"] == 15_000
    moved = line(ws, "events")["groups_moved"]
    assert line(ws, "events")["cost_per_group_moved_cents"] == 15_000 // moved
    assert line(ws, "events")["low_cents"] is None  # one account bought: no interval


@pytest.mark.parametrize(
    ("goal", "subject", "actual", "met", "by"),
    [
        ("reach_role", "decision_maker", 2.0, True, 1.0),  # the CFO, and Cy
        ("wake_account", "data-platform", 1.0, True, 0.0),
        ("speed_stage", "Proposal", 10.0, True, 4.0),
    ],
)
def test_goals_are_held_against_what_was_observed(
    ws: Workspace, goal: str, subject: str, actual: float, met: bool, by: float
) -> None:
    [found] = rows(ws, f"FROM program_goal WHERE goal = '{goal}' AND subject = '{subject}'")
    assert (found["actual"], found["is_met"], found["by_how_much"]) == (actual, met, by)
    assert found["otherwise"] == (30.0 if goal == "speed_stage" else None)
    assert found["is_over"] == (subject == "decision_maker")


def test_a_goal_of_a_programme_on_no_record_is_not_missed_but_named(ws: Workspace) -> None:
    """Neither met nor missed: the finding says which row of which file is to be mended."""
    found = rows(ws, "FROM program_goal WHERE program_id = 'evnets'")
    assert [(r["actual"], r["otherwise"], r["is_met"]) for r in found] == [(None, None, None)] * 2
    with Published(ws.published.folder) as tables:
        told = {(row[0], row[4]) for row in goals_sheet(tables).rows}
    assert told == {
        ("evnets", "no such programme on record"),
        ("events", "met"),
        ("events", "missed"),
        ("letters", "met"),
    }
    [finding] = rows(ws, "FROM problem WHERE file = 'rules/program_goals.csv'")
    assert (finding["severity"], finding["row"], finding["column"]) == ("warning", 6, "program_id")
    assert (finding["value"], finding["count"]) == ("evnets", 2)
    assert "on no record" in finding["reason"] and "known_tactic" in finding["remedy"]


def test_a_role_that_no_rule_gives_is_refused_with_the_one_that_was_meant() -> None:
    rules = read_rules(Path("nowhere"))
    row = {"program_id": "events", "goal": "reach_role", "subject": "decison_maker"}
    with pytest.raises(RuleError, match="decison_maker") as refused:
        check_program_goals(Rules({**rules.rows, "program_goals": (row,)}, "changed"))
    assert "decision_maker" in refused.value.remedy


def test_accounts_that_were_silent_are_woken(ws: Workspace) -> None:
    [found] = rows(ws, "FROM program_goal WHERE goal = 'wake_account' AND subject = '*'")
    # Fir; Hay had read a letter two weeks before the fair.
    assert (found["actual"], found["is_met"], found["by_how_much"], found["is_over"]) == (
        1.0,
        False,
        -1.0,
        True,
    )


def test_who_began_a_deal_is_disputed_openly(ws: Workspace) -> None:
    said = {(r["opportunity_id"], r["definition"]): r["sourced_by"] for r in rows(ws, "FROM sourcing")}
    assert said["gum", "first_touch"] == "marketing"
    assert said["gum", "first_act"] == "sales"  # the call came first
    assert said["gum", "crm_lead_source"] == "marketing"
    found = rows(ws, "FROM sourcing_dispute ORDER BY opportunity_id, definition, other_definition")
    assert [
        (r["opportunity_id"], r["definition"], r["sourced_by"], r["other_definition"], r["other_sourced_by"])
        for r in found
    ] == [
        ("fir", "crm_lead_source", "sales", "first_act", "marketing"),
        ("fir", "crm_lead_source", "sales", "first_touch", "marketing"),
        ("gum", "crm_lead_source", "marketing", "first_act", "sales"),
        ("gum", "first_act", "sales", "first_touch", "marketing"),
    ]


def test_influence_of_programmes_says_how_often_it_counts_a_dollar(ws: Workspace) -> None:
    found = {
        (r["unit"], r["definition"]): r for r in rows(ws, "FROM program_influence WHERE level = 'program'")
    }
    any_of_group = found["(any)", "group"]
    assert (any_of_group["opportunity_count"], any_of_group["won_cents"]) == (2, 90_000)
    # Events, letters and a share without a programme touched Fir's deal: three times its dollars.
    assert any_of_group["times_counted"] == 3.0
    assert found["events", "group"]["won_cents"] == 90_000
    assert found["(no programme)", "contact_role"]["opportunity_count"] == 1  # Bo, whom sellers named
    assert ("events", "contact_role") not in found
