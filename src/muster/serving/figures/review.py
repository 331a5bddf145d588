"""Pairs that somebody should judge: people joined on likeness alone or held apart, accounts left apart."""

from __future__ import annotations

from dataclasses import dataclass

from muster.reports.published import Published

# The record or address behind an id of person_match stands after its kind.
_PEOPLE = """
WITH sides AS (
    SELECT m.*, SUBSTR(m.left_id, 3) AS one, SUBSTR(m.right_id, 3) AS other FROM person_match AS m),
known AS MATERIALIZED (
    SELECT a.person_record_id, a.person_id FROM person_alias AS a
    WHERE a.person_record_id IN (SELECT s.one FROM sides AS s UNION ALL SELECT s.other FROM sides AS s)),
named AS MATERIALIZED (
    SELECT s.*, a.person_id AS one_person, b.person_id AS other_person
    FROM sides AS s
    LEFT JOIN known AS a ON a.person_record_id = s.one
    LEFT JOIN known AS b ON b.person_record_id = s.other),
told AS MATERIALIZED (
    SELECT p.* FROM person AS p
    WHERE p.valid_to IS NULL AND p.person_id IN (SELECT k.person_id FROM known AS k)),
joined AS (
    SELECT n.one, n.other, COUNT(DISTINCT m.buying_group_id) AS groups
    FROM (SELECT x.one, x.other, UNNEST([x.one_person, x.other_person]) AS person_id FROM named AS x) AS n
    JOIN member AS m ON m.person_id = n.person_id
    GROUP BY n.one, n.other)
SELECT n.one, n.other, n.fate, n.probability, p.name AS one_name, p.title AS one_title, p.email AS one_email,
    q.name AS other_name, q.title AS other_title, q.email AS other_email, a.name AS account,
    COALESCE(j.groups, 0) AS groups
FROM named AS n
LEFT JOIN told AS p ON p.person_id = n.one_person
LEFT JOIN told AS q ON q.person_id = n.other_person
LEFT JOIN account AS a ON a.account_id = COALESCE(p.account_id, q.account_id)
LEFT JOIN joined AS j ON j.one = n.one AND j.other = n.other
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
