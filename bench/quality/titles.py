"""How well titles are read, beside keywords alone, in one run: macro-F1 on titles nothing was trained on.

python -m bench.quality.titles
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter

from bench.quality.titles_data import FUNCTIONS, OTHER, ipod_words, onet_titles, part_of

from muster.readings.titles import TitleReader, read_titles
from muster.readings.titles.guess import FunctionGuess
from muster.readings.titles.words import words_of
from muster.rules.read import default_text

Reading = Callable[[Sequence[str]], list[tuple[str, str]]]
KEYWORDS = Path(__file__).parent / "titles_keywords.csv"


def main() -> None:
    """Print the table."""
    readings = ways()
    titles = {title: function for title, function in onet_titles().items() if part_of(title) == "test"}
    buyers = sum(function != OTHER for function in titles.values())
    print(f"O*NET: {len(titles):,} titles held out, {buyers:,} of a function that buys")
    print(f"{'':34}{'macro-F1':>9}{'precision':>11}{'named':>8}{'seconds':>9}")
    for name, reading in readings.items():
        started = perf_counter()
        said = [function for function, _ in reading(list(titles))]
        seconds = perf_counter() - started
        share, precision = named(said, list(titles.values()))
        score = macro_f1(said, list(titles.values()), FUNCTIONS)
        print(f"{name:34}{score:9.3f}{precision:11.3f}{share:8.3f}{seconds:9.2f}")
    for name, reading in readings.items():
        scores = f1_of_each(
            [function for function, _ in reading(list(titles))], list(titles.values()), FUNCTIONS
        )
        print(f"{name:34}" + " ".join(f"{function[:5]} {score:.2f}" for function, score in scores.items()))
    words = ipod_words()
    print(f"\nIPOD: {len(words):,} words that three experts agree on: level (RES), function (FUN) or neither")
    for name, reading in readings.items():
        told = [kind_of(*read) for read in reading(list(words))]
        print(f"{name:34}{macro_f1(told, list(words.values()), ('RES', 'FUN')):9.3f}")
    many = [f"{rank}{title}" for rank in ("", "Senior ", "Junior ") for title in onet_titles()]
    started = perf_counter()
    readings["dictionary, then classifier"](many[:100_000])
    print(f"\n100,000 distinct titles read in {perf_counter() - started:.1f} s")


def ways() -> dict[str, Reading]:
    """The ways to read that are compared."""
    default = list(csv.DictReader(default_text("titles").splitlines()))
    keywords = list(csv.DictReader(KEYWORDS.read_text("utf-8").splitlines()))

    def by_words(rows: list[dict[str, str]]) -> Reading:
        reader = TitleReader(rows)
        return lambda titles: [reader.read(title) for title in titles]

    def by_both(titles: Sequence[str]) -> list[tuple[str, str]]:
        table = read_titles(titles, default)
        return list(zip(table["function"].to_pylist(), table["seniority"].to_pylist(), strict=True))

    guess = FunctionGuess.shipped()
    return {
        "keywords (the first 96)": by_words(keywords),
        "dictionary": by_words(default),
        "classifier": lambda titles: [
            (function, "unknown")
            for function in guess.of_all([words_of(title) for title in titles], ["unknown"] * len(titles))
        ],
        "dictionary, then classifier": by_both,
    }


def macro_f1(said: Sequence[str], truth: Sequence[str], classes: Sequence[str]) -> float:
    """The mean F1 of the classes; whoever abstains misses."""
    scores = f1_of_each(said, truth, classes)
    return sum(scores.values()) / len(scores)


def f1_of_each(said: Sequence[str], truth: Sequence[str], classes: Sequence[str]) -> Mapping[str, float]:
    """F1 of each class."""
    found = {}
    for one in classes:
        right = sum(s == t == one for s, t in zip(said, truth, strict=True))
        found[one] = 2 * right / max(said.count(one) + truth.count(one), 1)
    return found


def named(said: Sequence[str], truth: Sequence[str]) -> tuple[float, float]:
    """Which part gets a function that buys, and how many of those are right."""
    told = [(s, t) for s, t in zip(said, truth, strict=True) if s in FUNCTIONS]
    return len(told) / len(said), sum(s == t for s, t in told) / max(len(told), 1)


def kind_of(function: str, seniority: str) -> str:
    """What a single word tells: a level before a function, as the experts tagged `engineer`."""
    if seniority != "unknown":
        return "RES"
    return "FUN" if function != "unknown" else OTHER


if __name__ == "__main__":
    main()
