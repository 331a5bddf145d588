"""How much memory reading may take: it streams, so more than this buys nothing."""

from __future__ import annotations

import re
from typing import Final

_ENOUGH: Final = 1_400_000_000
_UNITS: Final = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12,
                 "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}  # fmt: skip


def memory_cap(limit: str) -> str:
    """The smaller of the configured limit and what reading needs.

    >>> memory_cap("8GB"), memory_cap("500MB")
    ('1400000000B', '500MB')
    """
    match = re.fullmatch(r"\s*([\d.]+)\s*([kmgt]i?)?b?\s*", limit.lower())
    if match and float(match[1]) * _UNITS[match[2] or ""] > _ENOUGH:
        return f"{_ENOUGH}B"
    return limit
