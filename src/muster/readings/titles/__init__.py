"""Function and seniority of a job title: by the words of rules/titles.csv, else by a guess that abstains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from muster.readings.titles.guess import FunctionGuess
from muster.readings.titles.reader import SENIORITIES, UNKNOWN, TitleReader
from muster.readings.titles.words import parts

_TRADES = {"unknown", "individual"}  # who leads a function is of it, whatever the trade

__all__ = ["SENIORITIES", "TitleReader", "read_titles"]


def read_titles(titles: Iterable[str], rows: Iterable[Mapping[str, object]]) -> pa.Table:
    """`reading_title`: title, function, seniority, seniority_rank (0 unknown to 5 c_level).

    A classifier trained on open titles names the function where no word does, and takes back what a word
    misleads to (a social security judge guards no network). It abstains when unsure.
    """
    said = list(titles)
    reader = TitleReader(rows)
    read = [reader.read_parts(parts(title)) for title in said]
    asked = [
        place
        for place, (function, seniority, words) in enumerate(read)
        if words and (function == UNKNOWN or seniority in _TRADES)
    ]
    words = [read[place][2] for place in asked]
    guesses = FunctionGuess.shipped().of_all(words, [read[place][0] for place in asked])
    for place, guess in zip(asked, guesses, strict=True):
        read[place] = (guess, *read[place][1:])
    ranks = [SENIORITIES.index(seniority) if seniority in SENIORITIES else 0 for _, seniority, _ in read]
    return pa.table(
        {
            "title": pa.array(said, pa.string()),
            "function": pa.array([function for function, _, _ in read], pa.string()),
            "seniority": pa.array([seniority for _, seniority, _ in read], pa.string()),
            "seniority_rank": pa.array(ranks, pa.int64()),
        }
    )
