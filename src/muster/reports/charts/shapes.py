"""The figures each kind of picture is drawn from. `draw.draw` turns one into SVG.

Amounts are whole numbers (cents, counts); `currency` is None where they are counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from muster.reports.charts.group_shapes import GroupChart


@dataclass(frozen=True, slots=True)
class Stack:
    """One column: its label and its layers from the ground up; `is_now` is the one under discussion."""

    label: str
    layers: tuple[int, ...]
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns over time, stacked; the layers are named beside the last column."""

    axis: str
    layer_names: tuple[str, ...]
    stacks: tuple[Stack, ...]
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """A share with its interval, 0 to 1; no estimate where data are thin."""

    label: str
    estimate: float | None
    low: float | None
    high: float | None
    beside: str
    is_now: bool = True


@dataclass(frozen=True, slots=True)
class Intervals:
    """Shares one below the other; `is_funnel` draws them as narrowing bars."""

    axis: str
    rows: tuple[Interval, ...]
    is_funnel: bool = False


@dataclass(frozen=True, slots=True)
class Segments:
    """A horizontal bar made of single amounts, so that one large deal is seen as one."""

    label: str
    amounts: tuple[int, ...]
    is_context: bool = False


@dataclass(frozen=True, slots=True)
class SegmentBars:
    """Horizontal bars, longest first."""

    axis: str
    rows: tuple[Segments, ...]
    currency: str | None = None
    noun: str = "deal"
    plural: str = "deals"


@dataclass(frozen=True, slots=True)
class Week:
    """Groups in and out of qualified in a week, and how many groups and accounts then are."""

    label: str
    is_month_start: bool
    is_in_period: bool
    entered: int
    left: int
    groups: int
    accounts: int


@dataclass(frozen=True, slots=True)
class Movement:
    """How many are qualified over time, above how many came and went."""

    period: str
    until: str
    weeks: tuple[Week, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """What several rules give one programme; the chosen rule's amount is named."""

    label: str
    chosen: int
    amounts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Spreads:
    """One row a programme: the chosen rule as a dot on a bar from least to most."""

    axis: str
    chosen_name: str
    rows: tuple[Spread, ...]
    currency: str
    alike: str = "all rules"  # said where least and most are one amount


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a score, in points (hundredths), on a scale that ends at `of`."""

    parts: tuple[tuple[str, int], ...]
    of: int = 10_000


@dataclass(frozen=True, slots=True)
class History:
    """A score over days (0 the earliest), with the stretches in which the group was qualified."""

    days: int
    points: tuple[tuple[int, int], ...]
    qualified: tuple[tuple[int, int], ...]
    of: int = 10_000


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """A point of a control chart with its limits; `ring` names a special cause, `mark` a change of rules."""

    label: str
    value: float
    low: float | None
    high: float | None
    told: str
    is_mature: bool = True
    ring: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class ControlChart:
    """Points over time about a mean, their limits stepped; what is not mature is hatched and left open.

    Shares are written as percentages; other numbers as they are, and may lie below zero.
    """

    axis: str
    points: tuple[ControlPoint, ...]
    mean: float | None = None
    is_share: bool = True
    mean_name: str = "mean"


@dataclass(frozen=True, slots=True)
class Sums:
    """Two sums over units in order, one drawn upwards and one downwards, with the limit of both."""

    up: str
    down: str
    limit: float
    labels: tuple[str, ...]
    ups: tuple[float, ...]
    downs: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference between two arms with its 95 % and 80 % intervals."""

    label: str
    estimate: float
    low: float
    high: float
    low_80: float
    high_80: float
    beside: str


@dataclass(frozen=True, slots=True)
class Differences:
    """Differences one below the other, about nought."""

    axis: str
    rows: tuple[Difference, ...]


Chart = (
    Differences
    | ControlChart
    | Sums
    | Columns
    | Intervals
    | SegmentBars
    | Movement
    | Spreads
    | Parts
    | History
    | GroupChart
)


def below_zero(amounts: Iterable[int]) -> str:
    """What a picture of lengths must add where an amount has none; empty where every amount has one."""
    found = any(amount < 0 for amount in amounts)
    return " Amounts below zero have no length here: they stand in the table." if found else ""
