"""Sales' places on each Monday, from the rule file that the policy `capacity` reads."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

import pyarrow.parquet as pq

from muster.engine.published import Published
from muster.recall.clock import FIRST_MONDAY, WEEK
from muster.rules.read import Rules

Places = dict[int, dict[int, int]]  # Monday -> pool -> places
EVERY = -1  # the pool of all solutions without places of their own
_MILLION = 1_000_000


def places_of(
    published: Published, rules: Rules, *, first: int, last: int, solution_ids: Sequence[str]
) -> Places:
    """How many groups sales can take on each Monday of a span (`qualification/capacity_week.sql`).

    What is less than a whole group counts towards the Mondays after, within the span.
    """
    known = _known_records(published)
    numbers: Mapping[str, int] = {name: number for number, name in enumerate(solution_ids)} | {"*": EVERY}
    found: Places = {}
    summed: dict[int, int] = {}
    for at in range(first + (FIRST_MONDAY - first) % WEEK, last + 1, WEEK):
        here = found.setdefault(at, {})
        for row in rules["capacity"]:
            pool = numbers.get(str(row["solution_id"]))
            if pool is None or not _holds(row, at):
                continue
            by = bisect_right(known, at) / 1000 if row["per"] == "1000_accounts" else 1.0
            share = int(float(row["groups_a_week"] or 0) * 1e6 * by + 0.5)
            before = summed.get(pool, 0)
            summed[pool] = before + share
            here[pool] = summed[pool] // _MILLION - before // _MILLION
    return found


def rest_of(rules: Rules, at: int) -> int:
    """For how long (microseconds) nobody is handed over again: `rest_days` in force at an instant."""
    days = [row["value"] for row in rules["qualification"] if row["name"] == "rest_days" and _holds(row, at)]
    return int(float(days[0] or 0)) * (WEEK // 7) if days else 26 * WEEK


def _holds(row: Mapping[str, object], at: int) -> bool:
    return int(str(row["from_at"])) <= at < int(str(row["to_at"]))


def _known_records(published: Published) -> list[int]:
    """When each account record became known, in order, as the run's own records tell."""
    records = published.folder / "records" / "account_record.parquet"
    if not records.is_file():
        return []
    table = pq.read_table(records, columns=["known_at", "is_deleted", "merged_into_id"]).to_pylist()
    return sorted(r["known_at"] for r in table if not r["is_deleted"] or r["merged_into_id"] is not None)
