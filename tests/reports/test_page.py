"""The file as a reader's browser gets it: one file, nothing fetched, nothing run, well formed."""

from __future__ import annotations

import json
import random
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from invented_company import MANIFEST

from muster.reports.board import board, board_json
from muster.reports.page import render
from muster.reports.sheets import BoardPack

VOID = {"meta", "br", "link", "img", "input", "hr"}


class Reader(HTMLParser):
    """Follows every element; remembers what opened, what it carried, what was said where."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    def attributes(self, name: str) -> list[str]:
        return [str(attrs[name]) for _, attrs in self.tags if name in attrs]


@pytest.fixture(scope="module")
def pack(tables: Path) -> BoardPack:
    return board(tables, company="Alder & Birch", currency="USD", manifest=MANIFEST)


@pytest.fixture(scope="module")
def html(pack: BoardPack) -> str:
    return render(pack)


def test_it_is_well_formed_and_every_link_leads_somewhere(html: str) -> None:
    reader = Reader(html)
    ids = reader.attributes("id")
    assert len(ids) == len(set(ids))
    links = reader.attributes("href")
    assert len(links) > 20
    assert all(link.startswith("#") and link[1:] in ids for link in links)
    named = [name for names in reader.attributes("aria-labelledby") for name in names.split()]
    assert set(named) <= set(ids)


def test_it_fetches_nothing_and_runs_nothing(html: str) -> None:
    assert not re.search(r"https?:|//[a-z]|@import|url\(|<script|<link|<iframe|<object|javascript:", html)
    assert not [
        name for _, attrs in Reader(html).tags for name in attrs if name.startswith("on") or name == "src"
    ]
    assert "default-src 'none'; style-src 'unsafe-inline'" in html


def test_the_same_tables_give_the_same_bytes_whatever_the_order_of_their_rows(
    company: Any, html: str, tmp_path: Path, invent: Any
) -> None:
    again = invent()
    for rows in again.rows.values():
        random.Random(3).shuffle(rows)
    assert again.rows["credit"] != company.rows["credit"]
    other = board(again.write(tmp_path), company="Alder & Birch", currency="USD", manifest=MANIFEST)
    assert render(other) == html


def test_tables_in_parts_are_read_whole(company: Any, pack: BoardPack, tmp_path: Path) -> None:
    company.write(tmp_path)
    (tmp_path / "credit").mkdir()
    (tmp_path / "credit.parquet").rename(tmp_path / "credit" / "part-0.parquet")
    assert board(tmp_path, company="Alder & Birch", currency="USD", manifest=MANIFEST) == pack


def test_no_mql_on_the_first_pages(html: str) -> None:
    pages = re.split(r'<section class="page', html)
    assert len(pages) == 1 + 8 + 1  # masthead, seven pages and an appendix, the queries for paper
    for page in pages[1:7]:
        assert "MQL" not in page
    assert "MQL" in pages[8]


def test_every_table_of_credit_says_what_it_is_not(html: str, pack: BoardPack) -> None:
    line = "Not what would have been lost without the programme."
    told = [s for page in pack.pages for s in page.sheets if s.key.startswith(("credit", "programs"))]
    assert len(told) == 4
    assert all("Divides won dollars by rule linear" in s.note and line in s.note for s in told)
    assert html.count(line) >= len(told)


def test_every_picture_states_its_finding_and_has_a_table(html: str, pack: BoardPack) -> None:
    pictures = [block for page in pack.pages for block in page.blocks if hasattr(block, "chart")]
    assert len(pictures) == 11
    for picture in pictures:
        assert re.search(r"\d", picture.title), picture.title
        assert re.search(r"\d", picture.rests_on) or not picture.twin.rows
        assert picture.twin.rows or picture.key.startswith(
            "chart-hand-off"
        )  # the invented one keeps no charts
        assert f'id="{picture.twin.key}"' in html


def test_every_page_opens_with_its_sentence(html: str, pack: BoardPack) -> None:
    said = "".join(Reader(html).words)
    assert str(pack.pages[0].sentence).startswith("Marketing touched $")
    for page in pack.pages:
        assert said.index(page.title) < said.index(str(page.sentence))


def test_json_holds_whole_cents_and_every_query(pack: BoardPack) -> None:
    told = json.loads(json.dumps(board_json(pack)))
    assert told["period"] == "2025-Q3"
    assert told["starts_on"] == "2025-07-01"
    won = next(b for b in told["pages"][0]["blocks"] if b.get("key") == "won-picture")["twin"]
    assert won["rows"][0][2] == {
        "cents": pack.sheet("won").rows[0][2].cents,
        "currency": "USD",
        "is_exact": False,
    }
    assert won["query"]["sql"].strip().startswith("SELECT")
