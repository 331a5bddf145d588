"""Whether a reason for rejecting one lead rejects the whole group, by rules/rejections.csv."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

import pyarrow as pa


def read_rejections(reasons: Iterable[str], rows: Iterable[Mapping[str, object]]) -> pa.Table:
    """`reading_rejection`: reason, rejects_group; the first rule that fits counts."""
    patterns = [(str(row["reason"]).lower(), bool(row["rejects_group"])) for row in rows]
    said = list(reasons)
    rejects = [
        next((verdict for pattern, verdict in patterns if fnmatchcase(reason.lower(), pattern)), False)
        for reason in said
    ]
    return pa.table({"reason": pa.array(said, pa.string()), "rejects_group": pa.array(rejects, pa.bool_())})
