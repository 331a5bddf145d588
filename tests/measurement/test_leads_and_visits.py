"""What becomes of MQLs, and how stages are left, by hand on a few rows."""

from __future__ import annotations

from typing import Any, cast

import pyarrow as pa
import pytest
from tests.measurement.drawn import START, as_of

from muster.engine.protocol import Engine
from muster.measurement.leads import lead_progress
from muster.measurement.progress import DAY, NEVER
from muster.measurement.visits import stage_exits

LEAD = ("person_record_id", "account_id", "mql_at", "sal_at", "disqualified_at", "opportunity_id", "tied_at")


class Told:
    """An engine that has one table and gives it to whoever asks."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._rows = pa.Table.from_pylist(rows)

    def arrow(self, sql: str) -> pa.Table:
        """The table."""
        del sql
        return self._rows


def day(number: float | None) -> int | None:
    return None if number is None else START + int(number * DAY)


def deal(
    key: str, opened: float, proposal: float | None, closed: float | None, *, won: bool
) -> dict[str, Any]:
    return {
        "opportunity_id": key,
        "account_id": key,
        "solution_id": "blue",
        "type": None,
        "currency": "USD",
        "amount_cents": 100,
        "reached": [day(opened), day(opened), NEVER if proposal is None else day(proposal)],
        "closed_at": NEVER if closed is None else day(closed),
        "is_won": won,
    }


def test_a_lead_passes_what_its_opportunity_passes_once_it_is_tied_to_it() -> None:
    deals = as_of([deal("early", 1, 5, None, won=False), deal("won", 30, 40, 60, won=True)], 100)
    leads = [
        dict(zip(LEAD, (key, key, day(mql), day(sal), day(out), tied, day(at)), strict=True))
        for key, mql, sal, out, tied, at in (
            ("a-bought", 10, 12, None, "won", 30),
            ("b-second", 20, None, None, "early", 22),  # joined a deal that had long been at its proposal
            ("c-refused", 10, 11, 14, None, None),
            ("d-waits", 90, None, None, None, None),
            ("e-refused-then-bought", 10, None, 14, "won", 35),
        )
    ]  # fmt: skip
    found = lead_progress(cast(Engine, Told(leads)), deals)
    assert found.steps == ("mql", "sal", "opened", "Discovery", "Proposal")
    bought, second, refused, waits, back = ([None if at == NEVER else (at - START) / DAY for at in row]
                                            for row in found.reached.tolist())  # fmt: skip
    assert bought == [10, 12, 30, 30, 40]
    assert second == [20, 22, 22, 22, 22]
    assert refused == [10, 11, None, None, None]
    assert waits == [90, None, None, None, None]
    assert back == [10, 35, 35, 35, 40]
    assert found.is_won.tolist() == [True, False, False, False, True]
    assert found.is_closed.tolist() == [True, False, True, False, True]


def test_a_step_back_leaves_a_stage_and_begins_another_visit() -> None:
    deals = as_of([deal("back", 0, 10, 50, won=True), deal("stays", 0, 20, None, won=False)], 100)
    changes = [
        ("back", 1, "Discovery", 0),
        ("back", 7, "Proposal", 10),
        ("back", 1, "Discovery", 16),
        ("back", 1, "Discovery", 17),  # an edit of the amount writes the stage again
        ("back", 7, "Proposal", 30),
        ("stays", 1, "Discovery", 0),
        ("stays", 7, "Proposal", 20),
    ]
    rows = [
        {
            "opportunity_id": key,
            "position": place,
            "stage": stage,
            "changed_at": day(at),
            "stage_change_id": str(n),
        }
        for n, (key, place, stage, at) in enumerate(changes)
    ]
    told = {
        (row["stage"], row["way"]): row
        for row in stage_exits(cast(Engine, Told(rows)), deals, quarters=[(START, START + 90 * DAY)])
    }
    discovery, back = told["Discovery", "onwards"], told["Proposal", "back"]
    assert (discovery["visit_count"], discovery["way_count"], discovery["share"]) == (3, 3, 1)
    assert discovery["mean_days"] == pytest.approx((10 + 14 + 20) / 3)
    assert (back["visit_count"], back["way_count"], back["open_count"]) == (3, 1, 1)
    # Of three one steps back after 6 days, one is won after 20; the third has been there for 80.
    assert back["share"] == pytest.approx(1 / 3)
    assert told["Proposal", "won"]["share"] == pytest.approx(1 / 3)
    assert back["mean_days"] == pytest.approx(6 + 14 * 2 / 3 + 60 * 1 / 3)
