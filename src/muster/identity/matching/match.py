"""From candidates to `person_match`: pairs that are probably one person, why, and what became of them."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

import duckdb
import pyarrow as pa

from muster.engine.protocol import Engine
from muster.identity.matching.blocks import make_blocks
from muster.identity.matching.choose import Pair, choose, ordered, tied
from muster.identity.matching.features import FREQUENT, make_features
from muster.identity.matching.model import Model, people_model, weight_of
from muster.identity.matching.rarity import put_rarities
from muster.identity.matching.score import score_pairs

_WEIGHTS = """
    SELECT w.comparison, w.says, w.m
    FROM rule_match_weights AS w
    CROSS JOIN clock AS c
    WHERE w.from_at <= c.as_of_at
    AND c.as_of_at < w.to_at
"""
# Likeness alone is never certainty.
SUREST = 0.999999
# People that one chain of likeness may tie together before weaker pairs are left out: a family, not a town.
LARGEST_SET = 60
STRICTER = 300  # hundredths of a bit by which a set that is too large is asked for more, again and again


def match_people(engine: Engine, *, join_from: float | None = None) -> None:
    """Put `person_match`, from `person_candidate` and the pairs that were decided to be apart.

    `join_from` is the probability from which two are joined; the model's own where none is given.
    """
    model = model_in_force(engine)
    if join_from is not None:
        model = replace(model, join_from=join_from)
    candidates = engine.arrow("SELECT c.* FROM person_candidate AS c")
    apart = engine.arrow("SELECT a.left_key, a.right_key FROM person_apart AS a").to_pylist()
    split = {ordered(str(row["left_key"]), str(row["right_key"])) for row in apart}
    engine.put("person_match", find_matches(candidates, model, split=split))


def model_in_force(engine: Engine) -> Model:
    """The shipped model, with the weights that the workspace's rules say on the as-of date."""
    return people_model().reweighed(engine.arrow(_WEIGHTS).to_pylist())


def find_matches(candidates: pa.Table, model: Model, *, split: Collection[Pair] = ()) -> pa.Table:
    """The pairs of candidates of different people that the model joins or would have joined.

    `split` are pairs of `key` that stay apart whatever they weigh. The result does not depend on the
    order of the rows, nor on how many threads there are.
    """
    with duckdb.connect(":memory:", config={"threads": os.cpu_count() or 1}) as connection:
        connection.execute("SET enable_progress_bar = false")
        if candidates.num_rows > 1:
            make_features(connection, candidates)
            put_rarities(
                connection,
                FREQUENT,
                table="person_features",
                records_per_duplicate=model.records_per_duplicate,
            )
            blocking = make_blocks(connection, model.blocks, table="person_features")
            if _has_pairs(connection, blocking):
                return _matches(connection, candidates, model, blocking, split)
    return pa.Table.from_pylist([], schema=_schema(model))


def _has_pairs(connection: duckdb.DuckDBPyConnection, blocking: Iterable[str]) -> bool:
    """Whether anything is to be compared: where nothing is, Splink need not even be loaded."""
    return any(
        connection.execute(
            f"SELECT 1 FROM person_features AS l JOIN person_features AS r ON {rule} LIMIT 1"
        ).fetchall()
        for rule in blocking
    )


def _matches(
    connection: duckdb.DuckDBPyConnection,
    candidates: pa.Table,
    model: Model,
    blocking: list[str],
    split: Collection[Pair],
) -> pa.Table:
    ids, keys, known_keys, known_at = (
        candidates.column(c).to_pylist() for c in ("candidate_id", "key", "known_key", "known_at")
    )
    known_of = dict(zip(keys, known_keys, strict=True))
    decided = {ordered(known_of[a], known_of[b]) for a, b in split if a in known_of and b in known_of}
    known = dict(zip(ids, known_keys, strict=True))
    found, fates = weigh_and_choose(
        connection, model, table="person_features", blocking=blocking, known=known, split=decided
    )
    key_of, since = dict(zip(ids, keys, strict=True)), dict(zip(ids, known_at, strict=True))
    told = []
    for row in found:
        left, right = row["left_id"], row["right_id"]
        probability = 1.0 / (1.0 + 2.0 ** (-row["weight"] / 100))
        told.append(
            row
            | {
                "left_key": key_of[left],
                "right_key": key_of[right],
                "probability": min(round(probability, 6), SUREST),
                "fate": fates.get(ordered(known[left], known[right]), "conflict"),
                "known_at": max(since[left], since[right]),
            }
        )
    return pa.Table.from_pylist(told, schema=_schema(model))


