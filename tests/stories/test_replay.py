"""The old process, replayed: who became an MQL and when, who was discarded, and whose group that was."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from tests.stories.telling import Stories

from muster.replay.history import History, read_history
from muster.replay.leads import Lead, discard_duplicates, raise_leads
from muster.replay.rule import mql_rule
from muster.replay.second_leads import Discarded, discarded
from muster.testing import account, called, contact, engaged, lead, named, opportunity, rows, visited
from muster.workspace import Workspace, open_workspace

RULE = """kind,name,value,effective_from,why
rule,threshold,50,1970-01-01,
rule,half_life_days,30,1970-01-01,
rule,window_days,0,1970-01-01,
rule,duplicate_days,90,1970-01-01,
rule,recycle_days,60,1970-01-01,
rule,counts_machines,1,1970-01-01,
rule,agree_days,7,1970-01-01,
rule,agree_part,0.8,1970-01-01,
rule,threshold,80,2026-01-01,Sales asked for fewer
activity,webinar_attended,25,1970-01-01,
activity,form_submitted,20,1970-01-01,
activity,demo_requested,60,1970-01-01,
seniority,vp,10,1970-01-01,
"""
told = Stories(as_of="2026-06-01", rules={"mql": RULE})


@cache
def _replayed(folder: Path) -> tuple[History, list[Lead], list[Discarded]]:
    ws = open_workspace(folder)
    as_of = datetime.fromisoformat(ws.published.manifest["as_of"]).timestamp() * 1e6
    history, rule = read_history(ws.published, as_of=round(as_of)), mql_rule(ws.rules)
    raised = raise_leads(history.acts, history.titles, history.stays, rule)
    leads = discard_duplicates(raised, history.open_from_to(), rule)
    return history, leads, discarded(leads, history, rule)


def mqls(ws: Workspace, address: str) -> list[tuple[str, bool]]:
    """When somebody became an MQL, and whether they were discarded."""
    found = rows(ws, f"SELECT DISTINCT person_id FROM person WHERE email = '{address}'")
    leads = [one for one in _replayed(ws.folder)[1] if one.person_id == found[0]["person_id"]]
    return [
        (f"{datetime.fromtimestamp(one.at / 1e6, UTC):%Y-%m-%d %H:%M}", one.is_discarded) for one in leads
    ]


def fates(ws: Workspace, domain: str) -> list[tuple[str, str | None]]:
    """What an account's discarded leads belonged to, and the opening related to each."""
    found = rows(ws, f"SELECT account_id FROM account WHERE domain = '{domain}'")
    return [
        (each.fate, each.opening and each.opening.opportunity_id)
        for each in _replayed(ws.folder)[2]
        if each.lead.account_id == found[0]["account_id"]
    ]


@told(
    account("Atlas"),
    engaged("2025-03-03 09:00", "ana@atlas.example", "webinar_attended"),
    engaged("2025-03-03 10:00", "ana@atlas.example", "webinar_attended"),
)
def test_the_act_that_reaches_the_threshold_makes_an_mql(ws: Workspace) -> None:
    # An hour of fading leaves 49.98 points: not 50.
    assert mqls(ws, "ana@atlas.example") == []


@told(
    account("Birch"),
    engaged("2025-03-03 09:00", "bea@birch.example", "webinar_attended"),
    engaged("2025-03-03 10:00", "bea@birch.example", "webinar_attended"),
    engaged("2025-03-04 09:00", "bea@birch.example", "form_submitted"),
)
def test_points_add_up_over_days(ws: Workspace) -> None:
    assert mqls(ws, "bea@birch.example") == [("2025-03-04 09:00", False)]


@told(
    account("Cedar"),
    engaged("2025-03-03 09:00", "cem@cedar.example", "webinar_attended"),
    engaged("2025-04-02 09:00", "cem@cedar.example", "webinar_attended"),
    engaged("2025-05-02 09:00", "cem@cedar.example", "webinar_attended"),
    engaged("2025-06-01 09:00", "cem@cedar.example", "webinar_attended"),
)
def test_points_that_fade_by_half_each_month_never_reach_twice_a_webinar(ws: Workspace) -> None:
    assert mqls(ws, "cem@cedar.example") == []


@told(
    account("Dorn"),
    contact("vera@dorn.example", title="VP Engineering"),
    contact("dan@dorn.example", title="Engineer"),
    engaged("2025-03-03 09:00", "vera@dorn.example", "form_submitted"),
    engaged("2025-03-03 10:00", "vera@dorn.example", "form_submitted"),
    engaged("2025-03-03 11:00", "vera@dorn.example", "form_submitted"),
    engaged("2025-09-03 09:00", "dan@dorn.example", "form_submitted"),
    engaged("2025-09-03 10:00", "dan@dorn.example", "form_submitted"),
)
def test_a_title_earns_its_points_once(ws: Workspace) -> None:
    assert mqls(ws, "vera@dorn.example") == [("2025-03-03 11:00", False)]
    assert mqls(ws, "dan@dorn.example") == []


@told(
    account("Elm"),
    engaged("2025-03-03 09:00", "eva@elm.example", "demo_requested"),
    engaged("2025-04-03 09:00", "eva@elm.example", "demo_requested"),
    engaged("2025-06-03 09:00", "eva@elm.example", "form_submitted"),
)
def test_who_was_an_mql_is_one_again_after_the_rest_and_with_new_points(ws: Workspace) -> None:
    # The demo of April lies in the rest of 60 days; what is left of it counts in June.
    assert mqls(ws, "eva@elm.example") == [("2025-03-03 09:00", False)]


