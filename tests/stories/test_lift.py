"""Hold-outs: what may be said of a programme, and when nothing may."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.stories.telling import Stories

from muster.problems import RuleError
from muster.testing import (
    Record,
    account,
    assigned,
    company,
    engaged,
    instant,
    opportunity,
    rows,
    tactic,
)
from muster.workspace import Workspace

ROLLOUTS = """name,program_id,region,ends_on,drawn_by,effective_from,why
posters,,North,2025-06-30,lot,2025-02-03,
"""
EXPERIMENTS = """name,share,ends_on,effective_from,why
newsletter,0.5,2025-04-01,2025-01-06,Does it bring openings
"""
# Forty of eighty firms are kept out of the mailing; of these ten open, of the others twenty.
FIRMS = [account(f"Firm {n}", region="North" if n < 20 else "South") for n in range(80)]
told = Stories(as_of="2025-09-01", rules={"rollouts": ROLLOUTS, "experiments": EXPERIMENTS})


def lift(ws: Workspace, experiment: str, outcome: str = "openings") -> dict[str, Any]:
    [row] = rows(ws, f"SELECT * FROM lift WHERE experiment = '{experiment}' AND outcome = '{outcome}'")
    return row


@told(
    *FIRMS,
    tactic("mailing", starts="2025-01-06"),
    *[assigned("holdout", f"firm-{n}", "mailing") for n in range(40)],
    *[opportunity("2025-03-03 09:00", f"o{n}", account=f"firm-{n}") for n in range(30, 60)],
    opportunity("2024-12-02 09:00", "before", account="firm-3"),
    opportunity("2025-03-04 09:00", "renewed", account="firm-4", type="renewal"),
)
def test_accounts_held_out_are_compared_with_all_others_as_they_were_assigned(ws: Workspace) -> None:
    row = lift(ws, "mailing")
    assert (row["status"], row["treated_count"], row["holdout_count"]) == ("estimable", 40, 40)
    assert (row["treated_per_1000"], row["holdout_per_1000"]) == (500, 250)
    assert row["low_per_1000"] < row["low_80_per_1000"] < 250 < row["high_80_per_1000"]
    assert row["starts_at"] == instant("2025-01-06 00:00") and row["is_interim"], "nobody said it ended"
    assert "This hold-out could have seen" in row["sentence"]
    assert row["detectable_before_per_1000"] == pytest.approx(
        2800 * ((1 / 80 - 1 / 6400) * 80 / 79 / (80 * 0.25)) ** 0.5, rel=1e-4
    )
    counts = "SELECT SUM(openings) AS since, SUM(openings_before) AS before FROM experiment_account"
    assert rows(ws, f"{counts} WHERE experiment = 'mailing'") == [{"since": 30, "before": 1}]


@told(
    tactic("dinner", starts="2025-01-06"),
    *[assigned("treated", f"firm-{n}", "dinner") for n in range(40, 80)],
)
def test_a_programme_that_only_ran_for_the_targets_says_not_estimable(ws: Workspace) -> None:
    row = lift(ws, "dinner")
    assert row["status"] == "not_estimable" and row["estimate_per_1000"] is None
    assert row["reason"].startswith("no account was held out: whom it ran for was chosen")


@told(tactic("fair", starts="2025-01-06"))
def test_a_programme_without_an_experiment_is_told_as_such(ws: Workspace) -> None:
    assert lift(ws, "fair")["sentence"].startswith("Not estimable: no experiment")
    assert len(rows(ws, "SELECT outcome FROM lift WHERE program_id = 'fair' AND design = 'none'")) == 5


@told(
    tactic("leaky", starts="2025-01-06"),
    *[assigned("holdout", f"firm-{n}", "leaky") for n in range(80) if n % 4 < 2],
    *[
        engaged("2025-02-03 09:00", f"x@firm-{n}.example", "page_viewed", tactic_id="leaky")
        for n in range(0, 80, 3)
    ],
)
def test_a_hold_out_that_was_reached_all_the_same_is_none(ws: Workspace) -> None:
    assert lift(ws, "leaky")["reason"] == "it reached 32% of the accounts held out and 35% of the others"


@told(
    tactic("chosen", starts="2025-01-06"),
    *[assigned("holdout", f"firm-{n}", "chosen") for n in range(0, 80, 2)],
    *[engaged("2024-11-04 09:00", f"x@firm-{n}.example", "pricing_viewed") for n in range(1, 80, 2)],
)
def test_arms_that_were_unlike_before_it_began_were_not_drawn_by_lot(ws: Workspace) -> None:
    assert lift(ws, "chosen")["reason"].startswith("the arms were unlike before it began")
    assert lift(ws, "chosen")["balance_p"] < 0.001


@told(
    tactic("young", starts="2025-08-04"),
    *[assigned("holdout", f"firm-{n}", "young") for n in range(0, 80, 2)],
)
def test_less_than_thirteen_weeks_say_nothing(ws: Workspace) -> None:
    assert lift(ws, "young")["reason"] == "it began on 2025-08-04, less than 13 weeks ago"


def test_an_experiment_drawn_by_the_rules_is_compared_by_its_arms(ws: Workspace) -> None:
    row = lift(ws, "newsletter")
    arms = rows(
        ws, "SELECT arm, COUNT(*) AS n FROM experiment_draw WHERE experiment = 'newsletter' GROUP BY arm"
    )
    assert {r["arm"]: r["n"] for r in arms} == {
        "treated": row["treated_count"],
        "holdout": row["holdout_count"],
    }
    assert not row["is_interim"], "thirteen weeks after its end are over"
    assert row["to_at"] == instant("2025-07-01 00:00")


def test_regions_that_are_too_few_say_so(ws: Workspace) -> None:
    row = lift(ws, "posters")
    assert (row["design"], row["treated_count"], row["holdout_count"]) == ("region_rollout", 1, 1)
    assert row["reason"] == "there are only 2 ways of choosing those regions; it takes 40"
    [counted] = rows(
        ws,
        "SELECT MAX(account_count) AS accounts, SUM(opening_count) AS openings, MIN(week_at) AS first "
        "FROM rollout_week WHERE region = 'south' AND is_on = FALSE",
    )
    assert (counted["accounts"], counted["openings"]) == (60, 30)
    [on] = rows(ws, "SELECT COUNT(*) AS weeks, MIN(week_at) AS first FROM rollout_week WHERE is_on")
    assert (on["weeks"], on["first"]) == (21, instant("2025-02-03 00:00"))


def test_an_earlier_run_tells_what_was_known_then(tmp_path: Path) -> None:
    early = told_as_of(tmp_path, "2025-03-31")
    row = lift(early, "mailing")
    assert row["reason"] == "it began on 2025-01-06, less than 13 weeks ago"
    assert rows(early, "SELECT SUM(openings) AS n FROM experiment_account WHERE experiment = 'mailing'") == [
        {"n": 30}
    ]


def told_as_of(folder: Path, day: str) -> Workspace:
    return company(
        folder,
        *FIRMS,
        tactic("mailing", starts="2025-01-06"),
        *[assigned("holdout", f"firm-{n}", "mailing") for n in range(40)],
        *[opportunity("2025-03-03 09:00", f"o{n}", account=f"firm-{n}") for n in range(30, 60)],
        opportunity("2025-05-05 09:00", "later", account="firm-1"),
        as_of=datetime.fromisoformat(f"{day}T00:00:00+00:00"),
    )


def test_regions_are_drawn_or_chosen_and_nothing_else(tmp_path: Path) -> None:
    wrong: Record = account("Firm")
    with pytest.raises(RuleError, match="is drawn by 'dice'"):
        company(tmp_path, wrong, rules={"rollouts": ROLLOUTS.replace(",lot,", ",dice,")})
