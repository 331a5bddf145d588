"""Text columns made a million at a time: record ids, codes, instants, joined words."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
_LETTERS = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", np.uint8)
_SMALL = np.frombuffer(b"0123456789abcdefghijklmnopqrstuvwxyz", np.uint8)
_SUFFIX = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", np.uint8)
_DAY = 86_400
_BITS = np.array([1, 2, 4, 8, 16])


def _table(texts: list[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer("".join(texts).encode(), np.uint8).reshape(len(texts), -1)


_DAYS = _table([str(np.datetime64(day, "D")) for day in range(18_262, 21_916)])  # 2020 to 2029
_TIMES = _table([f"T{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}Z" for s in range(_DAY)])


def text(matrix: npt.NDArray[np.uint8]) -> Any:
    """An Arrow text column whose values all have one width: a row of bytes each."""
    count, width = matrix.shape
    offsets = np.arange(0, (count + 1) * width, width, dtype=np.int32)
    data = pa.py_buffer(np.ascontiguousarray(matrix))
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), data)


def instants(seconds: Ints) -> Any:
    """Seconds since 1970 as 2024-05-06T07:08:09Z."""
    return text(np.hstack([_DAYS[seconds // _DAY - 18_262], _TIMES[seconds % _DAY]]))


def days(seconds: Ints) -> Any:
    """Seconds since 1970 as 2024-05-06."""
    return text(_DAYS[seconds // _DAY - 18_262])


def record_ids(rng: np.random.Generator, prefix: str, count: int) -> Any:
    """18-character record ids as a CRM shows them; they tell nothing but the object."""
    ids = np.empty((count, 18), np.uint8)
    ids[:, :6] = np.frombuffer((prefix + "Hd0").encode(), np.uint8)
    ids[:, 6:15] = _LETTERS[rng.integers(0, 62, (count, 9))]
    upper = ((ids[:, :15] >= 65) & (ids[:, :15] <= 90)).reshape(count, 3, 5)
    ids[:, 15:] = _SUFFIX[upper @ _BITS]
    return text(ids)


def codes(rng: np.random.Generator, prefix: str, count: int, *, length: int = 10) -> Any:
    """Opaque ids in small letters and digits, as web tools make them."""
    matrix = np.empty((count, length + 1), np.uint8)
    matrix[:, 0] = ord(prefix)
    matrix[:, 1:] = _SMALL[rng.integers(0, 36, (count, length))]
    return text(matrix)


def join(*parts: Any) -> Any:
    """Texts joined value by value; a plain text is repeated."""
    return pc.binary_join_element_wise(*parts, "")


def take(values: Any, where: Ints) -> Any:
    """Values at places; the place -1 is nothing."""
    return pc.fill_null(pc.take(values, pa.array(where, mask=where < 0)), "")


def when(condition: npt.NDArray[np.bool_], values: Any, otherwise: Any = "") -> Any:
    """Values where a condition holds, and something else where it does not."""
    return pc.if_else(pa.array(condition), values, otherwise)


def weigh(rng: np.random.Generator, weights: list[float], count: int) -> Ints:
    """Places drawn with given weights."""
    edges = np.cumsum(weights) / sum(weights)
    return np.searchsorted(edges[:-1], rng.random(count), side="right").astype(np.int64)


def amounts(cents: Ints) -> Any:
    """Whole cents as 1234.5 is written by an export: 1234.50."""
    whole, rest = pa.array(cents // 100).cast(pa.string()), pa.array(cents % 100 + 100).cast(pa.string())
    return join(whole, ".", pc.utf8_slice_codeunits(rest, 1, 3))
