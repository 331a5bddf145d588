"""Who passed what to whom: seniority as height, time to the right, an arrow for each share."""

from __future__ import annotations

from math import hypot

from muster.reports.charts.canvas import Canvas, fit
from muster.reports.charts.group_shapes import Sharing

_ROW = 34


def draw_sharing(chart: Sharing, width: int) -> Canvas:
    """Solid where a link proves it, dashed where it is inferred; thicker the surer."""
    left = min(200.0, width * 0.4)
    room = width - left - 16
    canvas = Canvas(width, _ROW * len(chart.people) + 26)

    def y(row: int) -> float:
        return row * _ROW + 18

    said = ""
    for row, (name, seniority) in enumerate(chart.people):
        canvas.line(left, y(row), width - 8, y(row), cls="grid")
        canvas.text(left - 8, y(row) + 1, fit(name, left - 10), anchor="end")
        if seniority and seniority != said:
            canvas.text(left - 8, y(row) + 14, fit(seniority, left - 10), cls="t soft", anchor="end")
        said = seniority
    for arrow in chart.arrows:
        x1, x2 = left + 8 + arrow.from_at * room, left + 8 + arrow.to_at * room
        y1, y2 = y(arrow.from_row), y(arrow.to_row)
        # Read within hours: a slant is kept, so that the two ends do not hide each other.
        if x2 - x1 < 10:
            x1 = max(x2 - 10, left + 2)
        kind = "proven" if arrow.is_proven else "likely"
        thick = 3 if arrow.confidence >= 0.9 else 2 if arrow.confidence >= 0.6 else 1
        canvas.dot(x1, y1, 2.5, cls="now-0")
        canvas.line(x1, y1, x2, y2, cls=f"share {kind} thick-{thick}")
        _tip(canvas, (x1, y1), (x2, y2), arrow.about)
    canvas.text(left, canvas.height - 5, chart.begins, cls="t soft")
    canvas.text(width, canvas.height - 5, chart.ends, cls="t soft", anchor="end")
    return canvas


def _tip(canvas: Canvas, start: tuple[float, float], end: tuple[float, float], about: str) -> None:
    length = hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    ux, uy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    back = (end[0] - 8 * ux, end[1] - 8 * uy)
    corners = [end, (back[0] - 4 * uy, back[1] + 4 * ux), (back[0] + 4 * uy, back[1] - 4 * ux)]
    canvas.area(corners, cls="now-0", about=about)
