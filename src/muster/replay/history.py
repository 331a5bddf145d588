"""What the replay is made of, read from the published tables and the landed records of one run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from muster.engine.published import Published
from muster.replay.leads import NEVER, Act, Lead, Stay, Title, account_at

_OPENINGS = """
SELECT o.opportunity_id, a.account_id, o.solution_id, epoch_us(o.created_at) AS at,
    epoch_us(o.closed_at) AS closed_at, o.amount_cents, o.currency, o.is_won, g.buying_group_id
FROM known_opportunity AS o
JOIN account_alias AS a ON a.account_record_id = o.account_record_id
LEFT JOIN opportunity_group AS g ON g.opportunity_id = o.opportunity_id
WHERE o.created_at IS NOT NULL AND o.type IS DISTINCT FROM 'renewal'
ORDER BY o.created_at, o.opportunity_id
"""
# An act counts for its person from the moment both were known; the person may have become known later.
_ACTS = """
SELECT epoch_us(greatest(e.occurred_at, e.known_at, e.person_known_at)) AS known_at, e.engagement_id,
    e.person_id, epoch_us(e.occurred_at) AS occurred_at, e.activity,
    COALESCE(r.is_machine, FALSE) AS is_machine
FROM resolved_engagement AS e
LEFT JOIN read_parquet('{records}/engagement.parquet') AS r ON r.engagement_id = e.engagement_id
WHERE e.person_id IS NOT NULL AND e.account_id IS NOT NULL
"""
_STAYS = """
SELECT person_id, account_id, epoch_us(valid_from) AS from_at, epoch_us(valid_to) AS to_at, seniority,
    function
FROM person ORDER BY person_id, valid_from
"""
_RECORDED = """
SELECT epoch_us(m.changed_at) AS at, m.person_record_id, a.person_id,
    EXISTS (SELECT 1 FROM known_lead_status AS d WHERE d.person_record_id = m.person_record_id
        AND d.is_duplicate AND d.changed_at >= m.changed_at) AS is_discarded
FROM known_lead_status AS m JOIN person_alias AS a ON a.person_record_id = m.person_record_id
WHERE m.status = 'mql'
ORDER BY m.changed_at, m.person_record_id
"""
_MEMBERS = """
SELECT m.buying_group_id, m.person_id, m.role, epoch_us(m.joined_at) AS joined_at, m.engagement_count
FROM member AS m WHERE m.person_id IS NOT NULL ORDER BY m.buying_group_id, m.joined_at, m.person_id
"""
_GROUPS = """
SELECT buying_group_id, account_id, solution_id, epoch_us(opened_at) AS opened_at,
    epoch_us(closed_at) AS closed_at
FROM buying_group ORDER BY opened_at, buying_group_id
"""
# The earliest act tells accounts apart for good: an account's id may give way to another in a merge.
_FIRST_ACTS = """
SELECT account_id, arg_min(engagement_id, (occurred_at, engagement_id)) AS first_act
FROM resolved_engagement WHERE account_id IS NOT NULL GROUP BY account_id
"""
_NAMED = """
SELECT DISTINCT r.opportunity_id, a.person_id
FROM read_parquet('{records}/contact_role.parquet') AS r
JOIN person_alias AS a ON a.person_record_id = r.person_record_id
WHERE r.known_at <= {as_of}
"""
_CALLED = """
SELECT a.person_id, min(s.occurred_at) AS at
FROM read_parquet('{records}/sales_activity.parquet') AS s
JOIN person_alias AS a ON a.person_record_id = s.person_record_id
WHERE s.known_at <= {as_of} GROUP BY a.person_id
"""

_ACCOUNTS = """
SELECT known_at FROM read_parquet('{records}/account_record.parquet') WHERE known_at <= {as_of}
ORDER BY known_at
"""


@dataclass(frozen=True, slots=True)
class Opening:
    """An opportunity that is no renewal, with the buying group it came from. Instants in microseconds."""

    opportunity_id: str
    account_id: str
    solution_id: str | None
    at: int
    closed_at: int | None
    amount_cents: int
    currency: str
    is_won: bool
    buying_group_id: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """A buying group and when it was open."""

    buying_group_id: str
    account_id: str
    solution_id: str
    opened_at: int
    closed_at: int


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody's place in a buying group."""

    person_id: str
    role: str | None
    joined_at: int
    engagement_count: int


