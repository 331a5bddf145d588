"""What can go wrong, drawn once: faults in the user's data are rows, misuse is an exception.

MusterError                 a message a person can act on, and the exit code it ends with
  + UserDataError           the user's data or rules need a look (exit code 1)
      - RuleError           a rule file says something impossible
      - CheckFailed         a built table breaks its contract
  + WrongUse                wrong command, key or place (exit code 2)
      - ConfigError         muster.toml has a missing, unknown or wrong key
      - WorkspaceBusy       another run holds the workspace
      - Conflict            somebody else was first
      - MissingExtra        an optional part is not installed
  + StoreBusy               the store of decisions did not answer in time: try again (exit code 2)
"""

from __future__ import annotations

from dataclasses import dataclass


class MusterError(Exception):
    """A message that says what is wrong, where, and what to do next.

    `field` names what was given wrong, where it is one thing: an argument, or a field of a form.
    """

    exit_code = 3

    def __init__(self, message: str, *, remedy: str = "", field: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message = message
        self.remedy = remedy
        self.field = field


class UserDataError(MusterError):
    """The user's data or rules need a look."""

    exit_code = 1


class RuleError(UserDataError):
    """A rule file says something impossible."""


class CheckFailed(UserDataError):
    """A built table breaks its contract."""


class WrongUse(MusterError):
    """Wrong command, key or place."""

    exit_code = 2


class ConfigError(WrongUse):
    """muster.toml has a missing, unknown or wrong key."""


class WorkspaceBusy(WrongUse):
    """Another run holds the workspace."""


class StoreBusy(MusterError):
    """The store did not answer in time: another writer holds it, or its database went away."""

    exit_code = 2  # nobody's fault: as with a workspace that another run holds


class Conflict(WrongUse):
    """Somebody else was first, or a key stands for something else already."""


class MissingExtra(WrongUse):
    """An optional part of Muster is needed here and is not installed."""

    def __init__(self, extra: str, *, needed_for: str) -> None:
        super().__init__(
            f"{needed_for} needs the extra [{extra}], which is not installed.",
            remedy=f'Install it with: pip install "muster-revenue[{extra}]"',
        )


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of fault in one column of one file: the first example, and how many there are.

    `row` is the row that a spreadsheet shows (the header is row 1; of JSON Lines, the line); None
    means the whole file. `severity` is error (the row was set aside), warning (it landed, but look)
    or note.
    """

    severity: str
    source: str
    file: str
    reason: str
    remedy: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    count: int = 1

    def __str__(self) -> str:
        """For example: `Opportunity.csv, row 812, column CloseDate: "31/02/2026" is not a date.`"""
        place = self.file
        if self.row is not None:
            place += f", row {self.row:,}"
        if self.column is not None:
            place += f", column {self.column}"
        value = f'"{self.value}" ' if self.value is not None else ""
        times = f" ({self.count:,} rows)" if self.count > 1 else ""
        return f"{place}: {value}{self.reason}{times}. {self.remedy}"
