"""Figures computed again from the rows they rest on: they agree to the cent, or the reader is told."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa

from muster.explain.archive import Archive, rows_of
from muster.explain.explanation import Recount
from muster.explain.rests_on import RecountQuery

_POINT = Decimal("0.01")


def recount(
    archive: Archive, queries: Iterable[RecountQuery], explained: pa.Table
) -> Iterator[tuple[int, Recount]]:
    """What the figures of `explained` come to, by the number of the row in its column `node`."""
    said = {row["node"]: row for row in rows_of(explained)}
    for query in queries:
        for found in archive.rows(query.sql, explained=explained):
            node = found.pop("node")
            for figure, value in found.items():
                given = said[node][figure]
                yield node, Recount(figure, given, _whole(value), agree(given, value), query.how)


def _whole(value: Any) -> Any:
    """A sum of whole numbers comes back as a decimal without decimals."""
    if isinstance(value, Decimal) and value.as_tuple().exponent == 0:
        return int(value)
    return value


def agree(said: Any, found: Any) -> bool:
    """Cents, counts and words exactly; shares within 1e-9; points, sums of fading parts, within 0.01."""
    if said is None or found is None:
        return said is found
    if isinstance(said, float) and isinstance(found, float | int | Decimal):
        return math.isclose(said, float(found), rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(said, Decimal):
        return abs(said - Decimal(str(found))) <= _POINT
    return bool(said == found)
