"""How a model is written down: a row, a row for each number, nine digits, a fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from muster.chances.ridge import Vector

Row = dict[str, str | int | float | bool | None]
Weight = tuple[str, float, float, float]  # feature, mean, scale, coefficient


class Learnt(Protocol):
    """A model of whatever kind."""

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits: the same for the same model, whoever learnt it."""

    def row(self) -> Row:
        """What `chance_model` says of it, by column; columns left out are null."""

    def weights(self) -> list[Weight]:
        """What `chance_coefficient` says of it."""


def told(numbers: Vector) -> Vector:
    """Nine digits: what a model is written down with is what it judges with."""
    return np.array([float(f"{number:.9g}") for number in numbers])


def fingerprint(kind: str, trained_at: int, names: Sequence[str], *columns: Vector) -> str:
    """Twelve hexadecimal digits of a model: its kind, the day it was learnt, and every number by name."""
    lines = [kind, str(trained_at)]
    for name, *numbers in zip(names, *columns, strict=True):
        lines.append(" ".join([name, *(f"{number:.9g}" for number in numbers)]))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]
