"""Draw what to review: more where the judgement leaves doubt, some of every stratum, by a seed."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from pathlib import Path
from typing import TypeVar

from muster.lab.pairs import READABLE, Pair
from muster.problems import UserDataError

EDGES = (-400, -200, 0, 200, 600, 800, 1000, 1400)  # hundredths of a bit, beside the weight that joins
FEWEST = 3  # of each stratum, or all it has
HEADER = (
    *("same", "left_id", "right_id", "stratum", "stratum_pairs", "stratum_probability", "lowest_weight"),
    *("is_joined", "weight", "probability", "fate"),
    *(f"{side}_{name}" for name in READABLE for side in ("left", "right")),
)
_YES, _NO = frozenset({"yes", "y", "1", "true"}), frozenset({"no", "n", "0", "false"})
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stratum:
    """Pairs of one stretch of weight and one fate: how many there are, and what the model says of them.

    Of roles: members of one stretch of confidence, `lowest_weight` in hundredths.
    """

    name: str
    lowest_weight: int
    is_joined: bool
    pairs: int
    probability: float


@dataclass(frozen=True, slots=True)
class Label:
    """Two records of a sample and whether they are the same person; None where nobody said."""

    left_id: str
    right_id: str
    stratum: Stratum
    same: bool | None


def stratum_of(pair: Pair, needed: int) -> tuple[str, int]:
    """The name and the lowest weight of a pair's stratum; those held back are one of their own."""
    if pair.weight >= needed and not pair.is_joined:
        return "held back", needed
    edges = sorted({*EDGES, needed})
    low = max((edge for edge in edges if edge <= pair.weight), default=-10_000)
    above = next((edge for edge in edges if edge > pair.weight), None)
    words = f"below {_bits(edges[0])}" if low == -10_000 else f"from {_bits(low)}"
    if above is not None and low != -10_000:
        words += f" to {_bits(above)}"
    return f"{'joined' if pair.is_joined else 'apart'} {words}", low


def draw(pairs: Sequence[Pair], size: int, *, seed: int, needed: int) -> list[tuple[Pair, Stratum]]:
    """A sample of about `size` pairs, the most doubtful strata first (`draw_strata`)."""
    members: dict[tuple[str, int], list[Pair]] = {}
    for pair in pairs:
        members.setdefault(stratum_of(pair, needed), []).append(pair)
    strata = {
        Stratum(*key, mine[0].is_joined, len(mine), mean(p.probability for p in mine)): mine
        for key, mine in members.items()
    }
    return draw_strata(strata, size, seed=seed, key=lambda pair: f"{pair.left_id}|{pair.right_id}")


def draw_strata(
    strata: Mapping[Stratum, Sequence[T]], size: int, *, seed: int, key: Callable[[T], str]
) -> list[tuple[T, Stratum]]:
    """A sample of about `size`, the most doubtful strata first.

    Neyman's allocation (1934): of each stratum in proportion to its size times the deviation of the
    model's probability, at least `FEWEST`. Inside a stratum the order is by a hash of the seed, so that
    any first part of it is a random sample too.
    """
    spread = {s: s.pairs * sqrt(max(s.probability * (1 - s.probability), 0.01)) for s in strata}
    least = {s: min(FEWEST, s.pairs) for s in strata}
    left, whole = max(size - sum(least.values()), 0), fsum(sorted(spread.values())) or 1.0
    drawn = []
    for stratum in sorted(strata, key=lambda s: (abs(s.probability - 0.5), s.name, s.lowest_weight)):
        count = min(least[stratum] + round(left * spread[stratum] / whole), stratum.pairs)
        order = sorted(strata[stratum], key=lambda one: _shuffled(key(one), seed))
        drawn += [(one, stratum) for one in order[:count]]
    return drawn


def mean(values: Iterable[float]) -> float:
    """The mean, to the same digits in whatever order the values come."""
    ordered = sorted(values)
    return fsum(ordered) / len(ordered)


def write_sample(drawn: Iterable[tuple[Pair, Stratum]], to: Path) -> None:
    """Write the sample with an empty column `same`. Cells that look like formulas are quoted."""
    with to.open("x", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        for pair, stratum in drawn:
            readable = [safe_cell(side[name]) for name in READABLE for side in (pair.left, pair.right)]
            writer.writerow(
                [
                    *("", pair.left_id, pair.right_id, stratum.name, stratum.pairs),
                    *(f"{stratum.probability:.6f}", stratum.lowest_weight),
                    *("yes" if pair.is_joined else "no", f"{pair.weight / 100:.2f}"),
                    *(f"{pair.probability:.6f}", pair.fate, *readable),
                ]
            )


def read_labels(file: Path) -> list[Label]:
    """The labels of a sample.

    Raises UserDataError, naming the row, for a word that is neither yes nor no.
    """
    rows = read_reviewed(file, HEADER[:8])
    return [_read_label(row, f"{file}, row {number}") for number, row in enumerate(rows, start=2)]


def read_reviewed(file: Path, needed: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a sample that a person, or their spreadsheet, gave back; it may use semicolons.

    Raises UserDataError where a needed column is gone.
    """
    with file.open(encoding="utf-8-sig", newline="") as stream:
        text = stream.read()
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    rows = csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter)
    missing = [name for name in needed if name not in (rows.fieldnames or ())]
    if missing:
        raise UserDataError(
            f"{file} has no column {', '.join(missing)}.",
            remedy="Take a sample as muster lab wrote it.",
        )
    return [{name: (row[name] or "").strip() for name in needed} for row in rows]


def _read_label(cells: Mapping[str, str], place: str) -> Label:
    same = cells["same"].lower()
    if same and same not in _YES | _NO:
        raise UserDataError(f'{place}: "{cells["same"]}" is neither yes nor no.', remedy="Write yes or no.")
    stratum = read_stratum(cells, is_joined=cells["is_joined"].lower() in _YES, place=place)
    return Label(cells["left_id"], cells["right_id"], stratum, (same in _YES) if same else None)


def read_stratum(cells: Mapping[str, str], *, is_joined: bool, place: str) -> Stratum:
    """The stratum of a row of a sample. Raises UserDataError where its numbers were changed."""
    try:
        return Stratum(
            cells["stratum"],
            int(cells["lowest_weight"]),
            is_joined,
            int(cells["stratum_pairs"]),
            float(cells["stratum_probability"]),
        )
    except ValueError:
        raise UserDataError(
            f"{place}: a number was changed.", remedy="Fill in only the first column."
        ) from None


def _shuffled(key: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}|{key}".encode()).hexdigest()


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_RISKY) else text


def _bits(weight: int) -> str:
    return f"{weight / 100:g}"
