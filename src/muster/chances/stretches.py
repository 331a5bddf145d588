"""A few Mondays at a time: the tables that hold a row for each actor or account and Monday outgrow memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil

import pyarrow as pa

from muster.canonical.tables import Table
from muster.engine.protocol import Engine
from muster.engine.queries import Query
from muster.recall.clock import FADING_WEEKS, WEEK

# Each act has a row in each of the weeks in which it still counts. So many of them are made at a time: about
# a gigabyte, with what is made of them. A company of 50,000 acts is made whole.
ROWS = 1_500_000


def put_in_stretches(engine: Engine, queries: tuple[Query, ...], contract: Table) -> Mapping[str, int]:
    """Make tables from the first query to the last, a stretch of Mondays at a time; returns rows of each.

    Only the last is kept whole, in files and in the order of its contract's key, whose first column is the
    Monday. What one stretch holds does not hang on the others, so its rows are those of a table made at once.
    """
    *before, last = queries
    rows = dict.fromkeys((query.name for query in queries), 0)
    engine.drop(last.name)
    for stretch in stretches(engine):
        engine.put("panel_stretch", stretch)
        for query in before:
            rows[query.name] += engine.create(query.name, query.sql)
        rows[last.name] += engine.append(last.name, last.sql, key=contract.key)
    return rows


def stretches(engine: Engine) -> Iterator[pa.Table]:
    """The table `panel_stretch`, cut into as many as the company's acts ask for; one where there are few."""
    whole = engine.arrow("SELECT s.from_at, s.until_at FROM panel_stretch AS s")
    [acts] = engine.arrow("SELECT COUNT(*) AS acts FROM numbered_act AS a").column("acts").to_pylist()
    [span] = whole.to_pylist()
    if span["from_at"] is None:
        yield whole
        return
    weeks = (span["until_at"] - span["from_at"]) // WEEK
    each = max(1, weeks // max(1, ceil(acts * FADING_WEEKS / ROWS)))
    for start in range(span["from_at"], span["until_at"], each * WEEK):
        bounds = {"from_at": [start], "until_at": [min(start + each * WEEK, span["until_at"])]}
        yield pa.table(bounds, schema=whole.schema)
