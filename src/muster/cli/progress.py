"""How far a run is, on standard error: a line that moves on a terminal, a line per step elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from muster.cli.screen import clean, hint, notes
from muster.cli.waiting import PATIENCE

Report = Callable[[str, str, int], None]  # step, table (or file, while loading), rows


class StepLines:
    """One plain line for each step that has ended, once the whole has taken more than two seconds."""

    def __init__(self) -> None:
        self._began = self._step_began = perf_counter()
        self._step = ""
        self._rows: dict[str, int] = {}
        self._held: list[str] = []

    def report(self, step: str, table: str, rows: int) -> None:
        """A table (or a file, while loading) has this many rows now."""
        if step != self._step:
            self.end_step()
            self._step, self._step_began = step, perf_counter()
        self._rows[table] = rows

    def end_step(self) -> None:
        """The step is over."""
        if not self._step:
            return
        things = "file" if self._step == "load" else "table"
        count, rows = len(self._rows), sum(self._rows.values())
        seconds = perf_counter() - self._step_began
        plural = "" if count == 1 else "s"
        self._held.append(f"{self._step}: {count} {things}{plural}, {rows:,} rows, {seconds:.1f} s")
        self._rows = {}
        if perf_counter() - self._began > PATIENCE:
            for line in self._held:
                hint(line, quiet=False)
            self._held = []


@contextmanager
def showing_progress(*, quiet: bool) -> Iterator[Report]:
    """Give what a flow reports its progress to."""
    screen = notes()
    if quiet:
        yield lambda step, table, rows: None
    elif screen.is_terminal:
        shape = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*shape, console=screen, transient=True) as shown:
            task = shown.add_task("load")
            yield lambda step, table, rows: shown.update(
                task, description=f"{step}: {clean(table)}, {rows:,} rows"
            )
    else:
        lines = StepLines()
        yield lines.report
        lines.end_step()


@contextmanager
def showing_steps(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Give what a long reading says it is at: a line that moves on a terminal, a line each elsewhere.

    Where there is no terminal nothing is said of the first two seconds.
    """
    screen, began = notes(), perf_counter()
    if screen.is_terminal and not quiet:
        with screen.status("Looking back ...") as shown:
            yield lambda words: shown.update(f"{clean(words)} ...")
        return

    def say(words: str) -> None:
        if perf_counter() - began > PATIENCE:
            hint(words, quiet=quiet)

    yield say
