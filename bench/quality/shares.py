"""How well shares hold up: against truth, and what chance explains against drawing lots."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
from bench.quality.figures import Data, Figure, calibrated

TOPIC = "Shares, on the generated company with known truth"
DRAWS = 200


def figures(data: Data) -> Iterator[Figure]:
    """Tracked and likely shares, and the closed form of chance."""
    if missing := data.missing("world"):
        yield Figure(TOPIC, "shares", skipped=missing)
        return
    yield from _world(data.tables, data.world / "truth")
    yield _lots(data.tables)


def _world(tables: Path, truth: Path) -> Iterator[Figure]:
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
    for name, table, part, bar in (
        ("tracked links", "share", "TRUE", None),
        ("likely", "likely_share", "TRUE", 0.10),
        ("likely, within 2 days", "likely_share", "s.read_at - s.first_at <= INTERVAL 2 DAY", None),
        ("likely, 2 to 7 days", "likely_share", "s.read_at - s.first_at > INTERVAL 2 DAY", None),
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
        if not edges:
            yield Figure(TOPIC, name, skipped="the run found none")
            continue
        what = f"{name}: stated against true"
        told = calibrated(TOPIC, what, edges, "edges", stated=stated, true=found, bar=bar)
        if table == "share":
            yield Figure(TOPIC, f"{name}: precision", found, bar=0.98, how=told.how)
        else:
            yield told


def _lots(tables: Path) -> Figure:
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
    found = int((contents[first] == contents[second]).sum())
    how = (
        f"pairs of openings of one content, of {len(pairs):,} within a block; there are {found};"
        f" {DRAWS} draws, standard deviation {np.std(drawn):.1f}"
    )
    return Figure(
        TOPIC,
        "what chance makes, by the closed form",
        closed,
        {"by drawing lots": float(np.mean(drawn))},
        how=how,
    )
