"""Groups and accounts that are not buying now: why not, what would change it, what to offer next."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil, sqrt
from pathlib import Path
from typing import Any

import pytest
from tests.stories.telling import Stories, group, group_id

from muster.problems import RuleError
from muster.testing import (
    SOLUTION,
    Record,
    account,
    company,
    contact,
    decided,
    engaged,
    instant,
    opportunity,
    rows,
    visited,
)
from muster.workspace import Workspace

EXPERIMENTS = """name,share,ends_on,effective_from,why
newsletter,0.5,2025-10-01,2025-07-01,Does the newsletter bring openings
"""
AS_OF = datetime.fromisoformat("2025-09-01T00:00:00+00:00")
told = Stories(as_of="2025-09-01", rules={"experiments": EXPERIMENTS})


def content(name: str, job: str = "") -> Record:
    return Record("content", {"content_id": name, "solution_id": SOLUTION, "buying_job": job})


CATALOGUE = [
    content("/what-is-it", "problem_identification"),
    content("/overview", "solution_exploration"),
    content("/requirements", "requirements_building"),
    content("/prices", "supplier_selection"),
]


def nurtured(ws: Workspace, domain: str) -> list[dict[str, Any]]:
    key = group(ws, domain)["buying_group_id"]
    return rows(ws, f"SELECT * FROM nurture WHERE buying_group_id = '{key}' ORDER BY from_at")


@told(
    *CATALOGUE,
    account("Warm"),
    contact("tom@warm.example", title="Software Engineer"),
    engaged("2025-08-18 09:00", "ana@warm.example", "trial_started", content_id="/what-is-it"),
)
def test_it_says_what_is_missing_what_to_offer_and_when_to_look_again(ws: Workspace) -> None:
    [row] = nurtured(ws, "warm.example")
    left = 20 * 2 ** (-(13 + 15 / 24) / 56)
    missing = 45 - 65 * (1 - 2 ** (-left / 40))
    assert float(row["points_missing"]) == pytest.approx(missing, abs=0.01)
    assert row["would_change"] == f"{ceil(missing)} more points; a champion and 3 more of the roles it needs"
    assert (row["people_missing"], row["roles_missing"]) == (0, 4), "a trial is a raised hand"
    # It has shown the first job; a champion, who is missing, cares for that and for the next.
    assert (row["next_content_id"], row["next_buying_job"]) == ("/overview", "solution_exploration")
    assert row["next_reason"] == (
        "for solution_exploration, of which the group has shown nothing, and for a champion, who is missing"
    )
    assert row["look_again_at"] == instant("2025-08-18 09:00") + timedelta(days=28)


@told(
    account("Leaves"),
    engaged("2025-06-02 09:00", "ana@leaves.example", "trial_started"),
    *[
        engaged("2025-06-16 09:00", f"{who}@leaves.example", act)
        for who in ("ana", "bo")
        for act in ("event_attended", "webinar_attended")
    ],
    engaged("2025-06-16 10:00", "bo@leaves.example", "demo_requested", engagement_id="what-did-it"),
)
def test_a_group_leaves_nurture_by_evidence_that_is_named(ws: Workspace) -> None:
    first = nurtured(ws, "leaves.example")[0]
    assert first["reason"] == "not yet qualified: score 19 of 100"
    assert (first["ended_because"], first["ended_by"]) == ("score reached 45 of 100", "what-did-it")
    assert first["to_at"] == instant("2025-06-16 10:00")
    assert first["would_change"] is None and first["look_again_at"] is None


@told(
    account("Refused"),
    *[
        engaged("2025-08-04 09:00", f"{who}@refused.example", act)
        for who in ("ana", "bo")
        for act in ("demo_requested", "webinar_attended", "event_attended")
    ],
    decided("2025-08-11 09:00", "rejected", group_id("refused"), reason="not this year"),
)
def test_a_rejected_group_is_looked_at_again_when_its_cool_down_ends(ws: Workspace) -> None:
    last = nurtured(ws, "refused.example")[-1]
    assert last["reason"] == "rejected by sales"
    assert last["would_change"].startswith("sales rejected it: further people or a new role; ")
    assert last["look_again_at"] == instant("2025-08-11 09:00") + timedelta(days=182)


@told(
    account("Rival", type="Competitor"),
    engaged("2025-08-18 09:00", "ana@rival.example", "trial_started"),
)
def test_a_gate_is_named_first(ws: Workspace) -> None:
    [row] = nurtured(ws, "rival.example")
    assert row["would_change"].startswith("the account is excluded: a competitor; ")


@told(
    account("Alone"),
    engaged("2025-08-18 09:00", "ana@alone.example", "webinar_attended", content_id="/what-is-it"),
    account("Nameless"),
    visited("2025-08-19 09:00", "v1", company_domain="nameless.example"),
    account("Long Ago"),
    engaged("2024-08-18 09:00", "ana@long-ago.example", "webinar_attended"),
)
def test_an_account_without_a_group_is_told_with_what_would_make_one(ws: Workspace) -> None:
    found = {
        row["domain"]: row
        for row in rows(
            ws, "SELECT a.domain, e.* FROM early_interest AS e JOIN account AS a USING (account_id)"
        )
    }
    assert {"alone.example", "nameless.example"} <= set(found) and "long-ago.example" not in found
    alone = found["alone.example"]
    assert alone["reason"] == "one person alone"
    assert alone["would_change"] == "a second person within a week of the first, or a raised hand"
    assert alone["next_content_id"] == "/overview", "the first of the catalogue they have not read"
    assert alone["fades_at"] == instant("2025-08-18 09:00") + timedelta(weeks=26)
    assert found["nameless.example"]["reason"] == "only people nobody knows yet"


@told(
    *[
        record
        for n in range(60)
        for record in (account(f"Firm{n}"), engaged("2025-01-07 09:00", f"x@firm{n}.example", "page_viewed"))
    ],
    *[opportunity("2025-05-05 09:00", f"deal{n}", account=f"firm{n}") for n in range(6)],
    account("Latecomer"),
    engaged("2025-08-01 09:00", "x@latecomer.example", "page_viewed"),
)
def test_arms_are_drawn_by_lot_and_the_power_is_said_first(ws: Workspace) -> None:
    arms = rows(
        ws,
        "SELECT a.domain, d.arm, d.drawn_at FROM experiment_draw AS d JOIN account AS a USING (account_id) "
        "WHERE a.domain LIKE 'firm%' OR a.domain LIKE 'late%'",
    )
    held_out = sum(row["arm"] == "holdout" for row in arms)
    assert len(arms) == 61 and 15 < held_out < 46  # a fair coin leaves this range once in 10,000
    late = [row["drawn_at"] for row in arms if row["domain"].startswith("late")]
    assert late == [instant("2025-08-01 09:00")]
    [power] = rows(ws, "SELECT * FROM experiment_power")
    accounts = power["account_count"]  # all that were known before July, of this page's other stories, too
    assert accounts >= 60 and power["opening_count"] == 6
    variance = (6 - 36 / accounts) / (accounts - 1)
    detectable = 2800 * sqrt(variance / (accounts * 0.5 * 0.5))
    assert power["variance"] == pytest.approx(variance)
    assert power["detectable_per_1000"] == pytest.approx(detectable)
    said = f"this hold-out could see {ceil(detectable)} openings per 1,000 accounts or more; "
    assert power["sentence"].startswith(said)


def firms(first: str) -> list[Record]:
    """Forty firms; in one telling the first is known by an older record, which gives it another id."""
    return [
        *([account("Firm0", record="older", created="2019-01-01 00:00")] if first else []),
        *[account(f"Firm{n}") for n in range(40)],
        *[
            engaged("2025-01-07 09:00", f"x@firm{n}.example", "page_viewed", engagement_id=f"act{n}")
            for n in range(40)
        ],
    ]  # fmt: skip


def test_the_draw_hangs_on_the_first_act_and_not_on_the_accounts_id(tmp_path: Path) -> None:
    asked = (
        "SELECT a.domain, a.account_id, d.arm FROM experiment_draw AS d JOIN account AS a USING (account_id) "
        "ORDER BY a.domain"
    )
    tellings = []
    for number, first in enumerate(("", "older")):
        ws = company(tmp_path / str(number), *firms(first), rules={"experiments": EXPERIMENTS}, as_of=AS_OF)
        tellings.append(rows(ws, asked))
    before, after = tellings
    assert [(r["domain"], r["arm"]) for r in before] == [(r["domain"], r["arm"]) for r in after]
    assert before[0]["account_id"] != after[0]["account_id"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,1.5,2025-10-01,2025-07-01,", "holds out 1.5"),
        ("a,0.5,soon,2025-07-01,", 'ends on "soon"'),
        ("a,0.5,2025-06-01,2025-07-01,", "ends before it begins"),
    ],
)
def test_an_experiment_that_cannot_be_is_refused(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(RuleError, match=said):
        company(
            tmp_path,
            engaged("2025-01-07 09:00", "x@firm.example", "page_viewed"),
            rules={"experiments": f"name,share,ends_on,effective_from,why\n{row}\n"},
        )
