"""Differences with their intervals about nought: what experiments say."""

from __future__ import annotations

from math import floor, log10

from muster.reports.charts.canvas import Canvas, fit, text_width
from muster.reports.charts.shapes import Difference, Differences

ROW, PHONE_ROW, TOP, BOTTOM = 32, 50, 8, 36


def draw_differences(chart: Differences, width: int) -> Canvas:
    """A dot on a thick bar (80 %) and a thin one (95 %), the line of no difference drawn through all rows."""
    is_narrow = width < 500
    row = PHONE_ROW if is_narrow else ROW
    canvas = Canvas(width, TOP + row * len(chart.rows) + BOTTOM)
    labels = max((text_width(r.label) for r in chart.rows), default=0) + 14
    beside = max((text_width(r.beside, 11) for r in chart.rows), default=0) + 14
    left = 14.0 if is_narrow else min(labels, width * 0.3)
    right = width - 14.0 if is_narrow else width - beside
    low, high = _reach(chart)
    ground = TOP + row * len(chart.rows)

    def x(value: float) -> float:
        return left + (right - left) * (value - low) / (high - low)

    for tick in _ticks(low, high):
        canvas.line(x(tick), TOP - 4, x(tick), ground, cls="axis" if tick == 0 else "grid")
        said = f"{tick:+,.3g}".replace("-", "\u2212") if tick else "0"
        canvas.text(x(tick), ground + 14, said, cls="t soft", anchor="middle")
    canvas.text(0 if is_narrow else left, ground + 30, chart.axis, cls="t soft")
    for i, entry in enumerate(chart.rows):
        y = TOP + row * i + row / 2 + (11 if is_narrow else 0)
        if is_narrow:
            canvas.text(0, y - 14, fit(entry.label, width - text_width(entry.beside, 11) - 10), cls="t")
            canvas.text(width, y - 14, entry.beside, cls="t soft small", anchor="end")
        else:
            canvas.text(0, y + 4, fit(entry.label, left - 10), cls="t")
            canvas.text(right + 14, y + 4, entry.beside, cls="t soft small")
        _mark(canvas, entry, x=x, y=y)
    return canvas


def _mark(canvas: Canvas, entry: Difference, *, x: object, y: float) -> None:
    assert callable(x)
    canvas.line(x(entry.low), y, x(entry.high), y, cls="interval")
    for end in (entry.low, entry.high):
        canvas.line(x(end), y - 4, x(end), y + 4, cls="whisker")
    canvas.rect(x(entry.low_80), y - 3, x(entry.high_80) - x(entry.low_80), 6, cls="now-1")
    canvas.dot(x(entry.estimate), y, 4.5, cls="now-0")


def _reach(chart: Differences) -> tuple[float, float]:
    """Both ends of the axis: nought and every interval lie between."""
    low = min([0.0, *(r.low for r in chart.rows)])
    high = max([0.0, *(r.high for r in chart.rows)])
    room = (high - low or 1.0) * 0.04
    return low - room, high + room


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers between both ends, three to six of them, nought among them."""
    power = 10.0 ** floor(log10((high - low) / 3))
    step = next(part * power for part in (5, 2, 1) if (high - low) / (part * power) >= 2.5 or part == 1)
    first, last = -int(-low // step), int(high // step)
    return [n * step for n in range(first, last + 1)]
