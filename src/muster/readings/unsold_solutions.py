"""Solutions that acts, pages and programmes name and nobody is known to sell: told before the first run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from muster.problems import Problem
from muster.readings.nearness import nearest
from muster.readings.solutions import SolutionReader, slug

UNSOLD = "is a solution that no rule, opportunity or subscription names: groups form for it all the same"
MOST = 20  # values that are told one by one
Word = tuple[str, str, str, int, int]  # source, file, word, how many rows, the first of them


def known_solutions(rows: Iterable[Mapping[str, Any]], sold: Iterable[str]) -> list[str]:
    """The solutions that a rule, an opportunity or a subscription names, in order."""
    return SolutionReader(rows, sold).solutions


def unsold(words: Iterable[Word], rows: Iterable[Mapping[str, Any]], sold: Iterable[str]) -> list[Problem]:
    """One warning for each value and file that neither the rules (`rows`) nor what was `sold` knows.

    Such a value may be a product that nobody bought yet, a wrong spelling, or no solution at all: the topic
    of a talk. Only a person can tell.
    """
    reader = SolutionReader(rows, sold)
    found = [word for word in words if slug(word[2]) and reader.named(word[2]) is None]
    return [
        Problem("warning", source, file, UNSOLD, _remedy(value, reader), row, "solution_id", value, count)
        for source, file, value, count, row in found[:MOST]
    ]


def _remedy(value: str, reader: SolutionReader) -> str:
    near = nearest(value, {one: (one,) for one in reader.solutions})
    return (
        f"If you sell it, add a line to rules/solutions.csv: {slug(value)}. If it is one of yours by another "
        "name, or none, say so in muster.toml: solution_id = { column = ..., values = "
        f'{{ "{value}" = "{near.value if near else ""}" }} }}, where "" is none. If the whole column is '
        "about something else, leave it out."
    )
