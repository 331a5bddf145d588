"""What takes long to build, built once for all workers of a test run, whoever asks first."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def built_once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], object]) -> Path:
    """The folder that `build` makes under this name; every test reads it and leaves it as it is."""
    base = factory.getbasetemp()
    # pytest-xdist gives each worker a folder of its own within that of the test run.
    common = base.parent if base.name.startswith("popen-") else base
    folder = common / "built-once" / name
    folder.parent.mkdir(exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        done = folder.with_suffix(".done")
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of somebody who ended midway
            build(folder)
            done.touch()
    return folder


def copied(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], object], to: Path) -> Path:
    """A copy, for one test to change, of what `build` makes once; returns its folder `to`."""
    return Path(shutil.copytree(built_once(factory, name, build), to, symlinks=True))
