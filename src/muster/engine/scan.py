"""The tables a shipped SQL file reads, found without parsing it: a run would spend its first two seconds so.

Core SQL names a table in one place alone, behind FROM or JOIN, and nothing in it is quoted; what linting lets
through is read rightly here, but for a CTE named as a table that it reads, which the tests refuse. SQL that
others wrote is parsed (see `syntax.py`), which finds its faults as well.
"""

from __future__ import annotations

import re

_NAME = r"[a-z_][a-z0-9_]*"
_TOLD = re.compile(
    rf"""
    --[^\n]* | '(?:[^']|'')*'  # comments and texts: what looks like SQL in them is none
    | \bDISTINCT\s+FROM\b
    | \b(?:FROM|JOIN)\s+(?P<read>{_NAME})
    | \b(?P<made>{_NAME})\s+AS\s*\((?=\s*(?:--[^\n]*\s*)*(?:SELECT|WITH|\())
    """,
    re.IGNORECASE | re.VERBOSE,
)


def tables_named(sql: str) -> dict[str, int]:
    """Every table that core SQL reads, CTEs left out, with the line where it is first named.

    >>> tables_named("WITH a AS (SELECT d.n FROM deal AS d)\\nSELECT a.n FROM a JOIN week AS w ON w.n = a.n")
    {'deal': 1, 'week': 2}
    """
    found = list(_TOLD.finditer(sql))
    made = {match["made"] for match in found}
    read: dict[str, int] = {}
    for match in found:
        if (name := match["read"]) and name not in made:
            read.setdefault(name, sql.count("\n", 0, match.start("read")) + 1)
    return read
