"""What holds of every company, on the bundled one and on companies drawn from seeds."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.flow import checks_groups, checks_lifecycle, checks_money, checks_score, checks_status
from tests.flow.conftest import Built, Drawn
from tests.flow.restless import restless

from muster.testing import Row, rows
from muster.workspace import Workspace

SEEDS = range(6)
MODULES = (checks_money, checks_lifecycle, checks_groups, checks_score, checks_status)
CHECKS = [check for module in MODULES for check in module.CHECKS]


def broken(workspace: Workspace) -> dict[str, list[Row]]:
    """The checks that do not hold, each with its first rows."""
    found = {f"{check.__module__}.{check.__name__}": check(workspace) for check in CHECKS}
    return {name: rows[:3] for name, rows in found.items() if rows}


def test_the_bundled_company_holds_what_every_company_must(halden_as_of: Built) -> None:
    assert broken(halden_as_of(None)) == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_drawn_companies_hold_what_every_company_must(drawn: Drawn, seed: int) -> None:
    assert broken(drawn(seed)) == {}


def test_the_drawn_companies_have_what_makes_the_checks_bite(drawn: Drawn) -> None:
    """Among them are the rare things: refunds, rejections, re-entries, shares read upward, lost leads."""
    asked = {
        "refunds": "FROM sourcing WHERE amount_cents < 0",
        "euros": "FROM credit WHERE currency = 'EUR' AND engagement_id IS NOT NULL",
        "rejections": "FROM qualification WHERE ended_because = 'rejected by sales'",
        "re-entries": "FROM qualification WHERE reason LIKE 'score reached%' AND from_at IN"
        " (SELECT to_at FROM qualification AS q WHERE q.reason LIKE 'score fell%')",
        "upward": "FROM share WHERE is_upward",
        "dropped": "FROM second_lead WHERE fate = 'dropped_duplicate'",
        "visitors": "FROM member WHERE person_id IS NULL",
        "late": "FROM resolved_engagement WHERE known_at > occurred_at + INTERVAL 1 DAY AND weight > 0",
        "scanned": "FROM resolved_engagement WHERE activity = 'email_clicked' AND NOT is_act",
        "merged": "FROM account_alias WHERE method = 'merged_record'",
    }
    found = {name: sum(len(rows(drawn(seed), sql)) for seed in SEEDS) for name, sql in asked.items()}
    assert [name for name, count in found.items() if not count] == []


def test_thresholds_dwell_and_cool_down_hold_on_restless_accounts(tmp_path: Path) -> None:
    workspace = restless(tmp_path)
    stretches = rows(workspace, "FROM qualification WHERE status = 'qualified'")
    ends = [str(stretch["ended_because"]) for stretch in stretches]
    seen = {why: ends.count(why) for why in set(ends)}
    assert all(count >= 5 for count in seen.values()) and len(seen) == 4, seen
    entered = {(stretch["buying_group_id"], stretch["from_at"]) for stretch in stretches}
    rejected = rows(workspace, "FROM qualification WHERE reason = 'rejected by sales'")
    back = [r for r in rejected if (r["buying_group_id"], r["from_at"] + timedelta(days=40)) in entered]
    assert back, "no group enters at the very end of its cool-down"
    assert broken(workspace) == {}
