"""What a page of the board pack is made of: sentences, headline figures, tables and pictures.

A figure module makes these from the published tables; the templates only write them down.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from muster.reports.charts.shapes import Chart
from muster.reports.values import Value


@dataclass(frozen=True, slots=True)
class Query:
    """The SELECT a sheet was read with, over the published tables it names."""

    tables: tuple[str, ...]
    sql: str

    @property
    def command(self) -> str:
        """The same SELECT for a terminal, on one line."""
        return f'muster query "{" ".join(self.sql.split())}"'


@dataclass(frozen=True, slots=True)
class Link:
    """A number in a sentence that leads to the table it stands in."""

    text: str
    to: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words and linked numbers in reading order."""

    parts: tuple[str | Link, ...]

    def __str__(self) -> str:
        return "".join(part.text if isinstance(part, Link) else part for part in self.parts)


def say(text: str, *numbers: tuple[str, str]) -> Sentence:
    """Fill the braces of a text with (number, key of its sheet) pairs.

    >>> str(say("{} of {} won.", ("$4.2M", "won"), ("$6.1M", "won")))
    '$4.2M of $6.1M won.'
    """
    parts: list[str | Link] = []
    for i, piece in enumerate(text.split("{}")):
        if i:
            parts.append(Link(*numbers[i - 1]))
        if piece:
            parts.append(piece)
    return Sentence(tuple(parts))


def join(*sentences: Sentence) -> Sentence:
    """One sentence after the other."""
    parts: list[str | Link] = []
    for sentence in sentences:
        parts += [*([" "] if parts else []), *sentence.parts]
    return Sentence(tuple(parts))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet; numbers stand right, words left."""

    label: str
    is_words: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of figures with the query that gives them. The first column names the row."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    query: Query
    empty: str
    foot: tuple[Value, ...] | None = None
    note: str = ""
    shown: int | None = None  # how many rows stand open; the others one click away
    tail: int = 0  # how many of the last rows always stand open
    is_folded: bool = False  # the whole sheet one click away
    is_to_date: bool = False  # its figures move with the as-of date: a later pack does not restate them


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart whose title states what it shows, with its table twin."""

    key: str
    title: str
    about: str
    rests_on: str
    chart: Chart | None
    twin: Sheet
    is_open: bool = False  # the table stands open below the chart


@dataclass(frozen=True, slots=True)
class Headline:
    """One large figure: this quarter, and what it is compared with."""

    label: str
    value: str
    compared: tuple[str, ...]
    to: str


@dataclass(frozen=True, slots=True)
class Headlines:
    """The large figures of a page, side by side."""

    figures: tuple[Headline, ...]
    is_minor: bool = False  # a second row, in smaller figures


@dataclass(frozen=True, slots=True)
class Mark:
    """A check that holds or does not, in words."""

    is_good: bool
    text: str
    to: str
    link: str = "See the models"


@dataclass(frozen=True, slots=True)
class Definition:
    """A word of the pack and what it means here."""

    term: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Definitions:
    """The words of the pack."""

    key: str
    title: str
    entries: tuple[Definition, ...]


@dataclass(frozen=True, slots=True)
class RoleLetter:
    """A role of a group: how many the score counts as engaged, how many are missing."""

    letter: str
    role: str
    engaged: int
    missing: int
    is_likely: bool = False  # missing in the score, though a member acts like one

    @property
    def told(self) -> str:
        """In words."""
        state = "likely, not counted" if self.is_likely else "missing" if self.missing else "engaged"
        return f"{self.role}: {state}"


@dataclass(frozen=True, slots=True)
class GroupRow:
    """An open buying group as the pack shows it: why now, who is there, who is missing."""

    account: str
    solution: str
    standing: str
    score: str
    scored: str
    expected: str
    parts: Chart
    parts_told: str
    history: Chart | None
    history_about: str
    roles: tuple[RoleLetter, ...]
    members: str
    missing: str
    last_act: str
    why_now: tuple[str, ...]
    against: str  # what speaks against it most; empty where nothing does, or data are thin
    not_seen: str
    next_step: str
    deal: str = ""


@dataclass(frozen=True, slots=True)
class GroupRows:
    """The open groups most worth attention, with the sheet that holds their figures."""

    key: str
    title: str
    legend: str
    groups: tuple[GroupRow, ...]
    twin: Sheet


@dataclass(frozen=True, slots=True)
class Notes:
    """What somebody wrote for the readers, paragraph by paragraph."""

    key: str
    title: str
    paragraphs: tuple[str, ...]


Block = Sheet | Picture | Headlines | Mark | Definitions | GroupRows | Notes


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the pack: its heading, the sentence it opens with, and its blocks."""

    key: str
    title: str
    sentence: Sentence
    blocks: tuple[Block, ...]

    @property
    def sheets(self) -> Iterator[Sheet]:
        """Every table of the page, twins of pictures among them, in reading order."""
        for block in self.blocks:
            if isinstance(block, Sheet):
                yield block
            elif isinstance(block, Picture | GroupRows):
                yield block.twin


@dataclass(frozen=True, slots=True)
class BoardPack:
    """Everything the board pack, or a report made like it, says before it is written as HTML or JSON."""

    company: str
    currency: str
    period: str
    period_label: str
    starts_on: date
    last_day: date
    as_of: str
    run_id: str
    pages: tuple[Page, ...]
    caution: str = ""
    title: str = "Board pack"
    red: tuple[str, ...] = ()  # checks that failed: they stop the pack until somebody answers for them
    snapshot: str = ""  # the id of the frozen figures; empty where a report is not frozen

    def sheet(self, key: str) -> Sheet:
        """The sheet of that key; KeyError when the pack has none."""
        for page in self.pages:
            for sheet in page.sheets:
                if sheet.key == key:
                    return sheet
        raise KeyError(key)
