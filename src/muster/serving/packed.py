"""Many answers of a run, kept small: each compressed, as most of them are asked for once or never."""

from __future__ import annotations

import pickle
import zlib
from collections import OrderedDict
from threading import Lock
from typing import Any

_BYTES = 192_000_000  # of all that is kept; a group's page takes some ten thousand
_LEVEL = 1  # a page is to be quick: what more would spare is not worth its time


class Packed:
    """What was put in by its key, until there is too much: then what was asked longest ago goes first.

    For values of our own, which are made here and stay in this process. Safe to use from many threads.

    >>> shelf = Packed()
    >>> shelf.put("group g1", {"members": ["Ana"]})
    >>> shelf.get("group g1"), shelf.get("group g2"), "group g1" in shelf
    ({'members': ['Ana']}, None, True)
    """

    def __init__(self, *, most: int = _BYTES) -> None:
        self._most, self._bytes = most, 0
        self._kept: OrderedDict[object, bytes] = OrderedDict()
        self._lock = Lock()

    def __contains__(self, key: object) -> bool:
        with self._lock:
            return key in self._kept

    def get(self, key: object) -> Any:
        """The value of a key, as it was put in; None where there is none."""
        with self._lock:
            packed = self._kept.get(key)
            if packed is None:
                return None
            self._kept.move_to_end(key)
        return pickle.loads(zlib.decompress(packed))  # noqa: S301 - what `put` made, in this process

    def put(self, key: object, value: Any) -> None:
        """Keep a value."""
        packed = zlib.compress(pickle.dumps(value, pickle.HIGHEST_PROTOCOL), _LEVEL)
        with self._lock:
            self._bytes += len(packed) - len(self._kept.pop(key, b""))
            self._kept[key] = packed
            while self._bytes > self._most and len(self._kept) > 1:
                _, gone = self._kept.popitem(last=False)
                self._bytes -= len(gone)
