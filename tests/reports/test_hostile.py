"""Names in the data are words on the page, whatever they look like."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from invented_company import MANIFEST

from muster.problems import WrongUse
from muster.reports.board import board
from muster.reports.page import css_text, render

SCRIPT = '<script>alert("1")</script>'
LINK = "[click](http://evil.example)"
BREAKOUT = "'; DROP TABLE credit; --\"></svg><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def html(invent: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    company = invent()
    rows = company.rows
    for i, account in enumerate(rows["account"]):
        account["name"] = (SCRIPT, LINK, BREAKOUT)[i % 3]
    for group in rows["buying_group"]:
        group["buying_group_id"] += "'"
    for name in (
        "member",
        "role_gap",
        "score",
        "score_reason",
        "qualification",
        "hand_off",
        "opportunity_group",
    ):
        for row in rows[name]:
            row["buying_group_id"] += "'"
    for row in rows["score_reason"]:
        row["sentence"] = SCRIPT
    for row in rows["known_tactic"] + rows["program_value"]:
        row["name"] = BREAKOUT
    for row in rows["touchpoint"]:
        row["channel"] = SCRIPT
    for row in rows["disposition"]:
        row["reason"] = LINK
    rows["problem"][0] |= {"reason": SCRIPT, "file": BREAKOUT, "remedy": LINK}
    folder = company.write(tmp_path_factory.mktemp("hostile"))
    manifest = MANIFEST | {"run_id": "</style><script>alert(2)</script>"}
    return render(board(folder, company="</style>" + SCRIPT, currency="USD", manifest=manifest))


def test_nothing_in_the_data_becomes_an_element(html: str) -> None:
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("</style>") == 1
    assert not re.search(r"<[a-z][^>]*\son\w+=", html)
    assert not re.search(r'href="(?!#)', html)


def test_the_names_are_still_there_as_words(html: str) -> None:
    assert html.count("&lt;script&gt;") > 10
    assert LINK in html
    assert "onerror=alert(1)&gt;" in html


def test_words_in_a_style_sheet_are_code_points() -> None:
    assert css_text("A&B </style>\n") == '"A\\26 B \\3c \\2f style\\3e \\a "'


def test_a_currency_that_is_none_is_refused(tables: Path) -> None:
    with pytest.raises(WrongUse, match="not a currency"):
        board(tables, company="A", currency="USD' OR '1'='1", manifest=MANIFEST)
