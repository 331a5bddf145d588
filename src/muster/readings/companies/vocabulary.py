"""Words with a part to play in company names, by kind: `word_kinds.csv`, which anybody may extend.

common: in names of every trade, tells little. organisation: how a company is organised (holding, labs).
kind: makes another organisation of a name (bank, university). addition: what a name is said with or
without (group). place. small: and, of, de. short: abbreviation, with its meaning, for comparing;
written_out: one that has only this meaning, equal for joining. nobody: what people write for no
company. remark: what they note of the record in brackets. form and no_form: for reading the list of legal
forms.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def _rows() -> tuple[dict[str, str], ...]:
    with (files("muster.readings.companies") / "word_kinds.csv").open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


@cache
def words_of(kind: str) -> frozenset[str]:
    """Every word of a kind.

    >>> "bank" in words_of("kind"), "holding" in words_of("kind")
    (True, False)
    """
    return frozenset(row["word"] for row in _rows() if row["kind"] == kind)


@cache
def meanings(kind: str) -> dict[str, str]:
    """Word to meaning, of a kind whose words have one."""
    return {row["word"]: row["meaning"] for row in _rows() if row["kind"] == kind}
