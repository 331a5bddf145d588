"""Runs while serving: on a schedule, or because somebody asked; each a process of its own.

A run needs memory and processors that pages should not wait for, and may be killed: so it is the command
line that runs, and the app only watches. Two runs at once are kept apart by the workspace's lock.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from muster.engine.lock import held_by
from muster.engine.run_log import RUN
from muster.problems import ConfigError, WorkspaceBusy, WrongUse
from muster.serving.background import begin, work

_RUN = "run"
_BUILDERS = (RUN, "muster erase", "muster demo")  # they build the tables anew
_WAITS = 120.0  # seconds that a run which is due waits for an upload to be in place
_PAGES = "muster serve: "  # before what a page does while it holds the workspace


@contextmanager
def scheduled(workspace: Path, cron: str | None) -> Iterator[None]:
    """Run the workspace at the times that a cron expression (UTC) names, while the block lasts."""
    if cron is None:
        yield
        return
    try:
        trigger = CronTrigger.from_crontab(cron, timezone="UTC")
    except ValueError as error:
        raise ConfigError(
            f'muster.toml: serve.schedule "{cron}" is no cron expression: {error}.',
            remedy='Write five fields in UTC, as in schedule = "0 5 * * *" for five in the morning.',
        ) from error
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(begin_on_time, trigger, args=[workspace], coalesce=True, max_instances=1)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


def begin_run(workspace: Path) -> None:
    """Begin `muster run` in a process of its own. Raises WrongUse while one that began here goes on."""
    begin(workspace, _RUN, ["run"])


def begin_on_time(workspace: Path) -> None:
    """Begin the run that is due.

    What a page does while it holds the workspace takes moments and is waited for: the run would end at once.
    """
    until = monotonic() + _WAITS
    while busy_with(workspace) and monotonic() < until:
        sleep(0.2)
    begin_run(workspace)


def is_running(workspace: Path) -> bool:
    """Whether a run goes on: from the moment it is begun here, before its process holds the workspace."""
    return work(workspace, _RUN).is_running or held_by(workspace) in _BUILDERS


def busy_with(workspace: Path) -> str:
    """What holds the workspace though no run goes on, such as an upload; empty where nothing does."""
    holder = held_by(workspace)
    if holder is None or is_running(workspace):
        return ""
    return holder.removeprefix(_PAGES) or "something that ends this very moment"


def begin_if_free(workspace: Path) -> None:
    """Begin a run for somebody who asks; one that is going is enough.

    Raises WorkspaceBusy where something else holds the workspace: the run would end at once.
    """
    if is_running(workspace):
        return
    if what := busy_with(workspace):
        raise WorkspaceBusy(f"The workspace is busy: {what}.", remedy="Try again when that has ended.")
    with suppress(WrongUse):  # somebody began one this very moment
        begin_run(workspace)


def said(workspace: Path) -> str:
    """What the run that the app began last has said so far; empty before the first."""
    return work(workspace, _RUN).said
