"""What labels say of the weights: a rule file to try, never in force before somebody puts it there."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import log2
from pathlib import Path

import duckdb

from muster.identity.matching.features import make_features
from muster.lab.pairs import Weighed
from muster.lab.sample import Label, Stratum
from muster.problems import WrongUse
from muster.rules.read import Rules

FILE = "match_weights.csv"
PRIOR = 30  # the model's own word counts as much as so many labelled pairs of one person
LEAST_BITS = 0.1  # a weight that would change by less stays
_SURE = 0.999


@dataclass(frozen=True, slots=True)
class Proposed:
    """A level of a comparison whose `m` the labels would change; by how many bits its weight would."""

    comparison: str
    says: str
    before: float
    after: float

    @property
    def bits(self) -> float:
        """The change of its weight."""
        return log2(self.after / self.before)


def learn(weighed: Weighed, labels: Sequence[Label]) -> list[Proposed]:
    """The levels whose `m` should be another, going by pairs that were labelled as one person.

    Splink's estimate from labels is the share of each level among labelled pairs of one person. Here the
    labels come from strata, so each counts for as many pairs as it stands for; and the shipped `m` of a
    comparison need not sum to one, so each is multiplied by the share that the labels found over the share
    that the model expects (the two agree where `m` is at the fixed point of expectation maximisation:
    Winkler, 1988). Few labels say little: the expected share counts as `PRIOR` labels more. What pairs of
    two people look like (`u`) is left alone: it is counted from all records, which labels cannot better.
    Raises WrongUse where no labelled pair is of one person.
    """
    seen, weight = _weighted(labels)
    if not seen:
        raise WrongUse("No labelled pair is one person: there is nothing to learn from.")
    levels = _levels(weighed)
    chance = {(m["left_id"], m["right_id"]): m["probability"] for m in weighed.matches.to_pylist()}
    whole, labelled = sum(chance.values()), sum(weight.values())
    size = labelled**2 / sum(w * w for w in weight.values())  # as many labels of one weight say as much
    proposed = []
    for number, comparison in enumerate(weighed.model.comparisons):
        expected: dict[int, float] = defaultdict(float)
        found: dict[int, float] = defaultdict(float)
        for pair, probability in chance.items():
            expected[levels[pair][number]] += probability / whole
        for pair, each in weight.items():
            if pair in levels:
                found[levels[pair][number]] += each / labelled
        for at, level in enumerate(comparison.levels):
            if level.is_null or level.m is None or not expected[at]:
                continue
            share = (PRIOR * expected[at] + size * found[at]) / (PRIOR + size)
            after = min(level.m * share / expected[at], _SURE)
            one = Proposed(comparison.name, level.says, level.m, float(f"{after:.4g}"))
            if abs(one.bits) >= LEAST_BITS:
                proposed.append(one)
    return proposed


def write_proposal(proposed: Sequence[Proposed], rules: Rules, to: Path, *, since: str, why: str) -> Path:
    """Write `match_weights.csv` into a folder: the workspace's own rows, and what is proposed from a day on.

    Raises WrongUse where the folder has one already.
    """
    to.mkdir(parents=True, exist_ok=True)
    file = to / FILE
    if file.exists():
        raise WrongUse(f"{file} is there already.", remedy="Name another folder with --propose.")
    rows = {
        (str(r["comparison"]), str(r["says"]), _day(r["from_at"])): (r["m"], "")
        for r in rules["match_weights"]
    }
    rows |= {(p.comparison, p.says, since): (p.after, why) for p in proposed}
    with file.open("x", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("comparison", "says", "m", "effective_from", "why"))
        writer.writerows((name, says, f"{m:g}", day, why) for (name, says, day), (m, why) in rows.items())
    return file


def _day(from_at: object) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(str(from_at)))).date().isoformat()


def _weighted(labels: Sequence[Label]) -> tuple[list[Label], dict[tuple[str, str], float]]:
    """The pairs labelled as one person, and for how many pairs each stands."""
    counted: dict[Stratum, int] = defaultdict(int)
    for label in labels:
        counted[label.stratum] += label.same is not None
    seen = [label for label in labels if label.same]
    return seen, {(s.left_id, s.right_id): s.stratum.pairs / counted[s.stratum] for s in seen}


def _levels(weighed: Weighed) -> Mapping[tuple[str, str], tuple[int, ...]]:
    """For each weighed pair, which level of each comparison it has."""
    cases = ", ".join(
        "CASE "
        + " ".join(
            f"ELSE {at} END" if level.when == "ELSE" else f"WHEN {level.when} THEN {at}"
            for at, level in enumerate(comparison.levels)
        )
        for comparison in weighed.model.comparisons
    )
    with duckdb.connect(":memory:") as connection:
        make_features(connection, weighed.candidates)
        connection.register("weighed", weighed.matches.select(["left_id", "right_id"]))
        rows = connection.execute(f"""
            SELECT w.left_id, w.right_id, {cases}
            FROM weighed AS w
            JOIN (SELECT COLUMNS(*) AS '\\0_l' FROM person_features) AS l ON l.unique_id_l = w.left_id
            JOIN (SELECT COLUMNS(*) AS '\\0_r' FROM person_features) AS r ON r.unique_id_r = w.right_id
        """).fetchall()
    return {(row[0], row[1]): row[2:] for row in rows}
