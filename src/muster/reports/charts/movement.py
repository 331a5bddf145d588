"""Groups in and out of qualified: how many are, above how many came and went each week."""

from __future__ import annotations

from muster.reports.charts.canvas import Canvas, ticks
from muster.reports.charts.shapes import Movement, Week

LEVELS, FLOWS, GAP, TOP, BOTTOM = 120, 84, 26, 20, 20


def draw_movement(chart: Movement, width: int) -> Canvas:
    """Two small pictures over one axis of weeks; the period under discussion lies on a tint."""
    canvas = Canvas(width, TOP + LEVELS + GAP + FLOWS + BOTTOM)
    left, right = 34.0, width - 96.0
    step = (right - left) / max(len(chart.weeks), 1)
    centres = [left + step * (i + 0.5) for i in range(len(chart.weeks))]
    _tint(canvas, chart, left=left, step=step)
    _levels(canvas, chart, centres, left=left, right=right)
    _flows(canvas, chart, centres, left=left, right=right, bar=max(step * 0.7, 1.5))
    months = [(x, week.label) for x, week in zip(centres, chart.weeks, strict=True) if week.is_month_start]
    every = -(-54 * len(months) // int(right - left))  # as many months as have room for their names
    for x, label in months[::every] if months else []:
        canvas.text(x, canvas.height - 5, label, cls="t soft", anchor="middle")
    return canvas


def _tint(canvas: Canvas, chart: Movement, *, left: float, step: float) -> None:
    inside = [i for i, week in enumerate(chart.weeks) if week.is_in_period]
    if inside:
        x, length = left + step * inside[0], step * len(inside)
        canvas.rect(x, TOP - 4, length, LEVELS + GAP + FLOWS + 4, cls="tint")
        canvas.text(x + length / 2, 11, chart.period, cls="t strong", anchor="middle")


def _levels(canvas: Canvas, chart: Movement, centres: list[float], *, left: float, right: float) -> None:
    top = max((max(w.groups, w.accounts) for w in chart.weeks), default=0) or 1
    floor = TOP + LEVELS

    def height(amount: int) -> float:
        return floor - LEVELS * amount / top

    for tick in ticks(top, 3):
        canvas.line(left, height(tick), right, height(tick), cls="axis" if tick == 0 else "grid")
        canvas.text(left - 6, height(tick) + 4, f"{tick:,}", cls="t soft", anchor="end")
    canvas.text(0, 11, "qualified", cls="t soft")
    if not chart.weeks:
        return
    canvas.path([(x, height(w.accounts)) for x, w in zip(centres, chart.weeks, strict=True)], cls="line then")
    canvas.path([(x, height(w.groups)) for x, w in zip(centres, chart.weeks, strict=True)], cls="line now")
    end = chart.weeks[-1]
    groups_y, accounts_y = height(end.groups), height(end.accounts)
    if abs(groups_y - accounts_y) < 13:
        groups_y, accounts_y = groups_y - 4, groups_y + 10
    canvas.text(right + 6, groups_y + 4, f"{end.groups:,} groups", cls="t strong accent")
    canvas.text(right + 6, accounts_y + 4, f"{end.accounts:,} accounts", cls="t soft")
    canvas.text(right + 6, max(groups_y, accounts_y) + 18, chart.until, cls="t soft small")


def _flows(
    canvas: Canvas, chart: Movement, centres: list[float], *, left: float, right: float, bar: float
) -> None:
    middle = TOP + LEVELS + GAP + FLOWS / 2
    top = max((max(w.entered, w.left) for w in chart.weeks), default=0) or 1
    half = FLOWS / 2 - 4
    for x, week in zip(centres, chart.weeks, strict=True):
        tone = "now" if week.is_in_period else "then"
        up, down = half * week.entered / top, half * week.left / top
        canvas.rect(x - bar / 2, middle - up, bar, up, cls=f"{tone}-0", about=_told(week))
        canvas.rect(x - bar / 2, middle, bar, down, cls=f"{tone}-1", about=_told(week))
    canvas.line(left, middle, right, middle, cls="axis")
    canvas.text(left - 6, middle - half + 8, f"{top:,}", cls="t soft", anchor="end")
    canvas.text(left - 6, middle + half, f"{top:,}", cls="t soft", anchor="end")
    canvas.text(right + 6, middle - half / 2 + 4, "↑ came in", cls="t")
    canvas.text(right + 6, middle + half / 2 + 4, "↓ went out", cls="t")


def _told(week: Week) -> str:
    return f"{week.label}: {week.entered} in, {week.left} out, {week.groups} groups qualified"
