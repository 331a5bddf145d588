"""Acme's deal closed at $10,000 in the second quarter; in October its amount is corrected to $12,500.

The pack of the second quarter was frozen in July. The pack of the third lists what that changed, which deal
it was and the rows that say so. Whoever asks for the old pack gets the old figures.
"""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest

from muster.problems import UserDataError
from muster.reports.formats.workbook import workbook
from muster.reports.frozen.freezing import Written, freeze_board
from muster.reports.frozen.snapshot import Shelf, Snapshot
from muster.reports.page import render
from muster.reports.sheets import Mark
from muster.reports.values import Money
from muster.testing import account, company, contact, engaged, opportunity
from muster.workspace import Workspace

Packs = tuple[Workspace, Snapshot, Snapshot]


def told(folder: Path, *, amount: str) -> Workspace:
    return company(
        folder,
        account("Acme"),
        contact("ana@acme.example", title="Data Engineer", account_record_id="acme"),
        contact("vera@acme.example", title="VP Data", account_record_id="acme"),
        engaged("2025-03-03 09:00", "ana@acme.example", "webinar_attended"),
        engaged("2025-03-04 09:00", "vera@acme.example", "pricing_viewed"),
        opportunity("2025-03-10 09:00", "o1", account="acme", amount=amount, won="2025-05-01 00:00"),
        opportunity("2025-03-11 09:00", "o2", account="acme", amount="700.00", won="2025-05-02 00:00"),
        engaged("2025-10-02 09:00", "ana@acme.example", "webinar_attended"),
    )


def frozen(ws: Workspace, period: str, **words: str) -> Snapshot:
    published = ws.published
    return freeze_board(
        published.folder,
        workspace=ws.folder,
        company="Us",
        currency="USD",
        manifest=published.manifest,
        period=period,
        written=Written(**words),
    )


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Packs:
    folder = tmp_path_factory.mktemp("restated")
    july = frozen(told(folder, amount="10000.00"), "2025-Q2")
    ws = told(folder, amount="12500.00")
    return ws, july, frozen(ws, "2025-Q3")


def test_the_next_pack_says_what_was_told_and_what_is_so_now(
    packs: Packs,
) -> None:
    _, _, october = packs
    rows = october.pack.sheet("restated").rows
    won = next(row for row in rows if row[1].startswith("Won revenue by quarter") and row[2] == "Won")
    assert won[0] == "Q2 2025"
    assert won[3:5] == (Money(1_070_000, "USD"), Money(1_320_000, "USD"))
    assert "o1" in won[5]
    assert "o2" not in won[5]


def test_the_cause_is_the_deal_and_the_rows_that_changed(packs: Packs) -> None:
    _, _, october = packs
    [(deal, what, where)] = [r for r in october.pack.sheet("restated-because").rows if "amount: " in r[1]]
    assert "o1" in deal
    assert "$10,000.00 → $12,500.00" in what
    assert "changed: opportunity/opportunity.csv, row 2" in where
    anew = dict(october.pack.sheet("read-anew").rows)
    assert anew["opportunity/opportunity.csv"] == "changed"


def test_the_old_pack_still_tells_the_old_figures(packs: Packs) -> None:
    ws, july, _ = packs
    again = Shelf(ws.folder).get(july.id)
    assert render(again.pack) == render(july.pack)
    assert again.pack.sheet("won").rows[0][2] == Money(1_070_000, "USD")


def test_what_was_restated_once_is_not_restated_again(packs: Packs) -> None:
    ws, _, october = packs
    assert frozen(ws, "2025-Q3").id == october.id  # nothing changed: it is the same pack
    later = frozen(ws, "2025-Q3", notes="A word to the board.")
    assert later.id != october.id
    assert not later.restated
    assert later.content["before"] == october.id


def test_a_snapshot_that_somebody_edited_is_refused(packs: Packs, tmp_path: Path) -> None:
    ws, july, _ = packs
    whole = json.loads((ws.folder / "snapshots" / f"{july.id}.json").read_text("utf-8"))
    whole["content"]["deals"]["o1"]["amount_cents"] += 1
    (tmp_path / "snapshots").mkdir()
    (tmp_path / "snapshots" / f"{july.id}.json").write_text(json.dumps(whole), "utf-8")
    with pytest.raises(UserDataError, match="is not what was frozen"):
        Shelf(tmp_path).get(july.id)


def test_a_snapshot_that_was_taken_away_is_missed(packs: Packs) -> None:
    ws, july, _ = packs
    file = ws.folder / "snapshots" / f"{july.id}.json"
    kept = file.read_bytes()
    file.unlink()
    try:
        later = frozen(ws, "2025-Q3", notes="July is gone.")
    finally:
        file.write_bytes(kept)
    page = next(p for p in later.pack.pages if p.key == "definitions")
    assert any(isinstance(b, Mark) and july.id in b.text and not b.is_good for b in page.blocks)


def test_texts_of_the_workbook_cannot_turn_into_formulas(packs: Packs) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="the extra [board] is not installed")
    ws, _, _ = packs
    risky = frozen(ws, "2025-Q3", notes='=HYPERLINK("http://x")\n\n+1')
    book = openpyxl.load_workbook(BytesIO(workbook(risky.pack)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    formulas = [cell.value for cell in cells if cell.data_type == "f"]
    assert formulas
    assert all(formula.startswith("=SUM(") for formula in formulas)
    assert any(cell.value == '=HYPERLINK("http://x")' and cell.quotePrefix for cell in cells)
