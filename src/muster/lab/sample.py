"""Draw pairs to review: more where the match weight leaves doubt, some of every stratum, by a seed."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from pathlib import Path

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


@dataclass(frozen=True, slots=True)
class Stratum:
    """Pairs of one stretch of weight and one fate: how many there are, and what the model says of them."""

    name: str
    lowest_weight: int
    is_joined: bool
    pairs: int
    probability: float


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
    """A sample of about `size` pairs, the most doubtful strata first.

    Neyman's allocation (1934): of each stratum in proportion to its pairs times the deviation of the
    model's probability, at least `FEWEST`. Inside a stratum the order is by a hash of the seed, so that
    any first part of it is a random sample too.
    """
    members: dict[tuple[str, int], list[Pair]] = {}
    for pair in pairs:
        members.setdefault(stratum_of(pair, needed), []).append(pair)
    strata = {
        key: Stratum(
            *key, mine[0].is_joined, len(mine), fsum(sorted(p.probability for p in mine)) / len(mine)
        )
        for key, mine in members.items()
    }
    spread = {k: s.pairs * sqrt(max(s.probability * (1 - s.probability), 0.01)) for k, s in strata.items()}
    least = {key: min(FEWEST, stratum.pairs) for key, stratum in strata.items()}
    left, whole = max(size - sum(least.values()), 0), sum(spread.values()) or 1.0
    drawn = []
    for key in sorted(strata, key=lambda k: (abs(strata[k].probability - 0.5), k)):
        count = min(least[key] + round(left * spread[key] / whole), strata[key].pairs)
        order = sorted(members[key], key=lambda p: _shuffled(p, seed))
        drawn += [(pair, strata[key]) for pair in order[:count]]
    return drawn


def write_sample(drawn: Iterable[tuple[Pair, Stratum]], to: Path) -> None:
    """Write the sample with an empty column `same`. Cells that look like formulas are quoted."""
    with to.open("x", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        for pair, stratum in drawn:
            readable = [_safe(side[name]) for name in READABLE for side in (pair.left, pair.right)]
            writer.writerow(
                [
                    *("", pair.left_id, pair.right_id, stratum.name, stratum.pairs),
                    *(f"{stratum.probability:.6f}", stratum.lowest_weight),
                    *("yes" if pair.is_joined else "no", f"{pair.weight / 100:.2f}"),
                    *(f"{pair.probability:.6f}", pair.fate, *readable),
                ]
            )


def read_labels(file: Path) -> list[tuple[Stratum, bool | None]]:
    """The labels of a sample: its stratum and whether the two are the same; None where nobody said.

    Raises UserDataError, naming the row, for a word that is neither yes nor no.
    """
    with file.open(encoding="utf-8-sig", newline="") as stream:
        text = stream.read()
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    rows = csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter)
    missing = [name for name in HEADER[:8] if name not in (rows.fieldnames or ())]
    if missing:
        raise UserDataError(
            f"{file} has no column {', '.join(missing)}.",
            remedy="Take a sample as muster lab match wrote it.",
        )
    return [_read_label(row, f"{file}, row {number}") for number, row in enumerate(rows, start=2)]


def _read_label(row: Mapping[str, str | None], place: str) -> tuple[Stratum, bool | None]:
    cells = {name: (row[name] or "").strip() for name in HEADER[:8]}
    same = cells["same"].lower()
    if same and same not in _YES | _NO:
        raise UserDataError(f'{place}: "{cells["same"]}" is neither yes nor no.', remedy="Write yes or no.")
    try:
        stratum = Stratum(
            cells["stratum"],
            int(cells["lowest_weight"]),
            cells["is_joined"].lower() in _YES,
            int(cells["stratum_pairs"]),
            float(cells["stratum_probability"]),
        )
    except ValueError:
        raise UserDataError(
            f"{place}: a number was changed.", remedy="Fill in only the column same."
        ) from None
    return stratum, (same in _YES) if same else None


def _shuffled(pair: Pair, seed: int) -> str:
    return hashlib.sha256(f"{seed}|{pair.left_id}|{pair.right_id}".encode()).hexdigest()


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_RISKY) else text


def _bits(weight: int) -> str:
    return f"{weight / 100:g}"
