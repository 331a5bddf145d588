# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""What `muster doctor` looks at in a workspace: settings, sources, tables, what a stopped run left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from muster.cli.findings import Finding
from muster.cli.kept import look_at_kept
from muster.cli.options import in_place
from muster.engine.run_log import last_entry
from muster.problems import MusterError, WorkspaceBusy, WrongUse

if TYPE_CHECKING:
    from muster.engine.published import Published

_STOPPED = {"KeyboardInterrupt", "SystemExit", "RuntimeError"}  # the last: Ctrl-C inside a query


def look_at_workspace(workspace: Path) -> Iterator[Finding]:
    """Everything about one workspace; nothing is changed."""
    place = in_place(workspace)
    if not (workspace / "muster.toml").is_file():
        where = "the current folder" if workspace == Path() else str(workspace)
        remedy = f"Make one with: muster init{'' if workspace == Path() else f' {workspace}'}"
        says = f"{where} is none: it has no muster.toml"
        yield Finding("note" if workspace == Path() else "look", "workspace", says, remedy)
        return
    yield from settings(workspace)
    yield lock(workspace)
    yield from tables(workspace)
    yield from look_at_kept(workspace)
    entry = last_entry(workspace)
    if entry is not None and entry.get("ended") == "failed":
        why = str(entry.get("why") or "no reason was kept")
        if re.fullmatch(r"\w+", why):  # logs of older versions name the exception alone
            why = "it was stopped" if why in _STOPPED else f"a fault in Muster itself ({why})"
        says = f"the run of {entry['started_at']} ended early: {why}"
        yield Finding("note", "last run", says, f"Try again: muster run{place}")


def settings(workspace: Path) -> Iterator[Finding]:
    """Whether muster.toml and the rules can be read, and the sources are where muster.toml says."""
    from muster.config.reading import read_config
    from muster.rules.read import read_rules

    try:
        config = read_config(workspace)
    except MusterError as error:
        yield Finding("look", "muster.toml", error.message, error.remedy or "Correct it.")
    else:
        missing = [s for s in config.source if not (workspace / s.path).exists()]
        for source in missing:
            says = f"there is nothing at {workspace / source.path}"
            yield Finding("look", f"source {source.name}", says, "Correct its path in muster.toml.")
        if not config.source:
            remedy = "Add a [[source]] for each export; its comments show how."
            yield Finding("look", "muster.toml", "names no source", remedy)
        elif not missing:
            yield Finding("fine", "muster.toml", f"names {len(config.source)} sources, all there")
        yield memory(config.engine.memory_limit)
    try:
        read_rules(workspace / "rules")
    except MusterError as error:
        yield Finding("look", "rules", error.message, error.remedy or "Correct it.")
    else:
        yield Finding("fine", "rules", "all can be read")


def memory(stated: str | None, *, there: int | None = None) -> Finding:
    """How much memory a run would take if it began now; `there` is what is free, in bytes."""
    from muster.engine.memory import memory_limit, memory_there
    from muster.sources.engine_limits import limit_bytes

    there = memory_there() if there is None else there
    free = "nobody says how much is free" if there is None else f"{there / 1024**3:,.1f} GB are free"
    if stated is None:
        half = limit_bytes(memory_limit()) or 0
        return Finding("fine", "memory", f"a run may take {half / 1024**3:,.1f} GB, about half: {free}")
    most = limit_bytes(stated)
    if most is not None and there is not None and most > there:
        says = f"muster.toml gives a run {stated}, but {free}"
        return Finding(
            "note", "memory", says, "Lower memory_limit under [engine], or leave it out: half then."
        )
    return Finding("fine", "memory", f"muster.toml gives a run {stated}; {free}")


def lock(workspace: Path) -> Finding:
    """Whether a run holds the workspace now."""
    from muster.engine.lock import HOME, hold

    if (workspace / HOME / "lock").exists():
        try:
            with hold(workspace, "muster doctor"):
                pass
        except WorkspaceBusy as busy:
            return Finding("note", "lock", busy.message, busy.remedy)
        except OSError as error:
            says = f"{error.filename or workspace / HOME} cannot be written ({error.strerror})"
            return Finding("look", "lock", says, "Give yourself the right to write there.")
    return Finding("fine", "lock", "nobody holds the workspace")


def tables(workspace: Path) -> Iterator[Finding]:
    """Whether there are tables, whole and made by this version; and what a stopped run left behind."""
    from muster.engine.lock import HOME
    from muster.engine.published import open_published

    place = in_place(workspace)
    try:
        published = open_published(workspace)
    except WrongUse:
        yield Finding("note", "tables", "there are none yet", f"Build them with: muster run{place}")
    except (OSError, ValueError) as error:
        yield Finding(
            "look", "tables", f"their list cannot be read ({error})", f"Build them again: muster run{place}"
        )
    else:
        yield from _published(published, place)
    landing = workspace / HOME / "landing"
    if landing.exists():
        says = "records of a run that was stopped, or is still going"
        yield Finding("note", "left behind", f"{landing}: {says}", "The next run clears it away.")


def _published(published: Published, place: str) -> Iterator[Finding]:
    from muster.fingerprints import code_hash
    from muster.steps import all_queries

    damaged = published.damaged()
    if damaged:
        says = f"damaged or missing: {', '.join(damaged)}"
        yield Finding("look", "tables", says, f"Build them again: muster run{place}")
        return
    manifest = published.manifest
    says = f"{len(manifest['tables'])} tables, whole, as of {manifest['as_of']} ({manifest['run_id']})"
    yield Finding("fine", "tables", says)
    if manifest["code_hash"] != code_hash(all_queries()):
        says = "they were built by another version of Muster"
        yield Finding("note", "tables", says, f"Bring them up to date with: muster run{place}")
