"""Pairs that somebody should judge: people joined on likeness alone or held apart, accounts left apart."""

from __future__ import annotations

from dataclasses import dataclass

from muster.reports.published import Published

# The record or address behind an id of person_match stands after its kind.
_PEOPLE = """
WITH sides AS (
    SELECT m.*, SUBSTR(m.left_id, 3) AS one, SUBSTR(m.right_id, 3) AS other FROM person_match AS m),
named AS (
    SELECT s.*, a.person_id AS one_person, b.person_id AS other_person
    FROM sides AS s
    LEFT JOIN person_alias AS a ON a.person_record_id = s.one
    LEFT JOIN person_alias AS b ON b.person_record_id = s.other)
SELECT n.one, n.other, n.fate, n.probability, p.name AS one_name, p.title AS one_title, p.email AS one_email,
    q.name AS other_name, q.title AS other_title, q.email AS other_email, a.name AS account,
    (SELECT COUNT(DISTINCT x.buying_group_id) FROM member AS x
        WHERE x.person_id IN (n.one_person, n.other_person)) AS groups
FROM named AS n
LEFT JOIN person AS p ON p.person_id = n.one_person AND p.valid_to IS NULL
LEFT JOIN person AS q ON q.person_id = n.other_person AND q.valid_to IS NULL
LEFT JOIN account AS a ON a.account_id = COALESCE(p.account_id, q.account_id)
ORDER BY CASE n.fate WHEN 'joined' THEN 1 ELSE 0 END, ABS(n.probability - 0.5), groups DESC, n.one, n.other
LIMIT 200"""
_ACCOUNTS = """
SELECT r.left_key AS one, r.right_key AS other, r.method, r.confidence, r.evidence FROM account_review AS r
ORDER BY r.confidence DESC, r.left_key, r.right_key LIMIT 200"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records, addresses or domains: what each is called, what became of them, why it is asked."""

    matter: str  # people or accounts
    one: str
    other: str
    one_shown: str
    other_shown: str
    fate: str
    probability: float | None
    why: str
    groups: int


def pairs(tables: Published) -> list[Pair]:
    """The riskiest first: those held apart, then joins nearest to an even chance; accounts after people."""
    people = [
        Pair(
            "people",
            row["one"],
            row["other"],
            _shown(row["one_name"], row["one_title"], row["one_email"], row["one"]),
            _shown(row["other_name"], row["other_title"], row["other_email"], row["other"]),
            row["fate"],
            row["probability"],
            f"at {row['account']}" if row["account"] else "of no known account",
            int(row["groups"]),
        )
        for row in tables.records(_PEOPLE)
    ]
    accounts = [
        Pair(
            "accounts",
            row["one"],
            row["other"],
            row["one"],
            row["other"],
            "apart",
            row["confidence"],
            f"{row['method'].replace('_', ' ')}: {row['evidence'] or ''}",
            0,
        )
        for row in tables.records(_ACCOUNTS)
    ]
    return people + accounts


def _shown(name: str | None, title: str | None, email: str | None, record: str) -> str:
    return f"{', '.join(part for part in (name, title, email) if part) or 'somebody'} ({record})"
