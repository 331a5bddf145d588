"""Who is written to by whom goes with rank: two mail sets, once repeats and mails to oneself are left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import numpy as np
from bench.quality.figures import Data, Figure

from muster.readings.titles import read_titles
from muster.rules.read import read_rules

TOPIC = "Mail against hierarchy"


def figures(data: Data) -> Iterator[Figure]:
    """Enron by titles as they are read here, the manufacturing company by its reporting lines."""
    for name, folder, measure in (
        ("Enron", "data/enron_graph", _enron),
        ("Manufacturing company", "data/manufacturing_email", _manufacturing),
    ):
        if missing := data.missing(folder):
            yield Figure(TOPIC, name, skipped=missing)
        else:
            yield from measure(data.shared / folder)


def _enron(folder: Path) -> Iterator[Figure]:
    con = duckdb.connect()
    people = dict(
        con.execute(f"SELECT node_id, title FROM '{folder}/people.csv' WHERE title IS NOT NULL").fetchall()
    )
    rules = read_rules(Path("no rules of its own"))["titles"]
    read = read_titles(sorted(set(people.values())), rules).to_pylist()
    rank = {row["title"]: row["seniority_rank"] for row in read}
    con.execute(f"""
        CREATE TABLE raw AS SELECT sender, recipient, sent_at FROM '{folder}/messages.parquet';
        CREATE TABLE mail AS SELECT DISTINCT sender, recipient, sent_at FROM '{folder}/messages.parquet'
        WHERE sender <> recipient AND recipient_type <> 'bcc' AND sent_at NOT LIKE '1979%'
    """)
    yield from _against("Enron", "titles", con, {n: rank[t] for n, t in people.items() if rank[t] > 0})


def _manufacturing(folder: Path) -> Iterator[Figure]:
    con = duckdb.connect()
    boss = dict(
        con.execute(
            f"SELECT TRY_CAST(ID AS INT), TRY_CAST(ReportsToID AS INT) FROM '{folder}/reportsto.csv'"
        ).fetchall()
    )

    def depth(person: int) -> int:
        seen: list[int] = []
        while boss.get(person) is not None and boss[person] != person and person not in seen:
            seen.append(person)
            person = boss[person]
        return len(seen)

    con.execute(f"""
        CREATE TABLE raw AS SELECT Sender AS sender, Recipient AS recipient, EventDate AS sent_at
        FROM '{folder}/communication.parquet';
        CREATE TABLE mail AS SELECT DISTINCT sender, recipient, sent_at FROM raw WHERE sender <> recipient
    """)
    ranks = {person: -depth(person) for person in boss if person}
    yield from _against("Manufacturing company", "reporting lines", con, ranks)


def _against(name: str, by: str, con: duckdb.DuckDBPyConnection, rank: Mapping[int, int]) -> Iterator[Figure]:
    """Spearman's correlation of rank with how many others; beside it, with how many mails as they come."""
    [(raw, mails)] = con.execute("SELECT (SELECT COUNT(*) FROM raw), (SELECT COUNT(*) FROM mail)").fetchall()
    for what, one, other in (("hear from", "recipient", "sender"), ("write to", "sender", "recipient")):
        counts = dict(con.execute(f"SELECT {one}, COUNT(DISTINCT {other}) FROM mail GROUP BY ALL").fetchall())
        blunt = dict(con.execute(f"SELECT {one}, COUNT(*) FROM raw GROUP BY ALL").fetchall())
        everyone = [p for p in sorted(rank) if p in counts or p in blunt]
        ranks = [rank[p] for p in everyone]
        ours, theirs = ([told.get(p, 0) for p in everyone] for told in (counts, blunt))
        told, counted = _spearman(ranks, ours), _spearman(ranks, theirs)
        others = {"mails counted as they come": counted}
        (low, high), (worse, better) = _intervals(ranks, ours, theirs)
        how = (
            f"Spearman, {by}, {len(everyone)} people ({low:.2f} to {high:.2f}; less "
            f"the other: {worse:+.2f} to {better:+.2f}); {mails:,} mails of {raw:,}, "
            "no repeat, none to oneself"
        )
        yield Figure(TOPIC, f"{name}: rank and how many they {what}", told, others, how=how)
    pairs = con.execute("SELECT sender, recipient, COUNT(*) FROM mail GROUP BY ALL").fetchall()
    upward = sum(n for s, r, n in pairs if s in rank and r in rank and rank[r] > rank[s])
    level = sum(n for s, r, n in pairs if s in rank and r in rank and rank[r] != rank[s])
    how = f"of {level:,} mails between two ranks"
    yield Figure(TOPIC, f"{name}: share of mails that go upward", upward / level, {"chance": 0.5}, how=how)


def _intervals(ranks: list[int], ours: list[int], theirs: list[int]) -> list[tuple[float, float]]:
    """Of the correlation, and of how much higher it is than the other: people drawn anew (Efron, 1979).

    What it does not show: other companies. The people of one write to each other, and are no separate draws.
    """
    dice, told = np.random.default_rng(1), []
    columns = np.array([ranks, ours, theirs])
    for _ in range(2000):
        drawn = columns[:, dice.integers(0, columns.shape[1], columns.shape[1])].tolist()
        told.append((_spearman(drawn[0], drawn[1]), _spearman(drawn[0], drawn[2])))
    found = np.array(told)
    ends = [np.nanpercentile(column, (2.5, 97.5)) for column in (found[:, 0], found[:, 0] - found[:, 1])]
    return [(float(low), float(high)) for low, high in ends]


def _spearman(a: list[int], b: list[int]) -> float:
    def ranks(values: list[int]) -> np.ndarray:
        _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
        ends = np.cumsum(counts)
        return (ends - (counts - 1) / 2)[inverse]

    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])
