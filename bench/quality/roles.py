"""How right roles are, and whether their stated confidence holds, on the large generated company.

    python -m bench.quality.roles WORLD WORKSPACE

WORLD is its folder (`truth/` serves to judge only), WORKSPACE one that `muster run` has built on it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb

_MATCHED = """
    CREATE TABLE judged AS
    WITH of_account AS (
        SELECT DISTINCT account_id, account_key FROM account_alias
        JOIN true_account_records USING (account_record_id)),
    of_person AS (
        SELECT DISTINCT person_id, person_key FROM person_alias
        JOIN true_person_records USING (person_record_id)),
    in_cycle AS (
        SELECT g.buying_group_id, c.cycle_key FROM buying_group AS g JOIN of_account USING (account_id)
        JOIN true_cycles AS c ON c.account_key = of_account.account_key
            AND lower(replace(c.solution, ' ', '-')) = g.solution_id
        WHERE g.opened_at < c.contacts_suppliers_at::TIMESTAMP + INTERVAL 20 WEEK
            AND coalesce(g.closed_at, TIMESTAMP '2100-01-01') > c.began_at::TIMESTAMP
        QUALIFY row_number() OVER (PARTITION BY g.buying_group_id ORDER BY c.began_at) = 1)
    SELECT m.role, m.role_confidence, t.role AS truth
    FROM member AS m JOIN in_cycle USING (buying_group_id) JOIN of_person USING (person_id)
    JOIN true_members AS t USING (cycle_key, person_key)
"""


def main() -> None:
    """Print F1 of each role, and stated against true share in bands of a tenth."""
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("world", type=Path)
    said.add_argument("workspace", type=Path)
    given = said.parse_args()
    con = duckdb.connect()
    for name in ("account_records", "person_records", "cycles", "members"):
        file = given.world / "truth" / f"{name}.csv"
        con.execute(f"CREATE VIEW true_{name} AS SELECT * FROM read_csv('{file}', all_varchar = true)")
    for name in ("account_alias", "person_alias", "buying_group", "member"):
        file = given.workspace / ".muster" / "tables" / f"{name}.parquet"
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{file}')")
    con.execute(_MATCHED)
    roles = con.execute("""
        SELECT truth, 2.0 * count(*) FILTER (r.role = r.truth) / (count(*) + any_value(n.said)) AS f1
        FROM judged AS r
        JOIN (SELECT role, count(*) AS said FROM judged GROUP BY role) AS n ON n.role = r.truth
        GROUP BY truth ORDER BY truth""").fetchall()
    for role, score in roles:
        print(f"{role:24}{score:6.3f}")
    print(f"{'macro-F1':24}{sum(score for _, score in roles) / len(roles):6.3f}")
    print(f"\n{'confidence':12}{'members':>8}{'stated':>8}{'true':>8}")
    for band, members, stated, true in con.execute("""
        SELECT floor(role_confidence * 10) / 10 AS band, count(*), avg(role_confidence),
            avg((role = truth)::INT)
        FROM judged GROUP BY band ORDER BY band""").fetchall():
        print(f"{band:<12.1f}{members:8}{stated:8.2f}{true:8.2f}")


if __name__ == "__main__":
    main()