@told(
    account("Fern"),
    engaged("2025-03-03 09:00", "fay@fern.example", "demo_requested"),
    engaged("2025-05-03 09:00", "fay@fern.example", "demo_requested"),
)
def test_a_second_demo_after_the_rest_is_a_second_mql_and_no_duplicate_of_the_first(ws: Workspace) -> None:
    assert mqls(ws, "fay@fern.example") == [("2025-03-03 09:00", False), ("2025-05-03 09:00", False)]


@told(
    account("Gorse"),
    engaged("2025-03-03 09:00", "gil@gorse.example", "demo_requested"),
    engaged("2025-06-01 09:00", "gus@gorse.example", "demo_requested"),
    engaged("2025-06-01 09:01", "gia@gorse.example", "demo_requested"),
    opportunity("2025-07-01 09:00", "006-gorse", account="gorse", amount="200.10"),
)
def test_a_further_person_within_the_window_is_discarded_on_its_last_day_and_not_after(ws: Workspace) -> None:
    assert mqls(ws, "gil@gorse.example") == [("2025-03-03 09:00", False)]
    assert mqls(ws, "gus@gorse.example") == [("2025-06-01 09:00", True)]  # 90 days to the minute
    # A discarded lead starts no window of its own: a minute later the account is free.
    assert mqls(ws, "gia@gorse.example") == [("2025-06-01 09:01", False)]
    assert fates(ws, "gorse.example") == [("same_group", "006-gorse")]


@told(
    account("Heath"),
    opportunity("2025-03-01 09:00", "006-heath", account="heath", lost="2025-05-01 09:00"),
    engaged("2025-03-03 09:00", "hal@heath.example", "demo_requested"),
    engaged("2025-09-03 09:00", "hua@heath.example", "demo_requested"),
)
def test_while_an_opportunity_is_open_everybody_is_a_duplicate(ws: Workspace) -> None:
    assert mqls(ws, "hal@heath.example") == [("2025-03-03 09:00", True)]
    assert mqls(ws, "hua@heath.example") == [("2025-09-03 09:00", False)]


@told(
    account("Iris"),
    engaged("2025-03-03 09:00", "ida@iris.example", "demo_requested"),
    engaged("2025-03-20 09:00", "ira@iris.example", "demo_requested", solution="revenue-cloud"),
    opportunity("2025-04-20 09:00", "006-iris-d", account="iris"),
    opportunity("2025-05-20 09:00", "006-iris-r", account="iris", solution="revenue-cloud"),
)
def test_a_group_for_another_solution_was_taken_for_a_duplicate(ws: Workspace) -> None:
    assert mqls(ws, "ira@iris.example") == [("2025-03-20 09:00", True)]
    # Its own solution's opening is related to it, although the other's lies nearer.
    assert fates(ws, "iris.example") == [("other_solution", "006-iris-r")]


@told(
    account("Jade"),
    engaged("2026-01-05 09:00", "joe@jade.example", "demo_requested"),
    engaged("2026-01-05 10:00", "joe@jade.example", "form_submitted"),
    engaged("2026-01-05 11:00", "joe@jade.example", "form_submitted"),
)
def test_a_later_threshold_holds_from_its_day_on(ws: Workspace) -> None:
    assert mqls(ws, "joe@jade.example") == [("2026-01-05 11:00", False)]


@told(
    account("Kale"),
    visited("2025-03-03 09:00", "browser-k", activity="form_submitted", company_domain="kale.example"),
    visited("2025-03-03 09:01", "browser-k", activity="webinar_attended", company_domain="kale.example"),
    visited("2025-03-10 09:00", "browser-k", activity="form_submitted", email="kim@kale.example"),
)
def test_anonymous_acts_count_from_the_moment_somebody_said_who_they_are(ws: Workspace) -> None:
    assert mqls(ws, "kim@kale.example") == [("2025-03-10 09:00", False)]


@told(
    account("Lark"),
    lead("lea@lark.example", mql="2025-03-05 09:00"),
    lead(
        "leo@lark.example",
        mql="2025-03-25 09:00",
        disqualified="2025-03-26",
        reason="Duplicate - already worked",
    ),
    engaged("2025-03-05 09:00", "lea@lark.example", "demo_requested"),
    engaged("2025-03-25 09:00", "leo@lark.example", "demo_requested"),
    contact("len@lark.example"),
    engaged("2025-03-27 09:00", "len@lark.example", "webinar_attended"),
    called("2025-03-28 09:00", "len@lark.example"),
    opportunity("2025-04-20 09:00", "006-lark", account="lark"),
    named("2025-04-20 09:00", "006-lark", "lea@lark.example", "Champion"),
)
def test_recorded_mqls_are_read_with_their_duplicates(ws: Workspace) -> None:
    history = _replayed(ws.folder)[0]
    assert [(one.key, one.is_discarded) for one in history.recorded] == [
        ("lea@lark.example", False),
        ("leo@lark.example", True),
    ]
    assert all(one.account_id is not None and one.score is None for one in history.recorded)
    assert len(history.named["006-lark"]) == 1
