"""Verdicts on what sales was given, counted again on companies drawn from seeds and on the bundled one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from tests.flow.conftest import Built, Drawn

from muster.cli.report import read_defects
from muster.reports.page import render
from muster.testing import account, company, contact, engaged, rows
from muster.workspace import Workspace

SEEDS = (1, 2, 3)
KINDS = {"wrong_account", "not_in_cycle", "wrong_solution", "no_decision_maker", "duplicate", "no_follow_up"}


def check(ws: Workspace) -> None:
    """What must hold of every company."""
    given = {(r["process"], r["unit_id"]): r for r in rows(ws, "FROM given")}
    verdicts = rows(ws, "FROM defect")
    seen: dict[tuple[str, str], set[str]] = {}
    for row in verdicts:
        unit = given[row["process"], row["unit_id"]]
        seen.setdefault((row["process"], row["unit_id"]), set()).add(row["defect"])
        assert (row["is_defect"] is None) == (row["judged_at"] is None)
        assert (row["basis"] is not None) == (row["is_defect"] is True)
        assert row["judged_at"] is None or unit["at"] <= row["judged_at"] <= unit["verdict_at"]
        if row["defect"] == "no_follow_up":
            told = {"in time": False, "late": True, "none": True}
            assert row["is_defect"] == told.get(unit["follow_up"])
    for key, unit in given.items():
        assert seen[key] == (KINDS if unit["solution_id"] else KINDS - {"wrong_solution"})
        assert not (unit["is_replayed"] and unit["follow_up"] != "not told")
    check_counts(ws)


def check_counts(ws: Workspace) -> None:
    """DPMO and first-pass yield by counting in Python."""
    as_of = rows(ws, "SELECT MAX(known_at) AS at FROM resolved_engagement")  # later than any verdict counted
    mature = "FROM defect JOIN given USING (process, unit_id)"
    judged, wrong = Counter[str](), Counter[str]()
    last = ws.published.manifest["as_of"]
    for row in rows(ws, f"SELECT defect.*, verdict_at {mature} WHERE verdict_at <= TIMESTAMP '{last[:19]}'"):
        judged[row["process"]] += row["is_defect"] is not None
        wrong[row["process"]] += row["is_defect"] is True
    assert as_of
    for row in rows(ws, "FROM process_quality WHERE quarter_on IS NULL AND defect IS NULL"):
        process = row["process"]
        assert (row["judged_count"], row["defect_count"]) == (judged[process], wrong[process])
        if judged[process]:
            assert row["dpmo"] == pytest.approx(1e6 * wrong[process] / judged[process])


@pytest.mark.parametrize("seed", SEEDS)
def test_verdicts_hold_together_on_companies_drawn_from_seeds(drawn: Drawn, seed: int) -> None:
    check(drawn(seed))
    page = render(read_defects(drawn(seed)))
    assert "Quality of hand-offs" in page and "<script" not in page


def test_verdicts_hold_together_on_the_bundled_company(halden_as_of: Built) -> None:
    check(halden_as_of(None))


def test_a_company_without_leads_has_hand_offs_judged_and_no_count_to_work_at(tmp_path: Path) -> None:
    acts = ("demo_requested", "webinar_attended", "event_attended")
    ws = company(
        tmp_path / "ws",
        account("Acme"),
        contact("vera@acme.example", title="VP Data", account_record_id="acme"),
        *(engaged("2025-02-03 09:00", f"{who}@acme.example", act) for who in ("vera", "ana") for act in acts),
        engaged("2025-09-01 09:00", "ana@acme.example", "page_viewed"),
    )
    check(ws)
    assert {row["process"] for row in rows(ws, "FROM given")} == {"hand_off"}
    assert rows(ws, "FROM gaming_sign") == rows(ws, "FROM agreement") == []
    page = render(read_defects(ws))
    assert "there is no count to work at" in page and "data are too thin" in page
