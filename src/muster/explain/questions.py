"""An edge as a question in SQL, asked for all rows of `explained` at once.

`explained` has a column `node`, the number of the row, and `_limit`, how many rows to show of each
reason; answers have `node`, `_place` (1 for the first) and `_found` (how many there are).
"""

from __future__ import annotations

from muster.canonical.tables import source_tables
from muster.engine.shape import quoted
from muster.explain.keys import contract
from muster.explain.rests_on import Edge, lineages


def parents_of(edge: Edge) -> str:
    """The rows `p` of another table, with all their columns."""
    key = ", ".join(quoted(k) for k in contract(edge.table).key)
    return _nearest_first("p.*", edge, lineages()[edge.table].read_from, key=key)


def sources_of(edge: Edge) -> str:
    """Where records came from, with their keys: `key_0`, `key_1`, ..., or `table_name` and `key_text`."""
    columns = "p.source, p.source_file, p.source_row, p.known_at"
    of_records = source_tables().get(edge.table)
    if of_records is not None:
        columns += "".join(f", p.{quoted(k)} AS key_{n}" for n, k in enumerate(of_records.key))
    else:
        columns += ", p.table_name, p.key_text"
    return _nearest_first(columns, edge, edge.table, key="source, source_file, source_row")


def rules_of(edge: Edge) -> str:
    """The places of rules in their file. Rules in force are few: all are told."""
    return _nearest_first(
        "p.position_in_file", edge, f"rule_{edge.table}", key="position_in_file", limit="_found"
    )


def _nearest_first(columns: str, edge: Edge, relation: str, *, key: str, limit: str = "_limit") -> str:
    """The first rows of each node in the edge's order, with how many there are."""
    found = f"FROM explained AS r {edge.join} CROSS JOIN {quoted(relation)} AS p WHERE {edge.where}"
    # A join may meet the same row several times; without one nothing can be met twice.
    rows = (
        f"SELECT r.node, r._limit, {columns}, MIN(ROW({edge.order})) AS _order {found} GROUP BY ALL"
        if edge.join
        else f"SELECT r.node, r._limit, {columns}, ROW({edge.order}) AS _order {found}"
    )
    return (
        f"SELECT * EXCLUDE (_order, _limit) FROM (SELECT *, "
        f"ROW_NUMBER() OVER (PARTITION BY node ORDER BY _order, {key}) AS _place, "
        f"COUNT(*) OVER (PARTITION BY node) AS _found FROM ({rows})"
        f") WHERE _place <= LEAST({limit}, {edge.limit}) ORDER BY node, _place"
    )
