"""Whether a legal basis lets us write to somebody, by rules/legal_bases.csv."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

import pyarrow as pa


def read_legal_bases(bases: Iterable[str], rows: Iterable[Mapping[str, object]]) -> pa.Table:
    """`reading_legal_basis`: legal_basis, may_contact; the first rule that fits counts.

    A source may hold several in one cell (HubSpot parts them by `;`): one that allows it is enough.
    """
    patterns = [(str(row["said"]).lower(), bool(row["may_contact"])) for row in rows]
    said = list(bases)
    allowed = [any(_allows(part.strip().lower(), patterns) for part in basis.split(";")) for basis in said]
    return pa.table(
        {"legal_basis": pa.array(said, pa.string()), "may_contact": pa.array(allowed, pa.bool_())}
    )


def _allows(basis: str, patterns: list[tuple[str, bool]]) -> bool:
    """A basis that no rule names allows it: it was recorded as a basis."""
    return next((verdict for pattern, verdict in patterns if fnmatchcase(basis, pattern)), True)
