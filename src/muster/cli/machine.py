"""What `muster doctor` looks at outside the workspace: versions, disk, rights, engines."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path

from muster.cli.findings import Finding

PACKAGE = "muster-revenue"
_ENOUGH = 2 * 1024**3  # bytes: below, a run over a mid-sized export may not find room to spill
_JAVA = 17
_COMPARED = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "==": lambda a, b: a[: len(b)] == b,
}


def look_at_machine(workspace: Path) -> Iterator[Finding]:
    """Everything that is the same for every workspace, but for the disk it lies on."""
    yield from versions()
    for what, folder in (("disk of the workspace", workspace), ("disk of temporary files", _temporary())):
        yield disk(what, folder, free=shutil.disk_usage(_existing(folder)).free)
        yield rights(what.replace("disk", "rights", 1), _existing(folder))
    yield from engines()


def versions() -> Iterator[Finding]:
    """Our own version and Python's, and each library that is missing or out of the range we work with."""
    yield Finding("fine", "muster", f"{version(PACKAGE)} on Python {platform.python_version()}")
    told = []
    for requirement in requires(PACKAGE) or []:
        if "extra ==" in requirement:
            continue
        name = re.split(r"[\s<>=!~;\[(]", requirement, maxsplit=1)[0]
        try:
            found = version(name)
        except PackageNotFoundError:
            yield Finding("look", name, "is not installed", f'Install it with: pip install "{requirement}"')
            continue
        if not in_range(found, requirement):
            yield Finding(
                "look",
                name,
                f"{found} is not one we work with",
                f'Correct it with: pip install "{requirement}"',
            )
        told.append(f"{name} {found}")
    yield Finding("fine", "libraries", ", ".join(told))


def in_range(found: str, requirement: str) -> bool:
    """Whether a version is within a requirement such as `duckdb<3,>=1.5.5`."""
    return all(
        _COMPARED[sign](_numbers(found), _numbers(bound))
        for sign, bound in re.findall(r"(>=|<=|==|<|>)\s*([0-9.]+)", requirement.partition(";")[0])
    )


def disk(what: str, folder: Path, *, free: int) -> Finding:
    """Whether there is room to work."""
    says = f"{free / 1024**3:,.1f} GB free at {folder.absolute()}"
    if free < _ENOUGH:
        return Finding("look", what, says, f"Free some: a run wants {_ENOUGH / 1024**3:.0f} GB or more.")
    return Finding("fine", what, says)


def rights(what: str, folder: Path) -> Finding:
    """Whether files can be made, found by making one."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        says = f"{folder} cannot be written to ({error.strerror})"
        return Finding("look", what, says, "Give yourself the right to write there, or use another folder.")
    return Finding("fine", what, f"{folder} can be written to")


def engines() -> Iterator[Finding]:
    """Which engines can run the flow's SQL here."""
    yield Finding("fine", "engine duckdb", f"{version('duckdb')}, the default")
    if find_spec("pysail") is None:
        yield _optional("sail")
    else:
        yield Finding("fine", "engine sail", version("pysail"))
    if find_spec("pyspark") is None:
        yield _optional("spark")
        return
    java = java_version()
    if java is None or java < _JAVA:
        says = f"Java {java} is too old" if java else "pyspark is here, but no Java"
        yield Finding(
            "note", "engine spark", says, f"Install Java {_JAVA}, or use: muster run --engine duckdb"
        )
    else:
        yield Finding("fine", "engine spark", f"with Java {java}")


def java_version() -> int | None:
    """The major version of the Java that Spark would start; None when there is none."""
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if program is None:
        return None
    try:
        told = subprocess.run(  # noqa: S603  JAVA_HOME and PATH are the user's own
            [program, "-version"], capture_output=True, text=True, timeout=20, check=False
        ).stderr
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "(\d+)', told)
    return int(found[1]) if found else None


def _optional(extra: str) -> Finding:
    remedy = f'Only if you want it: pip install "{PACKAGE}[{extra}]"'
    return Finding("note", f"engine {extra}", "is not installed", remedy)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text.partition("+")[0]))


def _temporary() -> Path:
    return Path(tempfile.gettempdir())


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    folder = folder.absolute()
    return next(place for place in (folder, *folder.parents) if place.is_dir())
