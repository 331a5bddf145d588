"""The lab's pictures: the weight of one pair part by part, all weights, thresholds, confidence by band."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from muster.lab.judge import Judgement, Point, Share
from muster.lab.pairs import COMPARED, Pair
from muster.lab.role_sample import Band
from muster.reports.charts.canvas import Canvas
from muster.reports.charts.shapes import Columns, Stack

_ROW = 26
_NARROW = 500
_LOWEST, _HIGHEST = -7, 20  # whole bits that are drawn apart; beyond them the last column holds all
_APART = 14.0  # pixels between two words one above the other


def draw_waterfall(pair: Pair, width: int) -> Canvas:
    """From how rare it is that any two are one, part by part, to the weight of this pair."""
    steps = [("any two records", pair.weight - sum(pair.parts.values()))]
    steps += [(name, pair.parts[name]) for name in COMPARED]
    canvas = Canvas(width, _ROW * (len(steps) + 1) + 12)
    ends, total = [0], 0
    for _, weight in steps:
        total += weight
        ends.append(total)
    low, high = min(ends), max(ends)
    left = 112.0
    room = width - left - 52.0

    def place(weight: int) -> float:
        return left + room * (weight - low) / max(high - low, 1)

    canvas.line(place(0), 4, place(0), _ROW * (len(steps) + 1) + 6, cls="axis")
    for row, (name, weight) in enumerate(steps):
        begin, end = sorted((place(ends[row]), place(ends[row + 1])))
        y = 8.0 + row * _ROW
        canvas.text(0, y + 13, name)
        canvas.rect(begin, y, max(end - begin, 1), 16, cls="now-0" if weight >= 0 else "then-0", about=name)
        canvas.text(end + 5, y + 13, f"{weight / 100:+.2f}", cls="t soft")
    y = 8.0 + len(steps) * _ROW
    begin, end = sorted((place(0), place(total)))
    canvas.text(0, y + 13, "match weight", cls="t strong")
    canvas.rect(begin, y, max(end - begin, 1), 16, cls="now-1", about="match weight")
    canvas.text(end + 5, y + 13, f"{total / 100:+.2f}", cls="t strong")
    return canvas


def distribution(pairs: Sequence[Pair], width: int) -> Columns:
    """Pairs by whole bits of weight, on a phone by four: left apart, held back, joined."""
    step = 4 if width < _NARROW else 1
    lowest, highest = _LOWEST // step * step, _HIGHEST // step * step
    most = max((min(pair.weight // 100, highest) for pair in pairs), default=lowest)
    counts = {bit: [0, 0, 0] for bit in range(lowest, max(most, lowest) + 1, step)}
    for pair in pairs:
        bit = min(max(pair.weight // 100 // step * step, lowest), highest)
        counts[bit][0 if pair.is_joined else 2 if pair.fate == "apart" else 1] += 1
    stacks = tuple(Stack(f"{bit:+d}", tuple(layers), is_now=layers[0] > 0) for bit, layers in counts.items())
    return Columns("pairs", ("joined", "held back", "left apart"), stacks)


def draw_curve(judgement: Judgement, width: int, *, needed: int) -> Canvas:
    """Precision and recall at each threshold, with their intervals."""
    canvas = Canvas(width, 276)
    points = judgement.curve
    left, right, top, floor = 40.0, width - 66.0, 24.0, 220.0
    _grid(canvas, left, right, top, floor)
    if not points:
        return canvas
    low, high = points[0].weight, max(points[-1].weight, points[0].weight + 1)

    def across(weight: int) -> float:
        return left + 8 + (right - left - 16) * (weight - low) / (high - low)

    room = 0.0
    for point in points:
        x = across(point.weight)
        if x >= room:
            canvas.text(x, floor + 16, f"{point.weight / 100:g}", cls="t soft tiny", anchor="middle")
            room = x + 30
    canvas.text(left, floor + 40, "joined from this match weight on, in bits", cls="t soft")
    if low <= needed <= high:
        canvas.line(across(needed), top - 2, across(needed), floor, cls="axis")
        canvas.text(across(needed), top - 8, "in force", cls="t soft tiny", anchor="middle")
    lines = {
        name: _line(canvas, judgement, name, cls=cls, side=side, place=(across, floor, top))
        for name, cls, side in (("precision", "now", -1.5), ("recall", "then", 1.5))
    }
    ends = {name: line[-1][1] + 4 for name, line in lines.items() if line}
    for name, y in _parted(ends).items():
        canvas.text(right + 6, y, name, cls="t small")
    return canvas


def draw_calibration(bands: Sequence[Band], width: int) -> Canvas:
    """Stated confidence across, the share that reviewers found right up: on the line, it holds."""
    side = min(width - 60.0, 320.0)
    left, top = 44.0, 12.0
    floor = top + side
    canvas = Canvas(width, int(floor + 48))
    _grid(canvas, left, left + side, top, floor)
    for tenth in range(2, 11, 2):
        x = left + side * tenth / 10
        canvas.text(x, floor + 16, f"{tenth * 10} %", cls="t soft tiny", anchor="middle")
    canvas.line(left, floor, left + side, top, cls="axis")
    canvas.text(left, floor + 38, "stated, across; found right by reviewers, up", cls="t soft")
    for band in bands:
        if band.found.value is None:
            continue
        x = left + side * band.stated
        canvas.line(x, floor - side * band.found.low, x, floor - side * band.found.high, cls="line now")
        canvas.dot(x, floor - side * band.found.value, 4, cls="now-0")
    return canvas


def _grid(canvas: Canvas, left: float, right: float, top: float, floor: float) -> None:
    for tenth in range(0, 11, 2):
        y = floor - (floor - top) * tenth / 10
        canvas.line(left, y, right, y, cls="axis" if tenth == 0 else "grid")
        canvas.text(left - 6, y + 4, f"{tenth * 10} %", cls="t soft tiny", anchor="end")


def _line(
    canvas: Canvas,
    judgement: Judgement,
    name: str,
    *,
    cls: str,
    side: float,
    place: tuple[Callable[[int], float], float, float],
) -> list[tuple[float, float]]:
    across, floor, top = place
    line = []
    for point in judgement.curve:
        share = _share(point, name)
        if share.value is None:
            continue
        x, y = across(point.weight) + side, floor - (floor - top) * share.value
        if judgement.labelled:
            low, high = (floor - (floor - top) * end for end in (share.low, share.high))
            canvas.line(x, low, x, high, cls=f"line {cls}")
        canvas.dot(x, y, 3, cls=f"{cls}-0")
        line.append((x, y))
    canvas.path(line, cls=f"line {cls}")
    return line


def _share(point: Point, name: str) -> Share:
    return point.precision if name == "precision" else point.recall


def _parted(ends: dict[str, float]) -> dict[str, float]:
    """Two words beside their lines, moved apart where the lines end at one height."""
    if len(ends) < 2:
        return ends
    (upper, a), (lower, b) = sorted(ends.items(), key=lambda item: item[1])
    short = max(_APART - (b - a), 0.0) / 2
    return {upper: a - short, lower: b + short}
