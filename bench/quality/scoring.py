"""Our ridge logistic regression as a plain scorer, on public sets of deals, visits and calls.

Nothing of buying groups is in these sets: they show that what `chances` learns with ranks and is calibrated.
Rows that are the same row twice never stand on both sides of a split.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from bench.quality.chances import average_precision, relative_ece, slope
from bench.quality.figures import Data, Figure
from threadpoolctl import threadpool_limits

from muster.chances.ridge import chances, fit

TOPIC = "Ridge logistic regression as a plain scorer, on public sets"
FOLDS = 5
PENALTY = 10.0
Column = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Scored:
    """Outcomes with what was said of rows that were not learnt from, by the model and by the simple rule."""

    came: Column
    said: Column
    simple: Column
    base: float | None = None  # of the rows learnt from, where these came earlier


def figures(data: Data) -> Iterator[Figure]:
    """Average precision beside a simple rule, calibration slope and error, on rows not learnt from."""
    sets: tuple[tuple[str, str, Callable[[Path], Scored], str], ...] = (
        ("salvirt_b2b", "won deals", _deals, "win rate of the kind of client alone"),
        ("uci_online_shoppers", "visits that buy", _visits, "product pages seen"),
        ("uci_bank_marketing", "calls that sell", _calls, "won over by an earlier campaign"),
    )
    for folder, what, read, rule in sets:
        if missing := data.missing(f"data/{folder}"):
            yield Figure(TOPIC, what, skipped=missing)
            continue
        with threadpool_limits(limits=1, user_api="blas"):
            found = read(data.sets / folder)
        how = f"{folder}: {len(found.came):,} rows not learnt from, {found.came.mean():.1%} of them"
        ours = average_precision(found.came, found.said)
        yield Figure(
            TOPIC, f"{what}: average precision", ours, {rule: average_precision(found.came, found.simple)},
            how=how,
        )  # fmt: skip
        seen = slope(found.came, np.clip(found.said, 1e-6, 1 - 1e-6))
        yield Figure(TOPIC, f"{what}: calibration slope", seen, {}, how=folder)
        off = relative_ece(found.came, found.said)
        drift = f"; {found.base:.1%} of those learnt from" if found.base is not None else ""
        bar = None if found.base is not None else 0.2  # another base rate than was learnt cannot be foreseen
        yield Figure(TOPIC, f"{what}: relative calibration error", off, {}, bar, True, f"{folder}{drift}")


def _deals(folder: Path) -> Scored:
    """In folds by what a deal looks like: 83 of 448 rows are another one again."""
    rows = _read(folder / "Salvirt_B2B_ML_dataset.csv", delimiter=";")
    came = np.array([row.pop("Status") == "Won" for row in rows], float)
    folds = _folds(rows)
    said, simple = np.zeros(len(rows)), np.zeros(len(rows))
    x = _columns(rows, ())
    for fold in range(FOLDS):
        seen = folds != fold
        said[~seen] = _learnt(x, came, seen)[~seen]
        kinds = np.array([row["Client"] for row in rows])
        for kind in set(kinds):
            simple[~seen & (kinds == kind)] = came[seen & (kinds == kind)].mean()
    return Scored(came, said, simple)


def _visits(folder: Path) -> Scored:
    """In folds by what a visit looks like; PageValues knows part of the outcome and is left out."""
    rows = _read(folder / "online_shoppers_intention.csv", delimiter=",")
    came = np.array([row.pop("Revenue") in ("1", "TRUE", "True") for row in rows], float)
    for row in rows:
        del row["PageValues"]
    counts = ("Administrative", "Informational", "ProductRelated", "BounceRates", "ExitRates", "SpecialDay")
    durations = tuple(f"{name}_Duration" for name in counts[:3])
    x, folds = _columns(rows, (*counts, *durations)), _folds(rows)
    said = np.zeros(len(rows))
    for fold in range(FOLDS):
        said[folds == fold] = _learnt(x, came, folds != fold)[folds == fold]
    return Scored(came, said, np.array([float(row["ProductRelated"]) for row in rows]))


def _calls(folder: Path) -> Scored:
    """By time: learnt from the first seven tenths. How long a call took is only known after it: left out.

    The state of the economy says which months were which, and is left out as well.
    """
    rows = _read(folder / "bank-additional-full.csv.gz", delimiter=";")
    came = np.array([row.pop("y") == "yes" for row in rows], float)
    for row in rows:
        for late in (
            "duration",
            "emp.var.rate",
            "cons.price.idx",
            "cons.conf.idx",
            "euribor3m",
            "nr.employed",
        ):
            del row[late]
        row["pdays"] = "0" if row["pdays"] == "999" else str(1 + int(row["pdays"]))
    seen = np.arange(len(rows)) < 0.7 * len(rows)
    said = _learnt(_columns(rows, ("age", "campaign", "pdays", "previous")), came, seen)
    simple = np.array([float(row["poutcome"] == "success") for row in rows])
    return Scored(came[~seen], said[~seen], simple[~seen], float(came[seen].mean()))


def _read(file: Path, *, delimiter: str) -> list[dict[str, str]]:
    raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return list(csv.DictReader(raw.decode("utf-8-sig").splitlines(), delimiter=delimiter))


def _folds(rows: Sequence[dict[str, str]]) -> npt.NDArray[np.int64]:
    """The same fold for rows that look the same."""
    told = (hashlib.md5("\t".join(row.values()).encode(), usedforsecurity=False) for row in rows)
    return np.array([int(one.hexdigest()[:8], 16) % FOLDS for one in told])


def _columns(rows: Sequence[dict[str, str]], counts: Sequence[str]) -> Column:
    """ln(1 + count) of what is counted, a column for each word of everything else; all of like spread."""
    made = [np.log1p(np.maximum([float(row[name]) for row in rows], 0)) for name in counts]
    for name in rows[0]:
        if name not in counts:
            words = np.array([row[name] for row in rows])
            made += [(words == word).astype(float) for word in sorted(set(words))]
    x = np.column_stack(made)
    spread = x.std(axis=0)
    return np.asarray((x - x.mean(axis=0)) / np.where(spread < 1e-9, 1.0, spread))


def _learnt(x: Column, came: Column, seen: npt.NDArray[np.bool_]) -> Column:
    """What is said of every row by a fit to those seen."""
    design = np.column_stack([np.ones(len(x)), x])
    held = np.array([0.0] + [PENALTY] * x.shape[1])
    found = fit(design[seen], came[seen], weights=np.ones(int(seen.sum())), penalty=held)
    return chances(design @ found)
