"""The back-test's pictures: do chances come true, what the best-ranked hold, what hand-offs catch."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10

from muster.backtest.calibration import Bin
from muster.backtest.judge import Scored
from muster.backtest.questions import CHANCE
from muster.reports.charts.canvas import Canvas

_SMALL = 500  # pixels below which a picture is drawn for a phone
_ROW = 40


def draw_reliability(bins: Sequence[Bin], width: int) -> Canvas:
    """What was said across, what came up, both by tens: on the thin line chances come true.

    The bar is the 80 % interval, the thin one the 95 %. Below: how many rows a bin holds.
    """
    told = [b for b in bins if b.observed is not None]
    side = min(width - 76.0, 420.0)
    left, top, rug = 52.0, 12.0, 44.0
    floor = top + side
    canvas = Canvas(width, int(floor + rug + 58))
    ends = [e for b in told for e in (b.predicted, b.low_95 or b.observed or 1.0) if e and e > 0]
    lowest = min([int(log10(min(ends)) - 1), -1]) if ends else -3

    def place(chance: float) -> float:
        return side * (log10(max(chance, 10.0**lowest)) - lowest) / -lowest

    for power in range(lowest, 1):
        at = place(10.0**power)
        words = f"{10.0 ** (power + 2):g} %"
        canvas.line(left, floor - at, left + side, floor - at, cls="axis" if power == lowest else "grid")
        canvas.text(left - 6, floor - at + 4, words, cls="t soft tiny", anchor="end")
        canvas.text(left + at, floor + rug + 14, words, cls="t soft tiny", anchor="middle")
    canvas.line(left, floor, left + side, top, cls="axis")
    most = max((b.rows for b in bins), default=1)
    for b in bins:
        high = 4 + 28 * log10(b.rows + 1) / log10(most + 1)
        canvas.rect(
            left + place(b.predicted) - 4,
            floor + rug - high,
            8,
            high,
            cls="then-2",
            about=f"{b.rows:,} rows, {b.openings} different openings",
        )
    for b in told:
        x = left + place(b.predicted)
        for begin, end, cls in ((b.low_95, b.high_95, "line then"), (b.low_80, b.high_80, "line now")):
            if begin is not None and end is not None:
                canvas.line(x, floor - place(begin), x, floor - place(end), cls=cls)
        canvas.dot(x, floor - place(b.observed or 0.0), 4, cls="now-0")
    canvas.text(left, floor + rug + 38, "chance that was said; bars: how many rows", cls="t soft")
    canvas.text(left + 4, top + 10, "part that opened", cls="t soft")
    return canvas


def draw_lift(scores: Sequence[Scored], width: int) -> Canvas:
    """The part of openings found in the best-ranked tenth of all rows, step by step."""
    left, top, floor = 44.0, 24.0, 240.0
    right = width - (150.0 if width >= _SMALL else 140.0)
    canvas = Canvas(width, 300)
    for tenth in range(0, 11, 2):
        y = floor - (floor - top) * tenth / 10
        canvas.line(left, y, right, y, cls="axis" if tenth == 0 else "grid")
        canvas.text(left - 6, y + 4, f"{tenth * 10} %", cls="t soft tiny", anchor="end")
    for percent in range(0, 11, 2):
        x = left + (right - left) * percent / 10
        canvas.text(x, floor + 16, f"{percent} %", cls="t soft tiny", anchor="middle")
    canvas.text(left, floor + 40, "best-ranked part of all rows asked about", cls="t soft")
    canvas.text(left, top - 10, "part of the openings in it", cls="t soft")
    ends: list[tuple[float, str]] = []
    for one in sorted(scores, key=lambda s: s.name == CHANCE):
        if one.curve is None:
            continue
        line = [
            (left + (right - left) * x * 10, floor - (floor - top) * y)
            for x, y in zip(*one.curve, strict=True)
            if x <= 0.1
        ]
        canvas.path(line, cls="line now" if one.name == CHANCE else "line then")
        ends.append((line[-1][1], one.name))
    for y, name in _apart(ends):
        canvas.text(right + 6, y + 4, name, cls="t small" if name == CHANCE else "t soft tiny")
    return canvas


def draw_capacity(scores: Sequence[Scored], width: int) -> Canvas:
    """For each score the part of hand-offs that open, above the part of openings caught; 80 % bars."""
    left = 170.0 if width >= _SMALL else 146.0
    right, top = width - 16.0, 26.0
    floor = top + _ROW * len(scores)
    canvas = Canvas(width, int(floor + 66))
    ends = [f.high_80 or 0.0 for one in scores for f in one.at_capacity if f.name in ("precision", "recall")]
    most = max([*(round(e * 10 + 0.5) / 10 for e in ends), 0.2])
    for tenth in range(round(most * 10) + 1):
        x = left + (right - left) * tenth / (most * 10)
        canvas.line(x, top - 6, x, floor, cls="axis" if tenth == 0 else "grid")
        if width >= _SMALL or tenth % 2 == 0:
            canvas.text(x, floor + 16, f"{tenth * 10} %", cls="t soft tiny", anchor="middle")
    for row, one in enumerate(scores):
        y = top + _ROW * row + 12
        canvas.text(0, y + 6, one.name, cls="t strong" if one.name == CHANCE else "t small")
        for shift, name, cls in ((0.0, "precision", "now"), (11.0, "recall", "then")):
            figure = next(f for f in one.at_capacity if f.name == name)
            if figure.value is None:
                canvas.text(left + 4, y + shift + 3, f"{name}: not estimable", cls="t soft tiny")
                continue
            low, high = figure.low_80, figure.high_80
            if low is not None and high is not None:
                x1, x2 = (left + (right - left) * end / most for end in (low, high))
                canvas.line(x1, y + shift, x2, y + shift, cls=f"line {cls}")
            canvas.dot(left + (right - left) * figure.value / most, y + shift, 4, cls=f"{cls}-0")
    canvas.text(0, floor + 40, "upper dot: hand-offs that open", cls="t soft")
    canvas.text(0, floor + 56, "lower dot: openings caught", cls="t soft")
    return canvas


def _apart(ends: Sequence[tuple[float, str]], room: float = 14.0) -> list[tuple[float, str]]:
    """Words beside their lines, moved down where they would stand on one another."""
    found: list[tuple[float, str]] = []
    for y, name in sorted(ends):
        found.append((max(y, found[-1][0] + room) if found else y, name))
    rise = (found[-1][0] - max(ends)[0]) / 2 if found else 0.0  # half of what the last was moved by
    return [(y - rise, name) for y, name in found]
