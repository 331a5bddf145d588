"""Judge a kept replay by the truth of the generated company: what either side met, and what anybody could.

    python -m bench.replay_truth WORKSPACE TRUTH_FOLDER

A hand-off meets a cycle of its account (and solution, where it names one) between the cycle's beginning and
the moment the group contacts suppliers. The ceilings are those of somebody who knows the future and has the
same places each week: as many as a matching of openings (or cycles) with places gives, the best first. Reads
what `muster replay` kept in .muster/replay/.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import duckdb

from muster.engine.published import open_published
from muster.replay.matching import MUSTER
from muster.replay.policy import read_standings

WEEK = 7 * 86_400_000_000
HORIZON = 13 * WEEK
Who = tuple[str, str | None]  # an account and a solution
_TRUTH = """
CREATE VIEW known AS SELECT DISTINCT a.account_id, t.account_key
FROM read_parquet('{tables}/account_alias.parquet') AS a
JOIN read_csv('{truth}/account_records.csv', all_varchar = true) AS t USING (account_record_id);
CREATE TABLE cycle AS SELECT c.cycle_key, k.account_id, replace(lower(c.solution), ' ', '-') AS solution_id,
    CAST(c.began_at AS TIMESTAMP) AS began_at, CAST(c.contacts_suppliers_at AS TIMESTAMP) AS ends_at,
    EXISTS (SELECT 1 FROM read_csv('{truth}/opportunities.csv', all_varchar = true) AS o
        WHERE o.cycle_key = c.cycle_key) AS has_opened
FROM read_csv('{truth}/cycles.csv', all_varchar = true) AS c JOIN known AS k USING (account_key);
CREATE VIEW hand_off AS FROM read_parquet('{replay}/replay_hand_off.parquet');
CREATE VIEW opening AS FROM read_parquet('{replay}/replay_opening.parquet');
"""
_MET = """
SELECT j.side, count(DISTINCT (j.subject_id, j."at")) AS hand_offs,
    count(DISTINCT CASE WHEN c.cycle_key IS NOT NULL THEN (j.subject_id, j."at") END) AS in_a_cycle,
    count(DISTINCT c.cycle_key) AS cycles,
    count(DISTINCT CASE WHEN NOT c.has_opened THEN c.cycle_key END) AS cycles_that_never_opened
FROM hand_off AS j LEFT JOIN cycle AS c ON c.account_id = j.account_id
    AND j."at" BETWEEN c.began_at AND c.ends_at
    AND (j.solution_id IS NULL OR replace(lower(j.solution_id), ' ', '-') = c.solution_id)
WHERE j.is_judged GROUP BY j.side ORDER BY j.side
"""


def main() -> None:
    """Print a line for each side, and the ceilings."""
    home, truth = Path(sys.argv[1]) / ".muster", Path(sys.argv[2])
    con = duckdb.connect()
    con.execute(_TRUTH.format(tables=home / "tables", replay=home / "replay", truth=truth))
    print(con.sql(_MET))
    for line in ceilings(con, Path(sys.argv[1])):
        print(line)


def ceilings(con: duckdb.DuckDBPyConnection, workspace: Path) -> list[str]:
    """What is met by whoever knows the future: of all, and of groups that could have been handed over."""
    ours = con.sql(f"""SELECT epoch_us(h.week_at), h.is_judged FROM hand_off AS h
        WHERE h.side = '{MUSTER}' AND h.week_at > (SELECT min(week_at) FROM hand_off WHERE is_judged)
            - INTERVAL 13 WEEK""").fetchall()
    places, judged = Counter(at for at, _ in ours), Counter(at for at, is_judged in ours if is_judged)
    published = open_published(workspace)
    last = max(places)
    weeks = range(min(places), last + 1, WEEK)
    with published.connection() as tables:
        groups = {
            row[0]: (row[1], row[2])
            for row in tables.execute(
                "SELECT buying_group_id, account_id, solution_id FROM buying_group"
            ).fetchall()
        }
    free: dict[Who, set[int]] = defaultdict(set)
    for one in read_standings(published, weeks):
        if one.held_back_by is None:
            account, solution = groups[one.buying_group_id]
            free[account, solution].add(one.week_at)
            free[account, None].add(one.week_at)
    openings = con.sql("""SELECT account_id, solution_id, epoch_us(created_at) AS at, amount_cents, is_won
        FROM opening ORDER BY CASE WHEN is_won THEN amount_cents ELSE 0 END DESC, amount_cents DESC""")
    known = openings.fetchall()
    cycles = con.sql("""SELECT account_id, solution_id, epoch_us(began_at), epoch_us(ends_at), has_opened
        FROM cycle ORDER BY has_opened, began_at, cycle_key""").fetchall()
    every: Callable[[Who, int], bool] = lambda _who, _week: True  # noqa: E731 - beside the other
    ready: Callable[[Who, int], bool] = lambda who, week: week in free.get(who, ())  # noqa: E731
    lines = []
    for name, may in (("all", every), ("of groups that could be handed over", ready)):
        jobs = [
            [w for w in places if at - HORIZON <= w < at and may((account, solution), w)]
            for account, solution, at, _, _ in known
        ]
        met = [known[number] for number in matched(jobs, places)]
        some = sum(bool(job) for job in jobs)
        won = sum(row[3] for row in met if row[4]) / 100
        lines.append(f"openings, {name}: {some} of {len(known)}; {len(met)} find a place, won {won:,.0f}")
        jobs = [
            [w for w in judged if begins <= w <= ends and may((account, solution), w)]
            for account, solution, begins, ends, _ in cycles
        ]
        held = [cycles[number] for number in matched(jobs, judged)]
        never = sum(not row[4] for row in held)
        lines.append(f"cycles, {name}: {len(held)}; {never} of them never opened, where those go first")
    return lines


def matched(jobs: Sequence[Sequence[int]], places: Mapping[int, int]) -> list[int]:
    """The jobs that find a place in one of their weeks; earlier jobs are never given up for later ones.

    Augmenting paths: the greatest number there can be (Berge 1957).
    """
    taken: dict[int, list[int]] = {week: [] for week in places}

    def place(job: int, seen: set[int]) -> bool:
        for week in jobs[job]:
            if week in seen:
                continue
            seen.add(week)
            if len(taken[week]) < places[week]:
                taken[week].append(job)
                return True
            for number, other in enumerate(taken[week]):
                if place(other, seen):
                    taken[week][number] = job
                    return True
        return False

    return [job for job in range(len(jobs)) if place(job, set())]


if __name__ == "__main__":
    main()
