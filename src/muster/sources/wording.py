"""What is wrong and what to do, in words: every code that a reader or a typing rule can give.

A code's severity says what became of the row: `error` and `aside` set it aside (`aside` is no
fault, only a row that Muster has no use for), `warning` and `note` let it land.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_AGAIN: Final = "Export the column as text, not through a spreadsheet"
_FORMAT: Final = 'set date_format for this source in muster.toml, such as "%d/%m/%Y" or "%m/%d/%Y"'


@dataclass(frozen=True, slots=True)
class Wording:
    """Reason and remedy of one code; `severity` as above."""

    severity: str
    reason: str
    remedy: str

    @property
    def sets_aside(self) -> bool:
        """Whether the row is kept back."""
        return self.severity in {"error", "aside"}

    @property
    def published(self) -> str:
        """The severity as the problem table words it."""
        return "note" if self.severity == "aside" else self.severity


_NOTHING: Final = "Nothing to do."
ROW: Final = {
    "erased": Wording("note", "rows still name an erased person; they were read without what names them",
                      "Delete the person where the file comes from, and export it again."),
    "silent": Wording("note", "rows of strangers silent for long; they were read without what names them",
                      "Nothing to do. What the file itself still says is yours to delete."),
    "short": Wording("error", "the row has fewer cells than the header has names",
                     "Look for a missing delimiter or a line break outside quotes."),
    "long": Wording("error", "the row has more cells than the header has names",
                    "Look for a delimiter inside a cell that is not quoted."),
    "quote": Wording("error", "a quote is opened and not closed as it should be",
                     "Close the quote, or double it where it belongs to the text."),
    "doubtful": Wording("warning", "a cell spans lines that look like rows; a stray quote may join them",
                        "Look at the row in the file; close or double the quote if it is stray."),
    "json": Wording("error", "the line is not a JSON object", "Write one JSON object per line."),
    "where": Wording("aside", "left out by this source's `where`", "Nothing to do, unless you want them."),
    "deleted": Wording("aside", "deleted in the source", _NOTHING),
    "otherfield": Wording("aside", "a change of a field that Muster does not read", _NOTHING),
    "planned": Wording("aside", "planned for a later day; it has not happened yet", _NOTHING),
    "undated": Wording("error", "the row has no date", "Export the record's dates with it."),
    "opportunitytype": Wording("warning", "the opportunity type is not known; it counts as new business",
                               "Use New Business, Existing Business, Cross-sell or Renewal."),
    "older": Wording("aside", "an older version of the same record", "Nothing to do; the latest one landed."),
    "other": Wording("warning", "the same id with other content",
                     "Give each row its own id; only one of them landed."),
}  # fmt: skip

CELL: Final = {
    "missing": ("is empty", "Fill it in, or export the column with the rows."),
    "date": ("is not a date", f"Write dates as 2026-01-31, or {_FORMAT}."),
    "swap": ("does not say whether day or month comes first", f"Say which: {_FORMAT}."),
    "format": ("does not fit the date format given for it", "Correct the value or the format."),
    "early": ("lies before 1990", "Correct the date; an empty one is often exported as 1970-01-01."),
    "future": ("lies in the future", "Correct the date or the clock of the system it comes from."),
    "cents": ("is not an amount", "Write amounts as 1234.50; if the comma is the decimal sign, "
              'map the column with decimal = ",".'),
    "integer": ("is not a whole number", "Write whole numbers, such as 1059."),
    "real": ("is not a number", "Write numbers as 1234.5."),
    "flag": ("is neither true nor false", "Write true or false."),
    "email": ("is not an e-mail address", "Correct the address in the source."),
    "id": ("is an id that a spreadsheet turned into a number; its digits are gone for good",
           f"{_AGAIN}; the original file still has the id."),
}  # fmt: skip


def cell_wording(code: str, *, strict: bool, formats: Sequence[str] = ()) -> Wording:
    """The wording for a cell: a warning where the row landed without the value.

    `formats` are those that fit the dates in question.
    """
    reason, remedy = CELL[code]
    if formats and code == "format":
        remedy = f"Correct the value or the format; this one fits: {_either(formats)}."
    elif len(formats) == 1:
        reason = "is a date in a format that muster.toml does not name"
        remedy = f"Set date_format = {_either(formats)} for this source in muster.toml."
    elif formats:
        remedy = f"Say which: set date_format for this source in muster.toml, to {_either(formats)}."
    if strict:
        return Wording("error", reason, remedy)
    return Wording("warning", f"{reason}; the row landed without it", remedy)


def _either(formats: Sequence[str]) -> str:
    return " or ".join(f'"{pattern}"' for pattern in formats)


def shorten(value: str | None) -> str | None:
    """A value as problems show it: one line, at most 60 characters."""
    if value is None:
        return None
    line = " ".join(value.split())
    return line if len(line) <= 60 else f"{line[:57]}..."


def counted(count: int, noun: str) -> str:
    """A count with its noun.

    >>> counted(1, "owner"), counted(1200, "owner")
    ('1 owner', '1,200 owners')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def listed(names: list[str], *, most: int = 12) -> str:
    """Names in a sentence, the first of them when they are many.

    >>> listed(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most:,} more"
