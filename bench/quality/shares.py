"""How well shares hold up: against truth, what chance explains against drawing lots, mail against rank.

    python -m bench.quality.shares TABLES [--shared FOLDER]

TABLES is the `.muster/tables` of a run on the large company of MUSTER_SHARED; its truth is read here
and nowhere else. The two mail sets have no shares: there the question is whether who is written to by
whom goes with rank, once repeats and mails to oneself are left out.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import duckdb
import numpy as np

from muster.readings.titles import read_titles
from muster.rules.read import read_rules

ROOT = Path(__file__).parents[2]
DRAWS = 200


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    shared = Path(os.environ.get("MUSTER_SHARED", ROOT.parent / "shared"))
    arguments.add_argument("tables", type=Path)
    arguments.add_argument("--shared", type=Path, default=shared)
    asked = arguments.parse_args()
    _world(asked.tables, asked.shared / "world" / "truth")
    _lots(asked.tables)
    _enron(asked.shared / "data" / "enron_graph")
    _manufacturing(asked.shared / "data" / "manufacturing_email")


def _world(tables: Path, truth: Path) -> None:
    con = duckdb.connect()
    con.execute(f"""
        CREATE TABLE known AS SELECT DISTINCT a.person_id, t.person_key
        FROM read_parquet('{tables}/person_alias.parquet') AS a
        JOIN read_csv('{truth}/person_records.csv', all_varchar = true) AS t USING (person_record_id)
    """)
    con.execute(f"""
        CREATE TABLE true_share AS
        SELECT from_person_key, to_person_key, CAST(read_at AS TIMESTAMP) AS read_at
        FROM read_csv('{truth}/shares.csv', all_varchar = true) WHERE read_at IS NOT NULL
    """)
    print(f"{'shares':<34}{'edges':>7}{'stated':>9}{'true':>9}")
    for name, table, part in (
        ("tracked links", "share", "TRUE"),
        ("likely", "likely_share", "TRUE"),
        ("likely, within 2 days", "likely_share", "s.read_at - s.first_at <= INTERVAL 2 DAY"),
        ("likely, 2 to 7 days", "likely_share", "s.read_at - s.first_at > INTERVAL 2 DAY"),
    ):
        edges, stated, found = con.execute(f"""
            SELECT COUNT(*), AVG(s.confidence), AVG(CAST(EXISTS (
                SELECT 1 FROM true_share AS x
                WHERE x.from_person_key = f.person_key AND x.to_person_key = t.person_key
                AND ABS(epoch(x.read_at) - epoch(s.read_at)) < 5 * 86400
            ) AS INTEGER))
            FROM read_parquet('{tables}/{table}.parquet') AS s
            JOIN known AS f ON f.person_id = s.from_person_id
            JOIN known AS t ON t.person_id = s.to_person_id
            WHERE {part}
        """).fetchall()[0]
        print(f"{name:<34}{edges:>7}{stated or 0:>9.3f}{found or 0:>9.3f}")
    print()


def _lots(tables: Path) -> None:
    """Deal the contents of each account and four weeks out anew, and count; beside the closed form."""
    con = duckdb.connect()
    openings = con.execute(f"""
        SELECT account_id, solution_id, person_id, content_id, epoch_us(MIN(occurred_at)) AS at,
            ARG_MIN(tactic_id IS NULL, occurred_at)
        FROM read_parquet('{tables}/resolved_engagement.parquet')
        WHERE account_id IS NOT NULL AND solution_id IS NOT NULL AND person_id IS NOT NULL
            AND content_id IS NOT NULL AND activity NOT IN ('careers_viewed', 'campaign_sent')
        GROUP BY ALL ORDER BY ALL
    """).fetchall()
    week = 7 * 86_400_000_000
    blocks: dict[tuple[str, str, int], list[int]] = {}
    for i, (account, solution, _, _, at, _) in enumerate(openings):
        blocks.setdefault((account, solution, at // (4 * week)), []).append(i)
    pairs = [
        (i, j)
        for members in blocks.values()
        for j in members
        if openings[j][5]
        for i in members
        if openings[i][2] != openings[j][2] and 0 < openings[j][4] - openings[i][4] <= week
    ]
    contents = np.array([row[3] for row in openings])
    first, second = np.array(pairs).T
    lots, drawn = np.random.default_rng(7), []
    for _ in range(DRAWS):
        dealt = contents.copy()
        for members in blocks.values():
            dealt[members] = lots.permutation(dealt[members])
        drawn.append(int((dealt[first] == dealt[second]).sum()))
    closed = 0.0
    chance = {}
    for key, members in blocks.items():
        counts = np.unique(contents[members], return_counts=True)[1]
        n = len(members)
        chance[key] = float((counts * (counts - 1)).sum() / (n * (n - 1))) if n > 1 else 0.0
    for i, _ in pairs:
        closed += chance[(openings[i][0], openings[i][1], openings[i][4] // (4 * week))]
    print(
        f"pairs within a block: {len(pairs):,}; of one content:"
        f" {int((contents[first] == contents[second]).sum())}"
    )
    print(
        f"by lot, {DRAWS} draws: {np.mean(drawn):.1f} (standard deviation {np.std(drawn):.1f});"
        f" closed form {closed:.1f}\n"
    )


def _enron(folder: Path) -> None:
    con = duckdb.connect()
    people = dict(
        con.execute(f"SELECT node_id, title FROM '{folder}/people.csv' WHERE title IS NOT NULL").fetchall()
    )
    read = read_titles(
        sorted(set(people.values())), read_rules(Path("no rules of its own"))["titles"]
    ).to_pylist()
    rank = {row["title"]: row["seniority_rank"] for row in read}
    con.execute(f"""
        CREATE TABLE mail AS SELECT DISTINCT sender, recipient, sent_at FROM '{folder}/messages.parquet'
        WHERE sender <> recipient AND recipient_type <> 'bcc' AND sent_at NOT LIKE '1979%'
    """)
    _against(
        "Enron, titles as Muster reads them", con, {n: rank[t] for n, t in people.items() if rank[t] > 0}
    )


def _manufacturing(folder: Path) -> None:
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
        CREATE TABLE mail AS SELECT DISTINCT Sender AS sender, Recipient AS recipient, EventDate AS sent_at
        FROM '{folder}/communication.parquet' WHERE Sender <> Recipient
    """)
    _against(
        "Manufacturing company, reporting lines", con, {person: -depth(person) for person in boss if person}
    )


