"""Fit the weights of `identity/firms/likeness.py` on the training half of the pairs and write weights.csv.

    python -m bench.quality.companies_fit

A logistic regression with a ridge penalty, by Newton's method: no random start, one answer.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from bench.quality.companies_pairs import Pair, gleif_pairs, ietf_pairs

from muster.identity.firms.likeness import measures
from muster.readings.companies import read_name

HERE = Path(__file__).parents[2] / "src" / "muster" / "identity" / "firms"


def fit(x: np.ndarray, y: np.ndarray, *, penalty: float = 1.0) -> np.ndarray:
    """Weights of a ridge logistic regression; the first column (ones) is not penalised."""
    weights = np.zeros(x.shape[1])
    ridge = penalty * np.eye(x.shape[1])
    ridge[0, 0] = 0
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights))
        step = np.linalg.solve((x.T * (p * (1 - p))) @ x + ridge, x.T @ (y - p) - ridge @ weights)
        weights += step
        if np.abs(step).max() < 1e-10:
            break
    return weights


def table(pairs: list[Pair]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Names of the measures, their values with a column of ones in front, and which pairs are one company."""
    found = [measures(read_name(p.left), read_name(p.right)) for p in pairs]
    names = list(found[0])
    x = np.array([[1.0, *(f[n] for n in names)] for f in found])
    return names, x, np.array([p.is_one for p in pairs], float)


def main() -> None:
    """Fit and write."""
    pairs = ietf_pairs(test=False) + gleif_pairs(test=False)
    names, x, y = table(pairs)
    weights = fit(x, y)
    with (HERE / "weights.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("measure", "weight"))
        out.writerows((n, f"{w:.4f}") for n, w in zip(["(always)", *names], weights, strict=True))
    print(f"{len(pairs)} pairs")
    for name, weight in zip(["(always)", *names], weights, strict=True):
        print(f"{name:15s} {weight:8.3f}")


if __name__ == "__main__":
    main()
