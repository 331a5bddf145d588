"""One way to state a figure, and one table of them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from math import sqrt
from pathlib import Path

import muster

ROOT = Path(__file__).parents[2]
COLUMNS = ("what", "others", "Muster", "bar", "")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: ours beside others' in the same run, and the bar it is held to, if there is one.

    `others` holds the simple baseline and, where there is one, the specialist tool by itself. `how` says
    on what it was measured. A figure is as good as it is high, unless `is_at_most`. `skipped` names what
    was not there to measure it on.
    """

    topic: str
    what: str
    ours: float | None = None
    others: Mapping[str, float] = field(default_factory=dict)
    bar: float | None = None
    is_at_most: bool = False
    how: str = ""
    skipped: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the bar is reached, to the last digit shown; None where there is none."""
        if self.bar is None or self.ours is None:
            return None
        ours = round(self.ours, 4)
        return ours <= self.bar if self.is_at_most else ours >= self.bar

    def cells(self) -> tuple[str, ...]:
        """Its row of the table."""
        if self.skipped:
            return (self.what, "", "", "", f"skipped: {self.skipped}")
        others = ", ".join(f"{who} {number(value)}" for who, value in self.others.items())
        bar = "" if self.bar is None else f"{'at most ' if self.is_at_most else ''}{number(self.bar)}"
        missed = ("MISSED. " if self.holds is False else "") + self.how
        return (self.what, others, number(self.ours), bar, missed)


@dataclass(frozen=True)
class Data:
    """Where the sets are; the generated company's tables are built once, when first asked for."""

    shared: Path
    scratch: Path
    built: Path | None = None

    @property
    def world(self) -> Path:
        """The generated company with known truth."""
        return self.shared / "world"

    @property
    def sets(self) -> Path:
        """The public sets."""
        return self.shared / "data"

    @cached_property
    def tables(self) -> Path:
        """The flow's tables of the generated company."""
        return self.built or self.run(self.world, "world")

    def run(self, exports: Path, name: str) -> Path:
        """The tables that the flow makes of exports in the generated company's shape."""
        folder = self.scratch / name
        shutil.copytree(
            ROOT / "examples" / "world",
            folder,
            ignore=shutil.ignore_patterns(".muster"),
        )
        before = os.environ.get("WORLD")
        os.environ["WORLD"] = str(exports)
        try:
            muster.open(folder).run()
        finally:
            if before is None:
                del os.environ["WORLD"]
            else:
                os.environ["WORLD"] = before
        return folder / ".muster" / "tables"

    def missing(self, *parts: str) -> str:
        """The first of some folders or files of `shared` that is not there; empty where all are."""
        return next(
            (f"no {part} in {self.shared}" for part in parts if not (self.shared / part).exists()), ""
        )


@contextmanager
def find_data(shared: Path, tables: Path | None) -> Iterator[Data]:
    """The data, with a scratch folder that goes when all is measured."""
    with tempfile.TemporaryDirectory(prefix="muster-quality-") as folder:
        yield Data(shared, Path(folder), tables)


def number(value: float | None) -> str:
    """A figure as it is printed: counts with commas, everything below a thousand with what tells it apart."""
    if value is None:
        return "-"
    if float(value).is_integer() and abs(value) > 1:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.4f}"


def as_text(figures: Sequence[Figure]) -> str:
    """The table for a screen, a heading for each topic."""
    rows = [figure.cells() for figure in figures]
    widths = [max((len(row[i]) for row in [COLUMNS, *rows]), default=0) for i in range(4)]
    lines, topic = [], ""
    for figure, row in zip(figures, rows, strict=True):
        if figure.topic != topic:
            topic = figure.topic
            lines += ["", topic, _line(COLUMNS, widths)]
        lines.append(_line(row, widths))
    return "\n".join(lines)


def calibrated(
    topic: str, what: str, count: int, of: str, *, stated: float, true: float, bar: float | None = None
) -> Figure:
    """A stated probability beside the true share, and the interval that so few cases leave the latter."""
    low, high = wilson(true, count)
    how = f"{count:,} {of}: stated {stated:.3f}, true {true:.3f} ({low:.2f} to {high:.2f})"
    return Figure(topic, what, abs(stated - true), bar=bar, is_at_most=True, how=how)


def wilson(share: float, count: int) -> tuple[float, float]:
    """The interval of a share that holds 95 times in a hundred (Wilson, 1927).

    >>> tuple(round(end, 3) for end in wilson(1.0, 17))
    (0.816, 1.0)
    """
    z = 1.959964
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def as_markdown(figures: Iterable[Figure]) -> str:
    """The same as tables in Markdown."""
    lines, topic = [], ""
    for figure in figures:
        if figure.topic != topic:
            topic = figure.topic
            lines += ["", f"### {topic}", "", "| what | others, same run | Muster | bar | measured on |"]
            lines.append("|---|---|---|---|---|")
        cells = (cell.replace("|", "\\|") or " " for cell in figure.cells())
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines).strip() + "\n"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.rjust(width) if at in {2, 3} else cell.ljust(width)
        for at, (cell, width) in enumerate(zip(row, widths, strict=False))
    ]
    return "  " + "  ".join([*padded, row[4]]).rstrip()
