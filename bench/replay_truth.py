"""Judge a kept replay by the truth of the generated company: how many true buying cycles either side met.

    python -m bench.replay_truth WORKSPACE TRUTH_FOLDER

A hand-off meets a cycle of its account (and solution, where it names one) between the cycle's beginning and
the moment the group contacts suppliers. Reads what `muster replay` kept in .muster/replay/.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

_SQL = """
WITH known AS (
    SELECT DISTINCT a.account_id, t.account_key
    FROM read_parquet('{tables}/account_alias.parquet') AS a
    JOIN read_csv('{truth}/account_records.csv', all_varchar = true) AS t USING (account_record_id)
),
cycle AS (
    SELECT c.cycle_key, c.account_key, replace(lower(c.solution), ' ', '-') AS solution_id,
        CAST(c.began_at AS TIMESTAMP) AS began_at, CAST(c.contacts_suppliers_at AS TIMESTAMP) AS ends_at,
        EXISTS (SELECT 1 FROM read_csv('{truth}/opportunities.csv', all_varchar = true) AS o
            WHERE o.cycle_key = c.cycle_key) AS has_opened
    FROM read_csv('{truth}/cycles.csv', all_varchar = true) AS c
),
judged AS (
    SELECT h.side, h.subject_id, h."at" AS handed_at, h.account_id, h.solution_id
    FROM read_parquet('{replay}/replay_hand_off.parquet') AS h WHERE h.is_judged
)
SELECT j.side, count(DISTINCT (j.subject_id || ' ' || CAST(j.handed_at AS VARCHAR))) AS hand_offs,
    count(DISTINCT CASE WHEN c.cycle_key IS NOT NULL
        THEN j.subject_id || ' ' || CAST(j.handed_at AS VARCHAR) END) AS in_a_cycle,
    count(DISTINCT c.cycle_key) AS cycles,
    count(DISTINCT CASE WHEN NOT c.has_opened THEN c.cycle_key END) AS cycles_that_never_opened
FROM judged AS j LEFT JOIN known AS k USING (account_id)
LEFT JOIN cycle AS c ON c.account_key = k.account_key AND j.handed_at BETWEEN c.began_at AND c.ends_at
    AND (j.solution_id IS NULL OR replace(lower(j.solution_id), ' ', '-') = c.solution_id)
GROUP BY j.side ORDER BY j.side
"""


def main() -> None:
    """Print a line for each side."""
    home, truth = Path(sys.argv[1]) / ".muster", Path(sys.argv[2])
    sql = _SQL.format(tables=home / "tables", replay=home / "replay", truth=truth)
    print(duckdb.connect().sql(sql))


if __name__ == "__main__":
    main()
