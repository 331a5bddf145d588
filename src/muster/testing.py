"""A test kit: a company of a few records written in the test, and the tables the flow makes of them.

Each record is one line, dated first, so that a test reads like the story it tells:

>>> from muster.testing import company, engaged, rows
>>> ws = company(                                                          # doctest: +SKIP
...     folder,
...     engaged("2025-03-03 09:00", "ana@acme.example", "webinar_attended"),
...     engaged("2025-03-04 09:00", "vera@acme.example", "pricing_viewed"),
... )
>>> rows(ws, "SELECT opening_reason FROM buying_group")                    # doctest: +SKIP
[{'opening_reason': 'second_person'}]

Instants are UTC, written as `2025-03-03 09:00`, days as `2025-03-03`, money as `1234.56`. Where a
record names no solution it is about `data-platform`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from muster.config.settings import FILE
from muster.rules.read import default_text
from muster.workspace import Workspace, open_workspace

SOLUTION = "data-platform"
RECORDS = "records"  # the folder of a test company's CSV files, one a canonical table
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a canonical table (see canonical/source_tables.toml), and rows it brings along."""

    table: str
    cells: Mapping[str, str]
    also: tuple[Record, ...] = ()


def company(
    folder: Path,
    *records: Record,
    policy: Mapping[str, float] | None = None,
    rules: Mapping[str, str] | None = None,
    as_of: datetime | None = None,
    run: bool = True,
) -> Workspace:
    """Write a workspace of these records and run the flow; a folder written before is written anew.

    `policy` changes values of rules/qualification.csv; `rules` replaces whole rule files by name.
    """
    tables: dict[str, list[Mapping[str, str]]] = {}
    for record in _flat(records):
        tables.setdefault(record.table, []).append(record.cells)
    for name in ("rules", RECORDS):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for old in (folder / RECORDS).glob("*.csv"):
        old.unlink()
    sections = [
        '[company]\nname = "Test company"\nown_domains = ["us.example"]\n',
        "[engine]\nthreads = 1\n",  # so few rows give a second thread nothing to do but wait
    ]
    if "engagement" in tables:
        tables["engagement"] = _with_ids(tables["engagement"], "engagement_id")
    for table, cells in tables.items():
        columns = list(dict.fromkeys(column for row in cells for column in row))
        (folder / RECORDS / f"{table}.csv").write_text(_csv(columns, cells), "utf-8")
        maps = "".join(f"{column} = {json.dumps(column)}\n" for column in columns)
        sections.append(
            f'[[source]]\nname = "{table.replace("_", "-")}"\nkind = "table"\ntable = "{table}"\n'
            f'path = "{RECORDS}/{table}.csv"\n[source.columns]\n{maps}'
        )
    (folder / FILE).write_text("\n".join(sections), "utf-8")
    for name, text in {**(rules or {}), **_policy_file(policy)}.items():
        (folder / "rules" / f"{name}.csv").write_text(text, "utf-8")
    workspace = open_workspace(folder)
    if run:
        workspace.run(as_of=as_of)
    return workspace


def rows(workspace: Workspace, sql: str) -> list[Row]:
    """The rows of a SELECT over the published tables."""
    found: list[Row] = workspace.query(sql).to_pylist()
    return found


def instant(text: str) -> datetime:
    """An instant as published tables hold it: `2025-03-03 09:00`, UTC without saying so."""
    return datetime.fromisoformat(text)


def account(
    name: str, *, created: str = "2020-01-01 00:00", website: str | None = None, **cells: str
) -> Record:
    """An account record of the CRM; `icp_tier` and `uses_key_technology` become attributes.

    Its website is made from its name unless given; an empty one is none.
    """
    slug = name.lower().replace(" ", "-")
    known = {k: cells.pop(k) for k in ("icp_tier", "uses_key_technology") if k in cells}
    row = {
        "account_record_id": cells.pop("record", slug),
        "name": name,
        "website": f"{slug}.example" if website is None else website,
        "created_at": created,
    }
    also = tuple(
        Record(
            "account_attribute", {"account_record_id": row["account_record_id"], "attribute": k, "value": v}
        )
        for k, v in known.items()
    )
    return Record("account_record", row | cells, also)


def contact(email: str, *, title: str = "", created: str = "2020-01-01 00:00", **cells: str) -> Record:
    """A contact; its record id is its address unless `record` says otherwise."""
    return _person("contact", email, title, created, cells)


def lead(
    email: str,
    *,
    title: str = "",
    created: str = "2020-01-01 00:00",
    mql: str = "",
    disqualified: str = "",
    reason: str = "",
    **cells: str,
) -> Record:
    """A lead, with the day it became an MQL and the day (and reason) it was disqualified."""
    record = _person("lead", email, title, created, cells)
    key = record.cells["person_record_id"]
    dated = {"mql": mql, "disqualified": disqualified}
    also = tuple(
        Record(
            "lead_status_change",
            {"person_record_id": key, "status": status, "changed_at": at, "reason": reason},
        )
        for status, at in dated.items()
        if at
    )
    return Record(record.table, record.cells, also)


def engaged(at: str, email: str, activity: str, *, solution: str = SOLUTION, **cells: str) -> Record:
    """Somebody known by an address did something."""
    return _engagement(at, activity, {"email": email, "solution_id": solution} | cells)