@dataclass(frozen=True, slots=True)
class History:
    """Everything that is compared, as known at the end of the run (`as_of`, microseconds)."""

    as_of: int
    acts: Sequence[Act]
    titles: Mapping[str, Title]
    stays: Mapping[str, Sequence[Stay]]
    recorded: Sequence[Lead]
    openings: Sequence[Opening]
    groups: Mapping[str, Group]
    members: Mapping[str, Sequence[Member]]
    first_acts: Mapping[str, str]
    named: Mapping[str, frozenset[str]]
    called: Mapping[str, int]
    accounts_known: Sequence[int]

    def open_from_to(self) -> dict[str, list[tuple[int, int]]]:
        """When each account had an open opportunity."""
        spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for one in self.openings:
            spans[one.account_id].append((one.at, NEVER if one.closed_at is None else one.closed_at))
        return spans


def read_history(published: Published, *, as_of: int) -> History:
    """Read a run's history. `as_of` is the run's date in microseconds."""
    records = str(published.folder / "records").replace("'", "''")
    with published.connection() as tables:

        def rows(sql: str) -> Iterator[dict[str, Any]]:
            cursor = tables.execute(sql.replace("{records}", records).replace("{as_of}", str(as_of)))
            names = [column[0] for column in cursor.description]
            while batch := cursor.fetchmany(10_000):
                yield from (dict(zip(names, row, strict=True)) for row in batch)

        stays: dict[str, list[Stay]] = defaultdict(list)
        titles: dict[str, Title] = {}
        for r in rows(_STAYS):
            to_at = NEVER if r["to_at"] is None else r["to_at"]
            stays[r["person_id"]].append(Stay(r["account_id"], r["from_at"], to_at))
            titles[r["person_id"]] = Title(r["seniority"], r["function"])
        members: dict[str, list[Member]] = defaultdict(list)
        for r in rows(_MEMBERS):
            members[r["buying_group_id"]].append(
                Member(r["person_id"], r["role"], r["joined_at"], r["engagement_count"])
            )
        named: dict[str, set[str]] = defaultdict(set)
        for r in rows(_NAMED):
            named[r["opportunity_id"]].add(r["person_id"])
        return History(
            as_of=as_of,
            acts=[
                Act(
                    r["known_at"],
                    r["engagement_id"],
                    r["person_id"],
                    r["occurred_at"],
                    r["activity"],
                    r["is_machine"],
                )
                for r in rows(_ACTS)
            ],
            titles=titles,
            stays=stays,
            recorded=_recorded(rows(_RECORDED), stays),
            openings=[Opening(**r) for r in rows(_OPENINGS)],
            groups={
                r["buying_group_id"]: Group(
                    **{**r, "closed_at": NEVER if r["closed_at"] is None else r["closed_at"]}
                )
                for r in rows(_GROUPS)
            },
            members=members,
            first_acts={r["account_id"]: r["first_act"] for r in rows(_FIRST_ACTS)},
            named={key: frozenset(people) for key, people in named.items()},
            called={r["person_id"]: r["at"] for r in rows(_CALLED)},
            accounts_known=[r["known_at"] for r in rows(_ACCOUNTS)],
        )


def _recorded(rows: Iterator[dict[str, Any]], stays: Mapping[str, Sequence[Stay]]) -> list[Lead]:
    """The MQLs on record: two records of one person raised at one instant are one."""
    found: dict[tuple[int, str], Lead] = {}
    for r in rows:
        account = account_at(stays.get(r["person_id"], ()), r["at"])
        lead = Lead(r["at"], r["person_record_id"], r["person_id"], account, None, r["is_discarded"])
        found.setdefault((lead.at, lead.person_id), lead)
    return list(found.values())
