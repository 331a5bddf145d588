"""Whom a rule of `retention.csv` would concern: shown before it is saved. Nothing but names would go."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from muster.flow import RECORDS
from muster.readings.strangers import find_silent, read_unnamed
from muster.recall.clock import micros
from muster.rules.read import read_rules, read_with_row
from muster.rules.retention import STRANGERS, check_retention, stranger_days
from muster.workspace import Workspace

_CONCERNED = """
    SELECT COUNT(DISTINCT n.person_id) AS people, COUNT(DISTINCT m.buying_group_id) AS groups
    FROM person_address AS n
    JOIN silent AS s ON s.email = n.email
    LEFT JOIN member AS m ON m.person_id = n.person_id
"""


@dataclass(frozen=True, slots=True)
class Concerned:
    """What so many days would take away: names by kind, in how many rows; who of the people and groups
    on the pages have them. `since` is the first day of the silence, `already` counts names that are gone."""

    days: int
    since: str
    addresses: int
    browsers: int
    acts: int
    people: int
    groups: int
    already: int


def rule_row(days: int, why: str, *, on: date) -> dict[str, str]:
    """The row of `retention.csv` that says so from a day on."""
    return {"what": STRANGERS, "days": str(days), "effective_from": f"{on:%Y-%m-%d}", "why": why}


def preview_strangers(workspace: Workspace, row: Mapping[str, str]) -> Concerned:
    """Whom a new row would concern, by the records of the last run. Raises RuleError where it says nothing.

    Names that are gone already come back only by a run that reads the exports anew.
    """
    rules = read_with_row(workspace.folder / "rules", "retention", row)
    check_retention(rules["retention"])
    at = micros(datetime.now(UTC))
    days = stranger_days(rules, max(at, micros(date.fromisoformat(row["effective_from"]))))
    published = workspace.published
    records = published.folder / RECORDS
    already = len(read_unnamed(records))
    if days is None:
        return Concerned(0, "", 0, 0, 0, 0, 0, already)
    silent = find_silent(records, rules, workspace.config.company, days=days, at=at)
    with closing(published.connection(("person_address", "member"))) as con:
        con.register("silent", pa.table({"email": pa.array(silent.addresses, pa.string())}))
        [(people, groups)] = con.execute(_CONCERNED).fetchall()
    since = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=silent.since_at)
    counts = (len(silent.addresses), len(silent.browsers), silent.acts, people, groups)
    return Concerned(days, f"{since:%Y-%m-%d}", *counts, already)


def days_now(workspace: Workspace) -> int | None:
    """After how many days strangers go by no name as the rules are now; None for never."""
    return stranger_days(read_rules(workspace.folder / "rules"), micros(datetime.now(UTC)))


def still_named(workspace: Workspace) -> tuple[int, int]:
    """How many names of strangers are in the tables though the rules say not, and how many are out."""
    records = workspace.published.folder / RECORDS
    rules, at = workspace.rules, micros(datetime.now(UTC))
    days = stranger_days(rules, at)
    if days is None:
        return 0, len(read_unnamed(records))
    named = find_silent(records, rules, workspace.config.company, days=days, at=at).names
    return named, len(read_unnamed(records))
