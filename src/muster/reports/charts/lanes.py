"""A cycle at a glance: touches in lanes, opportunities as bars below, hand-offs as rules through all.

A week or month with touches is a link over the whole height, so that a finger meets it.
"""

from __future__ import annotations

from muster.reports.charts.canvas import Canvas, fit, text_width
from muster.reports.charts.group_shapes import Bar, Lanes

_LANE, _BAR = 40, 20
_LINE = 14  # of words that have no room beside their bar


def draw_lanes(chart: Lanes, width: int) -> Canvas:
    """Columns of touches in each lane, on one scale for all lanes; behind them the stretch of the list."""
    top = 18
    height = top + _LANE * len(chart.lanes) + sum(_high(bar, width) for bar in chart.bars) + 24
    canvas = Canvas(width, height)
    if chart.shown:
        x, end = chart.shown[0] * width, chart.shown[1] * width
        canvas.rect(x, top - 2, max(end - x, 3), _LANE * len(chart.lanes), cls="tint")
        canvas.line(x, top - 2, max(end, x + 3), top - 2, cls="shown")
    most = max((count for lane in chart.lanes for count in lane.counts), default=0) or 1
    for index, lane in enumerate(chart.lanes):
        ground = top + (index + 1) * _LANE - 4
        canvas.line(0, ground, width, ground, cls="grid")
        cls = "then-0" if index == len(chart.lanes) - 1 else "now-0" if index == 0 else "now-1"
        for step, count in zip(chart.steps, lane.counts, strict=True):
            if count:
                size = max((_LANE - 18) * count / most, 2)
                x, end = step.start * width, step.end * width
                canvas.rect(x + 0.5, ground - size, end - x - 1, size, cls=cls)
    y = top + _LANE * len(chart.lanes) + 4
    for bar in chart.bars:
        x, length = bar.start * width, max((bar.end - bar.start) * width, 3)
        canvas.rect(x, y, length, 12, cls=f"deal-{bar.outcome}", about=bar.label)
        y += _high(bar, width)
    _draw_marks(canvas, chart, width)
    _name_lanes_and_bars(canvas, chart, width, top)
    for step in chart.steps:
        if step.href:
            x, end = step.start * width, step.end * width
            canvas.link(x, top, end - x, _LANE * len(chart.lanes), href=step.href, about=step.about)
    canvas.text(0, height - 5, chart.begins, cls="t soft")
    canvas.text(width, height - 5, chart.ends, cls="t soft", anchor="end")
    return canvas


def _draw_marks(canvas: Canvas, chart: Lanes, width: int) -> None:
    """Rules over the whole height; what a rule means stands above it where there is room."""
    taken = -20.0  # where the words before end
    for place, word in sorted(chart.marks):
        x = min(max(place * width, 0.5), width - 0.5)
        canvas.line(x, 14, x, canvas.height - 20, cls="rule")
        long = text_width(word)
        begins = x - long if x > width / 2 else x
        if begins > taken + 8:
            canvas.text(x, 11, word, cls="t soft", anchor="end" if x > width / 2 else "start")
            taken = begins + long


def _name_lanes_and_bars(canvas: Canvas, chart: Lanes, width: int, top: int) -> None:
    """Words over the rules, each on the page's colour, so that none is struck through."""
    for index, lane in enumerate(chart.lanes):
        canvas.text(0, top + index * _LANE + 11, lane.name, cls="t soft")
    y = top + _LANE * len(chart.lanes) + 14
    for bar in chart.bars:
        x, length = bar.start * width, max((bar.end - bar.start) * width, 3)
        said = fit(bar.label, width * 0.6)
        side = _side(bar, width)
        if side == "after":
            canvas.text(x + length + 5, y, said)
        elif side == "before":
            canvas.text(x - 5, y, said, anchor="end")
        else:
            whole = fit(bar.label, width)
            canvas.text(max(min(x, width - text_width(whole)), 0), y + _LINE, whole)
        y += _high(bar, width)


def _side(bar: Bar, width: int) -> str:
    """Where a bar's words stand: after it, before it, or below where neither has room, as on a phone."""
    x, length = bar.start * width, max((bar.end - bar.start) * width, 3)
    long = text_width(fit(bar.label, width * 0.6))
    if x + length + long + 6 < width:
        return "after"
    return "before" if x > long + 6 else "below"


def _high(bar: Bar, width: int) -> int:
    return _BAR + (_LINE if _side(bar, width) == "below" else 0)
