"""Stacked columns over time: won dollars by quarter, hand-offs by quarter."""

from __future__ import annotations

from muster.reports.charts.canvas import Canvas, scaled, text_width, ticks
from muster.reports.charts.shapes import Columns, Stack
from muster.reports.money import short

HEIGHT, TOP, BOTTOM = 220, 26, 22


def draw_columns(chart: Columns, width: int) -> Canvas:
    """The column under discussion in the accent, the others in greys; layers named beside the last."""
    canvas = Canvas(width, HEIGHT)
    is_narrow = width < 500
    top = max([1, *(sum(stack.layers) for stack in chart.stacks)])
    names = max((text_width(n, 11) for n in chart.layer_names), default=0) + 24
    left, right = 44.0, width - max(names, text_width("$10.4M") + 8)
    floor, room = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    for tick in ticks(top, 3) if top > 1 else (0,):
        y = floor - scaled(tick, top, room)
        canvas.line(left, y, right, y, cls="axis" if tick == 0 else "grid")
        canvas.text(left - 6, y + 4, write(tick, chart.currency), cls="t soft", anchor="end")
    canvas.text(0, 11, chart.axis, cls="t soft")
    step = (right - left) / max(len(chart.stacks), 1)
    bar = min(step * 0.66, 54)
    for i, stack in enumerate(chart.stacks):
        x = left + step * i + (step - bar) / 2
        y = _column(canvas, chart, stack, x=x, bar=bar, floor=floor, top=top)
        # On a phone columns stand too close for more than the first, last year's and this one's label.
        is_told = stack.is_now or not is_narrow
        is_labelled = not is_narrow or stack.is_now or (len(chart.stacks) - 1 - i) % 4 == 0
        if is_told and sum(stack.layers) > 0:
            cls = "t strong" if stack.is_now else "t soft"
            canvas.text(
                x + bar / 2, y - 5, write(sum(stack.layers), chart.currency), cls=cls, anchor="middle"
            )
        if is_labelled:
            cls = "t strong" if stack.is_now else "t soft"
            canvas.text(x + bar / 2, floor + 15, _label(stack.label, is_narrow), cls=cls, anchor="middle")
    _name_layers(canvas, chart, x=right + 6, floor=floor, top=top)
    return canvas


def write(amount: int, currency: str | None) -> str:
    """An amount on an axis or a bar."""
    return f"{amount:,}" if currency is None else short(amount, currency)


def _column(
    canvas: Canvas, chart: Columns, stack: Stack, *, x: float, bar: float, floor: float, top: int
) -> float:
    tone = "now" if stack.is_now else "then"
    y = floor
    for depth, amount in enumerate(stack.layers):
        height = scaled(amount, top, floor - TOP)
        y -= height
        about = f"{stack.label}, {chart.layer_names[depth]}: {write(amount, chart.currency)}"
        if amount > 0:
            canvas.rect(x, y, bar, height, cls=f"{tone}-{depth}", about=about)
    return y


def _name_layers(canvas: Canvas, chart: Columns, *, x: float, floor: float, top: int) -> None:
    """Names beside the last column's layers, each with a swatch, moved apart where layers are thin.

    A layer that only earlier columns have is named too, above the others, with a swatch of their grey.
    """
    if not chart.stacks:
        return
    base, lowest = floor, floor + 2
    for depth, (name, amount) in enumerate(zip(chart.layer_names, chart.stacks[-1].layers, strict=True)):
        height = scaled(amount, top, floor - TOP)
        if any(stack.layers[depth] > 0 for stack in chart.stacks):
            y = min(base - height / 2 + 4, lowest)
            tone = "now" if amount > 0 and chart.stacks[-1].is_now else "then"
            where = name if amount > 0 else f"{name}: in earlier columns"
            canvas.rect(x, y - 8, 8, 8, cls=f"{tone}-{depth}", about=where)
            canvas.text(x + 12, y, name, cls="t small")
            lowest = y - 13
        base -= height


def _label(label: str, is_narrow: bool) -> str:
    """A quarter's label; on a phone its year in two digits."""
    return f"{label[:-4]}\u2019{label[-2:]}" if is_narrow and label[-4:].isdigit() else label
