"""Measurement: its figures against plain SQL and against the reports themselves; who may see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import duckdb
import httpx
import pytest
from tests.serving.conftest import Served

from muster.reports.customers import customers_page
from muster.reports.published import Published
from muster.reports.quarter import Quarter
from muster.reports.scope import Scope
from muster.reports.sheets import Query
from muster.serving.figures.measures import calibration_page
from muster.serving.pages.measures import PARTS
from muster.serving.reported import twin

Client = Callable[..., httpx.Client]
Q3 = "o.closed_at >= DATE '2025-07-01' AND o.closed_at < DATE '2025-10-01'"


@pytest.fixture(scope="module")
def ask(demo_server: Served) -> Callable[[str], Any]:
    connection = duckdb.connect()
    for file in (demo_server.workspace / ".muster" / "tables").glob("*.parquet"):
        connection.execute(f"CREATE VIEW \"{file.stem}\" AS SELECT * FROM read_parquet('{file}')")
    return lambda sql: connection.execute(sql).fetchall()


@pytest.mark.parametrize("part", PARTS)
def test_every_part_answers_in_each_form_and_never_a_rep(client: Client, part: str) -> None:
    analyst, rep = client("analyst"), client("rep")
    page = analyst.get(part)
    assert page.status_code == 200 and "How these are defined" in page.text
    told = analyst.get(f"{part}.json").json()
    assert told
    for key in told:
        assert analyst.get(f"{part}.csv", params={"table": key}).status_code == 200
    for suffix in ("", ".json", ".csv", ".xlsx"):
        assert rep.get(part + suffix).status_code == 403


def test_what_marketing_touched_and_began_is_counted_alike_in_sql(
    client: Client, ask: Callable[[str], Any]
) -> None:
    told = client("analyst").get("/measures.json", params={"period": "2025-Q3"}).json()
    [(count, cents)] = ask(
        "SELECT COUNT(*), SUM(o.amount_cents) FROM known_opportunity AS o JOIN influence AS i "
        f"USING (opportunity_id) WHERE o.is_won AND {Q3} AND o.currency = 'USD' "
        "AND i.definition = 'group' AND i.is_marketing"
    )
    [line] = [row for row in told["touch"] if row["Who was touched"].startswith("Anyone in the buying group")]
    assert (line["Opportunities"], line["Won, USD"]) == (count, f"{cents / 100:.2f}")
    [(count, cents)] = ask(
        "SELECT COUNT(*), SUM(o.amount_cents) FROM known_opportunity AS o JOIN sourcing AS s "
        f"USING (opportunity_id) WHERE o.is_won AND {Q3} AND o.currency = 'USD' "
        "AND s.definition = 'first_touch' AND s.sourced_by = 'marketing'"
    )
    [line] = [row for row in told["sourcing"] if row["Sourced by"] == "Marketing, by first touch"]
    assert (line["Opportunities"], line["Won, USD"]) == (count, f"{cents / 100:.2f}")


def test_every_rule_divides_the_same_won_dollars(client: Client, ask: Callable[[str], Any]) -> None:
    [(won,)] = ask(
        "SELECT SUM(o.amount_cents) FROM known_opportunity AS o "
        f"WHERE o.is_won AND {Q3} AND o.currency = 'USD'"
    )
    for (model,) in ask("SELECT DISTINCT attribution_model FROM credit ORDER BY 1"):
        asked = {"model": model, "period": "2025-Q3"}
        rows = client("analyst").get("/measures.json", params=asked).json()["model"]
        column = next(key for key in rows[0] if key.startswith("Credited"))
        *lines, foot = [round(float(row[column]) * 100) for row in rows]
        assert sum(lines) == foot == won


def test_a_part_tells_what_the_report_tells(client: Client, demo_server: Served) -> None:
    told = client("analyst").get("/measures/customers.json", params={"period": "2025-Q3"}).json()
    with Published(demo_server.workspace / ".muster" / "tables") as tables:
        page = customers_page(tables, Scope(Quarter(2025, 3), "USD", datetime(2025, 12, 29)))
    for sheet in page.sheets:
        own = twin(sheet)
        assert [list(row.values()) for row in told[sheet.key]] == [
            [
                str(cell) if cell is not None and not isinstance(cell, (int, float, str)) else cell
                for cell in row
            ]
            for row in own.rows
        ]


def test_a_period_that_is_no_quarter_is_told_so(client: Client) -> None:
    answer = client("analyst").get("/measures.json", params={"period": "2025-Q9"})
    assert answer.status_code == 422 and "not a quarter" in answer.json()["detail"]


def test_scores_are_held_against_deals_that_came_after_them() -> None:
    class Told:
        def __init__(self, rows: list[dict[str, Any]]) -> None:
            self.rows = rows

        def records(self, *_: Any) -> list[dict[str, Any]]:
            return self.rows

    def deal(number: int, *, is_won: bool) -> dict[str, Any]:
        chance = 0.9 if number >= 50 else 0.1
        return {"opportunity_id": f"o{number}", "score": number, "p_win": chance, "is_won": is_won}

    clear: Any = Told([deal(n, is_won=n >= 50) for n in range(100)])
    page = calibration_page(clear)
    picture, brier = page.blocks
    assert picture.title.startswith("The highest scores were won more often")  # type: ignore[union-attr]
    assert [row[1] for row in picture.twin.rows] == [10] * 10  # type: ignore[union-attr]
    assert brier.rows[0][2] == "0.010" and brier.rows[1][2] == "0.250"  # type: ignore[union-attr]
    few: Any = Told([deal(n, is_won=False) for n in range(3)])
    thin = calibration_page(few)
    assert "Too few deals" in thin.blocks[0].title  # type: ignore[union-attr]
    assert isinstance(picture.twin.query, Query)  # type: ignore[union-attr]
