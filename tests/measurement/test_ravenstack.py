"""Subscriptions of a public data set, read by its maps and counted a second time with the csv module."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from pathlib import Path

import pytest

from muster.testing import rows
from muster.workspace import open_workspace

EXAMPLE = Path(__file__).parents[2] / "examples" / "ravenstack_saas"
ENDS = [f"{year}-{day}" for year in (2023, 2024) for day in ("03-31", "06-30", "09-30", "12-31")]

pytestmark = pytest.mark.shared


def running(subscriptions: list[dict[str, str]], day: str) -> Counter[str]:
    """Cents a year by account at the end of a day."""
    found: Counter[str] = Counter()
    for row in subscriptions:
        if row["is_trial"] == "True" or row["start_date"] > day:
            continue
        if not row["end_date"] or row["end_date"] > day:
            found[row["account_id"]] += int(row["arr_amount"]) * 100
    return +found


def test_recurring_revenue_is_that_of_the_file(
    tmp_path: Path, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shared_data / "data/ravenstack_saas"
    with (folder / "ravenstack_subscriptions.csv").open(encoding="utf-8", newline="") as stream:
        subscriptions = list(csv.DictReader(stream))
    monkeypatch.setenv("RAVENSTACK", str(folder))
    workspace = open_workspace(shutil.copytree(EXAMPLE, tmp_path / "ws"))
    workspace.run()
    told = rows(workspace, "FROM recurring_revenue WHERE cohort = '(all)' ORDER BY period_on")
    at_end = [running(subscriptions, day) for day in ENDS]
    assert [row["end_cents"] for row in told] == [now.total() for now in at_end]
    assert [row["customers_at_end"] for row in told] == [len(now) for now in at_end]
    for row, was, now in zip(told[4:], at_end, at_end[4:], strict=False):
        assert row["base_cents"] == was.total()
        assert row["kept_cents"] == sum(min(cents, now[account]) for account, cents in was.items())
        assert row["now_cents"] == sum(now[account] for account in was)
