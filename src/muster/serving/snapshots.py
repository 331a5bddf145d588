"""The run in force, as pages read it: swapped when a run ends, unchanged for whoever began with it."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Sized
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from muster.access.scope import Held
from muster.engine.lock import HOME
from muster.engine.published import MANIFEST
from muster.engine.run_log import last_entry
from muster.serving.packed import Packed

T = TypeVar("T")
_KEPT_ROWS = 600_000  # in all answers remembered for a run, each about half a kilobyte
_LEAST = 64  # rows that an answer weighs however small it is, so that there is an end of small ones, too
_ROW = 512  # letters of a text that weigh as much as a row
_HELD = 4  # rows of a table of DuckDB weigh as much as one of Python


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One published run: its tables never change, so what was computed from them may be kept.

    Instants are in UTC and name no zone, as in the tables.
    """

    run_id: str
    folder: Path
    as_of: datetime
    built_at: datetime
    rows: dict[str, int]
    packed: Packed = field(default_factory=Packed, repr=False, compare=False)
    _kept: OrderedDict[Any, Any] = field(default_factory=OrderedDict, repr=False, compare=False)
    _making: dict[Any, Lock] = field(default_factory=dict, repr=False, compare=False)
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def once(self, key: object, make: Callable[[], T]) -> T:
        """What `make` returns, computed once for this run; `key` names it and who may see it.

        Who asks while another computes it waits for that answer: on a Monday all open the same list at once.
        """
        with self._lock:
            making = self._making.setdefault(key, Lock())
        with making:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    found: T = self._kept[key]
                    return found
            made = make()
            with self._lock:
                self._kept[key] = made
                while len(self._kept) > 1 and self._rows() > _KEPT_ROWS:
                    gone, _ = self._kept.popitem(last=False)
                    self._making.pop(gone, None)
            return made

    def _rows(self) -> int:
        return sum(_LEAST + _rows_of(made) for made in self._kept.values())


def _rows_of(made: object) -> int:
    """How many rows an answer holds: it is a list of them, or has lists of them."""
    if is_dataclass(made) and not isinstance(made, type):
        return sum(_rows_of(getattr(made, each.name)) for each in fields(made))
    if isinstance(made, Held):
        return len(made) // _HELD
    if isinstance(made, str):
        return 1 + len(made) // _ROW
    return len(made) if isinstance(made, Sized) else 1


class Snapshots:
    """Which run is in force in a workspace, asked anew with every request."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._lock = Lock()
        self._open: Snapshot | None = None

    def current(self) -> Snapshot | None:
        """The run in force; None before the first one ended."""
        folder = (self._workspace / HOME / "tables").resolve()
        with self._lock:
            if self._open is None or self._open.folder != folder:
                self._open = _read(folder)
            return self._open

    def failure(self) -> dict[str, Any] | None:
        """The line of the run log where the last run ended badly; None where it ended well."""
        entry = last_entry(self._workspace)
        return entry if entry is not None and entry.get("ended") == "failed" else None


def _read(folder: Path) -> Snapshot | None:
    try:
        file = folder / MANIFEST
        manifest = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return None
    return Snapshot(
        run_id=manifest["run_id"],
        folder=folder,
        as_of=datetime.fromisoformat(manifest["as_of"]).astimezone(UTC).replace(tzinfo=None),
        built_at=datetime.fromtimestamp(file.stat().st_mtime, UTC).replace(tzinfo=None),
        rows={name: facts["rows"] for name, facts in manifest["tables"].items()},
    )
