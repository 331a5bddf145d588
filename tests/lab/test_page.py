"""The page of the match lab: three pictures, nothing to fetch, no word of the data taken for HTML."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from muster.lab.judge import judge
from muster.lab.page import draw_waterfall, find_pair, write_page
from muster.lab.pairs import COMPARED, READABLE, Pair
from muster.lab.sample import draw
from muster.problems import WrongUse

SAID = dict.fromkeys(READABLE, "<script>alert(1)</script>")
PARTS = dict(zip(COMPARED, (900, -150, 700, 0, 0), strict=True))
PAIR = Pair("r:c1", "r:l1", 550, 0.978, "joined", PARTS, SAID, SAID)
PAIRS = [
    PAIR,
    replace(PAIR, right_id="r:l2", weight=900, probability=0.998),
    replace(PAIR, right_id="r:l3", weight=-250, probability=0.15, fate="apart"),
    replace(PAIR, right_id="r:l4", weight=700, probability=0.992, fate="conflict"),
]


def page(*, labelled: bool) -> str:
    drawn = draw(PAIRS, 10, seed=1, needed=425)
    labels = [(stratum, pair.is_joined if labelled else None) for pair, stratum in drawn]
    return write_page("Acme & Co", PAIRS, PAIR, judge(labels), needed=425)


def test_the_page_has_three_pictures_and_fetches_nothing() -> None:
    for labelled in (True, False):
        text = page(labelled=labelled)
        assert text == page(labelled=labelled)
        assert text.count("<svg ") == 3
        assert "<script" not in text and "&lt;script&gt;" in text and "Acme &amp; Co" in text
        assert not re.search(r"(https?:)?//\w|url\(|@import|<link|<img", text)
        assert ("Estimated from 4 labels" in text) is labelled
        assert ("it is not measured" in text) is not labelled


def test_the_waterfall_adds_up_from_the_rarity_of_any_two() -> None:
    text = draw_waterfall(PAIR).svg(key="k", title="t", about="a")
    told = [float(x) for x in re.findall(r">([+-]\d+\.\d\d)<", text)]
    assert told == [-9.0, 9.0, -1.5, 7.0, 0.0, 0.0]
    assert sum(told) == 5.5 and ">5.50<" in text


def test_a_pair_is_found_by_its_records_and_else_the_most_doubtful_is_shown() -> None:
    assert find_pair(PAIRS, ("l2", "c1")) == PAIRS[1]
    assert find_pair(PAIRS) == PAIR
    with pytest.raises(WrongUse, match="c1 and l9 were not compared"):
        find_pair(PAIRS, ("c1", "l9"))
