"""Pairs of company names that are, or are not, one company: built from IETF affiliations and GLEIF entities.

**IETF.** Names that people typed, mapped by hand to organisations. Each pair that is one company is two
spellings of one organisation (at most twelve pairs an organisation, so that Huawei is not the whole set).
For each, pairs that are not: the left name and one of the five names most like it (character trigrams)
of another organisation, and the left name and any name of another. Rows that name
nobody (`Unknown`) or several organisations are left out.

**GLEIF.** Legal names of registered companies. A pair that is one company is a name and a way in which
people write it (`spellings`); pairs that are not are the name and one of the five names most like it of
another company, never one that is equal but for its legal form, and the name and any other.
Names, not spellings, are real here.

Organisations and companies are put into a training and a test half by a hash of their name or LEI:
weights are fitted on the one, figures are given for the other.
"""

from __future__ import annotations

import csv
import os
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import md5
from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq


@dataclass(frozen=True, slots=True)
class Pair:
    """Two names and whether they are one company; `group` keeps pairs of one company together."""

    left: str
    right: str
    is_one: bool
    group: str
    is_near: bool = False  # a pair of two companies that was chosen because the names are alike


@dataclass(frozen=True, slots=True)
class Entity:
    """A registered company."""

    lei: str
    name: str
    country: str


def shared() -> Path:
    """The folder of public data sets beside the repository, or where MUSTER_SHARED says."""
    beside = Path(__file__).parents[3] / "shared"
    found = Path(os.environ.get("MUSTER_SHARED", beside))
    return found / "data" if (found / "data").is_dir() else found


def in_test_half(key: str) -> bool:
    """Which half a company is in, the same on every machine."""
    return md5(key.encode()).digest()[0] % 2 == 1


@cache
def gleif_entities() -> tuple[Entity, ...]:
    """GLEIF's technology entities that are companies, not funds."""
    table = pq.read_table(shared() / "gleif_tech_entities" / "gleif_tech_entities.parquet")
    rows = table.select(["lei", "legal_name", "country", "entity_category"]).to_pylist()
    return tuple(
        Entity(r["lei"], r["legal_name"], r["country"] or "") for r in rows if r["entity_category"] != "FUND"
    )


@cache
def ietf_groups() -> dict[str, tuple[str, ...]]:
    """Organisation -> its spellings; several organisations joined by `|` are one key."""
    groups: dict[str, list[str]] = defaultdict(list)
    with (shared() / "ietf_affiliations" / "affiliations.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["canonical"] != "Unknown" and row["affiliation"].strip():
                groups[row["canonical"]].append(row["affiliation"])
    return {name: tuple(sorted(set(said))) for name, said in groups.items()}


def ietf_pairs(*, test: bool, seed: int = 20) -> list[Pair]:
    """Pairs of typed affiliations, as many that are one organisation as are not."""
    chance = random.Random(seed)
    single = {n: said for n, said in ietf_groups().items() if "|" not in n and in_test_half(n) == test}
    of = {said: name for name, spellings in single.items() for said in spellings}
    names = sorted(of)
    near = Neighbours(names)
    pairs = []
    for group, spellings in sorted(single.items()):
        chosen = sorted(combinations(spellings, 2))
        for left, right in chance.sample(chosen, min(12, len(chosen))):
            pairs.append(Pair(left, right, True, group))
            others = [n for n in near.of(left, 40) if of[n] != group][:5]
            if others:
                pairs.append(Pair(left, chance.choice(others), False, group, is_near=True))
            while of[far := chance.choice(names)] == group:
                pass
            pairs.append(Pair(left, far, False, group))
    return pairs


def gleif_pairs(*, test: bool, count: int = 2000, seed: int = 21) -> list[Pair]:
    """Pairs of a registered name with a way of writing it, and with the registered names most like it."""
    chance = random.Random(seed)
    half = [e for e in gleif_entities() if in_test_half(e.lei) == test and e.name.isascii()]
    near = Neighbours([e.name for e in half])
    pairs = []
    for entity in chance.sample(half, count):
        said = chance.choice([s for s in spellings(entity.name, chance) if s != entity.name] or [entity.name])
        pairs.append(Pair(entity.name, said, True, entity.lei))
        others = [n for n in near.of(entity.name, 12) if _bare(n) != _bare(entity.name)][:5]
        if others:
            pairs.append(Pair(entity.name, chance.choice(others), False, entity.lei, is_near=True))
        while _bare(far := chance.choice(half).name) == _bare(entity.name):
            pass
        pairs.append(Pair(entity.name, far, False, entity.lei))
    return pairs


_FORM = re.compile(
    r"[\s,]+(private limited|pvt\.? ltd\.?|limited|ltd\.?|gmbh( & co\.? kg)?|s\.?r\.?l\.?|l\.?l\.?c\.?|inc\.?"
    r"|s\.?l\.?"
    r"|a\.?b\.?|b\.?v\.?|aps|oy|a\.?s\.?|a/s|s\.?p\.?a\.?|a\.?g\.?|corp(oration)?\.?|co\.?|plc|sas|llp|kg)$",
    re.IGNORECASE,
)


def _bare(name: str) -> str:
    """A name without the commonest forms and punctuation: keeps equal names out of false pairs."""
    before = ""
    name = name.lower().strip(' ."')
    while before != name:
        before, name = name, _FORM.sub("", name).strip(' ."')
    return re.sub(r"[\W_]+", "", name)


def spellings(name: str, chance: random.Random) -> Iterator[str]:
    """Ways in which people write a name: shorter, other case, abbreviated, mistyped, run together."""
    bare = _FORM.sub("", name).strip(" ,")
    bits = bare.split()
    yield bare.title()
    yield bare.lower()
    if len(bits) > 1:
        yield "".join(b.title() for b in bits)
        yield (
            f"{bits[0]} {bits[1][:4]}."
            if len(bits) == 2 and len(bits[1]) > 6
            else " ".join(bits[:-1]).title()
        )
        yield f"{bare.title()} ({''.join(b[0] for b in bits).upper()})"
    if len(bits) > 2:
        yield "".join(b[0] for b in bits).upper()
        yield " ".join(bits[:2]).title()
    at = chance.randrange(1, max(2, len(bare) - 1))
    yield bare[:at] + bare[at + 1 :]
    yield bare[: at - 1] + bare[at : at + 1] + bare[at - 1 : at] + bare[at + 1 :]
    yield f"{bare.title()} {chance.choice(['Group', 'International', 'Europe', 'Holding', 'Inc.'])}"


class Neighbours:
    """Names most like a name by shared character trigrams (cosine), ties in alphabetical order."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = list(names)
        self._held: dict[str, list[int]] = defaultdict(list)
        for number, name in enumerate(self._names):
            for gram in _trigrams(name):
                self._held[gram].append(number)
        self._size = np.array([max(len(_trigrams(n)), 1) for n in self._names], float)
        self._rare = {gram: 1 / len(held) for gram, held in self._held.items()}

    def of(self, name: str, count: int) -> list[str]:
        """The `count` most similar other names."""
        score = np.zeros(len(self._names))
        for gram in _trigrams(name):
            if len(held := self._held.get(gram, [])) < 5000:
                score[held] += 1 - 0.9 * (len(held) / 5000)
        score /= np.sqrt(self._size)
        best = np.argsort(-score, kind="stable")[: count + 1]
        return [self._names[i] for i in best if self._names[i] != name][:count]


def _trigrams(name: str) -> set[str]:
    padded = f"  {name.lower()} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}
