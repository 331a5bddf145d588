"""A group's statuses along time, and the parts of its score end to end."""

from __future__ import annotations

from muster.reports.charts.canvas import Canvas, fit, text_width
from muster.reports.charts.group_shapes import Strip, Waterfall

_STATUS = {"qualified": "now-0", "engaged": "now-2", "nurture": "then-2"}


def draw_strip(chart: Strip, width: int) -> Canvas:
    """Stretches as one band, named where they have room; hand-offs as marked rules."""
    canvas = Canvas(width, 58)
    for span in chart.spans:
        x, length = span.start * width, (span.end - span.start) * width
        canvas.rect(x, 16, max(length, 1.5), 18, cls=_STATUS.get(span.status, "then-1"), about=span.about)
        if length > text_width(span.status) + 8 and span.status != "qualified":
            canvas.text(x + 4, 29, span.status, cls="t bare")
        elif length > text_width("qualified") + 8:
            canvas.text(x + 4, 29, span.status, cls="t on-accent")
    for mark in chart.marks:
        x = min(max(mark * width, 1), width - 1)
        canvas.line(x, 8, x, 40, cls="rule")
        canvas.rect(min(max(x - 4, 0), width - 8), 2, 8, 8, cls="ink", about="handed off to sales")
    canvas.text(0, 52, chart.begins, cls="t soft")
    canvas.text(width, 52, chart.ends, cls="t soft", anchor="end")
    return canvas


def draw_waterfall(chart: Waterfall, width: int) -> Canvas:
    """Each part begins where the one before ended; the last bar is the stored total."""
    row = 26
    names = [name for name, _ in chart.parts] + [chart.total_name]
    left = min(max(text_width(name) for name in names) + 10, width * 0.36)
    room = width - left - 44
    canvas = Canvas(width, row * (len(names)) + 22)

    def x(points: int) -> float:
        return left + room * min(points, chart.of) / chart.of

    for tick in range(0, chart.of + 1, chart.of // 4):
        canvas.line(x(tick), 4, x(tick), row * len(names), cls="axis" if tick == 0 else "grid")
        canvas.text(x(tick), row * len(names) + 15, f"{tick // 100}", cls="t soft", anchor="middle")
    at = 0
    for depth, (name, points) in enumerate(chart.parts):
        top = depth * row + 6
        canvas.text(left - 8, top + 11, fit(name, left - 10), anchor="end")
        start, at = at, at + points
        low, high = min(start, at), max(start, at)
        canvas.rect(
            x(low), top, max(x(high) - x(low), 0), 14, cls="now-1", about=f"{name}: {points / 100:.2f}"
        )
        canvas.line(x(at), top + 14, x(at), top + row, cls="whisker")
        canvas.text(x(high) + 5, top + 11, f"{points / 100:+.2f}", cls="t")
    top = len(chart.parts) * row + 6
    canvas.text(left - 8, top + 11, fit(chart.total_name, left - 10), anchor="end")
    canvas.rect(x(0), top, x(chart.total) - x(0), 14, cls="now-0", about=f"{chart.total / 100:.2f}")
    canvas.text(x(chart.total) + 5, top + 11, f"{chart.total / 100:.2f}", cls="t")
    return canvas
