"""What a row of spend is by what its source calls it, by rules/spend_lines.csv."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

import pyarrow as pa

NEGATIVE = "(negative)"


def read_spend_lines(said: Iterable[str], rows: Iterable[Mapping[str, object]]) -> pa.Table:
    """`reading_spend_line`: said, counts_as, reduces_cost; texts that a rule fits, by the first that does.

    Beside them a row for `(negative)`: an amount below 0 that no text explains is a credit where no rule
    says otherwise, since it is never cost.
    """
    rules = [(str(row["pattern"]).lower(), str(row["counts_as"]), bool(row["reduces_cost"])) for row in rows]
    read = [
        (text, *fit)
        for text in said
        if text != NEGATIVE
        and (
            fit := next(((as_, less) for p, as_, less in rules if fnmatchcase(text.strip().lower(), p)), None)
        )
    ]
    negative = [(as_, less) for p, as_, less in rules if p == NEGATIVE and as_ in {"credit", "refund"}]
    read.append((NEGATIVE, *(negative or [("credit", False)])[0]))
    return pa.table(
        {
            "said": pa.array([text for text, _, _ in read], pa.string()),
            "counts_as": pa.array([as_ for _, as_, _ in read], pa.string()),
            "reduces_cost": pa.array([less for _, _, less in read], pa.bool_()),
        }
    )
