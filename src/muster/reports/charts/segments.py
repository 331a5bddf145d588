"""Horizontal bars made of single deals, so that one large deal is seen as one."""

from __future__ import annotations

from muster.reports.charts.canvas import Canvas, fit, scaled, text_width
from muster.reports.charts.columns import write
from muster.reports.charts.shapes import SegmentBars

ROW, TOP, BOTTOM = 28, 4, 20
_SEEN = 2  # pixels: thinner ones have no hairline between them, and thousands of them would only weigh


def draw_segments(chart: SegmentBars, width: int) -> Canvas:
    """One row a label: its amounts end to end, hairlines between them, the sum at the end."""
    is_narrow = width < 500
    row = 42 if is_narrow else ROW
    canvas = Canvas(width, TOP + row * len(chart.rows) + BOTTOM)
    top = max((sum(max(a, 0) for a in r.amounts) for r in chart.rows), default=0) or 1
    ends = [_end(chart, r.amounts) for r in chart.rows]
    left = 0 if is_narrow else min(max((text_width(r.label) for r in chart.rows), default=0) + 12, 200)
    room = width - left - (0 if is_narrow else max((text_width(e, 11) for e in ends), default=0) + 10)
    for i, (bar, end) in enumerate(zip(chart.rows, ends, strict=True)):
        y = TOP + row * i + (18 if is_narrow else 5)
        x = left
        for amount in _seen_apart(bar.amounts, top, room):
            length = scaled(amount, top, room)
            # A hairline of the page between two deals, where the deal is wide enough to show one.
            canvas.rect(
                x, y, length - (1 if length > _SEEN else 0), 18, cls="then-1" if bar.is_context else "now-0"
            )
            x += length
        if is_narrow:
            canvas.text(0, y - 5, fit(bar.label, width - text_width(end, 11) - 8), cls="t")
            canvas.text(width, y - 5, end, cls="t soft small", anchor="end")
        else:
            canvas.text(0, y + 13, fit(bar.label, left - 8), cls="t")
            canvas.text(x + 8, y + 13, end, cls="t small")
    canvas.text(left, canvas.height - 5, chart.axis, cls="t soft")
    return canvas


def _seen_apart(amounts: tuple[int, ...], top: int, room: float) -> list[int]:
    """The amounts largest first; those too small to be seen one by one stand together at the end."""
    ordered = sorted((amount for amount in amounts if amount > 0), reverse=True)
    large = [amount for amount in ordered if scaled(amount, top, room) > _SEEN]
    small = sum(ordered[len(large) :])
    return [*large, small] if small else large


def _end(chart: SegmentBars, amounts: tuple[int, ...]) -> str:
    noun = chart.noun if len(amounts) == 1 else chart.plural
    return f"{write(sum(amounts), chart.currency)} · {len(amounts):,} {noun}"