def _against(name: str, con: duckdb.DuckDBPyConnection, rank: dict[int, int]) -> None:
    heard = dict(con.execute("SELECT recipient, COUNT(DISTINCT sender) FROM mail GROUP BY ALL").fetchall())
    told = dict(con.execute("SELECT sender, COUNT(DISTINCT recipient) FROM mail GROUP BY ALL").fetchall())
    everyone = [p for p in sorted(rank) if p in heard or p in told]
    pairs = con.execute("SELECT sender, recipient, COUNT(*) FROM mail GROUP BY ALL").fetchall()
    upward = sum(n for s, r, n in pairs if s in rank and r in rank and rank[r] > rank[s])
    level = sum(n for s, r, n in pairs if s in rank and r in rank and rank[r] != rank[s])
    print(f"{name}: {len(everyone)} people, {sum(n for *_, n in pairs):,} mails")
    for what, counts in (("are written to by", heard), ("write to", told)):
        together = _spearman([rank[p] for p in everyone], [counts.get(p, 0) for p in everyone])
        print(f"  rank and how many {what}: Spearman {together:.2f}")
    print(f"  of the mails between ranks, upward: {upward / level:.2f}")


def _spearman(a: list[int], b: list[int]) -> float:
    def ranks(values: list[int]) -> np.ndarray:
        _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
        ends = np.cumsum(counts)
        return (ends - (counts - 1) / 2)[inverse]

    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


if __name__ == "__main__":
    main()
