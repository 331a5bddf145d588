"""The ribbons that show what moved from which state to which."""

from __future__ import annotations

from dataclasses import dataclass

from muster.serving.figures.board import NEW, STATES
from muster.serving.figures.board_cards import Flow

_WIDTH, _GAP, _LEFT, _RIGHT = 720, 14, 190, 530
_TALL = 220  # pixels that all ribbons share
_LEAST, _MOST = 3.0, 18.0  # of a single mover: still seen, and never a wall


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A flow as it is drawn: the outline of an area, as a path of SVG."""

    flow: Flow
    outline: str


@dataclass(frozen=True, slots=True)
class End:
    """The name of a state at one side, with how many left or came."""

    state: str
    count: int
    y: float


@dataclass(frozen=True, slots=True)
class FlowPicture:
    """Ribbons from the states left to the states entered."""

    width: int
    height: int
    left: int
    right: int
    ribbons: tuple[Ribbon, ...]
    froms: tuple[End, ...]
    tos: tuple[End, ...]


def draw_flows(flows: list[Flow]) -> FlowPicture:
    """Where each ribbon runs; every side is as tall as what passes it."""
    total = sum(flow.count for flow in flows) or 1
    thick = {(f.from_state, f.to_state): max(_LEAST, min(_MOST, _TALL / total) * f.count) for f in flows}
    froms, starts = _side([(f.from_state, f.to_state) for f in flows], thick, side=0, flows=flows)
    tos, ends = _side([(f.from_state, f.to_state) for f in flows], thick, side=1, flows=flows)
    middle = (_LEFT + _RIGHT) / 2
    ribbons = []
    for flow in flows:
        key = (flow.from_state, flow.to_state)
        y1, y2 = starts[key], ends[key]
        top1, top2 = y1 - thick[key] / 2, y2 - thick[key] / 2
        low1, low2 = y1 + thick[key] / 2, y2 + thick[key] / 2
        outline = (
            f"M{_LEFT} {top1:.1f}C{middle:.0f} {top1:.1f} {middle:.0f} {top2:.1f} {_RIGHT} {top2:.1f}"
            f"V{low2:.1f}C{middle:.0f} {low2:.1f} {middle:.0f} {low1:.1f} {_LEFT} {low1:.1f}Z"
        )
        ribbons.append(Ribbon(flow, outline))
    bottom = max((y for _, y in (*_bottoms(starts, thick), *_bottoms(ends, thick))), default=0.0)
    return FlowPicture(_WIDTH, int(bottom) + 12, _LEFT, _RIGHT, tuple(ribbons), tuple(froms), tuple(tos))


def _bottoms(
    middles: dict[tuple[str, str], float], thick: dict[tuple[str, str], float]
) -> list[tuple[tuple[str, str], float]]:
    return [(key, y + thick[key] / 2) for key, y in middles.items()]


def _side(
    keys: list[tuple[str, str]], thick: dict[tuple[str, str], float], *, side: int, flows: list[Flow]
) -> tuple[list[End], dict[tuple[str, str], float]]:
    """The names of one side from top to bottom, and the middle of each ribbon there."""
    ends, middles, y = [], {}, 10.0
    for state in (NEW, *STATES):
        theirs = [key for key in keys if key[side] == state]
        if not theirs:
            continue
        tall = sum(thick[key] for key in theirs)
        room = max(tall, 16.0)  # a name needs its line
        at = y + (room - tall) / 2
        count = sum(flow.count for flow in flows if (flow.from_state, flow.to_state)[side] == state)
        ends.append(End(state, count, round(y + room / 2, 1)))
        for key in theirs:
            middles[key] = at + thick[key] / 2
            at += thick[key]
        y += room + _GAP
    return ends, middles
