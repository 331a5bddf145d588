"""Whom somebody wants erased, and what would go: shown before it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from muster.deciding.people import find_person
from muster.erasing.whom import Whom
from muster.explain.archive import Archive
from muster.sources.suppression import EMAIL, RECORD, Erased, read_suppression
from muster.workspace import Workspace

_RECORDS = """
    SELECT r.person_record_id AS id, r.email, r.phone,
        COALESCE(r.given_name || ' ', '') || r.family_name AS name
    FROM person_alias AS a
    JOIN person_record AS r ON r.person_record_id = a.person_record_id
    WHERE a.person_id = ? ORDER BY r.known_at, r.person_record_id
"""
_ADDRESSES = """
    SELECT p.email FROM (
        SELECT n.email, 0 AS place FROM person AS n WHERE n.person_id = $who
        UNION ALL SELECT x.email, 1 FROM person_address AS x WHERE x.person_id = $who
        UNION ALL SELECT r.email, 2 FROM person_alias AS a
            JOIN person_record AS r ON r.person_record_id = a.person_record_id WHERE a.person_id = $who
    ) AS p
    WHERE p.email IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM person_record AS o JOIN person_alias AS b ON b.person_record_id = o.person_record_id
        WHERE o.email = p.email AND b.person_id <> $who
    )
    GROUP BY p.email ORDER BY MIN(p.place), p.email
"""
_VISITORS = "SELECT DISTINCT v.visitor_id AS id FROM visitor_match AS v WHERE v.person_id = ? ORDER BY 1"
# Rows of exports that name somebody: by a record, an address or a browser.
_NAMED_IN = {
    "person_record": "t.person_record_id IN (SELECT UNNEST($records))",
    "engagement": "(t.person_record_id IN (SELECT UNNEST($records)) "
    "OR t.email IN (SELECT UNNEST($addresses)) OR t.visitor_id IN (SELECT UNNEST($visitors)))",
    "contact_role": "t.person_record_id IN (SELECT UNNEST($records))",
    "sales_activity": "t.person_record_id IN (SELECT UNNEST($records))",
    "lead_status_change": "t.person_record_id IN (SELECT UNNEST($records))",
    "share_link": "t.sharer_email IN (SELECT UNNEST($addresses))",
}
_COUNTS = """
    SELECT
        (SELECT COUNT(*) FROM resolved_engagement AS e WHERE e.person_id = $who) AS engagements,
        (SELECT COUNT(DISTINCT m.buying_group_id) FROM member AS m WHERE m.person_id = $who) AS groups,
        (SELECT COUNT(DISTINCT t.opportunity_id) FROM touchpoint AS t WHERE t.person_id = $who)
            AS opportunities
"""
_MONEY = """
    SELECT o.currency,
        CAST(COALESCE(SUM(o.amount_cents) FILTER (WHERE o.is_won), 0) AS BIGINT) AS won_cents,
        CAST(COALESCE(SUM(o.amount_cents) FILTER (WHERE NOT o.is_closed), 0) AS BIGINT) AS open_cents,
        CAST(COALESCE((SELECT SUM(c.credit_cents) FROM credit AS c WHERE c.currency = o.currency), 0)
            AS BIGINT) AS credit_cents
    FROM known_opportunity AS o WHERE o.currency IS NOT NULL GROUP BY o.currency ORDER BY o.currency
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A row of an export that names the person: theirs to delete who owns the export."""

    table: str
    source: str
    file: str
    row: int


@dataclass(frozen=True, slots=True)
class Money:
    """What an erasure leaves as it is: won, open and credited cents of one currency."""

    currency: str
    won_cents: int
    open_cents: int
    credit_cents: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What erasing one person would do. `shown` is the person in a few words; `whom` all that names them."""

    whom: Whom
    shown: str
    engagements: int
    groups: int
    opportunities: int
    places: tuple[Place, ...]
    money: tuple[Money, ...]

    @property
    def by_source(self) -> Mapping[tuple[str, str], int]:
        """How many rows of each source and file name them."""
        return Counter((place.source, place.file) for place in self.places)


def preview_erasure(workspace: Workspace, said: str) -> Preview:
    """What would go if the person of an address, a record or an id were erased.

    Raises WrongUse where the last run knows nobody of that name, or several.
    """
    with Archive(workspace.published, workspace.folder, workspace.config, workspace.rules) as archive:
        subject = find_person(archive, said, False)
        whom = _whom(archive, subject.holder.id)
        counts = archive.records(_COUNTS, {"who": whom.person_id})[0]
        return Preview(
            whom,
            subject.holder.shown,
            counts["engagements"],
            counts["groups"],
            counts["opportunities"],
            _places(archive, whom),
            _money(archive),
        )


def read_money(workspace: Workspace) -> tuple[Money, ...]:
    """Won, open and credited cents as the last run has them."""
    with Archive(workspace.published, workspace.folder, workspace.config, workspace.rules) as archive:
        return _money(archive)


def erased_before(workspace: Workspace, said: str) -> Erased | None:
    """Who of those erased had this address or record, or goes by this name now; None where nobody did."""
    told = read_suppression(workspace.folder)
    if told is None:
        return None
    named = next((p for p in told.people if said.strip() in (p.name, p.address)), None)
    return named or told.find(RECORD, said) or told.find(EMAIL, said)


def _whom(archive: Archive, person_id: str) -> Whom:
    records = archive.records(_RECORDS, [person_id])
    addresses = [row["email"] for row in archive.records(_ADDRESSES, {"who": person_id})]
    return Whom(
        person_id,
        tuple(addresses),
        tuple(row["id"] for row in records),
        tuple(row["id"] for row in archive.records(_VISITORS, [person_id])),
        tuple(sorted({row["name"] for row in records if row["name"]})),
        tuple(sorted({row["phone"] for row in records if row["phone"]})),
    )


def _places(archive: Archive, whom: Whom) -> tuple[Place, ...]:
    bound: dict[str, Sequence[str]] = {
        "records": whom.records,
        "addresses": whom.addresses,
        "visitors": whom.visitors,
    }
    found = []
    for table, named in _NAMED_IN.items():
        asked = {name: list(some) for name, some in bound.items() if f"${name}" in named}
        where = f"FROM {table} AS t WHERE {named}"
        rows = archive.records(f"SELECT t.source, t.source_file AS file, t.source_row AS row {where}", asked)
        found += [Place(table, row["source"], row["file"], row["row"]) for row in rows]
    # A row may have become rows of several tables: to whoever deletes it, it is one.
    once = {(place.source, place.file, place.row): place for place in reversed(found)}
    return tuple(once[key] for key in sorted(once))


def _money(archive: Archive) -> tuple[Money, ...]:
    return tuple(Money(**row) for row in archive.records(_MONEY))
