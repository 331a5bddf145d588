"""What the CRM's records should say by the tables in force: one value for each mapped field of each record.

A record is told of the open groups of whom it stands for: an account's own, or those in which a person is a
member. The first group counts where a field has room for one: qualified before engaged before nurture, then
the higher score.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from muster.config.settings import CrmFieldConfig
from muster.messages.escaping import plain
from muster.reports.published import Published
from muster.reports.values import words

Value = str | int | None
_REASONS = 3
# Salesforce's ids begin with what they are of; whatever else an export calls an id is no record there.
_ID = {
    "Account": re.compile(r"001[A-Za-z0-9]{12}([A-Za-z0-9]{3})?"),
    "Contact": re.compile(r"003[A-Za-z0-9]{12}([A-Za-z0-9]{3})?"),
    "Lead": re.compile(r"00Q[A-Za-z0-9]{12}([A-Za-z0-9]{3})?"),
}
_GROUPS = """
    SELECT g.buying_group_id, g.account_id, g.solution_id, q.status, s.score
    FROM buying_group AS g
    JOIN qualification AS q ON q.buying_group_id = g.buying_group_id AND q.to_at IS NULL
    LEFT JOIN (SELECT buying_group_id, arg_max(score, scored_at) AS score FROM score GROUP BY ALL) AS s
        ON s.buying_group_id = g.buying_group_id
    WHERE g.closed_at IS NULL
    ORDER BY CASE q.status WHEN 'qualified' THEN 1 WHEN 'engaged' THEN 2 ELSE 3 END, s.score DESC NULLS LAST,
        g.buying_group_id"""
_REASON = """
    SELECT r.buying_group_id, r.sentence
    FROM score_reason AS r
    JOIN (SELECT buying_group_id, MAX(scored_at) AS scored_at FROM score GROUP BY ALL) AS s
        ON s.buying_group_id = r.buying_group_id AND s.scored_at = r.scored_at
    WHERE r.points > 0 AND r.component <> 'fit'
    ORDER BY r.buying_group_id, r.points DESC, r.component, r.reason"""
_ACCOUNT_RECORDS = "SELECT account_record_id AS record_id, account_id FROM account_alias ORDER BY ALL"
_PERSON_RECORDS = """
    SELECT a.person_record_id AS record_id, a.person_id, m.buying_group_id, m.role, m.role_confidence
    FROM person_alias AS a
    JOIN member AS m ON m.person_id = a.person_id
    ORDER BY ALL"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a field of a record should hold: text, a whole number, or nothing."""

    object: str
    record_id: str
    field: str
    value: Value


@dataclass(frozen=True, slots=True)
class _Told:
    """One open group as a record is told of it; role and confidence where the record is a person's."""

    group: Mapping[str, Any]
    place: int  # among all open groups, the first one counting most
    role: str | None = None
    confidence: float | None = None


def wanted(tables: Published, fields: Sequence[CrmFieldConfig], *, public_url: str = "") -> list[Wanted]:
    """Every value that is to be told, by object, record and field; a field without one is left out.

    Links are made where `public_url` says how people reach Muster.
    """
    groups = {row["buying_group_id"]: row for row in tables.records(_GROUPS)}
    reasons: dict[str, list[str]] = defaultdict(list)
    if any(field.value == "why_now" for field in fields):
        for row in tables.records(_REASON):
            reasons[row["buying_group_id"]].append(words(row["sentence"]))
    found = []
    for name, path, told in _records(tables, groups, {field.object for field in fields}):
        for field in fields:
            if _ID[field.object].fullmatch(name) is None:
                continue
            about = [one for one in told if field.solution in {None, one.group["solution_id"]}]
            value = _value(
                field, about, reasons, link=f"{public_url.rstrip('/')}{path}" if public_url else ""
            )
            if value is not None:
                found.append(Wanted(field.object, name, field.field, value))
    return sorted(found, key=lambda one: (one.object, one.record_id, one.field))


def _records(
    tables: Published, groups: Mapping[str, Mapping[str, Any]], objects: set[str]
) -> Iterable[tuple[str, str, list[_Told]]]:
    """Each record with the page of whom it stands for and their open groups, the first one first."""
    places = {group: place for place, group in enumerate(groups)}
    if "Account" in objects:
        of_account: dict[str, list[_Told]] = defaultdict(list)
        for group in groups.values():
            of_account[group["account_id"]].append(_Told(group, places[group["buying_group_id"]]))
        for row in tables.records(_ACCOUNT_RECORDS):
            yield row["record_id"], f"/accounts/{row['account_id']}", of_account[row["account_id"]]
    if objects - {"Account"}:
        of_record: dict[tuple[str, str], list[_Told]] = defaultdict(list)
        for row in tables.records(_PERSON_RECORDS):
            name = row["buying_group_id"]
            if name in groups:
                one = _Told(groups[name], places[name], row["role"], row["role_confidence"])
                of_record[row["record_id"], row["person_id"]].append(one)
        for (record, person), told in of_record.items():
            yield record, f"/people/{person}", sorted(told, key=lambda one: one.place)


def _value(
    field: CrmFieldConfig, told: Sequence[_Told], reasons: Mapping[str, Sequence[str]], *, link: str
) -> Value:
    if not told:
        return None
    first = told[0]
    match field.value:
        case "status":
            said = {one.group["solution_id"]: one.group["status"] for one in reversed(told)}
            value: Value = _text(_each(said, alone=field.solution), field)
        case "role":
            said = {one.group["solution_id"]: words(one.role) for one in reversed(told) if one.role}
            value = _text(_each(said, alone=field.solution), field)
        case "why_now":
            value = _text("; ".join(reasons.get(first.group["buying_group_id"], ())[:_REASONS]), field)
        case "score":
            value = _whole(first.group["score"])
        case "role_confidence":
            value = _whole(None if first.confidence is None else Decimal(str(first.confidence)) * 100)
        case "link":
            value = link if 0 < len(link) <= field.length else None  # half a link leads nowhere
    return value


def _each(by_solution: Mapping[str, str], *, alone: str | None) -> str:
    """What holds for each solution, as in `data-platform: qualified; revenue-cloud: engaged`."""
    if alone is not None:
        return by_solution.get(alone, "")
    return "; ".join(f"{solution}: {said}" for solution, said in sorted(by_solution.items()))


def _text(text: str, field: CrmFieldConfig) -> Value:
    """Text of one line that the field has room for; nothing where there is none."""
    return plain(text, most=field.length) or None


def _whole(number: Decimal | None) -> int | None:
    """The nearest whole number: a field that keeps no decimals then holds what we wrote."""
    return None if number is None else int(number.quantize(Decimal(1), rounding=ROUND_HALF_UP))
