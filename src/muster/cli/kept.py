# ruff: noqa: PLC0415  commands start fast: the database's library is imported by the command that needs it
"""What `muster doctor` looks at in what no run can make again, and in what is to be gone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from muster.cli.findings import Finding
from muster.cli.options import in_place
from muster.problems import MusterError

if TYPE_CHECKING:
    from muster.store.opening import Store

_OVERDUE = timedelta(hours=1)  # the app sends every minute, and an attempt lasts two at most
_RUNS = 3  # a run is written beside the one in force, and spills about as much


def look_at_kept(workspace: Path, *, now: datetime | None = None) -> Iterator[Finding]:
    """The store and what is on its way, people half erased, and the disk; nothing is changed."""
    from muster.config.reading import read_config
    from muster.store.opening import open_store

    yield from erasures(workspace)
    yield from strangers(workspace)
    yield from room(workspace, free=shutil.disk_usage(workspace).free)
    try:
        config = read_config(workspace)
    except MusterError:
        return  # that muster.toml cannot be read is told already
    try:
        store = open_store(workspace, config.store)
    except MusterError as error:
        yield Finding("look", "store", error.message, error.remedy or "Correct it.")
        return
    if store is None:
        yield Finding("fine", "store", "there is none yet: nobody decided anything or signs in")
        return
    with closing(store):
        yield Finding("fine", "store", "it opens, and is of this version")
        yield from deliveries(workspace, store, now=now or datetime.now(UTC))


def deliveries(workspace: Path, store: Store, *, now: datetime) -> Iterator[Finding]:
    """Messages that were given up, that failed so far, and that nobody sends."""
    from muster.store.deliveries import DEAD, FAILED, ON_THEIR_WAY, counted_by_state, read_deliveries
    from muster.store.instants import instant

    place, counts = in_place(workspace), counted_by_state(store)
    if counts[DEAD]:
        says = f"{counts[DEAD]} did not arrive and were given up"
        remedy = f"See why: muster messages list --state dead{place}; then redeliver or discard them."
        yield Finding("look", "messages", says, remedy)
    if counts[FAILED]:
        says = f"{counts[FAILED]} did not arrive so far, and are tried again"
        yield Finding("note", "messages", says, f"See why: muster messages list --state failed{place}")
    due = [one for one in read_deliveries(store, states=ON_THEIR_WAY) if one.next_at]
    overdue = sum(one.next_at < instant(now, later=-_OVERDUE) for one in due)
    if overdue:
        says = f"{overdue} should have gone out more than an hour ago: nothing sends, or a target is disabled"
        remedy = f"Keep muster serve running, or call by cron: muster messages send{place}"
        yield Finding("look", "messages", says, remedy)
    if not (counts[DEAD] or counts[FAILED] or overdue):
        yield Finding("fine", "messages", "none failed, and none waits longer than it should")


def erasures(workspace: Path) -> Iterator[Finding]:
    """Whether somebody is to be erased and is not out of everything yet."""
    from muster.sources.suppression import read_suppression

    try:
        told = read_suppression(workspace)
    except MusterError as error:
        yield Finding("look", "erasures", error.message, error.remedy or "Correct it.")
        return
    if told is not None and told.pending:
        since = min(person.erased_at for person in told.pending)
        says = f"{len(told.pending)} begun and not at their end, the first at {since}"
        remedy = f"Any run goes on and ends them: muster run{in_place(workspace)}"
        yield Finding("look", "erasures", says, remedy)
    elif told is not None:
        yield Finding("fine", "erasures", f"{len(told.people)}, all at their end")


def strangers(workspace: Path) -> Iterator[Finding]:
    """Whether silent strangers go by no name as the rules ask; nothing is said where they ask for nothing."""
    from muster.deciding.strangers import days_now, still_named
    from muster.workspace import open_workspace

    try:
        ws = open_workspace(workspace)
        days = days_now(ws)
        if days is None:
            return
        named, unnamed = still_named(ws)
    except MusterError:
        return  # rules that cannot be read, or that there is no run, is told already
    says = f"{unnamed} names of strangers are out, silent for {days} days or more"
    if named:
        remedy = f"Any run takes them out: muster run{in_place(workspace)}"
        yield Finding("look", "strangers", f"{says}; {named} are still in the tables", remedy)
    else:
        yield Finding("fine", "strangers", says)


def room(workspace: Path, *, free: int) -> Iterator[Finding]:
    """Whether another run as large as the one in force finds room on the disk."""
    from muster.engine.lock import HOME

    folder = (workspace / HOME / "tables").resolve()
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) if folder.is_dir() else 0
    if free < _RUNS * size:
        says = (
            f"nearly full: {free / 1024**3:,.1f} GB free, and the tables alone are {size / 1024**3:,.1f} GB"
        )
        remedy = f"Free {(_RUNS * size - free) / 1024**3:,.1f} GB, or keep less: run_before under [retention]"
        yield Finding("look", "room for a run", says, remedy)
