"""Shares with their 95 % intervals: conversion by cohort, and the funnel of groups."""

from __future__ import annotations

from muster.reports.charts.canvas import Canvas, fit, text_width
from muster.reports.charts.shapes import Interval, Intervals

ROW, TOP, BOTTOM = 30, 8, 34


def draw_intervals(chart: Intervals, width: int) -> Canvas:
    """A thin bar for the interval behind the point; counts in words at the end of each row."""
    is_narrow = width < 500
    row = 46 if is_narrow else ROW
    height = TOP + row * len(chart.rows) + BOTTOM
    canvas = Canvas(width, height)
    labels = max((text_width(r.label) for r in chart.rows), default=0) + 12
    beside = max((text_width(r.beside, 11) for r in chart.rows), default=0) + 10
    left = 0 if is_narrow else min(labels, width * 0.34)
    right = width - 16 if is_narrow else width - beside
    top = _top(chart)
    floor = TOP + row * len(chart.rows)
    step = _step(top)
    while (right - left) * step / (top * 100) < 38:  # labels need room
        step = step * 5 // 2 if step in (2, 20) else step * 2
    for tick in range(0, round(top * 100) + 1, step):
        x = left + (right - left) * tick / (top * 100)
        canvas.line(x, TOP - 4, x, floor, cls="axis" if tick == 0 else "grid")
        anchor = "start" if tick == 0 else "end" if x > width - 20 else "middle"
        canvas.text(x, floor + 14, f"{tick}\u00a0%", cls="t soft", anchor=anchor)
    canvas.text(left, floor + 29, chart.axis, cls="t soft")
    for i, entry in enumerate(chart.rows):
        y = TOP + row * i + row / 2 + (9 if is_narrow else 0)
        if is_narrow:
            canvas.text(0, y - 14, entry.label, cls="t")
            canvas.text(
                width, y - 14, fit(entry.beside, width - labels, 11), cls="t soft small", anchor="end"
            )
        else:
            canvas.text(0, y + 4, fit(entry.label, left - 8), cls="t")
            canvas.text(right + 10, y + 4, entry.beside, cls="t soft small")
        _mark(canvas, chart, entry, left=left, span=(right - left) / top, y=y)
    return canvas


def _mark(canvas: Canvas, chart: Intervals, row: Interval, *, left: float, span: float, y: float) -> None:
    tone = "now" if row.is_now else "then"
    if row.estimate is None or row.low is None or row.high is None:
        canvas.text(left + 6, y + 4, "thin data", cls="t soft small")
        return
    x, low, high = (left + span * value for value in (row.estimate, row.low, row.high))
    if chart.is_funnel:
        canvas.rect(left, y - 9, x - left, 18, cls=f"{tone}-1", about=f"{row.label}: {row.beside}")
    canvas.line(low, y, high, y, cls="interval")
    canvas.line(low, y - 4, low, y + 4, cls="whisker")
    canvas.line(high, y - 4, high, y + 4, cls="whisker")
    canvas.dot(x, y, 4.5, cls=f"{tone}-0")


def _top(chart: Intervals) -> float:
    """The right end of the axis: a round share that holds every interval."""
    highest = max((r.high for r in chart.rows if r.high is not None), default=1.0)
    for top in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8):
        if highest <= top:
            return top
    return 1.0


def _step(top: float) -> int:
    return 2 if top <= 0.1 else 5 if top <= 0.2 else 10 if top <= 0.5 else 20
