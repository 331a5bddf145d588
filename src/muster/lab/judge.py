"""Precision and recall from reviewed pairs, with intervals, and what another threshold would make of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from muster.lab.sample import Stratum
from muster.survival.incidence import Z

SHOWS_NOT = (
    "Not shown: pairs that share no name, mailbox or telephone are never compared, those under one in a "
    "hundred are not drawn, and what rules join (one address, a conversion, a merge) is not likeness. "
    "Recall is of the pairs looked at; pairs are of records, not of people."
)


@dataclass(frozen=True, slots=True)
class Share:
    """A share and its 95 % interval; None where there is nothing to divide by."""

    value: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A stratum with its labels."""

    stratum: Stratum
    labelled: int
    same: int


@dataclass(frozen=True, slots=True)
class Point:
    """One threshold: pairs that would be joined, and how good that would be."""

    weight: int
    probability: float
    joined: int
    precision: Share
    recall: Share


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the labels say of the matching in force, and of other thresholds."""

    labelled: int
    unlabelled_pairs: int
    precision: Share
    recall: Share
    strata: tuple[Reviewed, ...]
    curve: tuple[Point, ...]
    shows_not: str = SHOWS_NOT


def judge(labels: Iterable[tuple[Stratum, bool | None]]) -> Judgement:
    """Estimate by strata: each pair stands for all of its stratum.

    Precision is the share of joined pairs that are one person, recall the share of pairs of one person
    that were joined. Intervals: Wilson (1927) inside a stratum with the finite-population correction, put
    together by the method of variance estimates recovery (Zou and Donner, 2008). That of recall takes
    the worse ends of both its parts, and so covers at least 95 %. A stratum without any label could be
    anything: its interval is 0 to 1, and the model's own probability stands in its middle.
    """
    counted: dict[Stratum, list[int]] = {}
    for stratum, same in labels:
        cell = counted.setdefault(stratum, [0, 0])
        cell[0] += same is not None
        cell[1] += same is True
    strata = tuple(Reviewed(s, *cell) for s, cell in sorted(counted.items(), key=lambda c: _order(c[0])))
    joined = [r for r in strata if r.stratum.is_joined]
    apart = [r for r in strata if not r.stratum.is_joined]
    edges = sorted({r.stratum.lowest_weight for r in strata if r.stratum.name != "held back"})
    return Judgement(
        sum(r.labelled for r in strata),
        sum(r.stratum.pairs for r in strata if not r.labelled),
        same_share(joined),
        _recall(joined, apart),
        strata,
        tuple(_point(strata, edge) for edge in edges if edge > -10_000),
    )


def _point(strata: Sequence[Reviewed], edge: int) -> Point:
    """Were the threshold at an edge: what safety holds back now stays held back."""
    joined = [r for r in strata if r.stratum.name != "held back" and r.stratum.lowest_weight >= edge]
    apart = [r for r in strata if r not in joined]
    odds = 2.0 ** (edge / 100)
    count = sum(r.stratum.pairs for r in joined)
    return Point(edge, odds / (1 + odds), count, same_share(joined), _recall(joined, apart))


def same_share(joined: Sequence[Reviewed]) -> Share:
    """The share of pairs of some strata that are one person, or of members whose role is right."""
    total = sum(r.stratum.pairs for r in joined)
    if not total:
        return Share(None, 0.0, 1.0)
    value, low, high = _same_pairs(joined)
    return Share(value / total, low / total, high / total)


def _recall(joined: Sequence[Reviewed], apart: Sequence[Reviewed]) -> Share:
    found, fewest, most = _same_pairs(joined)
    missed, least, worst = _same_pairs(apart)
    if not found + missed:
        return Share(None, 0.0, 1.0)
    low = fewest / (fewest + worst) if fewest + worst else 0.0
    high = most / (most + least) if most + least else 1.0
    return Share(found / (found + missed), low, high)


def _same_pairs(strata: Sequence[Reviewed]) -> tuple[float, float, float]:
    """How many pairs of some strata are one person, with the ends of the interval."""
    middle = below = above = 0.0
    for reviewed in strata:
        pairs = reviewed.stratum.pairs
        share, low, high = _share(reviewed)
        middle += pairs * share
        below += (pairs * (share - low)) ** 2
        above += (pairs * (high - share)) ** 2
    total = sum(r.stratum.pairs for r in strata)
    return middle, max(middle - sqrt(below), 0.0), min(middle + sqrt(above), float(total))


def share_of(reviewed: Reviewed) -> Share:
    """The share of one stratum; None where nothing of it has a label."""
    share, low, high = _share(reviewed)
    return Share(share if reviewed.labelled else None, low, high)


def _share(reviewed: Reviewed) -> tuple[float, float, float]:
    """The share of one stratum and its interval; exact where all its pairs have a label."""
    n, pairs = reviewed.labelled, reviewed.stratum.pairs
    if not n:
        return reviewed.stratum.probability, 0.0, 1.0
    share = reviewed.same / n
    if n >= pairs:
        return share, share, share
    size = n * (pairs - 1) / (pairs - n)  # as many of an endless stratum would say as much
    centre = share + Z * Z / (2 * size)
    spread = Z * sqrt(share * (1 - share) / size + Z * Z / (4 * size * size))
    scale = 1 + Z * Z / size
    low = 0.0 if reviewed.same == 0 else (centre - spread) / scale
    high = 1.0 if reviewed.same == n else (centre + spread) / scale
    return share, min(low, share), max(high, share)


def _order(stratum: Stratum) -> tuple[bool, int, str]:
    return stratum.name == "held back", stratum.lowest_weight, stratum.name
