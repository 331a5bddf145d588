"""Who a lead source says began an opportunity, by rules/lead_sources.csv."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

import pyarrow as pa


def read_lead_sources(said: Iterable[str], rows: Iterable[Mapping[str, object]]) -> pa.Table:
    """`reading_lead_source`: said, sourced_by; only texts that a rule fits, by the first that does."""
    rules = [(str(row["pattern"]).lower(), str(row["sourced_by"])) for row in rows]
    read = [
        (text, who)
        for text in said
        if (who := next((who for pattern, who in rules if fnmatchcase(text.lower(), pattern)), None))
    ]
    return pa.table(
        {
            "said": pa.array([text for text, _ in read], pa.string()),
            "sourced_by": pa.array([who for _, who in read], pa.string()),
        }
    )
