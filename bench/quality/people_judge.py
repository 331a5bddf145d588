"""Precision and recall of groups of records over pairs, and the cluster F1 that linkage tools report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Judged:
    """Pairs of records: how many there are in truth and in the result, and the two's agreement."""

    true_pairs: int
    found_pairs: int
    right_pairs: int

    @property
    def precision(self) -> float:
        """Right pairs over found pairs; 1 where none were found."""
        return self.right_pairs / self.found_pairs if self.found_pairs else 1.0

    @property
    def recall(self) -> float:
        """Right pairs over true pairs."""
        return self.right_pairs / self.true_pairs if self.true_pairs else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.true_pairs + self.found_pairs
        return 2 * self.right_pairs / total if total else 1.0


def judge(found: Mapping[str, Hashable], truth: Mapping[str, Hashable]) -> Judged:
    """Compare groups; a record that `found` does not name stands alone."""
    both = Counter((found.get(record, ("alone", record)), true) for record, true in truth.items())
    claimed = Counter(found.get(record, ("alone", record)) for record in truth)
    return Judged(_pairs(Counter(truth.values())), _pairs(claimed), _pairs(both))


def _pairs(sizes: Mapping[Any, int]) -> int:
    return sum(n * (n - 1) // 2 for n in sizes.values())
