"""Join what belongs together: connected components over the links that were found.

The links are few (merges, conversions, shared domains) beside the records, so they are read out,
joined here, and written back. A better matcher adds links with a confidence; nothing else changes.
"""

from __future__ import annotations

import pyarrow as pa

from muster.engine.protocol import Engine


def join_links(engine: Engine, *, links: str, into: str) -> None:
    """Read table `links` (left_key, right_key) and put table `into` (key, cluster_key).

    `cluster_key` is the smallest key of a component, so that neither the order nor the repetition
    of links matters. Keys without links are not listed.
    """
    parent: dict[str, str] = {}

    def find(key: str) -> str:
        root = key
        while (above := parent.setdefault(root, root)) != root:
            root = above
        while parent[key] != root:
            parent[key], key = root, parent[key]
        return root

    found = engine.arrow(f"SELECT l.left_key, l.right_key FROM {links} AS l")
    left, right = (found.column(c).to_pylist() for c in ("left_key", "right_key"))
    for a, b in zip(left, right, strict=True):
        low, high = sorted((find(a), find(b)))
        parent[high] = low
    keys = sorted(parent)
    engine.put(
        into,
        pa.table(
            {
                "key": pa.array(keys, pa.string()),
                "cluster_key": pa.array([find(k) for k in keys], pa.string()),
            }
        ),
    )
