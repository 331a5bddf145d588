"""The matching in three pictures on one page: the weight of one pair, all weights, other thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files

from muster.lab.judge import Judgement, Share
from muster.lab.pairs import COMPARED, READABLE, Pair
from muster.problems import WrongUse
from muster.reports.charts.canvas import Canvas
from muster.reports.charts.draw import draw
from muster.reports.charts.shapes import Columns, Stack

WIDTH, _ROW = 760, 26
_LOWEST, _HIGHEST = -7, 20  # whole bits that are drawn apart; beyond them the last column holds all


def write_page(company: str, pairs: Sequence[Pair], shown: Pair, judgement: Judgement, *, needed: int) -> str:
    """The page as HTML: no script, no outside host. The same pairs always give the same text."""
    style = files("muster.reports").joinpath("templates/board.css").read_text("utf-8")
    has_labels = judgement.labelled > 0
    basis = (
        f"Estimated from {judgement.labelled} labels; bars are 95 % intervals. {judgement.shows_not}"
        if has_labels
        else "What the model itself expects, without any label: it is not measured. "
        "Draw a sample and review it: muster lab match"
    )
    waterfall = draw_waterfall(shown).svg(
        key="waterfall", title="Match weight of one pair", about=_told(shown)
    )
    weights = draw(
        _distribution(pairs), WIDTH, key="weights", title="Match weights", about="Pairs by match weight."
    )
    curve = draw_curve(judgement, needed=needed).svg(key="curve", title="Thresholds", about=basis)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Matching of {escape(company)}</title><style>{style}</style></head><body><main>"
        f"<h1>Matching of {escape(company)}</h1>"
        f"<h2>One pair, comparison by comparison</h2>{_both(shown)}{waterfall}"
        f"<p>{escape(_told(shown))}</p>"
        f"<h2>All {len(pairs):,} pairs by match weight</h2>{weights}"
        f"<p>Joined from {needed / 100:g} bits on. Held back: joining them would make one of two people "
        "who are known apart, or they are as like to another.</p>"
        f"<h2>Other thresholds</h2>{curve}<p>{escape(basis)}</p></main></body></html>\n"
    )


def find_pair(pairs: Sequence[Pair], ids: Sequence[str] = ()) -> Pair:
    """The pair of two records or addresses; without any, the joined pair that leaves most doubt."""
    if not ids:
        joined = [pair for pair in pairs if pair.is_joined] or list(pairs)
        return min(joined, key=lambda p: (p.weight, p.left_id, p.right_id))
    wanted = {said if said[:2] in {"r:", "e:"} else f"{'e' if '@' in said else 'r'}:{said}" for said in ids}
    for pair in pairs:
        if {pair.left_id, pair.right_id} == wanted:
            return pair
    raise WrongUse(
        f"{' and '.join(ids)} were not compared, or are not alike at all.",
        remedy="Pairs that are: the columns left_id and right_id of the sample of muster lab match.",
    )


def draw_waterfall(pair: Pair) -> Canvas:
    """From how rare it is that any two are one, part by part, to the weight of this pair."""
    steps = [("any two records", pair.weight - sum(pair.parts.values()))]
    steps += [(name, pair.parts[name]) for name in COMPARED]
    canvas = Canvas(WIDTH, _ROW * (len(steps) + 1) + 24)
    ends, total = [0], 0
    for _, weight in steps:
        total += weight
        ends.append(total)
    low, high = min(ends), max(ends)
    left, room = 130.0, WIDTH - 130.0 - 60.0

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
    canvas.text(end + 5, y + 13, f"{total / 100:.2f}", cls="t strong")
    return canvas


def draw_curve(judgement: Judgement, *, needed: int) -> Canvas:
    """Precision and recall at each threshold, with their intervals."""
    canvas = Canvas(WIDTH, 260)
    points = judgement.curve
    left, right, top, floor = 44.0, WIDTH - 90.0, 20.0, 220.0
    for tenth in range(0, 11, 2):
        y = floor - (floor - top) * tenth / 10
        canvas.line(left, y, right, y, cls="axis" if tenth == 0 else "grid")
        canvas.text(left - 6, y + 4, f"{tenth * 10} %", cls="t soft", anchor="end")
    if not points:
        return canvas
    low, high = points[0].weight, max(points[-1].weight, points[0].weight + 1)

    def across(weight: int) -> float:
        return left + 8 + (right - left - 16) * (weight - low) / (high - low)

    for point in points:
        x = across(point.weight)
        canvas.text(x, floor + 16, f"{point.weight / 100:g}", cls="t soft tiny", anchor="middle")
    canvas.text(left, floor + 34, "joined from this match weight on, in bits", cls="t soft")
    if low <= needed <= high:
        canvas.line(across(needed), top, across(needed), floor, cls="axis")
        canvas.text(across(needed), top - 6, "in force", cls="t soft tiny", anchor="middle")
    for name, cls in (("precision", "now"), ("recall", "then")):
        line = []
        for point in points:
            share: Share = getattr(point, name)
            if share.value is None:
                continue
            x = across(point.weight) + (1.5 if name == "recall" else -1.5)
            y = floor - (floor - top) * share.value
            if judgement.labelled:
                span = [floor - (floor - top) * end for end in (share.low, share.high)]
                canvas.line(x, span[0], x, span[1], cls=f"line {cls}")
            canvas.dot(x, y, 3, cls=f"{cls}-0")
            line.append((x, y))
        canvas.path(line, cls=f"line {cls}")
        if line:
            canvas.text(right + 6, line[-1][1] + 4, name, cls="t small")
    return canvas


def _distribution(pairs: Sequence[Pair]) -> Columns:
    """Pairs by whole bits of weight: left apart, held back, joined."""
    highest = min(max((pair.weight // 100 for pair in pairs), default=_LOWEST), _HIGHEST)
    counts = {bit: [0, 0, 0] for bit in range(_LOWEST, max(highest, _LOWEST) + 1)}
    for pair in pairs:
        bit = min(max(pair.weight // 100, _LOWEST), _HIGHEST)
        counts[bit][0 if pair.is_joined else 2 if pair.fate == "apart" else 1] += 1
    stacks = tuple(Stack(str(bit), tuple(layers), is_now=layers[0] > 0) for bit, layers in counts.items())
    return Columns("pairs, by match weight in whole bits", ("joined", "held back", "left apart"), stacks)


def _both(pair: Pair) -> str:
    rows = "".join(
        f"<tr><th>{name.replace('_', ' ')}</th><td>{escape(pair.left[name])}</td>"
        f"<td>{escape(pair.right[name])}</td></tr>"
        for name in READABLE
    )
    ids = f"<tr><th></th><th>{escape(pair.left_id)}</th><th>{escape(pair.right_id)}</th></tr>"
    return f"<table>{ids}{rows}</table>"


def _told(pair: Pair) -> str:
    return (
        f"{pair.left_id} and {pair.right_id}: match weight {pair.weight / 100:.2f} bits, "
        f"probability {pair.probability:.4f}, {pair.fate}."
    )
