"""What spoke for and against a group, against the reasons it is told from."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from muster.reports.board import board
from muster.reports.page import render
from muster.reports.sheets import BoardPack, GroupRows, Sheet
from muster.reports.values import show
from muster.reports.why import MISSING, STRONGEST

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def pack(halden: Path) -> BoardPack:
    return board(halden, company="Halden", currency="USD", period="2025-Q4")


@pytest.fixture(scope="module")
def sheet(pack: BoardPack) -> Sheet:
    return next(sheet for page in pack.pages for sheet in page.sheets if sheet.key == "hand-off-reasons")


def said_before(rows: Rows, group: dict[str, Any], at: Any) -> list[dict[str, Any]]:
    """The reasons of a group's chance on the Monday before, the strongest first."""
    found = [
        r
        for r in rows["chance_reason"]
        if (r["account_id"], r["solution_id"]) == (group["account_id"], group["solution_id"])
        and at - timedelta(days=7) < r["scored_at"] <= at
        and r["topic"] != "base"
    ]
    return sorted(found, key=lambda r: (-r["millionths"], r["topic"]))


def test_every_hand_off_has_its_three_strongest_its_counterweight_and_what_is_missing(
    sheet: Sheet, halden_rows: Rows
) -> None:
    groups = {g["buying_group_id"]: g for g in halden_rows["buying_group"]}
    names = {a["account_id"]: a["name"] for a in halden_rows["account"]}
    told = {(row[0], row[1], row[2]): row[3:] for row in sheet.rows}
    with_chance = 0
    for hand_off in halden_rows["hand_off"]:
        group = groups[hand_off["buying_group_id"]]
        key = (names[group["account_id"]], group["solution_id"], hand_off["at"].date())
        if key not in told:
            continue
        spoke_for, against, missing = told.pop(key)
        reasons = said_before(halden_rows, group, hand_off["at"])
        if not reasons:
            assert (against, missing) == ("no chance was said", "no chance was said")
            continue
        with_chance += 1
        strongest = [r for r in reasons if r["millionths"] > 0 and not r["is_missing"]][:STRONGEST]
        days = {show((r["evidence_at"] or r["scored_at"]).date()) for r in strongest}
        assert sum(str(spoke_for).count(day) for day in days) >= len(days)
        assert str(missing).split(", ") == [
            MISSING[r["topic"]][1]
            for r in sorted(reasons, key=lambda r: (r["millionths"], r["topic"]))
            if r["is_missing"]
        ]
        last = reasons[-1]
        if last["is_missing"]:
            assert str(against).lower() == f"{MISSING[last['topic']][0]} in 13 weeks"
        else:
            assert str(against)[1:].startswith(last["sentence"].partition("; the latest")[0][1:])
    assert with_chance >= 2 and told == {}


def test_a_card_with_a_chance_says_what_speaks_against_it(pack: BoardPack) -> None:
    cards = next(b for page in pack.pages for b in page.blocks if isinstance(b, GroupRows)).groups
    told = [card for card in cards if card.against]
    assert told and all(1 <= len(card.why_now) <= STRONGEST for card in told)
    html = render(pack)
    assert html.count("<b>Against:</b>") == len(told)
    assert html.count("Not seen in 13 weeks: ") == sum(bool(card.not_seen) for card in cards)


def test_no_reason_claims_a_cause(sheet: Sheet) -> None:
    words = " ".join(str(value) for row in sheet.rows for value in row) + sheet.note
    assert "none is said to have brought one about" in sheet.note
    assert not {"because", "caused", "drove", "led to"} & set(words.lower().split())