def weigh_and_choose(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    *,
    table: str,
    blocking: list[str],
    known: dict[str, str],
    split: Collection[Pair] = (),
) -> tuple[list[dict[str, Any]], dict[Pair, str]]:
    """Every pair of records the model would join, with its weights, and the fate of each two known people.

    `known` says for each record of the table which person it is known to be; itself where nobody knows.
    """
    needed = weight_of(model.join_from)
    scored = score_pairs(connection, model, table=table, blocking=blocking, at_least=needed - 0.01)
    found = [row for row in scored.to_pylist() if row["weight"] >= round(needed * 100)]
    wanted = _not_too_large(_strongest(found, known))
    weights = _weights_within(connection, model, tied(wanted), table=table, known=known)
    limit = round(weight_of(model.apart_below) * 100)
    return found, choose(wanted, weights, apart_below=limit, split=split)


def _schema(model: Model) -> pa.Schema:
    texts = ("left_id", "right_id", "left_key", "right_key", "fate")
    numbers = ("weight", *(f"{c.name}_weight" for c in model.comparisons), "known_at")
    return pa.schema(
        [(c, pa.string()) for c in texts]
        + [(c, pa.int64()) for c in numbers]
        + [("probability", pa.float64())]
    )


def _strongest(found: Iterable[dict[str, object]], known: dict[str, str]) -> dict[Pair, int]:
    """The best weight of each two known people; records of one are not compared."""
    best: dict[Pair, int] = {}
    for row in found:
        pair = ordered(known[str(row["left_id"])], known[str(row["right_id"])])
        weight = int(str(row["weight"]))
        best[pair] = max(best.get(pair, weight), weight)
    return best


def _not_too_large(wanted: dict[Pair, int]) -> dict[Pair, int]:
    """The wanted pairs without the weakest of sets that tie together more people than one can be."""
    while True:
        sets = tied(wanted)
        sizes = Counter(sets.values())
        large = {name for name, size in sizes.items() if size > LARGEST_SET}
        if not large:
            return wanted
        weakest: dict[str, int] = defaultdict(lambda: 1 << 60)
        for (one, _), weight in wanted.items():
            weakest[sets[one]] = min(weakest[sets[one]], weight)
        wanted = {
            (one, other): weight
            for (one, other), weight in wanted.items()
            if sets[one] not in large or weight > weakest[sets[one]] + STRICTER
        }


def _weights_within(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    sets: dict[str, str],
    *,
    table: str,
    known: dict[str, str],
) -> dict[Pair, int]:
    """The weight of every two people of a set of three or more: a chain may bring any two together."""
    sizes = Counter(sets.values())
    chained = {key: name for key, name in sets.items() if sizes[name] > 2}
    if not chained:
        return {}
    connection.register("chained", pa.table({"known_key": list(chained), "set_name": list(chained.values())}))
    connection.execute(
        "CREATE OR REPLACE TABLE chained_features AS SELECT f.*, c.set_name "
        f"FROM {table} AS f "
        "JOIN chained AS c ON c.known_key = f.known_key ORDER BY f.unique_id"
    )
    rule = "l.set_name = r.set_name AND l.known_key <> r.known_key"
    scored = score_pairs(connection, model, table="chained_features", blocking=[rule])
    return _strongest(scored.to_pylist(), known)
