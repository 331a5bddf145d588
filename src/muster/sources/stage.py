"""One file, read and typed into a staged Parquet file; what was wrong with its rows comes beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from muster.problems import Problem
from muster.sources.files import InputFile
from muster.sources.rows import NeedsCare, ReadingChoices, Rows, damaged, open_rows, undecodable
from muster.sources.shape import Shape
from muster.sources.sqltext import literal
from muster.sources.text import UnreadableFile
from muster.sources.typing_sql import FileColumns, raw_json, typing_query
from muster.sources.wording import ROW, Wording, cell_wording, shorten

_ASIDE = pa.schema([("source", pa.string()), ("file", pa.string()), ("row", pa.int64()),
                    ("reason", pa.string()), ("remedy", pa.string()), ("raw", pa.string())])  # fmt: skip
Progress = Callable[[str, int], None]


@dataclass(slots=True)
class StagedFile:
    """A file that was read: its typed rows (None when no row can land), its count, its problems."""

    source: str
    file: InputFile
    shape: Shape | None
    columns: FileColumns
    typed: Path | None = None
    read_count: int = 0
    aside: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stager:
    """Reads files into `folder`, one after the other, on one connection."""

    con: duckdb.DuckDBPyConnection
    folder: Path
    now: datetime
    progress: Progress | None = None

    def stage(
        self, source: str, file: InputFile, *, shape: Shape, columns: FileColumns, choices: ReadingChoices
    ) -> StagedFile:
        """Read a file by a shape."""
        staged = StagedFile(source, file, shape, columns)
        target = self._new_path("typed")
        query = typing_query(shape, columns, source=source, file=file.name, now=self.now)
        rows = self._pull(staged, query, target, choices=choices)
        if rows is None:
            return staged
        staged.typed = target
        self._keep_reader_faults(staged, rows)
        self._keep_issues(staged)
        return staged

    def set_aside_whole(
        self, source: str, file: InputFile, *, columns: FileColumns, choices: ReadingChoices, why: Problem
    ) -> StagedFile:
        """Read a file only to count and keep its rows: none of them can land, for one reason."""
        staged = StagedFile(source, file, None, columns)
        target = self._new_path("aside")
        query = (
            f"SELECT {literal(source)} AS source, {literal(file.name)} AS file, _row AS row, "
            f"{literal(why.reason)} AS reason, {literal(why.remedy)} AS remedy, {raw_json(columns.names)} AS raw FROM rows"
        )
        rows = self._pull(staged, query, target, choices=choices)
        if rows is None:
            return staged
        staged.aside.append(target)
        self._keep_reader_faults(staged, rows, grouped=False)
        staged.problems.append(_counted(why, staged.read_count))
        return staged

    def raw_rows(self, staged: StagedFile, rows: str, *, choices: ReadingChoices) -> Path:
        """The raw text of some rows of a file that was staged before; `rows` is a SELECT of their numbers."""
        target = self._new_path("raw")
        again = StagedFile(staged.source, staged.file, None, staged.columns)
        query = (
            f"SELECT _row AS row, {raw_json(staged.columns.names)} AS raw FROM rows WHERE _row IN ({rows})"
        )
        self._pull(again, query, target, choices=choices)
        return target

    def _new_path(self, what: str) -> Path:
        return self.folder / f"{what}-{len(list(self.folder.iterdir())):06d}.parquet"

    def _pull(self, staged: StagedFile, query: str, target: Path, *, choices: ReadingChoices) -> Rows | None:
        """Run the query over the file's rows into `target`; None (and a problem) for an unreadable file."""
        for careful in (False, True):
            try:
                rows = open_rows(staged.file, choices, careful=careful)
                self._copy(rows, query, target, label=f"{staged.source}/{staged.file.name}")
            except NeedsCare:
                target.unlink(missing_ok=True)
                continue
            except UnreadableFile as error:
                target.unlink(missing_ok=True)
                staged.problems.append(unreadable(staged.source, staged.file.name, error))
                return None
            staged.read_count = rows.read_count
            staged.problems += _notes(staged, rows)
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
        except duckdb.Error:
            if raised:
                raise _explained(raised[0]) from raised[0]
            raise
        finally:
            self.con.unregister("rows")
            rows.close()
        if self.progress is not None:
            self.progress(label, rows.read_count)

    def _keep_reader_faults(self, staged: StagedFile, rows: Rows, *, grouped: bool = True) -> None:
        if not rows.faults:
            return
        target = self._new_path("aside")
        wordings = [ROW[fault.code] for fault in rows.faults]
        count = len(rows.faults)
        table = pa.table(
            [[staged.source] * count, [staged.file.name] * count, [fault.row for fault in rows.faults],
             [w.reason for w in wordings], [w.remedy for w in wordings], [fault.raw for fault in rows.faults]],
            schema=_ASIDE,
        )  # fmt: skip
        self.con.register("faults", table)
        self.con.execute(f"COPY (SELECT * FROM faults) TO {literal(str(target))} (FORMAT parquet)")
        self.con.unregister("faults")
        staged.aside.append(target)
        for code in sorted({fault.code for fault in rows.faults}) if grouped else ():
            same = [fault for fault in rows.faults if fault.code == code]
            first = min(same, key=lambda fault: fault.row)
            staged.problems.append(
                _problem(staged, ROW[code], row=first.row, column=None, value=first.raw, count=len(same))
            )

    def _keep_issues(self, staged: StagedFile) -> None:
        assert staged.typed is not None
        assert staged.shape is not None
        issues = self.con.execute(
            f"""
            WITH issue AS (
                SELECT unnest(string_split(_issues, ',')) AS code, source_row
                FROM read_parquet({literal(str(staged.typed))}) WHERE _issues IS NOT NULL
            ), grouped AS (
                SELECT code, count(*) AS n, min(source_row) AS source_row FROM issue GROUP BY code
            )
            SELECT code, n, source_row, _raw
            FROM grouped JOIN read_parquet({literal(str(staged.typed))}) USING (source_row) ORDER BY code
            """
        ).fetchall()
        wordings = []
        for code, count, row, raw in issues:
            wording, column = self._wording(staged, code)
            value = None if column is None else _example(staged, code, json.loads(raw))
            staged.problems.append(
                _problem(staged, wording, row=row, column=column, value=value, count=count)
            )
            if wording.sets_aside:
                reason = wording.reason if column is None else f"{column} {wording.reason}"
                wordings.append((code, reason, wording.remedy))
        if wordings:
            self._keep_set_aside(staged, wordings)

    def _keep_set_aside(self, staged: StagedFile, wordings: list[tuple[str, str, str]]) -> None:
        target = self._new_path("aside")
        rows = ", ".join(f"({', '.join(literal(part) for part in wording)})" for wording in wordings)
        self.con.execute(
            f"""
            COPY (
                SELECT source, source_file AS file, source_row AS row,
                    string_agg(reason, '; ' ORDER BY reason) AS reason,
                    string_agg(DISTINCT remedy, ' ' ORDER BY remedy) AS remedy, any_value(_raw) AS raw
                FROM (
                    SELECT source, source_file, source_row, _raw, unnest(string_split(_issues, ',')) AS code
                    FROM read_parquet({literal(str(staged.typed))}) WHERE _aside
                ) JOIN (VALUES {rows}) AS wording(code, reason, remedy) USING (code)
                GROUP BY source, source_file, source_row
            ) TO {literal(str(target))} (FORMAT parquet)
            """
        )
        staged.aside.append(target)

    @staticmethod
    def _wording(staged: StagedFile, code: str) -> tuple[Wording, str | None]:
        assert staged.shape is not None
        place, _, word = code.partition(":")
        if not place:
            return ROW[word], None
        cell = staged.shape.cells[int(place)]
        return cell_wording(word, strict=cell.strict), staged.columns.written(cell)


