"""Credit under every rule: the chosen rule as a dot, the others as ticks on their range."""

from __future__ import annotations

from muster.reports.charts.canvas import Canvas, fit, scaled, text_width, ticks
from muster.reports.charts.shapes import Spread, Spreads
from muster.reports.money import short

ROW, TOP, BOTTOM = 34, 4, 36


def draw_spreads(chart: Spreads, width: int) -> Canvas:
    """One row a programme; the rules that give least and most are named at the ends of its range."""
    is_narrow = width < 500
    row = 50 if is_narrow else ROW
    canvas = Canvas(width, TOP + row * len(chart.rows) + BOTTOM)
    top = max((amount for r in chart.rows for _, amount in r.amounts), default=0) or 1
    labels = max((text_width(r.label) for r in chart.rows), default=0) + 14
    left = 6.0 if is_narrow else min(labels, 220.0)
    room = width - left - (8 if is_narrow else 150)
    floor = TOP + row * len(chart.rows)
    for tick in ticks(top, 3 if is_narrow else 5):
        x = left + scaled(tick, top, room)
        canvas.line(x, TOP, x, floor, cls="axis" if tick == 0 else "grid")
        canvas.text(
            x, floor + 14, short(tick, chart.currency), cls="t soft", anchor="middle" if tick else "start"
        )
    canvas.text(left, floor + 30, chart.axis, cls="t soft")
    for i, entry in enumerate(chart.rows):
        y = TOP + row * i + row / 2 + (8 if is_narrow else 0)
        told = f"{chart.chosen_name} {short(entry.chosen, chart.currency)}"
        if is_narrow:
            canvas.text(0, y - 12, fit(entry.label, width - text_width(told, 11) - 12), cls="t")
            canvas.text(width, y - 12, told, cls="t accent small", anchor="end")
        else:
            canvas.text(0, y + 4, fit(entry.label, left - 12), cls="t")
        end = _range(canvas, chart, entry, y=y, left=left, room=room, top=top)
        if not is_narrow:
            canvas.text(end + 10, y + 4, told, cls="t accent small")
    return canvas


def _range(
    canvas: Canvas, chart: Spreads, row: Spread, *, y: float, left: float, room: float, top: int
) -> float:
    """Draw the range of one programme; returns where it ends."""
    least = min(row.amounts, key=lambda pair: pair[1])
    most = max(row.amounts, key=lambda pair: pair[1])
    low, high = (left + scaled(amount, top, room) for _, amount in (least, most))
    canvas.line(low, y, high, y, cls="interval")
    for name, amount in row.amounts:
        x = left + scaled(amount, top, room)
        canvas.rect(x - 1, y - 5, 2, 10, cls="then-0", about=f"{name}: {short(amount, chart.currency)}")
    canvas.dot(left + scaled(row.chosen, top, room), y, 5, cls="now-0")
    if high - low > text_width(least[0] + most[0], 10) + 16:
        canvas.text(low, y + 15, least[0], cls="t soft tiny")
        canvas.text(high, y + 15, most[0], cls="t soft tiny", anchor="end")
    return high
