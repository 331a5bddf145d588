"""The cards of the open groups: one moment for the score, its roles and its reasons, and it is said which."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from invented_company import MANIFEST

from muster.reports.board import board
from muster.reports.page import render
from muster.reports.sheets import BoardPack, GroupRow, GroupRows
from muster.reports.values import show

Rows = dict[str, list[dict[str, Any]]]


def cards(pack: BoardPack) -> tuple[GroupRow, ...]:
    return next(b for page in pack.pages for b in page.blocks if isinstance(b, GroupRows)).groups


@pytest.fixture(scope="module")
def pack(halden: Path) -> BoardPack:
    return board(halden, company="Halden", currency="USD", period="2025-Q3")


def test_badges_say_what_the_sentence_about_roles_says(pack: BoardPack, halden_rows: Rows) -> None:
    """The flow's own sentence counts the roles a score rests on: as many badges are filled."""
    needed = {
        (r["buying_group_id"], r["role"].replace("_", " ")): r["needed"] for r in halden_rows["role_gap"]
    }
    sentences = {
        (r["buying_group_id"], r["scored_at"]): r["sentence"]
        for r in halden_rows["score_reason"]
        if r["component"] == "completeness"
    }
    latest: dict[str, Any] = {}
    for s in halden_rows["score"]:
        latest[s["buying_group_id"]] = max(s["scored_at"], latest.get(s["buying_group_id"], s["scored_at"]))
    names = {a["account_id"]: a["name"] for a in halden_rows["account"]}
    groups = {
        (names[g["account_id"]], g["solution_id"]): g["buying_group_id"]
        for g in halden_rows["buying_group"]
        if g["closed_at"] is None
    }
    checked = 0
    for card in cards(pack):
        group = groups[card.account, card.solution]
        said = sentences.get((group, latest[group]))
        counted = int(said.split(" ")[0]) if said else 0
        assert sum(letter.engaged for letter in card.roles) == counted, card.account
        assert card.scored == show(latest[group].date())
        for letter in card.roles:
            assert letter.missing == needed[group, letter.role] - letter.engaged
        checked += counted
    assert checked > 10


def test_reasons_are_dated(pack: BoardPack) -> None:
    for card in cards(pack):
        for line in card.why_now:
            assert re.search(r", \d{1,2} [A-Z][a-z]{2} \d{4}$", line), line


def test_what_happened_after_the_score_is_not_counted_and_called_likely(invent: Any, tmp_path: Path) -> None:
    company = invent()
    for signal in company.rows["signal"]:
        signal["at"] += timedelta(days=3_000)
    pack = board(company.write(tmp_path), company="A", currency="USD", manifest=MANIFEST)
    letters = [letter for card in cards(pack) for letter in card.roles]
    assert not any(letter.engaged for letter in letters)
    likely = [letter for letter in letters if letter.is_likely]
    assert likely
    html = render(pack)
    assert html.count(f">{likely[0].letter}?</abbr>") > 0
    assert html.count("likely, not counted.") == len(likely)
    for card in cards(pack):
        missing = [letter.role for letter in card.roles if letter.missing and not letter.is_likely]
        assert card.next_step == (_wanted(missing[0]) if missing else card.next_step)
        assert ("Likely, not counted:" in card.missing) == any(letter.is_likely for letter in card.roles)


def test_every_date_on_the_page_has_its_meaning_said(pack: BoardPack) -> None:
    block = next(b for page in pack.pages for b in page.blocks if isinstance(b, GroupRows))
    assert "every Monday and at every change of status" in block.legend
    assert "status, members, last act and opportunities are of 29 Dec 2025" in block.legend
    assert block.title == "The 10 open groups most worth attention: qualified first, then by score"


def _wanted(role: str) -> str:
    return "find out who would use it." if role == "user" else f"find out who the {role} is."
