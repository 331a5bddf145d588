"""Booked revenue against the CRM: equal to the cent, or every opportunity between them with its reason."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from muster.problems import UserDataError
from muster.reports.board import board
from muster.reports.frozen.freezing import Written, freeze_board
from muster.reports.page import render
from muster.reports.sheets import BoardPack, Mark
from muster.reports.values import Money

Rows = list[dict[str, Any]]


@pytest.fixture
def tables(halden: Path, tmp_path: Path) -> Path:
    """The bundled company's tables and landed records, to be changed."""
    return Path(shutil.copytree(halden.resolve(), tmp_path / "tables"))


def changed(file: Path, change: Callable[[Rows], Rows]) -> None:
    table = pq.read_table(file)
    pq.write_table(pa.Table.from_pylist(change(table.to_pylist()), schema=table.schema), file)


def read(tables: Path) -> BoardPack:
    return board(tables, company="Halden", currency="USD", period="2025-Q3", manifest=manifest(tables))


def manifest(tables: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((tables / "manifest.json").read_text("utf-8"))
    return told


def mark(pack: BoardPack) -> Mark:
    return next(b for b in pack.pages[0].blocks if isinstance(b, Mark) and b.to.startswith("booked"))


def without(key: str, rows: Rows) -> Rows:
    return [r for r in rows if r["opportunity_id"] != key]


def a_win(tables: Path) -> str:
    """An opportunity won in the quarter, by its landed record."""
    rows = pq.read_table(tables / "known_opportunity.parquet").to_pylist()
    return str(
        next(
            r["opportunity_id"]
            for r in rows
            if r["is_won"]
            and f"{r['closed_at']}" >= "2025-07"
            and f"{r['closed_at']}" < "2025-10"
            and r["currency"] == "USD"
        )
    )


def test_the_bundled_company_agrees_with_its_crm_to_the_cent(halden: Path) -> None:
    """Counted here a third time, from the file the CRM exported."""
    rows = pq.read_table(halden / "records" / "opportunity.parquet").to_pylist()
    start, end = 1_751_328_000_000_000, 1_759_276_800_000_000  # the third quarter of 2025
    won = sum(
        r["amount_cents"]
        for r in rows
        if r["is_won"] and not r["is_deleted"] and start <= r["closed_on"] < end and r["currency"] == "USD"
    )
    pack = read(halden)
    assert mark(pack).is_good
    assert pack.red == ()
    [row] = [r for r in pack.sheet("booked").rows if r[0] == "Q3 2025"]
    assert row[1:4] == (Money(won, "USD", True), Money(won, "USD", True), Money(0, "USD", True))
    assert f"${Decimal(won) / 100:,.2f}" in mark(pack).text


def test_a_difference_that_no_record_bears_out_stops_the_pack(tables: Path, tmp_path: Path) -> None:
    key = a_win(tables)

    def a_cent_less(rows: Rows) -> Rows:
        return [r | {"amount_cents": r["amount_cents"] - (r["opportunity_id"] == key)} for r in rows]

    changed(tables / "known_opportunity.parquet", a_cent_less)
    with pytest.raises(UserDataError, match=key) as stopped:
        freeze_board(
            tables,
            workspace=tmp_path,
            company="H",
            currency="USD",
            manifest=manifest(tables),
            period="2025-Q3",
        )
    assert stopped.value.exit_code == 1
    assert "Opportunity.csv, row " in str(stopped.value)
    assert not (tmp_path / "snapshots").exists()


def test_who_answers_for_a_red_check_is_printed_with_the_rows(tables: Path, tmp_path: Path) -> None:
    key = a_win(tables)
    changed(
        tables / "known_opportunity.parquet", lambda rows: [r for r in rows if r["opportunity_id"] != key]
    )
    kept = freeze_board(
        tables,
        workspace=tmp_path,
        company="H",
        currency="USD",
        manifest=manifest(tables),
        period="2025-Q3",
        written=Written(override="Dana Ruiz: the row is mended next week"),
    )
    html = render(kept.pack)
    assert html.count("Dana Ruiz: the row is mended next week") >= 2  # above every figure, and on page 7
    assert key in html
    assert not mark(kept.pack).is_good


def test_what_a_history_bears_out_is_listed_and_stops_nothing(tables: Path) -> None:
    """Today's record names another amount than the dated history by which revenue is booked."""
    key = a_win(tables)

    def edited(rows: Rows) -> Rows:
        return [
            r | ({"amount_cents": r["amount_cents"] + 5_00} if r["opportunity_id"] == key else {})
            for r in rows
        ]

    changed(tables / "records" / "opportunity.parquet", edited)
    pack = read(tables)
    assert pack.red == ()
    [row] = pack.sheet("booked-apart").rows
    assert key in row[0]
    assert row[2].cents - row[3].cents == 5_00
    assert row[4] == "its history has another amount than its record"
    assert "OpportunityHistory.csv, row " in row[5]
    assert "differs from the CRM's closed-won total by 1 opportunity" in mark(pack).text


def test_a_win_that_was_set_aside_stops_the_pack_and_names_its_row(tables: Path) -> None:
    row = {
        "source": "crm",
        "file": "Opportunity.csv",
        "row": 99,
        "reason": "Amount is not an amount",
        "remedy": "",
        "raw": json.dumps(
            {
                "Id": "006X",
                "Name": "Big deal",
                "StageName": "Closed Won",
                "Amount": "about 9k",
                "CloseDate": "2025-08-01",
                "IsWon": "true",
            }
        ),
    }
    changed(tables / "records" / "set_aside.parquet", lambda rows: [*rows, row])
    [said] = read(tables).red
    assert "Big deal" in said
    assert "Opportunity.csv, row 99" in said


def test_a_win_that_was_set_aside_says_what_its_history_says_it_was_worth(tables: Path) -> None:
    key = a_win(tables)
    worth = amount_of(tables, key)
    taken_out(tables, key)
    row = {
        **{"source": "crm", "file": "Opportunity.csv", "row": 49, "reason": "Amount is not an amount"},
        "remedy": "",
        "raw": json.dumps({"Id": key, "Name": "Big deal", "StageName": "Closed Won", "Amount": "about 9k"}),
    }
    changed(tables / "records" / "set_aside.parquet", lambda rows: [*rows, row])
    [said] = read(tables).red
    assert f"Big deal ({key})" in said and '("about 9k")' in said
    assert f'its history ends in "Closed Won" with {worth}' in said


def test_a_win_whose_row_is_gone_is_told_by_its_history(tables: Path) -> None:
    """Somebody exported the opportunities with a filter: both sides are short by the same deal."""
    key = a_win(tables)
    worth = amount_of(tables, key)
    taken_out(tables, key)
    pack = read(tables)
    [said] = pack.red
    assert key in said and worth in said and "OpportunityHistory.csv, row " in said
    [row] = [r for r in pack.sheet("booked").rows if r[0] == "Q3 2025"]
    assert row[3:] == (Money(0, "USD", True), 1), "the totals agree, and do not say that all is well"
    assert not mark(pack).is_good


def amount_of(tables: Path, key: str) -> str:
    rows = pq.read_table(tables / "records" / "opportunity.parquet").to_pylist()
    [cents] = [r["amount_cents"] for r in rows if r["opportunity_id"] == key]
    return f"${Decimal(cents) / 100:,.2f}"


def taken_out(tables: Path, key: str) -> None:
    """As an export without the row would have been read: neither landed nor known."""
    for file in ("known_opportunity.parquet", "records/opportunity.parquet"):
        changed(tables / file, lambda rows: without(key, rows))


def test_a_deleted_win_is_booked_by_neither_side(tables: Path) -> None:
    key = a_win(tables)

    def deleted(rows: Rows) -> Rows:
        return [r | {"is_deleted": r["is_deleted"] or r["opportunity_id"] == key} for r in rows]

    changed(tables / "records" / "opportunity.parquet", deleted)
    assert key in read(tables).red[0]  # the flow still books it: somebody must look
    changed(
        tables / "known_opportunity.parquet", lambda rows: [r for r in rows if r["opportunity_id"] != key]
    )
    assert key not in " ".join(read(tables).red)
