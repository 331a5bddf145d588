"""People as rows, 26 weeks as columns; zero is empty, more acts are darker."""

from __future__ import annotations

from muster.reports.charts.canvas import Canvas, fit
from muster.reports.charts.group_shapes import Heat
from muster.reports.values import counted

_STEPS = (1, 2, 3, 5, 8)  # acts from which a cell takes the next of five shades
_ROW = 18


def draw_heat(chart: Heat, width: int) -> Canvas:
    """The strip of a table's row, or the whole picture with names, rules, and shares between rows."""
    count = len(chart.rows[0].weeks) if chart.rows else 1
    left = 0.0 if chart.is_inline else min(190.0, width * 0.32)
    top = 0 if chart.is_inline else 18
    step = (width - left) / count
    bottom = top + _ROW * len(chart.rows)
    canvas = Canvas(width, bottom if chart.is_inline else bottom + 20)
    for index, row in enumerate(chart.rows):
        y = top + index * _ROW
        if not chart.is_inline:
            sign = " ²" if row.is_marked else ""
            canvas.text(left - 8, y + 13, fit(row.name, left - 22) + sign, anchor="end")
        canvas.rect(left, y, width - left, _ROW - 2, cls="hit", about=f"{row.name}: {row.about}")
        canvas.line(left, y + _ROW - 1.5, width, y + _ROW - 1.5, cls="grid")
        for week, acts in enumerate(row.weeks):
            if acts:
                canvas.rect(
                    left + week * step + 0.5,
                    y,
                    step - 1,
                    _ROW - 3,
                    cls=f"heat-{sum(acts >= least for least in _STEPS)}",
                    about=f"{row.name}: {counted(acts, 'act')}, {_back(count - 1 - week)}",
                )
    taken = -100.0
    for place, word in sorted(chart.marks):
        x = left + place * (width - left)
        canvas.line(x, top - 4 if top else 0, x, bottom, cls="rule")
        if not chart.is_inline and x - taken > 90:
            canvas.text(
                min(x, width - 2), 11, word, cls="t soft", anchor="end" if x > width - 90 else "start"
            )
            taken = x
    for place, start, end in chart.passed:
        x = left + place * (width - left)
        a, b = (top + row * _ROW + _ROW / 2 - 1 for row in (start, end))
        canvas.line(x, a, x, b, cls="passed")
        tip = 5 if b > a else -5
        canvas.area([(x, b), (x - 3, b - tip), (x + 3, b - tip)], cls="ink")
    if not chart.is_inline:
        canvas.text(left, bottom + 14, chart.begins, cls="t soft")
        canvas.text(width, bottom + 14, chart.ends, cls="t soft", anchor="end")
    return canvas


def _back(weeks: int) -> str:
    return "in the last week" if weeks == 0 else f"{counted(weeks, 'week')} before the last"
