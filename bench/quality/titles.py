"""How well titles are read, beside keywords alone, in one run: macro-F1 on titles nothing was trained on."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from time import process_time

from bench.quality.figures import Data, Figure
from bench.quality.titles_data import FUNCTIONS, OTHER, ipod_words, onet_titles, part_of

from muster.readings.titles import TitleReader, read_titles
from muster.readings.titles.guess import FunctionGuess
from muster.readings.titles.words import words_of
from muster.rules.read import default_text

Reading = Callable[[Sequence[str]], list[tuple[str, str]]]
TOPIC = "Titles"
OURS = "dictionary, then classifier"
KEYWORDS = Path(__file__).parent / "titles_keywords.csv"


def figures(data: Data) -> Iterator[Figure]:
    """Functions of O*NET's held-out titles, and what IPOD's words are."""
    if missing := data.missing("data/onet_titles", "data/ipod_title_tokens"):
        yield Figure(TOPIC, "titles", skipped=missing)
        return
    readings = ways()
    titles = {title: function for title, function in onet_titles().items() if part_of(title) == "test"}
    truth = list(titles.values())
    said = {name: [f for f, _ in reading(list(titles))] for name, reading in readings.items()}
    buyers = sum(function != OTHER for function in truth)
    how = f"{len(titles):,} held-out titles, {buyers:,} of a function that buys; who abstains misses"
    yield _beside(
        "O*NET, function, macro-F1", {n: macro_f1(s, truth, FUNCTIONS) for n, s in said.items()}, how
    )
    share, _ = named(said[OURS], truth)
    how = f"of the {share:.0%} of titles that it names one for"
    yield _beside("O*NET, function, precision", {n: named(s, truth)[1] for n, s in said.items()}, how)
    words = ipod_words()
    kinds = {n: [kind_of(*read) for read in reading(list(words))] for n, reading in readings.items()}
    how = f"{len(words):,} words that three experts agree on: level, function or neither"
    scores = {n: macro_f1(told, list(words.values()), ("RES", "FUN")) for n, told in kinds.items()}
    yield _beside("IPOD, level or function, macro-F1", scores, how)
    many = [f"{rank}{title}" for rank in ("", "Senior ", "Junior ") for title in onet_titles()][:100_000]
    started = process_time()
    readings[OURS](many)
    yield Figure(TOPIC, "100,000 distinct titles read", round(process_time() - started, 1), how="CPU seconds")


def _beside(what: str, scores: Mapping[str, float], how: str) -> Figure:
    others = {name: score for name, score in scores.items() if name != OURS}
    return Figure(TOPIC, what, scores[OURS], others, how=how)


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
        "96 keywords": by_words(keywords),
        "dictionary alone": by_words(default),
        "classifier alone": lambda titles: [
            (function, "unknown")
            for function in guess.of_all([words_of(title) for title in titles], ["unknown"] * len(titles))
        ],
        OURS: by_both,
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
