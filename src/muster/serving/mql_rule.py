"""The company's own MQL rule as the replay reads it, and how a page changes it: numbers in rules/mql.csv."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from muster.problems import RuleError, WrongUse
from muster.replay.rule import mql_rule
from muster.rules.read import default_text, read_rules
from muster.store.audit import note
from muster.store.opening import Store

_WORDS = {
    "threshold": "Points that make an MQL",
    "half_life_days": "Points fade by half in so many days (0: never)",
    "window_days": "Older points do not count, days (0: they do)",
    "duplicate_days": "A second person of an account is discarded within so many days (0: nobody is)",
    "recycle_days": "Can be an MQL again after so many days (0: never)",
    "counts_machines": "Clicks of machines earn points (1: yes, 0: no)",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A number of the rule: the field it is edited in, what it says, its value."""

    field: str
    kind: str
    name: str
    said: str
    value: str


def lines_of(workspace: Path) -> list[Line]:
    """The numbers in force last, rules first, then points by activity, seniority and function."""
    last: dict[tuple[str, str], str] = {}
    for row in _rows(workspace):
        last[row["kind"], row["name"]] = row["value"]
    return [
        Line(f"{kind}.{name}", kind, name, _WORDS.get(name, name.replace("_", " ")), value)
        for (kind, name), value in last.items()
        if kind != "rule" or name in _WORDS
    ]


def change(workspace: Path, store: Store, said: Mapping[str, str], *, who: str) -> list[str]:
    """Write the numbers that differ into rules/mql.csv; the names of those that do.

    Each takes the place of the value in force last. Raises RuleError and changes nothing where the rule
    would not be one, WrongUse where a field is none of its own.
    """
    known = {line.field: line for line in lines_of(workspace)}
    unknown = sorted(set(said) - set(known))
    if unknown:
        raise WrongUse(f"The rule has no {unknown[0]}.", remedy="Load the page again.")
    changed = {field: value.strip() for field, value in said.items() if value.strip() != known[field].value}
    if not changed:
        return []
    rows = _rows(workspace)
    for field, value in changed.items():
        rows = _with(rows, known[field], value)
    try:
        _check(rows)
    except RuleError as error:
        raise RuleError(
            error.message, remedy=error.remedy, field=_culprit(workspace, known, changed)
        ) from None
    told = {field: {"before": known[field].value, "after": value} for field, value in changed.items()}
    target = workspace / "rules" / "mql.csv"
    target.parent.mkdir(exist_ok=True)
    draft = target.with_name(".mql.csv.new")
    draft.write_text(_text(rows), "utf-8")
    with store.writing() as connection:
        note(connection, who, "change_mql_rule", "rules/mql.csv", told)
        draft.replace(target)
    return sorted(changed)


def _with(rows: list[dict[str, str]], line: Line, value: str) -> list[dict[str, str]]:
    """The rows with another value in place of the one in force last."""
    *_, last = (
        number for number, row in enumerate(rows) if (row["kind"], row["name"]) == (line.kind, line.name)
    )
    return [{**row, "value": value} if number == last else row for number, row in enumerate(rows)]


def _culprit(workspace: Path, known: Mapping[str, Line], changed: Mapping[str, str]) -> str:
    """The first field whose number makes no rule by itself; empty where it takes several."""
    for field, value in changed.items():
        try:
            _check(_with(_rows(workspace), known[field], value))
        except RuleError:
            return field
    return ""


def _check(rows: list[dict[str, str]]) -> None:
    """Raise RuleError where rows are no rule."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "mql.csv").write_text(_text(rows), "utf-8")
        mql_rule(read_rules(Path(folder)))


def _text(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _rows(workspace: Path) -> list[dict[str, str]]:
    own = workspace / "rules" / "mql.csv"
    text = own.read_text("utf-8-sig") if own.is_file() else default_text("mql")
    return [
        {key: value or "" for key, value in row.items() if key} for row in csv.DictReader(io.StringIO(text))
    ]
