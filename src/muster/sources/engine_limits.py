"""How much memory reading may take: little, but for the sort that puts a large table in order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_ENOUGH: Final = 1_400_000_000
_PER_BYTE: Final = {".gz": 20, ".zip": 20, ".parquet": 20}  # packed; a plain text needs 4
_UNITS: Final = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12,
                 "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}  # fmt: skip


def memory_cap(limit: str, *, reading: int = 0) -> str:
    """The smaller of the configured limit and what reading so many bytes of text needs.

    >>> memory_cap("8GB"), memory_cap("500MB"), memory_cap("8GB", reading=1_000_000_000)
    ('1400000000B', '500MB', '4000000000B')
    """
    needed = max(_ENOUGH, 4 * reading)
    most = limit_bytes(limit)
    return f"{needed}B" if most is not None and most > needed else limit


def limit_bytes(limit: str) -> int | None:
    """A limit as muster.toml writes it, in bytes; None where it is written otherwise.

    >>> limit_bytes("2 GiB"), limit_bytes("80%")
    (2147483648, None)
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]i?)?b?\s*", limit.lower())
    return int(float(match[1]) * _UNITS[match[2] or ""]) if match else None


def text_bytes(places: Iterable[Path]) -> int:
    """About how many bytes of text the files of some folders (or single files) hold once unpacked."""
    found = [file for place in places for file in (place.rglob("*") if place.is_dir() else [place])]
    return sum(file.stat().st_size * _PER_BYTE.get(file.suffix, 4) // 4 for file in found if file.is_file())
