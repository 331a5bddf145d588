"""Function and seniority of a job title: by the words of rules/titles.csv, else by a guess that abstains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from muster.readings.titles.guess import FunctionGuess
from muster.readings.titles.reader import SENIORITIES, UNKNOWN, TitleReader
from muster.readings.titles.words import parts

_AT_ONCE = 500  # titles: few enough to stay near the processor
_TRADES = {"unknown", "individual"}  # who leads a function is of it, whatever the trade
_RANKS = {seniority: rank for rank, seniority in enumerate(SENIORITIES)}

__all__ = ["SENIORITIES", "TitleReader", "read_titles"]


def read_titles(titles: Iterable[str], rows: Iterable[Mapping[str, object]]) -> pa.Table:
    """`reading_title`: title, function, seniority, seniority_rank (0 unknown to 5 c_level).

    A classifier trained on open titles names the function where no word does, and takes back what a word
    misleads to (a social security judge guards no network). It abstains when unsure.
    """
    said = list(titles)
    reader = TitleReader(rows)
    functions: list[str] = []
    seniorities: list[str] = []
    for start in range(0, len(said), _AT_ONCE):
        told = _read(reader, said[start : start + _AT_ONCE])
        functions += told[0]
        seniorities += told[1]
    ranks = [_RANKS.get(seniority, 0) for seniority in seniorities]
    return pa.table(
        {
            "title": pa.array(said, pa.string()),
            "function": pa.array(functions, pa.string()),
            "seniority": pa.array(seniorities, pa.string()),
            "seniority_rank": pa.array(ranks, pa.int64()),
        }
    )


def _read(reader: TitleReader, titles: Sequence[str]) -> tuple[list[str], list[str]]:
    """The functions and the seniorities of some titles."""
    read = [reader.read_parts(parts(title)) for title in titles]
    functions = [function for function, _, _ in read]
    asked = [
        place
        for place, (function, seniority, words) in enumerate(read)
        if words and (function == UNKNOWN or seniority in _TRADES)
    ]
    guesses = FunctionGuess.shipped().of_all([read[at][2] for at in asked], [functions[at] for at in asked])
    for place, guess in zip(asked, guesses, strict=True):
        functions[place] = guess
    return functions, [seniority for _, seniority, _ in read]
