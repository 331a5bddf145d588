"""Pairs that somebody should judge: people joined on likeness alone or held apart, accounts left apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from muster.reports.published import Published

# Two records are judged, so each is told as the CRM has it: the person made of both would be told twice.
# The record or address behind an id of person_match stands after its kind.
_PEOPLE = """
WITH sides AS (
    SELECT m.*, SUBSTR(m.left_id, 3) AS one, SUBSTR(m.right_id, 3) AS other FROM person_match AS m),
known AS MATERIALIZED (
    SELECT a.person_record_id AS side, a.person_id FROM person_alias AS a
    WHERE a.person_record_id IN (SELECT s.one FROM sides AS s UNION ALL SELECT s.other FROM sides AS s)
    UNION ALL
    SELECT e.email, e.person_id FROM person_address AS e
    WHERE e.email IN (SELECT s.one FROM sides AS s UNION ALL SELECT s.other FROM sides AS s)),
named AS MATERIALIZED (
    SELECT s.*, a.person_id AS one_person, b.person_id AS other_person
    FROM sides AS s
    LEFT JOIN known AS a ON a.side = s.one
    LEFT JOIN known AS b ON b.side = s.other),
told AS MATERIALIZED (
    SELECT p.* FROM person AS p
    WHERE p.valid_to IS NULL AND p.person_id IN (SELECT k.person_id FROM known AS k)),
joined AS (
    SELECT n.one, n.other, COUNT(DISTINCT m.buying_group_id) AS groups
    FROM (SELECT x.one, x.other, UNNEST([x.one_person, x.other_person]) AS person_id FROM named AS x) AS n
    JOIN member AS m ON m.person_id = n.person_id
    GROUP BY n.one, n.other)
SELECT n.one, n.other, n.left_id, n.right_id, n.fate, n.probability, n.name_weight, n.address_weight,
    n.account_weight, n.title_weight, n.phone_weight, n.place_weight, p.name AS one_name,
    p.title AS one_title, p.email AS one_email, q.name AS other_name, q.title AS other_title,
    q.email AS other_email, a.name AS account, COALESCE(j.groups, 0) AS groups
FROM named AS n
LEFT JOIN told AS p ON p.person_id = n.one_person
LEFT JOIN told AS q ON q.person_id = n.other_person
LEFT JOIN account AS a ON a.account_id = COALESCE(p.account_id, q.account_id)
LEFT JOIN joined AS j ON j.one = n.one AND j.other = n.other
ORDER BY CASE n.fate WHEN 'joined' THEN 1 ELSE 0 END, ABS(n.probability - 0.5), groups DESC, n.one, n.other
LIMIT 200"""
_RECORD = ("person_record_id", "kind", "given_name", "family_name", "title", "email", "company_name")
_ACCOUNTS = """
SELECT r.left_key AS one, r.right_key AS other, r.method, r.confidence, r.evidence FROM account_review AS r
ORDER BY r.confidence DESC, r.left_key, r.right_key LIMIT 200"""
_COMPARED = ("name", "address", "account", "title", "phone", "place")
_FATES = {
    "joined": "joined",
    "conflict": "apart: it would join two who are known apart",
    "ambiguous": "apart: as like to another",
    "split": "apart: somebody decided so",
}
_WORDS = {"address": "mailbox", "phone": "telephone", "place": "postal address"}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records, addresses or domains: what each says, what became of them, why it is asked.

    `one` and `other` are what a verdict names; the probability is that the two are the same, 0 to 1.
    """

    matter: str  # people or accounts
    one: str
    other: str
    one_shown: str
    other_shown: str
    one_is: str  # a lead, a contact, an address, a domain
    other_is: str
    fate: str
    probability: float | None
    why: str
    groups: int


def pairs(tables: Published) -> list[Pair]:
    """The riskiest first: those held apart, then joins nearest to an even chance; accounts after people."""
    rows = tables.records(_PEOPLE)
    sides = {row[side] for row in rows for side in ("one", "other")}
    found = (
        tables.rows("record_person_record", _RECORD, by="person_record_id", among=sides)
        if tables.has_records
        else []
    )
    records = {record["person_record_id"]: record for record in found}
    return [_people(row, records) for row in rows] + [_accounts(row) for row in tables.records(_ACCOUNTS)]


def _people(row: dict[str, Any], records: dict[str, dict[str, Any]]) -> Pair:
    return Pair(
        "people",
        row["one"],
        row["other"],
        _says(row, "one", records.get(row["one"])),
        _says(row, "other", records.get(row["other"])),
        _is(row["left_id"], records.get(row["one"])),
        _is(row["right_id"], records.get(row["other"])),
        row["fate"],
        row["probability"],
        f"{_FATES.get(row['fate'], row['fate'])}; {_weighed(row)}; "
        + (f"at {row['account']}" if row["account"] else "of no known account"),
        int(row["groups"]),
    )


def _accounts(row: dict[str, Any]) -> Pair:
    why = f"apart; {row['method'].replace('_', ' ')}: {row['evidence'] or ''}"
    sides = (row["one"], row["other"])
    return Pair("accounts", *sides, *sides, "", "", "apart", row["confidence"], why, 0)


def _says(row: dict[str, Any], side: str, record: dict[str, Any] | None) -> str:
    """What the record itself says of somebody; where no records were kept, what is known of the person."""
    said = [row[f"{side}_name"], row[f"{side}_title"], row[f"{side}_email"]]
    if record:
        name = " ".join(part for part in (record["given_name"], record["family_name"]) if part)
        said = [name, record["title"], record["email"], record["company_name"]]
    return ", ".join(part for part in said if part) or "somebody"


def _is(side_id: str, record: dict[str, Any] | None) -> str:
    """`lead 00Q5e001`: what is judged. An address has no record."""
    kind, _, key = side_id.partition(":")
    return f"address {key}" if kind == "e" else f"{(record or {}).get('kind') or 'record'} {key}"


def _weighed(row: dict[str, Any]) -> str:
    """`alike: name, account; unlike: title`, what weighs most first; what a record lacks weighs nothing."""
    weights = {_WORDS.get(name, name): row[f"{name}_weight"] or 0 for name in _COMPARED}
    heaviest = sorted(weights, key=lambda name: -abs(weights[name]))
    alike = ", ".join(name for name in heaviest if weights[name] > 0)
    unlike = ", ".join(name for name in heaviest if weights[name] < 0)
    parts = (f"alike: {alike}" if alike else "", f"unlike: {unlike}" if unlike else "")
    return "; ".join(part for part in parts if part) or "nothing to compare"
