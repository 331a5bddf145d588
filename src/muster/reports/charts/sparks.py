"""Small pictures inside a row: the parts of a score, and a score over ninety days."""

from __future__ import annotations

from muster.reports.charts.canvas import Canvas
from muster.reports.charts.shapes import History, Parts


def draw_parts(chart: Parts, width: int) -> Canvas:
    """The parts of a score end to end on its whole scale; what is empty is still to be earned."""
    canvas = Canvas(width, 10)
    canvas.rect(0, 3, width, 4, cls="track")
    x = 0.0
    for depth, (name, points) in enumerate(chart.parts):
        length = width * points / chart.of
        canvas.rect(x, 0, max(length - 1, 0), 10, cls=f"part-{depth}", about=f"{name} {points / 100:.1f}")
        x += length
    return canvas


def draw_history(chart: History, width: int) -> Canvas:
    """A score day by day; the stretches in which the group was qualified are shaded."""
    height = 32
    canvas = Canvas(width, height)
    for start, end in chart.qualified:
        canvas.rect(width * start / chart.days, 0, width * (end - start) / chart.days, height, cls="tint")
    canvas.line(0, height - 0.5, width, height - 0.5, cls="axis")
    spots = [
        (width * day / chart.days, height - 2 - (height - 6) * points / chart.of)
        for day, points in chart.points
    ]
    canvas.path(spots, cls="line now")
    if spots:
        canvas.dot(min(spots[-1][0], width - 2.5), spots[-1][1], 2.5, cls="now-0")
    return canvas
