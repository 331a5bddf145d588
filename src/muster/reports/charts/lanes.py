"""A cycle at a glance: touches in lanes, opportunities as bars below, hand-offs as rules through all."""

from __future__ import annotations

from muster.reports.charts.canvas import Canvas, fit, text_width
from muster.reports.charts.group_shapes import Lanes

_LANE, _BAR = 40, 20


def draw_lanes(chart: Lanes, width: int) -> Canvas:
    """Columns of touches in each lane, on one scale for all lanes."""
    top = 18
    height = top + _LANE * len(chart.lanes) + _BAR * len(chart.bars) + 24
    canvas = Canvas(width, height)
    most = max((count for lane in chart.lanes for count in lane.counts), default=0) or 1
    for index, lane in enumerate(chart.lanes):
        ground = top + (index + 1) * _LANE - 4
        step = width / len(lane.counts)
        canvas.line(0, ground, width, ground, cls="grid")
        cls = "then-0" if index == len(chart.lanes) - 1 else "now-0" if index == 0 else "now-1"
        for column, count in enumerate(lane.counts):
            if count:
                size = max((_LANE - 18) * count / most, 2)
                canvas.rect(column * step + 0.5, ground - size, step - 1, size, cls=cls, about=f"{count}")
        canvas.text(0, ground - _LANE + 15, lane.name, cls="t soft")
    y = top + _LANE * len(chart.lanes) + 4
    for bar in chart.bars:
        x, length = bar.start * width, max((bar.end - bar.start) * width, 3)
        canvas.rect(x, y, length, 12, cls=f"deal-{bar.outcome}", about=bar.label)
        said = fit(bar.label, width * 0.6)
        if x + length + text_width(said) + 6 < width:
            canvas.text(x + length + 5, y + 10, said)
        elif x > text_width(said) + 6:
            canvas.text(x - 5, y + 10, said, anchor="end")
        else:
            canvas.text(x + 4, y + 10, fit(bar.label, max(length - 8, 60)))
        y += _BAR
    taken = -200.0
    for place, word in sorted(chart.marks):
        x = min(max(place * width, 0.5), width - 0.5)
        canvas.line(x, 14, x, height - 20, cls="rule")
        if x - taken > 150:
            canvas.text(x, 11, word, cls="t soft", anchor="end" if x > width / 2 else "start")
            taken = x
    canvas.text(0, height - 5, chart.begins, cls="t soft")
    canvas.text(width, height - 5, chart.ends, cls="t soft", anchor="end")
    return canvas
