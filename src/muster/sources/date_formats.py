"""Dates that are not ISO: which formats fit those a file has, and what one format lets be read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

_DATES: Final = (
    "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y",
    "%Y.%m.%d", "%Y%m%d", "%d %b %Y", "%d-%b-%Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y",
)  # fmt: skip
_TIMES: Final = (
    "", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", ", %H:%M:%S", ", %I:%M %p",
    "T%H:%M:%S", " %H:%M:%S.%f",
)  # fmt: skip
_TIME_OF_DAY: Final = re.compile(r"(,? |T)%[HI].*$")


def fitting(values: Iterable[str]) -> list[str]:
    """The formats that fit all values: one where they leave no doubt, several where day and month could swap.

    >>> fitting(["31.12.2025 14:05"]), fitting(["01/02/2026"]), fitting(["01/02/2026", "13/02/2026"])
    (['%d.%m.%Y %H:%M'], ['%d/%m/%Y', '%m/%d/%Y'], ['%d/%m/%Y'])
    """
    every = list(values)
    found = []
    for day in _DATES:
        times = [_time(value, day) for value in every]
        if times and None not in times:
            found.append(f"{day}{times[0]}" if len(set(times)) == 1 else day)
    return found


def readable_with(pattern: str) -> list[str]:
    """The format itself, and its day with each way to write a time: it is the order of day and month that
    nobody can guess.

    >>> readable_with("%d.%m.%Y %H:%M")[:3]
    ['%d.%m.%Y %H:%M', '%d.%m.%Y', '%d.%m.%Y %H:%M:%S']
    """
    day = _TIME_OF_DAY.sub("", pattern)
    if "%z" in pattern.lower() or not {"%d", "%m"} <= {*re.findall(r"%\w", day)}:
        return [pattern]
    return [pattern, *(f"{day}{time}" for time in _TIMES if f"{day}{time}" != pattern)]


def _time(value: str, day: str) -> str | None:
    """How the time after a day is written; None when the value is no such day."""
    for time in _TIMES:
        try:
            datetime.strptime(value, f"{day}{time}")  # only its form is looked at
        except ValueError:
            continue
        return time
    return None
