"""The ids that accounts had: those that gave way to them, and those of their other keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from muster.reports.published import Published

# An id is a hash of the key known first (docs/decisions/0006): a record dated back makes another one the
# first, and nothing else tells of that. What merges bring stands in merged_account, step by step.
_IDS = """
    WITH RECURSIVE asked AS (SELECT UNNEST(?::VARCHAR[]) AS account_id),
    merged AS (
        SELECT m.account_id AS was, m.into_account_id AS account_id FROM merged_account AS m
        JOIN asked AS a ON a.account_id = m.into_account_id
        UNION
        SELECT m.account_id AS was, g.account_id FROM merged AS g
        JOIN merged_account AS m ON m.into_account_id = g.was)
    SELECT g.account_id, g.was FROM merged AS g
    UNION
    SELECT r.account_id, 'a' || SUBSTRING(MD5('r:' || r.account_record_id), 1, 16) FROM account_alias AS r
    JOIN asked AS a ON a.account_id = r.account_id
    UNION
    SELECT d.account_id, 'a' || SUBSTRING(MD5('d:' || d.domain), 1, 16) FROM account_domain AS d
    JOIN asked AS a ON a.account_id = d.account_id"""


def ids_before(tables: Published, account_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
    """For each account every id by which it may have been told of, its own left out."""
    found = defaultdict(set)
    for row in tables.records(_IDS, [sorted(account_ids)]) if account_ids else ():
        found[row["account_id"]].add(row["was"])
    return {account_id: frozenset(ids - {account_id}) for account_id, ids in found.items()}