def unreadable(source: str, file: str, error: UnreadableFile) -> Problem:
    """A file of which nothing could be taken."""
    return Problem("error", source, file, f"the file {error.reason}; nothing of it was read", error.remedy)


def _explained(error: Exception) -> Exception:
    if isinstance(error, UnicodeDecodeError):
        return undecodable(error)
    if isinstance(error, EOFError | OSError):
        return damaged(error)
    return error


def _problem(
    staged: StagedFile,
    wording: Wording,
    *,
    row: int | None,
    column: str | None,
    value: str | None,
    count: int,
) -> Problem:
    return Problem(
        wording.published, staged.source, staged.file.name, wording.reason, wording.remedy,
        row=row, column=column, value=shorten(value), count=count,
    )  # fmt: skip


def _example(staged: StagedFile, code: str, raw: dict[str, Any]) -> str | None:
    assert staged.shape is not None
    cell = staged.shape.cells[int(code.partition(":")[0])]
    names = [
        staged.columns.names[staged.columns.places[c]] for c in cell.columns if c in staged.columns.places
    ]
    found = [raw[name] for name in names if raw.get(name)]
    if cell.value is not None or not found:
        return cell.value
    return (cell.separator or "").join(found) if cell.separator is not None else found[0]


def _counted(why: Problem, count: int) -> Problem:
    return Problem(why.severity, why.source, why.file, why.reason, why.remedy,
                   row=why.row, column=why.column, value=why.value, count=max(count, 1))  # fmt: skip


def _notes(staged: StagedFile, rows: Rows) -> list[Problem]:
    notes = []
    if "encoding" in rows.notes:
        notes.append(Problem("note", staged.source, staged.file.name,
                             f"is not UTF-8; it was read as {rows.notes['encoding']}",
                             "Look whether names read right; otherwise set `encoding` for this source."))  # fmt: skip
    if "extra_delimiter" in rows.notes:
        notes.append(Problem("note", staged.source, staged.file.name,
                             "rows end in one delimiter too many; the empty cell was ignored", "Nothing to do."))  # fmt: skip
    return notes
