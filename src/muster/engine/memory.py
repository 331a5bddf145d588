"""How much memory a run may take where muster.toml names no limit: half of what the machine has to give.

That is what the system calls available, and no more than is left of the control groups that the process is in
(containers, systemd): those of version 2 as of version 1, up to their root.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_SHARE = 2  # the other half: Python, Arrow, files that the system keeps at hand, and whoever else is here
_LEAST = 512 * 1024**2  # less is no room for a run: it then spills, and says so where even that fails
_UNKNOWN = 4 * 1024**3  # of a system that tells neither
_UNLIMITED = 2**60  # version 1 writes a number about as large as there are addresses


def memory_limit(stated: str | None = None, *, root: Path = Path("/")) -> str:
    """The engine's limit: the stated one, else half of what there is; `root` is where the system's files are.

    >>> memory_limit("3GB")
    '3GB'
    """
    if stated is not None:
        return stated
    there = memory_there(root)
    share = _UNKNOWN if there is None else there // _SHARE
    return f"{max(_LEAST, share) // 1024**2}MiB"


def memory_there(root: Path = Path("/")) -> int | None:
    """Bytes that a process may still take here; None where the system does not say."""
    return min([*_of_the_system(root), *_of_control_groups(root)], default=None)


def _of_the_system(root: Path) -> Iterator[int]:
    """What Linux says is available; elsewhere all the memory that is built in."""
    for line in _lines(root / "proc/meminfo"):
        if line.startswith("MemAvailable:"):
            yield int(line.split()[1]) * 1024
            return
    try:
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return


def _of_control_groups(root: Path) -> Iterator[int]:
    """What is left of each group's limit; files that the system only keeps at hand make room when asked."""
    base = root / "sys/fs/cgroup"
    for line in _lines(root / "proc/self/cgroup"):
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            yield from _left(base, path, "memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
            yield from _left(base / "memory", path, *names)


def _left(base: Path, path: str, limit: str, used: str, at_hand: str) -> Iterator[int]:
    """For a group and each above it, down from where a container sees itself as the root."""
    steps = [part for part in path.split("/") if part not in ("", "..")]
    for depth in range(len(steps) + 1):
        group = base.joinpath(*steps[:depth])
        most = _number(group / limit)
        if most is None or most >= _UNLIMITED:
            continue
        files = (line.split() for line in _lines(group / "memory.stat"))
        idle = next((int(words[1]) for words in files if words[0] == at_hand), 0)
        yield max(0, most - (_number(group / used) or 0) + idle)


def _number(file: Path) -> int | None:
    """The number a file holds; None where there is none, as in `max`."""
    said = next(iter(_lines(file)), "")
    return int(said) if said.isdigit() else None


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("ascii").splitlines()
    except (OSError, ValueError):
        return []
