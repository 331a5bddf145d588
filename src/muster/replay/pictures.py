"""The replay's pictures: how long before, held or missed by quarter, whose the discarded leads were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime

from muster.replay.compare import Replay
from muster.replay.history import Opening
from muster.replay.matching import MQL, MUSTER
from muster.replay.places import WEEK
from muster.replay.second_leads import FATES, Discarded
from muster.reports.charts.canvas import Canvas, text_width, ticks
from muster.reports.charts.shapes import Columns, Stack

HELD = ("on both lists", "Muster's only", "MQL list only", "on neither")
BECAME = ("won", "lost", "open", "none within 26 weeks")
_NARROW = 500


def weeks_before(told: Replay, side: str) -> list[int]:
    """How many openings a side held so many whole weeks before they opened: 0, 1, ... up to the horizon."""
    counts = Counter(
        min((opening.at - hand_off.at) // WEEK, told.horizon_weeks - 1)
        for opening in told.compared.openings
        if (hand_off := told.compared.caught[side].get(opening.opportunity_id)) is not None
    )
    return [counts[week] for week in range(told.horizon_weeks)]


def draw_weeks_before(told: Replay, width: int) -> Canvas:
    """Two bars for each whole week before the opening: the MQL list's and Muster's."""
    sides = {side: weeks_before(told, side) for side in (MQL, MUSTER)}
    canvas = Canvas(width, 236)
    left, right, top, floor = 34.0, width - 8.0, 34.0, 180.0
    most = max(max(counts) for counts in sides.values()) or 1
    for tick in ticks(most):
        y = floor - (floor - top) * tick / most
        canvas.line(left, y, right, y, cls="axis" if tick == 0 else "grid")
        canvas.text(left - 6, y + 4, f"{tick}", cls="t soft tiny", anchor="end")
    canvas.text(0, 12, "openings", cls="t soft tiny")
    canvas.rect(left + 60, 3, 10, 10, cls="then-0")
    canvas.text(left + 75, 12, f"MQL list ({sum(sides[MQL])})", cls="t small")
    canvas.rect(left + 180, 3, 10, 10, cls="now-0")
    canvas.text(left + 195, 12, f"Muster ({sum(sides[MUSTER])})", cls="t small")
    step = (right - left) / told.horizon_weeks
    for week in range(told.horizon_weeks):
        # Time runs to the right: the longest warning stands first.
        x = left + step * (told.horizon_weeks - 1 - week)
        for place, (side, cls) in enumerate(((MQL, "then-0"), (MUSTER, "now-0"))):
            high = (floor - top) * sides[side][week] / most
            about = f"{sides[side][week]} openings held {week} to {week + 1} weeks before"
            canvas.rect(
                x + step * (0.14 + 0.36 * place), floor - high, step * 0.34, high, cls=cls, about=about
            )
        if width >= _NARROW or week % 2 == 0:
            canvas.text(x + step / 2, floor + 16, f"{week}", cls="t soft tiny", anchor="middle")
    canvas.text(left, floor + 38, "whole weeks before the opening", cls="t soft tiny")
    return canvas


def held_by_quarter(told: Replay) -> list[tuple[str, tuple[int, int, int, int]]]:
    """Openings of each quarter: on both lists, on Muster's only, on the MQL list only, on neither."""
    counts: dict[str, list[int]] = {}
    for opening in told.compared.openings:
        key = opening.opportunity_id
        left, right = (key in told.compared.caught[side] for side in (MQL, MUSTER))
        place = 0 if left and right else 1 if right else 2 if left else 3
        counts.setdefault(_quarter(opening.at), [0, 0, 0, 0])[place] += 1
    return [(label, (c[0], c[1], c[2], c[3])) for label, c in sorted(counts.items())]


def quarter_columns(told: Replay) -> Columns:
    """The same as columns over time; the year stands at the first and at every first quarter."""
    stacks = tuple(
        Stack(
            label[5:] if number and not label.endswith("Q1") else f"{label[5:]} {label[2:4]}",
            layers,
            is_now=True,
        )
        for number, (label, layers) in enumerate(held_by_quarter(told))
    )
    return Columns("openings", HELD, stacks)


def flow_of_discarded(told: Replay) -> list[tuple[str, str, int]]:
    """Discarded second leads by where they belonged and what became of the opening related to them."""
    counts = Counter((each.fate, _became(each)) for each in told.discarded)
    return [(fate, end, counts[fate, end]) for fate in FATES for end in BECAME if counts[fate, end]]


def draw_flow(told: Replay, width: int) -> Canvas:
    """Ribbons from where discarded second leads belonged to what became of the related opening."""
    flow = flow_of_discarded(told)
    total = sum(count for *_, count in flow) or 1
    narrow = width < _NARROW
    short = {"same_group": "group worked", "other_solution": "other solution", "no_group": "no group"}
    names = short if narrow else {key: words.removeprefix("of ") for key, words in FATES.items()}
    labels = {key: f"{name} {sum(n for f, _, n in flow if f == key)}" for key, name in names.items()}
    left = max(text_width(label) for label in labels.values()) + 20
    right = width - (96.0 if narrow else 150.0)
    room, gap = 150.0, 22.0
    canvas = Canvas(width, int(room + gap * 4 + 26))
    starts = _stacked([(key, sum(n for f, _, n in flow if f == key)) for key in FATES], total, room, gap)
    ends = _stacked([(key, sum(n for _, e, n in flow if e == key)) for key in BECAME], total, room, gap)
    canvas.text(0, 10, "belonged to", cls="t soft tiny")
    canvas.text(width, 10, "related opening", cls="t soft tiny", anchor="end")
    cursor = {("start", key): y for key, (y, _) in starts.items()} | {
        ("end", key): y for key, (y, _) in ends.items()
    }
    for fate, end, count in flow:
        high = room * count / total
        a, b = cursor["start", fate], cursor["end", end]
        cursor["start", fate], cursor["end", end] = a + high, b + high
        tone = "now-2" if fate != "no_group" else "then-2"
        corners = [(left + 8, a), (right, b), (right, b + high), (left + 8, a + high)]
        canvas.area(corners, cls=tone, about=f"{count} {FATES[fate]}: {end}")
    for key, (y, high) in starts.items():
        canvas.rect(left, y, 8, high, cls="now-0" if key != "no_group" else "then-0")
        canvas.text(left - 8, y + high / 2 + 4, labels[key], cls="t small", anchor="end")
    for key, (y, high) in ends.items():
        canvas.rect(right, y, 8, high, cls="now-0" if key == "won" else "then-0")
        count = sum(n for _, e, n in flow if e == key)
        canvas.text(right + 18, y + high / 2 + 4, f"{key.split(' within')[0]} {count}", cls="t small")
    return canvas


def _stacked(
    parts: Sequence[tuple[str, int]], total: int, room: float, gap: float
) -> dict[str, tuple[float, float]]:
    """Where each part stands and how high it is; parts without anybody are left out."""
    placed, y = {}, 24.0
    for key, count in parts:
        if count:
            placed[key] = (y, room * count / total)
            y += room * count / total + gap
    return placed


def _became(each: Discarded) -> str:
    opening: Opening | None = each.opening
    if opening is None:
        return BECAME[3]
    return "won" if opening.is_won else "lost" if opening.closed_at is not None else "open"


def _quarter(instant: int) -> str:
    day: date = datetime.fromtimestamp(instant / 1_000_000, UTC).date()
    return f"{day.year}-Q{(day.month + 2) // 3}"
