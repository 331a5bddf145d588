"""The report on lift says what the table says, and nothing of cause where there was no experiment."""

from __future__ import annotations

from pathlib import Path

import pytest
from invented_company import MANIFEST, Company

from muster.problems import WrongUse
from muster.reports.board import board_json
from muster.reports.lift import lift_pages
from muster.reports.page import render
from muster.reports.report import report
from muster.reports.sheets import BoardPack, Picture


@pytest.fixture(scope="module")
def pack(with_experiments: Path) -> BoardPack:
    return lift(with_experiments)


def lift(tables: Path) -> BoardPack:
    return report(tables, title="Lift", pages=lift_pages, company="Alder", currency="USD", manifest=MANIFEST)


def test_it_opens_with_what_is_more_than_chance(pack: BoardPack) -> None:
    said = str(pack.pages[0].sentence)
    assert said == (
        "3 experiments on record, 1 with a difference in openings that is more than chance; "
        "1 programme had none and cannot be judged."
    )
    picture = next(b for b in pack.pages[0].blocks if isinstance(b, Picture))
    assert picture.title == "Openings differed beyond chance in Executive dinners"


def test_surrogates_and_chosen_regions_are_named_as_such(pack: BoardPack) -> None:
    rows = {(row[0], row[2]): row for row in pack.sheet("estimates").rows}
    assert ("Executive dinners", "Groups in a buying cycle (surrogate)") in rows
    assert rows["Radio", "Opportunities opened"][1] == "regions switched on, chosen, not drawn"


def test_power_is_said_before_and_after(pack: BoardPack) -> None:
    dinners = next(row for row in pack.sheet("power").rows if row[0] == "Executive dinners")
    assert dinners[4:6] == ("22.5", "21.4")
    assert "22 openings per 1,000 accounts or more" in str(pack.pages[1].sentence)


def test_the_gap_before_is_drawn_in_whole_stretches(pack: BoardPack) -> None:
    rows = pack.sheet("gap-0").rows
    states = [row[1] for row in rows]
    assert states == sorted(states), "off, and then on: no stretch is half before"
    on = [float(str(row[4]).replace("\u2212", "-")) for row in rows if row[1] == "on"]
    off = [float(str(row[4]).replace("\u2212", "-")) for row in rows if row[1] == "off"]
    assert sum(on) / len(on) - sum(off) / len(off) == pytest.approx(10, abs=2)  # three of 300 accounts


def test_what_cannot_be_said_has_its_reason(pack: BoardPack) -> None:
    assert pack.sheet("silent").rows == (
        ("Trade fair", "Opportunities opened", "no experiment: nothing was held out by lot"),
    )


def test_the_page_words_no_credit_as_lift_and_is_the_same_each_time(pack: BoardPack) -> None:
    text = render(pack)
    assert text == render(pack) and "<script" not in text
    assert not {"caused", "incremental", "attributed"} & set(text.lower().split())
    assert [page["key"] for page in board_json(pack)["pages"]] == ["found", "power", "regions", "silent"]


def test_a_company_without_experiments_is_told_so(tmp_path: Path) -> None:
    tables = Company().write(tmp_path / "tables")
    pack = lift(tables)
    assert str(pack.pages[0].sentence).startswith("Nothing was ever held out by lot")
    assert render(pack)
    (tables / "lift.parquet").unlink()
    with pytest.raises(WrongUse, match="no lift: an older version"):
        lift(tables)
