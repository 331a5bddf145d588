"""Decisions about who is who and plays which part, in the workspace's `decisions.csv`: rows are only added.

A decision counts from the date of the tables it was taken on (`decided_at`), so that the next run of
the same records applies it without moving the date everything is seen from. Its id ends with when it
was written, and sorts in that order.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from muster.config import DECISIONS
from muster.problems import UserDataError, WrongUse

UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Decision:
    """One row: two are one (merge, account_merge), are two (split, account_split), or an id is undone.

    Of kind `role` it says which role (`value`) the person of `other_id` plays in the group `subject_id`.
    """

    decision_id: str
    kind: str
    subject_id: str
    other_id: str
    reason: str
    decided_by: str
    decided_at: str
    value: str = ""

    @property
    def says(self) -> str:
        """For example: merge 00Q5e001 and 00Q5e002."""
        about = " and ".join(part for part in (self.subject_id, self.other_id) if part)
        return f"{self.kind} {about}{self.value and f' as {self.value}'}"

    @property
    def pair(self) -> frozenset[str]:
        """The two it is about, in no order."""
        return frozenset((self.subject_id, self.other_id))

    @property
    def rank(self) -> tuple[str, str]:
        """What makes one decision later than another, as the flow has it."""
        return self.decided_at, self.decision_id


COLUMNS = tuple(field.name for field in fields(Decision))
OLDER = COLUMNS[:-1]  # of files begun before roles were decided: they have no `value`


def read_decisions(workspace: Path) -> list[Decision]:
    """The decisions of the workspace's own file as they were written; none where there is no file."""
    path = workspace / DECISIONS
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream)
        missing = [name for name in OLDER if name not in (rows.fieldnames or ())]
        if missing:
            raise UserDataError(
                f"{DECISIONS} has no column {', '.join(missing)}.",
                remedy=f"Its first line is: {','.join(COLUMNS)}",
            )
        return [Decision(**{name: row.get(name) or "" for name in COLUMNS}) for row in rows]


def append_decision(workspace: Path, decision: Decision) -> None:
    """Add a row at the end of the file and wait until the disk has it. The caller holds the workspace."""
    path = workspace / DECISIONS
    columns = _columns_of(path)
    if decision.value and "value" not in columns:
        _widen(path, read_decisions(workspace))
        columns = COLUMNS
    before = path.read_bytes()[-1:] if path.is_file() else b""
    text = "" if before in (b"", b"\n") else "\n"  # an editor may have left the last line without its end
    _write(path, os.O_APPEND, text + _csv(columns, [decision], header=not before))
    _keep_name(workspace)


def _columns_of(path: Path) -> Sequence[str]:
    """The columns in the order of the file; ours where there is none yet."""
    if not path.is_file():
        return COLUMNS
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return next(csv.reader(stream), COLUMNS)


def _widen(path: Path, decisions: Sequence[Decision]) -> None:
    """Give an older file its further column; every row stays as it is."""
    draft = path.with_name(f".{path.name}.new")
    _write(draft, os.O_TRUNC, _csv(COLUMNS, decisions, header=True))
    draft.replace(path)


def _csv(columns: Sequence[str], decisions: Iterable[Decision], *, header: bool) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if header:
        writer.writerow(columns)
    writer.writerows([getattr(decision, name, "") for name in columns] for decision in decisions)
    return text.getvalue()


def _write(path: Path, how: int, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o644)
    try:
        left = text.encode()
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _keep_name(folder: Path) -> None:
    """Wait until the disk has the names of a folder's files, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def next_id(decisions: Sequence[Decision], *, now: datetime) -> str:
    """The id of the next decision: a number, and the second in which it was written.

    >>> next_id([], now=datetime(2026, 3, 1, 9, 30, tzinfo=UTC))
    'd000001-20260301T093000Z'
    """
    numbers = [int(d.decision_id[1:7]) for d in decisions if _is_ours(d.decision_id)]
    return f"d{max(numbers, default=0) + 1:06d}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _is_ours(decision_id: str) -> bool:
    return decision_id[:1] == "d" and decision_id[1:7].isdigit() and decision_id[7:8] == "-"


def undone(decisions: Iterable[Decision]) -> dict[str, str]:
    """The ids that were taken back, with the id of what took each back."""
    return {d.subject_id: d.decision_id for d in decisions if d.kind == UNDO}


def standing(decisions: Sequence[Decision]) -> list[Decision]:
    """The last word on each two records, addresses or domains, as `identity_decision.sql` has it."""
    taken_back = undone(decisions)
    last: dict[frozenset[str], Decision] = {}
    for decision in sorted(decisions, key=lambda d: d.rank):
        if decision.kind != UNDO and decision.decision_id not in taken_back:
            last[decision.pair] = decision
    return sorted(last.values(), key=lambda d: d.rank)


def find_decision(decisions: Sequence[Decision], said: str, *, command: str) -> Decision:
    """The decision of an id or its beginning. Raises WrongUse, naming the nearest, where none is meant."""
    exact = [d for d in decisions if d.decision_id == said]
    found = exact or [d for d in decisions if said and d.decision_id.startswith(said)]
    if len(found) == 1:
        return found[0]
    if found:
        raise WrongUse(
            f"{said} begins {len(found)} decisions.", remedy=f"Say which: {', '.join(_ids(found[:3]))}."
        )
    import difflib  # noqa: PLC0415  only where something was mistyped

    near = difflib.get_close_matches(said, _ids(decisions), n=2, cutoff=0.3) or _ids(decisions[-2:])
    hint = f"The nearest: {', '.join(near)}." if near else "There is none yet."
    raise WrongUse(f"There is no decision {said}.", remedy=f"{hint} See them all: muster {command} decisions")


def _ids(decisions: Iterable[Decision]) -> list[str]:
    return [d.decision_id for d in decisions]
