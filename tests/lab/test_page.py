"""The pages of the lab: pictures, nothing to fetch, no word of the data taken for HTML; and in Chromium."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.in_chromium import holds

from muster.lab.judge import judge
from muster.lab.page import find_pair, write_page
from muster.lab.pairs import COMPARED, READABLE, Pair
from muster.lab.pictures import draw_waterfall
from muster.lab.role_page import write_role_page
from muster.lab.role_sample import Cast, RoleLabel, judge_cast, strata_of
from muster.lab.sample import draw
from muster.problems import WrongUse

SAID = dict.fromkeys(READABLE, "<script>alert(1)</script>")
PARTS = dict(zip(COMPARED, (900, -150, 700, 0, 0, 0), strict=True))
PAIR = Pair("r:00QHd0LnAXfOXujM0G", "r:l1", 550, 0.978, "joined", PARTS, SAID, SAID)
PAIRS = [
    PAIR,
    replace(PAIR, right_id="r:l2", weight=900, probability=0.998),
    replace(PAIR, right_id="r:l3", weight=-250, probability=0.15, fate="apart"),
    replace(PAIR, right_id="r:l4", weight=700, probability=0.992, fate="conflict"),
]
ROLES = ("champion", "decision_maker", "technical_influencer", "user")
CAST = [
    Cast("g1", f"p{n}", ROLES[n % 4], 0.2 + n / 100, "title", "<b>Ana</b>", "VP", "Acme", "data")
    for n in range(70)
]


def page(*, labelled: bool) -> str:
    drawn = draw(PAIRS, 10, seed=1, needed=425)
    labels = [(stratum, pair.is_joined if labelled else None) for pair, stratum in drawn]
    return write_page("Acme & Co", PAIRS, PAIR, judge(labels), needed=425)


def role_page(*, labelled: bool) -> str:
    labels = [
        RoleLabel(stratum, one.role, ROLES[number % 3], one.buying_group_id, one.person_id)
        for stratum, members in strata_of(CAST).items()
        for number, one in enumerate(members[:6])
    ]
    return write_role_page("Acme & Co", CAST, judge_cast(labels) if labelled else None)


def test_the_page_has_three_pictures_and_fetches_nothing() -> None:
    for labelled in (True, False):
        text = page(labelled=labelled)
        assert text == page(labelled=labelled)
        assert text.count("<svg ") == 6  # each for a desk and for a phone
        assert "<script" not in text and "&lt;script&gt;" in text and "Acme &amp; Co" in text
        assert not re.search(r"(https?:)?//\w|url\(|@import|<link|<img", text)
        assert ("Estimated from 4 labels" in text) is labelled
        assert ("it is not measured" in text) is not labelled


def test_the_page_of_roles_says_what_is_measured() -> None:
    text, unmeasured = role_page(labelled=True), role_page(labelled=False)
    assert "Does the confidence hold?" in text and "What is taken for what" in text
    assert "Not reviewed" in unmeasured and "What is taken" not in unmeasured
    assert not re.search(r"<script|(https?:)?//\w|url\(|@import|<link|<img", text + unmeasured)


def test_the_waterfall_adds_up_from_the_rarity_of_any_two() -> None:
    for width in (760, 342):
        text = draw_waterfall(PAIR, width).svg(key="k", title="t", about="a")
        told = [float(x) for x in re.findall(r">([+-]\d+\.\d\d)<", text)]
        assert told == [-9.0, 9.0, -1.5, 7.0, 0.0, 0.0, 0.0, 5.5]


def test_a_pair_is_found_by_its_records_and_else_the_most_doubtful_is_shown() -> None:
    assert find_pair(PAIRS, ("l2", "00QHd0LnAXfOXujM0G")) == PAIRS[1]
    assert find_pair(PAIRS) == PAIR
    with pytest.raises(WrongUse, match="c1 and l9 were not compared"):
        find_pair(PAIRS, ("c1", "l9"))


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("text", [page(labelled=True), role_page(labelled=True)], ids=["match", "roles"])
def test_the_page_holds(chromium: Any, tmp_path: Path, text: str, width: int, scheme: str) -> None:
    file = tmp_path / "lab.html"
    file.write_text(text, "utf-8")
    holds(chromium, file, width=width, scheme=scheme)