def visited(
    at: str, visitor: str, *, activity: str = "page_viewed", solution: str = SOLUTION, **cells: str
) -> Record:
    """A browser visited; `email` says who, where they said so, `company_domain` whose network it was."""
    return _engagement(at, activity, {"visitor_id": visitor, "solution_id": solution} | cells)


def shared(at: str, email: str, token: str, *, content: str = "") -> Record:
    """Somebody made a tracked link; openings carry its token as `share_token`."""
    row = {"share_token": token, "sharer_email": email, "content_id": content, "shared_at": at}
    return Record("share_link", row)


def opportunity(
    at: str,
    key: str,
    *,
    account: str,
    amount: str = "1000.00",
    solution: str = SOLUTION,
    stages: Iterable[tuple[str, str]] = (),
    won: str = "",
    lost: str = "",
    **cells: str,
) -> Record:
    """An opportunity created at an instant, its dated stages, and the instant it was won or lost."""
    history = [(at, "Discovery"), *stages]
    if won or lost:
        history.append((won or lost, "Closed Won" if won else "Closed Lost"))
    row = {
        "opportunity_id": key,
        "account_record_id": account,
        "solution_id": solution,
        "amount_cents": amount,
        "created_at": at,
        "stage": history[-1][1],
        "closed_on": (won or lost)[:10],
        "is_closed": str(bool(won or lost)).lower(),
        "is_won": str(bool(won)).lower(),
    }
    also = tuple(
        Record(
            "stage_change",
            {"opportunity_id": key, "stage": stage, "changed_at": when, "amount_cents": amount},
        )
        for when, stage in history
    )
    return Record("opportunity", row | cells, also)


def named(at: str, key: str, person_record: str, role: str = "") -> Record:
    """A seller named a contact on an opportunity."""
    row = {"opportunity_id": key, "person_record_id": person_record, "role": role, "created_at": at}
    return Record("contact_role", row)


def called(at: str, person_record: str, *, kind: str = "call", **cells: str) -> Record:
    """A seller called, wrote to or met somebody."""
    return Record(
        "sales_activity", {"occurred_at": at, "person_record_id": person_record, "kind": kind} | cells
    )


def tactic(
    key: str, *, program: str = "", channel: str = "", cost: str = "", starts: str = "", **cells: str
) -> Record:
    """One offer in one channel; without a programme it is one."""
    row = {"tactic_id": key, "name": key, "program_id": program, "channel": channel}
    return Record("tactic", row | {"cost_cents": cost, "starts_on": starts} | cells)


def spent(on: str, tactic: str, amount: str, **cells: str) -> Record:
    """Money spent on a tactic on a day; `line` is what the source calls the row."""
    return Record("spend", {"tactic_id": tactic, "spent_on": on, "amount_cents": amount} | cells)


def assigned(arm: str, account: str, tactic: str) -> Record:
    """An account record is in an arm of an experiment on a tactic: `holdout` or `treated`."""
    return Record("experiment_arm", {"account_record_id": account, "tactic_id": tactic, "arm": arm})


def subscribed(starts: str, key: str, account: str, arr: str, *, ends: str = "", **cells: str) -> Record:
    """A contract that brings so much a year from a day on, until the day it ended."""
    row = {"subscription_id": key, "account_record_id": account, "arr_cents": arr}
    return Record("subscription", row | {"starts_on": starts, "ends_on": ends} | cells)


def decided(at: str, kind: str, subject: str, *, other: str = "", reason: str = "", **cells: str) -> Record:
    """A person accepted or rejected a group, or decided which records or groups are one.

    Its id is `subject at` unless `decision_id` says otherwise; `value` goes by its name.
    """
    row = {"decision_id": f"{subject} {at}", "kind": kind, "subject_id": subject, "decided_at": at}
    return Record("decision", row | {"other_id": other, "reason": reason} | cells)


def _person(kind: str, email: str, title: str, created: str, cells: Mapping[str, str]) -> Record:
    key = cells.get("record", email)
    first, _, last = cells.get("name", email.partition("@")[0].replace(".", " ").title()).partition(" ")
    row = {
        "person_record_id": key,
        "kind": kind,
        "email": email,
        "given_name": first if last else "",
        "family_name": last or first,
        "title": title,
        "created_at": created,
    }
    return Record("person_record", row | {k: v for k, v in cells.items() if k not in {"record", "name"}})


def _engagement(at: str, activity: str, cells: Mapping[str, str]) -> Record:
    return Record("engagement", {"occurred_at": at, "activity": activity} | dict(cells))


def _with_ids(cells: list[Mapping[str, str]], column: str) -> list[Mapping[str, str]]:
    """Where some rows carry an id, the others are numbered: a file has a column of ids or none."""
    if not any(column in row for row in cells):
        return cells
    return [{column: f"row{number:06d}"} | dict(row) for number, row in enumerate(cells)]


def _flat(records: Iterable[Record]) -> list[Record]:
    return [each for record in records for each in (record, *record.also)]


def _policy_file(policy: Mapping[str, float] | None) -> dict[str, str]:
    if not policy:
        return {}
    found = list(csv.DictReader(io.StringIO(default_text("qualification"))))
    for row in found:
        row["value"] = str(policy.get(row["name"], row["value"]))
    return {"qualification": _csv(list(found[0]), found)}


def _csv(columns: list[str], cells: Iterable[Mapping[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(cells)
    return text.getvalue()
