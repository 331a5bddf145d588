"""Control charts: points about a mean with stepped limits, and the two sums of a CUSUM."""

from __future__ import annotations

from math import floor, log10

from muster.reports.charts.canvas import Canvas, text_width
from muster.reports.charts.shapes import ControlChart, Sums

HEIGHT, TOP, BOTTOM, LEFT = 230, 26, 24, 46
HALF = 96


def draw_control(chart: ControlChart, width: int) -> Canvas:
    """Limits as steps, special causes ringed and named, what may still change open on hatched ground."""
    canvas = Canvas(width, HEIGHT)
    count = len(chart.points)
    names = (
        ("upper limit", chart.mean_name, "lower limit")
        if any(p.high is not None for p in chart.points)
        else ()
    )
    right = width - max([12.0, *(text_width(name, 11) + 10 for name in names)])
    low, high = _reach(chart)
    ground, step = HEIGHT - BOTTOM, (right - LEFT) / max(count, 1)

    def y(value: float) -> float:
        return ground - (ground - TOP) * (value - low) / (high - low)

    xs = [LEFT + step * (i + 0.5) for i in range(count)]
    young = [i for i, point in enumerate(chart.points) if not point.is_mature]
    for i in young:
        _hatch(canvas, xs[i] - step / 2, xs[i] + step / 2, TOP, ground)
    for part in range(5):
        tick = low + (high - low) * part / 4
        canvas.line(LEFT, y(tick), right, y(tick), cls="axis" if part == 0 else "grid")
        canvas.text(LEFT - 6, y(tick) + 4, _written(tick, chart), cls="t soft", anchor="end")
    canvas.text(0, 11, chart.axis, cls="t soft")
    for side in ("low", "high"):
        steps = [
            (x + shift, y(value))
            for x, point in zip(xs, chart.points, strict=True)
            if (value := getattr(point, side)) is not None
            for shift in (-step / 2, step / 2)
        ]
        canvas.path(steps, cls="limit")
    if chart.mean is not None:
        canvas.line(LEFT, y(chart.mean), right, y(chart.mean), cls="whisker")
    ripe = [(x, y(p.value)) for x, p in zip(xs, chart.points, strict=True) if p.is_mature]
    canvas.path(ripe, cls="line now")
    radius = 2.5 if step < 14 else 3.5
    lowest = -100.0
    for x, point in zip(xs, chart.points, strict=True):
        if point.mark:
            canvas.line(x - step / 2, TOP - 6, x - step / 2, ground, cls="changed")
        canvas.dot(x, y(point.value), radius, cls="now-0" if point.is_mature else "unripe")
        canvas.rect(x - step / 2, TOP, step, ground - TOP, cls="hit", about=point.told)
        if point.ring:
            canvas.dot(x, y(point.value), radius + 3.5, cls="ring")
            if x - lowest > text_width(point.ring, 11) + 8:
                canvas.text(x, y(point.value) - 9, point.ring, cls="t small", anchor="middle")
                lowest = x
    _name_lines(canvas, chart, right + 6, y)
    _name_times(canvas, [p.label for p in chart.points], xs, right)
    if young and step * len(young) > 60:
        canvas.text(xs[young[-1]] + step / 2, TOP - 12, "may still change", cls="t soft small", anchor="end")
    return canvas


def draw_sums(chart: Sums, width: int) -> Canvas:
    """One sum above the line and one below it; what reaches its limit begins anew."""
    canvas = Canvas(width, TOP + 2 * HALF + BOTTOM + 14)
    right, middle = width - 12.0, TOP + HALF
    top = max([chart.limit * 1.1, *chart.ups, *chart.downs])
    step = (right - LEFT) / max(len(chart.labels), 1)
    xs = [LEFT + step * (i + 0.5) for i in range(len(chart.labels))]
    for sign in (-1, 1):
        limit = middle + sign * HALF * chart.limit / top
        canvas.line(LEFT, limit, right, limit, cls="limit")
        canvas.text(LEFT - 6, limit + 4, f"{chart.limit:g}", cls="t soft", anchor="end")
    canvas.line(LEFT, middle, right, middle, cls="axis")
    canvas.text(LEFT - 6, middle + 4, "0", cls="t soft", anchor="end")
    canvas.text(0, 11, f"↑ {chart.up}", cls="t soft")
    canvas.text(0, TOP + 2 * HALF + 13, f"↓ {chart.down}", cls="t soft")
    for values, sign, cls in ((chart.ups, -1, "line then"), (chart.downs, 1, "line now")):
        points = [(x, middle + sign * HALF * value / top) for x, value in zip(xs, values, strict=True)]
        canvas.path(points, cls=cls)
        for (x, at), value in zip(points, values, strict=True):
            if value >= chart.limit:
                canvas.dot(x, at, 6, cls="ring")
    _name_times(canvas, list(chart.labels), xs, right)
    return canvas


def _reach(chart: ControlChart) -> tuple[float, float]:
    """Both ends of the axis: round numbers that hold every point and limit."""
    values = [v for p in chart.points for v in (p.value, p.low, p.high) if v is not None]
    low, high = min([0.0, *values]), max([0.0, *values])
    if chart.is_share:
        return 0.0, next(top for top in (0.1, 0.2, 0.4, 0.6, 0.8, 1.0) if high <= top or top == 1.0)
    furthest = max(abs(low), high, 1e-6)
    power = 10.0 ** floor(log10(furthest))
    top = next(part * power for part in (1, 2, 5, 10) if furthest <= part * power)
    return (-top if low < 0 else 0.0), top


def _written(value: float, chart: ControlChart) -> str:
    if chart.is_share:
        return f"{value * 100:.3g}\u00a0%"
    told = f"{value:,.0f}" if abs(value) >= 10 else f"{value:.2g}" if abs(value) > 1e-9 else "0"
    return told.replace("-", "\u2212")


def _hatch(canvas: Canvas, x0: float, x1: float, y0: float, y1: float) -> None:
    """Slanting lines over a box, six pixels apart and in step with those of the box beside it."""
    first = int((x0 - (y1 - y0)) // 6)
    for number in range(first, int(x1 // 6) + 1):
        foot = number * 6.0  # where the line would meet the floor; it rises to the right
        left, end = max(foot, x0), min(foot + (y1 - y0), x1)
        if left < end:
            canvas.line(left, y1 - (left - foot), end, y1 - (end - foot), cls="hatch")


def _name_lines(canvas: Canvas, chart: ControlChart, x: float, y: object) -> None:
    last = next((p for p in reversed(chart.points) if p.high is not None), None)
    if last is None or not callable(y):
        return
    lowest = -100.0
    for name, value in (("upper limit", last.high), (chart.mean_name, chart.mean), ("lower limit", last.low)):
        if value is not None:
            place = max(y(value) + 4, lowest + 13)
            canvas.text(x, place, name, cls="t soft small")
            lowest = place


def _name_times(canvas: Canvas, labels: list[str], xs: list[float], right: float) -> None:
    """As many labels as have room, the first among them."""
    last = -100.0
    for label, x in zip(labels, xs, strict=True):
        half = text_width(label) / 2
        if label and x - half > last + 12 and x + half <= right + 8:
            canvas.text(max(x, half), canvas.height - 4, label, cls="t soft", anchor="middle")
            last = x + half
