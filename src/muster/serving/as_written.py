"""Settings and rules as the workspace's files have them now, read again when one of them has changed.

Every page asks for them, some three times: parsing forty files each time was half of what a page cost.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from muster.config.reading import read_config
from muster.config.settings import DECISIONS, FILE, OLDER_DECISIONS, Config
from muster.rules.read import Rules, read_rules

_Mark = tuple[str, int, int, int]
_KEPT = 4  # one process serves one workspace, and reads drafts of rules beside it


def config_of(workspace: Path) -> Config:
    """`muster.toml` as it is now. Raises what `read_config` raises."""
    return _config(workspace, _marks(workspace / name for name in (FILE, DECISIONS, OLDER_DECISIONS)))


def rules_of(workspace: Path) -> Rules:
    """The rule files as they are now. Raises what `read_rules` raises."""
    return _rules(workspace / "rules", _marks(sorted((workspace / "rules").glob("*.csv"))))


@lru_cache(maxsize=_KEPT)
def _config(workspace: Path, _: tuple[_Mark, ...]) -> Config:
    return read_config(workspace)


@lru_cache(maxsize=_KEPT)
def _rules(folder: Path, _: tuple[_Mark, ...]) -> Rules:
    return read_rules(folder)


def _marks(files: Iterable[Path]) -> tuple[_Mark, ...]:
    """What changes where a file was written, replaced or removed. Taken before the files are read."""
    marks = []
    for file in files:
        try:
            stat = file.stat()
        except FileNotFoundError:
            continue
        marks.append((str(file), stat.st_ino, stat.st_mtime_ns, stat.st_size))
    return tuple(marks)
