"""The figures of the pictures of one buying group. Places along time are parts of the whole, 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a strip: from where to where, what it is, and what is said of it."""

    start: float
    end: float
    status: str
    about: str


@dataclass(frozen=True, slots=True)
class Strip:
    """Statuses along time; `marks` are hand-offs."""

    begins: str
    ends: str
    spans: tuple[Span, ...]
    marks: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Parts in points (hundredths) that add up to the total, on a scale that ends at `of`."""

    parts: tuple[tuple[str, int], ...]
    total: int
    total_name: str
    of: int = 10_000


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One person's acts week by week, the oldest first."""

    name: str
    weeks: tuple[int, ...]
    about: str
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class Heat:
    """Weeks as columns, people as rows; marks are upright rules with a word, such as a hand-off.

    `passed` are shares between rows: place in time, row from, row to. Without names it is one row of a table.
    """

    rows: tuple[HeatRow, ...]
    marks: tuple[tuple[float, str], ...]
    begins: str
    ends: str
    passed: tuple[tuple[float, int, int], ...] = ()
    is_inline: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """Counts of touches, step by step."""

    name: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """An opportunity along time: open, won or lost."""

    start: float
    end: float
    label: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Step:
    """A column of lanes: a week or month, what is said of it, and the address it opens, empty for none."""

    start: float
    end: float
    about: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Lanes:
    """Touches in lanes above opportunities as bars; marks are upright rules, such as hand-offs.

    `shown` is the stretch whose touches stand in the list beside the picture.
    """

    begins: str
    ends: str
    steps: tuple[Step, ...]
    lanes: tuple[Lane, ...]
    bars: tuple[Bar, ...]
    marks: tuple[tuple[float, str], ...]
    shown: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Arrow:
    """A share: when and by whom it was passed on, when and by whom it was read, and how sure that is."""

    from_at: float
    from_row: int
    to_at: float
    to_row: int
    is_proven: bool
    confidence: float
    about: str


@dataclass(frozen=True, slots=True)
class Sharing:
    """People as rows from the most senior down (name, seniority), time to the right, shares as arrows."""

    begins: str
    ends: str
    people: tuple[tuple[str, str], ...]
    arrows: tuple[Arrow, ...]


GroupChart = Strip | Waterfall | Heat | Lanes | Sharing
