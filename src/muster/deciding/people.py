"""Whom somebody means by a record, a person or an address of the last run."""

from __future__ import annotations

from dataclasses import dataclass

from muster.deciding.subjects import Identity, Subject, records_shown
from muster.engine.duckdb_engine import literal
from muster.explain.archive import Archive
from muster.problems import WrongUse

_RECORDS = (
    "SELECT a.person_record_id AS id, a.person_id AS person FROM person_alias AS a WHERE a.{column} = {said}"
)
_OF_ADDRESS = """
    SELECT r.person_record_id AS id, a.person_id AS person
    FROM person_record AS r
    JOIN person_alias AS a ON a.person_record_id = r.person_record_id
    WHERE r.email = {said}
"""
_WITHOUT_RECORD = """
    SELECT DISTINCT x.person_id AS person
    FROM engagement AS e
    JOIN resolved_engagement AS x ON x.engagement_id = e.engagement_id
    WHERE e.email = {said} AND x.person_id IS NOT NULL
"""
_PERSON = """
    SELECT p.person_id, p.name, p.email, p.title, a.name AS account,
        (SELECT COUNT(*) FROM person_alias AS x WHERE x.person_id = p.person_id) AS records,
        (SELECT COUNT(DISTINCT m.buying_group_id) FROM member AS m WHERE m.person_id = p.person_id) AS groups
    FROM person AS p
    LEFT JOIN account AS a ON a.account_id = p.account_id
    WHERE p.person_id = {said}
    ORDER BY p.valid_from DESC
    LIMIT 1
"""
_NEAREST = """
    SELECT c.id FROM (
        SELECT x.person_record_id AS id FROM person_alias AS x
        UNION SELECT p.person_id FROM person AS p
        UNION SELECT r.email FROM person_record AS r WHERE r.email IS NOT NULL
    ) AS c
    ORDER BY 1 - jaro_winkler_similarity(c.id, {said}), c.id
    LIMIT 3
"""


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the last run has them."""

    person_id: str
    name: str | None
    email: str | None
    title: str | None
    account: str | None
    records: int
    groups: int

    @property
    def id(self) -> str:
        """Its id in the tables."""
        return self.person_id

    @property
    def shown(self) -> str:
        """For example: Vera Villanueva, VP Data at Acme (p0123456789abcdef, 2 records)."""
        who = ", ".join(part for part in (self.name or self.email or "somebody", self.title) if part)
        at = f" at {self.account}" if self.account else ""
        return f"{who}{at} ({self.person_id}, {records_shown(self.records)})"


def find_person(archive: Archive, said: str, only_one_record: bool) -> Subject:
    """Whom a record's id, a person's id or an address names.

    Of a person with several records any stands for all of them, unless `only_one_record` asks for the
    one that is meant. Raises WrongUse: for nobody, naming the nearest; for several, naming them.
    """
    said = said.strip()
    records = archive.rows(_RECORDS.format(column="person_record_id", said=literal(said)))
    if not records:
        records = archive.rows(_RECORDS.format(column="person_id", said=literal(said)))
    address = said.lower()
    if not records and "@" in said:
        records = archive.rows(_OF_ADDRESS.format(said=literal(address)))
    if not records:
        return _without_record(archive, said, address)
    ids = sorted(row["id"] for row in records)
    people = sorted({row["person"] for row in records})
    shown = ", ".join(ids[:5]) + (" ..." if len(ids) > 5 else "")
    if len(people) > 1:
        raise WrongUse(f"{said} is the address of {len(people)} people.", remedy=f"Name one record: {shown}.")
    if only_one_record and len(ids) > 1:
        raise WrongUse(
            f"{said} has {len(ids)} records, and a split is about two single ones.",
            remedy=f"Name one: {shown}.",
        )
    return Subject(ids[0], read_person(archive, people[0]))


def _without_record(archive: Archive, said: str, address: str) -> Subject:
    """A person of whom only engagements tell, by address or by id."""
    if "@" in said:
        people = [row["person"] for row in archive.rows(_WITHOUT_RECORD.format(said=literal(address)))]
        if len(people) == 1:
            return Subject(address, read_person(archive, people[0]))
    elif (found := archive.rows(_PERSON.format(said=literal(said)))) and found[0]["email"]:
        return Subject(found[0]["email"], Person(**found[0]))
    near = [row["id"] for row in archive.rows(_NEAREST.format(said=literal(said)))]
    hint = f"The nearest: {', '.join(near)}." if near else "There are none: the last run found nobody."
    raise WrongUse(f"The last run has no record, person or address {said}.", remedy=hint)


def read_person(archive: Archive, person_id: str) -> Person:
    """A person's latest stretch, with how many records and buying groups they have."""
    found = archive.rows(_PERSON.format(said=literal(person_id)))
    return Person(**found[0]) if found else Person(person_id, None, None, None, None, 0, 0)


PEOPLE = Identity(
    command="people",
    holders="people",
    one="person",
    kinds={"merge": "merge", "split": "split"},
    find=find_person,
    groups_of="SELECT COUNT(DISTINCT m.buying_group_id) AS n FROM member AS m WHERE m.person_id IN ({ids})",
)
