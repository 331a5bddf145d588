"""One file, read and typed into a staged Parquet file; what was wrong with its rows comes beside it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from muster.problems import Problem
from muster.sources import issues
from muster.sources.files import InputFile
from muster.sources.issues import Place
from muster.sources.reading import BROKEN, explained, open_rows
from muster.sources.rows import NeedsCare, ReadingChoices, Rows
from muster.sources.scrub import Scrubber
from muster.sources.shape import Shape
from muster.sources.sqltext import literal
from muster.sources.text import UnreadableFile
from muster.sources.typing_sql import FileColumns, raw_json, typing_query
from muster.sources.wording import ROW

Progress = Callable[[str, int], None]


@dataclass(slots=True)
class StagedFile:
    """A file that was read: its typed rows (None when none can land), its count, its problems."""

    place: Place
    file: InputFile
    shape: Shape | None
    columns: FileColumns
    choices: ReadingChoices
    typed: Path | None = None
    read_count: int = 0
    aside: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    is_unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Stager:
    """Reads files into `folder`, one after the other, on one connection."""

    con: duckdb.DuckDBPyConnection
    folder: Path
    now: datetime
    progress: Progress | None = None
    numbers: Iterator[int] = field(default_factory=itertools.count)
    scrubber: Scrubber | None = None  # where somebody was erased

    def stage(self, staged: StagedFile) -> None:
        """Read a file by its shape."""
        assert staged.shape is not None
        place, shape, target = staged.place, staged.shape, self._new_path("typed")
        query = typing_query(shape, staged.columns, source=place.source, file=place.file, now=self.now)
        rows = self._pull(staged, query, target)
        if rows is None:
            return
        staged.typed = target
        # Decisions are no export: Muster keeps them, and an erasure writes them anew.
        if self.scrubber is not None and self.scrubber.touched and shape.table != "decision":
            staged.problems.append(issues.erased_rows(place, self.scrubber.touched))
        staged.problems += issues.reader_problems(place, rows.faults)
        self._keep_faults(staged, rows)
        problems, wordings = issues.typing_problems(
            self.con, place, target, shape=shape, columns=staged.columns
        )
        staged.problems += problems
        if wordings:
            aside = self._new_path("aside")
            issues.keep_set_aside(self.con, target, aside, wordings=wordings)
            staged.aside.append(aside)

    def set_aside_whole(self, staged: StagedFile, why: Problem) -> None:
        """Read a file only to count and keep its rows: none of them can land, for one reason."""
        target = self._new_path("aside")
        constants = {"source": staged.place.source, "file": staged.place.file}
        constants |= {"reason": why.reason, "remedy": why.remedy}
        columns = ", ".join(f"{literal(value)} AS {name}" for name, value in constants.items())
        query = f"SELECT {columns}, _row AS row, {raw_json(staged.columns.names)} AS raw FROM rows"
        rows = self._pull(staged, query, target)
        if rows is None:
            return
        staged.aside.append(target)
        self._keep_faults(staged, rows)
        counted = Problem(why.severity, why.source, why.file, why.reason, why.remedy,
                          column=why.column, count=max(staged.read_count, 1))  # fmt: skip
        staged.problems.append(counted)

    def raw_rows(self, staged: StagedFile, rows: str) -> Path:
        """The raw text of some rows of a file that was staged before; `rows` is a SELECT of their numbers."""
        target = self._new_path("raw")
        again = StagedFile(staged.place, staged.file, None, staged.columns, staged.choices)
        query = (
            f"SELECT _row AS row, {raw_json(staged.columns.names)} AS raw FROM rows WHERE _row IN ({rows})"
        )
        self._pull(again, query, target, shape=staged.shape)
        return target

    def _new_path(self, what: str) -> Path:
        return self.folder / f"{what}-{next(self.numbers):06d}.parquet"

    def _pull(
        self, staged: StagedFile, query: str, target: Path, *, shape: Shape | None = None
    ) -> Rows | None:
        """Run the query over the file's rows into `target`; None (and a problem) for an unreadable file."""
        for careful in (False, True):
            try:
                rows = open_rows(staged.file, staged.choices, careful=careful, columns=staged.columns.names)
                if self.scrubber is not None:
                    kind = shape or staged.shape
                    rows.batches = self.scrubber.batches(rows.batches, staged.columns, kind)
                self._copy(rows, query, target, label=f"{staged.place.source}/{staged.place.file}")
            except NeedsCare:
                target.unlink(missing_ok=True)
                continue
            except UnreadableFile as error:
                target.unlink(missing_ok=True)
                staged.is_unreadable = True
                staged.problems.append(unreadable(staged.place, error))
                return None
            if self.scrubber is not None:
                rows.faults = [self.scrubber.fault(fault) for fault in rows.faults]
            staged.read_count = rows.read_count
            staged.problems += _notes(staged.place, rows)
            return rows
        raise AssertionError("the careful reader takes every file")

    def _copy(self, rows: Rows, query: str, target: Path, *, label: str) -> None:
        raised: list[Exception] = []

        def batches() -> Iterator[pa.RecordBatch]:
            try:
                for batch in rows.batches:
                    yield batch
                    if self.progress is not None:
                        self.progress(label, rows.read_count)
            except Exception as error:
                raised.append(error)
                raise

        self.con.register("rows", pa.RecordBatchReader.from_batches(rows.schema, batches()))
        try:
            self.con.execute(f"COPY ({query}) TO {literal(str(target))} (FORMAT parquet)")
        except (duckdb.Error, *BROKEN):
            if raised:  # the engine wraps what the reader raised; the reader's own words are the better ones
                raise explained(raised[0]) from raised[0]
            raise
        finally:
            self.con.unregister("rows")
            rows.close()
        if self.progress is not None:
            self.progress(label, rows.read_count)

    def _keep_faults(self, staged: StagedFile, rows: Rows) -> None:
        if not rows.faults:
            return
        target = self._new_path("aside")
        self.con.register("faults", issues.reader_set_aside(staged.place, rows.faults))
        self.con.execute(f"COPY (SELECT * FROM faults) TO {literal(str(target))} (FORMAT parquet)")
        self.con.unregister("faults")
        staged.aside.append(target)


def unreadable(place: Place, error: UnreadableFile) -> Problem:
    """A file of which nothing could be taken."""
    return place.note(error.severity, f"the file {error.reason}; nothing of it was read", error.remedy)


def _notes(place: Place, rows: Rows) -> list[Problem]:
    notes = []
    if "encoding" in rows.notes:
        reason = f"the file is not UTF-8; it was read as {rows.notes['encoding']}"
        remedy = "Look whether names read right; otherwise set `encoding` for this source."
        notes.append(place.note("note", reason, remedy))
    if "extra_delimiter" in rows.notes:
        reason = "rows end in one delimiter too many; the empty cell was ignored"
        notes.append(place.note("note", reason, "Nothing to do."))
    if rows.doubtful:
        problem = place.problem(ROW["doubtful"], row=rows.doubtful[0], count=len(rows.doubtful))
        notes.append(problem)
    return notes
