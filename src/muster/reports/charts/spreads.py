"""Credit under every rule: the chosen rule as a dot on a bar from the least to the most of all rules."""

from __future__ import annotations

from muster.reports.charts.canvas import Canvas, fit, scaled, text_width, ticks
from muster.reports.charts.shapes import Spread, Spreads
from muster.reports.money import short

ROW, TOP, BOTTOM = 34, 4, 36


def draw_spreads(chart: Spreads, width: int) -> Canvas:
    """One row a programme: the chosen rule's amount, then least and most with the rules that give them."""
    is_narrow = width < 500
    row = 54 if is_narrow else ROW
    canvas = Canvas(width, TOP + row * len(chart.rows) + BOTTOM)
    drawn = [amount for r in chart.rows for amount in (r.chosen, *(a for _, a in r.amounts))]
    top = max(drawn, default=0) or 1
    labels = max((text_width(r.label) for r in chart.rows), default=0) + 14
    left = 6.0 if is_narrow else min(labels, 190.0)
    ends = max((text_width(_ends(chart, r), 11) for r in chart.rows), default=0)
    told = max((text_width(_told(chart, r), 11) for r in chart.rows), default=0)
    after = max(width - told - ends - 14, left + 120)  # where the words beside the bars begin
    room = (width - left - 8) if is_narrow else after - left - 16
    floor = TOP + row * len(chart.rows)
    for tick in ticks(top, 3):
        x = left + scaled(tick, top, room)
        canvas.line(x, TOP, x, floor, cls="axis" if tick == 0 else "grid")
        canvas.text(
            x, floor + 14, short(tick, chart.currency), cls="t soft", anchor="middle" if tick else "start"
        )
    canvas.text(left, floor + 30, chart.axis, cls="t soft")
    for i, entry in enumerate(chart.rows):
        y = TOP + row * i + row / 2 + (2 if is_narrow else 0)
        said = _told(chart, entry)
        if is_narrow:
            canvas.text(0, y - 12, fit(entry.label, width - text_width(said, 11) - 12), cls="t")
            canvas.text(width, y - 12, said, cls="t accent small", anchor="end")
            canvas.text(left, y + 18, fit(_ends(chart, entry), width - left, 11), cls="t soft tiny")
        else:
            canvas.text(0, y + 4, fit(entry.label, left - 12), cls="t")
            canvas.text(after, y + 4, said, cls="t accent small")
            canvas.text(after + told + 14, y + 4, _ends(chart, entry), cls="t soft small")
        _range(canvas, chart, entry, y=y, left=left, room=room, top=top)
    return canvas


def _told(chart: Spreads, row: Spread) -> str:
    return f"{chart.chosen_name} {short(row.chosen, chart.currency)}"


def _ends(chart: Spreads, row: Spread) -> str:
    """The two ends of a bar in words: `$0 last to $41K first`; where the rules agree, that they do."""
    (least, low), (most, high) = _least(row), _most(row)
    if low == high:
        return f"{chart.alike} {short(low, chart.currency)}"
    return f"{short(low, chart.currency)} {least} to {short(high, chart.currency)} {most}"


def _least(row: Spread) -> tuple[str, int]:
    return min(row.amounts, key=lambda pair: pair[1])


def _most(row: Spread) -> tuple[str, int]:
    return max(row.amounts, key=lambda pair: pair[1])


def _range(
    canvas: Canvas, chart: Spreads, row: Spread, *, y: float, left: float, room: float, top: int
) -> None:
    """The bar from least to most, and the chosen rule's dot on it."""
    for (name, amount), (_, other) in ((_least(row), _most(row)), (_most(row), _least(row))):
        x, end = left + scaled(amount, top, room), left + scaled(other, top, room)
        if x < end:
            canvas.line(x, y, end, y, cls="interval")
        canvas.rect(x - 1, y - 5, 2, 10, cls="then-0", about=f"{name}: {short(amount, chart.currency)}")
    canvas.dot(left + scaled(row.chosen, top, room), y, 5, cls="now-0")
