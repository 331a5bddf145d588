"""Pictures: they keep inside their frame, escape what they write, and draw what the figures say."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.reports.charts import shapes
from muster.reports.charts.canvas import fit, text_width, ticks
from muster.reports.charts.draw import draw
from muster.reports.charts.group_shapes import Bar, Lane, Lanes, Step

HOSTILE = '<script>alert("x")</script> & Söhne'
AMOUNTS = st.integers(0, 10**12)
WEEKS = tuple(shapes.Week("Jan", i % 4 == 0, i > 40, i % 3, i % 2, 10 + i % 7, 8 + i % 5) for i in range(52))
CHARTS: list[shapes.Chart] = [
    shapes.Columns(
        "won",
        ("sourced", "touched", "none"),
        tuple(shapes.Stack(f"Q{i % 4 + 1} 2025", (i * 10**8, 10**7, 0), i == 8) for i in range(9)),
        "USD",
    ),
    shapes.Columns("won", ("a", "b", "c"), (shapes.Stack("Q1 2025", (0, 0, 0), True),), None),
    shapes.Intervals("share", (shapes.Interval(HOSTILE, 0.4, 0.2, 0.7, "4 of 10"),), is_funnel=True),
    shapes.Intervals("share", (shapes.Interval("few", None, None, None, "1 of 2"),)),
    shapes.SegmentBars("won", (shapes.Segments(HOSTILE, (5, 3, 0)), shapes.Segments("none", ())), "USD"),
    shapes.Movement("Q3 2025", "on 28 Sep 2025", WEEKS),
    shapes.Spreads(
        "credited", "linear", (shapes.Spread(HOSTILE, 40, (("first", 0), ("linear", 40))),), "EUR"
    ),
    shapes.Parts((("fit", 1_200), ("intent", 0), ("engagement", 4_000))),
    shapes.History(90, ((0, 1_000), (40, 9_000), (90, 6_500)), ((30, 90),)),
]


@pytest.mark.parametrize("width", [760, 500, 340])
@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: type(chart).__name__)
def test_a_picture_is_well_formed_named_and_inside_its_frame(chart: shapes.Chart, width: int) -> None:
    svg = draw(chart, width, key="k", title=HOSTILE, about=HOSTILE)
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "k-title k-about"
    assert [child.tag for child in root][:2] == ["title", "desc"]
    assert root.find("title").text == HOSTILE  # type: ignore[union-attr]
    assert "<script" not in svg
    height = int(root.get("height", "0"))
    for shape in root.iter():
        for name, most in (("x", width), ("x1", width), ("x2", width), ("cx", width), ("y", height)):
            if shape.get(name) is not None:
                assert -0.1 <= float(shape.get(name, "")) <= most + 0.1, (shape.tag, name, shape.attrib)
        if shape.tag == "rect":
            assert float(shape.get("x", "")) + float(shape.get("width", "")) <= width + 0.6
            assert float(shape.get("y", "")) + float(shape.get("height", "")) <= height + 0.6


@given(st.lists(AMOUNTS, min_size=1, max_size=12).filter(any))
def test_segments_are_as_long_as_their_amounts(amounts: list[int]) -> None:
    chart = shapes.SegmentBars("won", (shapes.Segments("web", tuple(amounts)),), "USD")
    root = ET.fromstring(draw(chart, 760, key="k", title="t", about="a"))
    starts = [float(rect.get("x", "")) for rect in root.iter("rect")]
    drawn = [float(rect.get("width", "")) for rect in root.iter("rect")]
    lengths = [b - a for a, b in pairwise(starts)]
    for length, width in zip(lengths, drawn, strict=False):
        assert -0.06 <= length - width <= 1.06  # at most the hairline between two deals
    pixel = max(lengths[0] / max(amounts), 0) if lengths else 0
    for length, amount in zip(lengths, sorted(amounts, reverse=True), strict=False):
        assert abs(length - amount * pixel) < 0.35  # a tenth of a pixel is lost at each step


def test_thousands_of_deals_too_thin_to_see_are_drawn_as_one() -> None:
    amounts = (5_000_000, *(3 for _ in range(6_000)))
    chart = shapes.SegmentBars("won", (shapes.Segments("web", amounts),), "USD")
    root = ET.fromstring(draw(chart, 760, key="k", title="t", about="a"))
    assert len(list(root.iter("rect"))) == 2
    assert "6,001 deals" in "".join(root.itertext())


@given(st.integers(0, 10**15))
def test_ticks_are_round_and_within(top: int) -> None:
    found = ticks(top)
    assert found[0] == 0
    assert found[-1] <= top or top == 0
    assert len(found) <= 5
    assert all(re.fullmatch("[125]0*", str(found[1])) for _ in found[1:2])


def test_a_column_is_as_high_as_its_amount() -> None:
    stacks = (shapes.Stack("Q1 2025", (100, 0, 0)), shapes.Stack("Q2 2025", (50, 25, 25), is_now=True))
    root = ET.fromstring(
        draw(shapes.Columns("won", ("a", "b", "c"), stacks), 760, key="k", title="t", about="a")
    )
    told = {str(rect.findtext("title")): float(rect.get("height", "")) for rect in root.iter("rect")}
    heights = [height for name, height in told.items() if name.startswith("Q")]
    assert heights[0] == pytest.approx(sum(heights[1:]), abs=0.3)
    assert heights[1] == pytest.approx(2 * heights[2], abs=0.3)


def test_square_letters_take_the_room_they_need() -> None:
    assert text_width("株式会社") == 4 * 12
    assert text_width("cafe\u0301") == text_width("café")
    for name in ("株式会社日本データ総合研究所", "Donaudampfschifffahrtsgesellschaft"):
        cut = fit(name, 90)
        assert cut.endswith("…")
        assert text_width(cut) <= 90 + 12
        assert fit(name, 900) == name


def test_a_layer_that_only_earlier_columns_have_is_named_too() -> None:
    stacks = (shapes.Stack("Q1 2025", (5, 3, 0)), shapes.Stack("Q2 2025", (5, 0, 0), is_now=True))
    chart = shapes.Columns("won", ("sourced", "touched", "untouched"), stacks, "USD")
    root = ET.fromstring(draw(chart, 760, key="k", title="t", about="a"))
    names = [t.text for t in root.iter("text")]
    assert "sourced" in names
    assert "touched" in names
    assert "untouched" not in names
    swatches = {r.findtext("title"): r.get("class") for r in root.iter("rect") if r.get("width") == "8"}
    assert swatches == {"sourced": "now-0", "touched: in earlier columns": "then-1"}


def test_no_word_of_a_cycle_is_struck_through_by_a_hand_off() -> None:
    steps = (Step(0.0, 0.5, "one", ""), Step(0.5, 1.0, "two", ""))
    bars = (Bar(0.5, 1.0, "Falconer Assurance - Data Platform, lost", "lost"),)
    lanes = Lanes("1 Jan", "31 Jan", steps, (Lane("Known people (3)", (1, 2)),), bars, ((0.4, "handed off"),))
    root = ET.fromstring(draw(lanes, 1180, key="k", title="t", about="a"))
    drawn = [shape.get("class") if shape.tag == "line" else shape.text for shape in root]
    assert drawn.index("rule") < min(drawn.index(words) for words in (bars[0].label, lanes.lanes[0].name))


def test_every_end_of_a_range_of_rules_is_named() -> None:
    row = shapes.Spread("Webinars", 4_000_000, (("first", 0), ("linear", 4_000_000), ("last", 9_000_000)))
    same = shapes.Spread("Events", 500, (("first", 500), ("linear", 500)))
    for width in (760, 340):
        svg = draw(
            shapes.Spreads("credited", "linear", (row, same), "USD"), width, key="k", title="t", about="a"
        )
        words = [t.text for t in ET.fromstring(svg).iter("text")]
        assert {"linear $40K", "$0 first to $90K last", "all rules $5"} <= set(words)


def test_a_deal_whose_words_have_no_room_beside_its_bar_has_them_below_and_whole() -> None:
    steps = (Step(0.0, 1.0, "one", ""),)
    bars = (Bar(0.2, 0.9, "Falconer Assurance - Data Platform, lost", "lost"),)
    lanes = Lanes("1 Jan", "31 Jan", steps, (Lane("Known people (3)", (1,)),), bars, ())
    phone, wide = (ET.fromstring(draw(lanes, width, key="k", title="t", about="a")) for width in (350, 1600))
    [words] = [one for one in phone.iter("text") if one.text == bars[0].label]
    [bar] = [one for one in phone.iter("rect") if one.get("class") == "deal-lost"]
    assert float(words.get("y", 0)) > float(bar.get("y", 0)) + 12  # never across the bar
    assert float(phone.get("height", 0)) > float(wide.get("height", 0))
