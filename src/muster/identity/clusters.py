"""Join what belongs together: connected components over the links that were found.

The links are few (merges, conversions, shared domains, matches) beside the records, so they are read
out, joined here, and written back.
"""

from __future__ import annotations

import pyarrow as pa

from muster.engine.protocol import Engine
from muster.identity.matching.choose import Groups, ordered


def join_links(engine: Engine, *, links: str, into: str, apart: str | None = None) -> None:
    """Read table `links` (left_key, right_key) and put table `into` (key, cluster_key).

    `cluster_key` is the smallest key of a component, so that neither the order nor the repetition
    of links matters. Keys without links are not listed. No link brings two keys of a row of `apart`
    together, nor does any chain of links.
    """
    pairs = sorted({ordered(*row) for row in _pairs(engine, links)})
    kept_apart = {ordered(*row) for row in _pairs(engine, apart)} if apart else set()
    groups = Groups()
    for left, right in pairs:
        if not kept_apart or not any(
            ordered(a, b) in kept_apart for a in groups.members(left) for b in groups.members(right)
        ):
            groups.join(left, right)
    joined = groups.names()
    keys = sorted(joined)
    engine.put(
        into,
        pa.table(
            {
                "key": pa.array(keys, pa.string()),
                "cluster_key": pa.array([joined[k] for k in keys], pa.string()),
            }
        ),
    )


def _pairs(engine: Engine, table: str) -> list[tuple[str, str]]:
    found = engine.arrow(f"SELECT t.left_key, t.right_key FROM {table} AS t")
    left, right = (found.column(c).to_pylist() for c in ("left_key", "right_key"))
    return list(zip(left, right, strict=True))
