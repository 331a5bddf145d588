"""What sales' reason for rejecting is about, and whether it rejects the group, by rules/rejections.csv."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

import pyarrow as pa

# What a reason may be about. Each acts on its own part: cycle, solution and account on the group's status,
# authority on roles and so on completeness, the others on nothing but the count of defects.
CONCERNS = ("cycle", "solution", "account", "authority", "person", "duplicate", "silence", "other")


def read_rejections(reasons: Iterable[str], rows: Iterable[Mapping[str, object]]) -> pa.Table:
    """`reading_rejection`: reason, rejects_group, concerns; the first rule that fits counts."""
    patterns = [(str(r["reason"]).lower(), bool(r["rejects_group"]), str(r["concerns"])) for r in rows]
    said = list(reasons)
    read = [
        next(((rejects, c) for pattern, rejects, c in patterns if fnmatchcase(reason.lower(), pattern)), None)
        or (False, "other")
        for reason in said
    ]
    return pa.table(
        {
            "reason": pa.array(said, pa.string()),
            "rejects_group": pa.array([rejects for rejects, _ in read], pa.bool_()),
            "concerns": pa.array([concerns for _, concerns in read], pa.string()),
        }
    )
