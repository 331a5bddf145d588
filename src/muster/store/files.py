"""The store's decisions as a file that runs read like any other source; the file from before the store."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, fields
from pathlib import Path

from muster.config.settings import DECISIONS, OLDER_DECISIONS
from muster.problems import UserDataError
from muster.store.decisions import Decision, bring_in
from muster.store.opening import Store

COLUMNS = tuple(field.name for field in fields(Decision))
BROUGHT_IN = "decisions-brought-in.csv"
_OPTIONAL = {"value", "about_at"}  # of files begun before roles were decided, and ids followed


def write_decisions(decisions: Sequence[Decision], workspace: Path) -> None:
    """Write the decisions of the store to the file that runs read; nothing where none was taken."""
    file = workspace / DECISIONS
    if not decisions:
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(astuple(decision) for decision in decisions)
    file.parent.mkdir(exist_ok=True)
    draft = file.with_suffix(".new")
    draft.write_text(text.getvalue(), "utf-8")
    draft.replace(file)


def bring_in_older(store: Store, workspace: Path, *, who: str) -> int:
    """Take the decisions of a `decisions.csv` from before the store into it; returns how many were new.

    The file stays, under another name, so that nothing reads it twice. Killed midway, the next call goes on.
    """
    file = workspace / OLDER_DECISIONS
    if not file.is_file():
        return 0
    new = bring_in(store, _older(file), who=who, source=OLDER_DECISIONS)
    file.replace(workspace / BROUGHT_IN)
    return new


def _older(file: Path) -> list[Decision]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream)
        missing = [name for name in COLUMNS if name not in {*(rows.fieldnames or ()), *_OPTIONAL}]
        if missing:
            raise UserDataError(
                f"{file.name} has no column {', '.join(missing)}.",
                remedy=f"Its first line is: {','.join(COLUMNS)}",
            )
        return [Decision(**{name: row.get(name) or "" for name in COLUMNS}) for row in rows]
