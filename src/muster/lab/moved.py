"""What a change would move: people, members, groups, hand-offs, opportunities and their dollars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from muster.identity.matching.match import match_people
from muster.lab.what_if import Compared, compared
from muster.steps import matching_by
from muster.workspace import Workspace

_SHOWN = 20
# People who would be several, and several who would be one: by their records and the addresses they used.
_PEOPLE = """
    WITH tied AS (
        SELECT DISTINCT n.person_id AS before_id, t.person_id AS after_id
        FROM "now".person_alias AS n
        JOIN "then".person_alias AS t ON t.person_record_id = n.person_record_id
        UNION
        SELECT n.person_id AS before_id, t.person_id AS after_id
        FROM "now".engagement AS e
        JOIN "now".resolved_engagement AS n ON n.engagement_id = e.engagement_id
        JOIN "then".resolved_engagement AS t ON t.engagement_id = e.engagement_id
        WHERE e.email IS NOT NULL AND n.person_id IS NOT NULL AND t.person_id IS NOT NULL
    )
    SELECT x.{one} AS id, COUNT(*) AS others
    FROM tied AS x GROUP BY x.{one} HAVING COUNT(*) > 1
    ORDER BY others DESC, id
"""
_RECORDS = """
    SELECT a.{one} AS id, r.person_record_id AS record, p.name, p.email
    FROM (SELECT person_record_id, person_id AS {one} FROM "{side}".person_alias) AS a
    JOIN "{side}".person_alias AS r ON r.person_record_id = a.person_record_id
    LEFT JOIN (
        SELECT person_id, MIN(name) AS name, MIN(email) AS email FROM "now".person GROUP BY person_id
    ) AS p ON p.person_id = (
        SELECT n.person_id FROM "now".person_alias AS n WHERE n.person_record_id = a.person_record_id
    )
    WHERE a.{one} IN ({ids})
    ORDER BY id, record
"""
# A group is the same where its members are, by the records they are made of: ids may stay all the same.
_CAST = """
    SELECT
        m.buying_group_id,
        string_agg(
            COALESCE(m.role, '-') || ':' || COALESCE(a.records, m.person_id, m.visitor_id), ',' ORDER BY
            COALESCE(a.records, m.person_id, m.visitor_id)
        ) AS cast_text
    FROM "{side}".member AS m
    LEFT JOIN (
        SELECT x.person_id, string_agg(x.person_record_id, '+' ORDER BY x.person_record_id) AS records
        FROM "{side}".person_alias AS x GROUP BY x.person_id
    ) AS a ON a.person_id = m.person_id
    GROUP BY m.buying_group_id
"""
_GROUPS = f"""
    WITH before AS ({_CAST.format(side="now")}), after AS ({_CAST.format(side="then")})
    SELECT
        COALESCE(b.buying_group_id, a.buying_group_id) AS buying_group_id,
        COALESCE(x.name, y.name) AS account,
        COALESCE(n.solution_id, t.solution_id) AS solution_id,
        CASE
            WHEN a.buying_group_id IS NULL THEN 'gone'
            WHEN b.buying_group_id IS NULL THEN 'new'
            ELSE 'changed'
        END AS what
    FROM before AS b
    FULL JOIN after AS a ON a.buying_group_id = b.buying_group_id
    LEFT JOIN "now".buying_group AS n ON n.buying_group_id = b.buying_group_id
    LEFT JOIN "then".buying_group AS t ON t.buying_group_id = a.buying_group_id
    LEFT JOIN "now".account AS x ON x.account_id = n.account_id
    LEFT JOIN "then".account AS y ON y.account_id = t.account_id
    WHERE b.cast_text IS DISTINCT FROM a.cast_text
    ORDER BY buying_group_id
"""
_CHANGED_IDS = """
    SELECT COUNT(*) AS n FROM (
        (SELECT {key} FROM "now".{table} EXCEPT SELECT {key} FROM "then".{table})
        UNION ALL (SELECT {key} FROM "then".{table} EXCEPT SELECT {key} FROM "now".{table})
    )
"""
# An opportunity moves where its group is another or has other members, or its linear credit goes elsewhere.
_OPPORTUNITIES = """
    WITH credit_moved AS (
        SELECT c.opportunity_id, SUM(ABS(c.cents)) // 2 AS cents FROM (
            SELECT x.opportunity_id, x.engagement_id, SUM(x.cents) AS cents FROM (
                SELECT opportunity_id, engagement_id, credit_cents AS cents FROM "now".credit
                WHERE attribution_model = 'linear'
                UNION ALL
                SELECT opportunity_id, engagement_id, -credit_cents AS cents FROM "then".credit
                WHERE attribution_model = 'linear'
            ) AS x GROUP BY x.opportunity_id, x.engagement_id
        ) AS c GROUP BY c.opportunity_id
    )
    SELECT o.opportunity_id, COALESCE(o.currency, '') AS currency,
        CAST(COALESCE(o.amount_cents, 0) AS BIGINT) AS amount_cents,
        CAST(COALESCE(c.cents, 0) AS BIGINT) AS credit_cents
    FROM "now".known_opportunity AS o
    LEFT JOIN "now".opportunity_group AS n ON n.opportunity_id = o.opportunity_id
    LEFT JOIN "then".opportunity_group AS t ON t.opportunity_id = o.opportunity_id
    LEFT JOIN credit_moved AS c ON c.opportunity_id = o.opportunity_id
    WHERE n.buying_group_id IS DISTINCT FROM t.buying_group_id
    OR n.buying_group_id IN ({groups})
    OR COALESCE(c.cents, 0) > 0
    ORDER BY amount_cents DESC, o.opportunity_id
"""


@dataclass(frozen=True, slots=True)
class Regrouped:
    """Records that are several people and would be one, or one and would be several."""

    person_id: str
    others: int
    records: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupMoved:
    """A buying group that would be new, gone, or have other members or roles (changed)."""

    buying_group_id: str
    account: str | None
    solution_id: str | None
    what: str


@dataclass(frozen=True, slots=True)
class Deal:
    """An opportunity that would move: its amount, and how much of its linear credit would go elsewhere."""

    opportunity_id: str
    currency: str
    amount_cents: int
    credit_cents: int


@dataclass(frozen=True, slots=True)
class Dollars:
    """Opportunities that would move, in one currency: their amounts, and how much linear credit would."""

    currency: str
    opportunities: int
    amount_cents: int
    credit_cents: int


@dataclass(frozen=True, slots=True)
class Moved:
    """The blast radius of a change; of people, groups and opportunities the first are named."""

    merge_count: int
    part_count: int
    merges: tuple[Regrouped, ...]
    parts: tuple[Regrouped, ...]
    groups_changed: int
    groups_new: int
    groups_gone: int
    groups: tuple[GroupMoved, ...]
    hand_offs_changed: int
    dollars: tuple[Dollars, ...]
    deals: tuple[Deal, ...]


def moved_by_threshold(workspace: Workspace, join_from: float) -> Moved:
    """What the last run would have been with another probability from which two are joined."""
    steps = matching_by(partial(match_people, join_from=join_from))
    with compared(workspace, steps=steps) as both:
        return read_moved(both)


def read_moved(both: Compared) -> Moved:
    """Everything that differs between two runs."""
    merges = both.rows(_PEOPLE.format(one="after_id"))
    parts = both.rows(_PEOPLE.format(one="before_id"))
    groups = [GroupMoved(**row) for row in both.rows(_GROUPS)]
    ids = ", ".join(f"'{group.buying_group_id}'" for group in groups) or "''"
    deals = [Deal(**row) for row in both.rows(_OPPORTUNITIES.format(groups=ids))]
    changed = _CHANGED_IDS.format(table="hand_off", key="hand_off_id")
    return Moved(
        len(merges),
        len(parts),
        _regrouped(both, merges, side="then"),
        _regrouped(both, parts, side="now"),
        sum(group.what == "changed" for group in groups),
        sum(group.what == "new" for group in groups),
        sum(group.what == "gone" for group in groups),
        tuple(groups[:_SHOWN]),
        int(both.rows(changed)[0]["n"]),
        tuple(_in_one(deals, currency) for currency in sorted({deal.currency for deal in deals})),
        tuple(deals[:_SHOWN]),
    )


def _in_one(deals: Sequence[Deal], currency: str) -> Dollars:
    mine = [deal for deal in deals if deal.currency == currency]
    amount, credit = sum(deal.amount_cents for deal in mine), sum(deal.credit_cents for deal in mine)
    return Dollars(currency, len(mine), amount, credit)


def _regrouped(both: Compared, rows: Sequence[dict[str, object]], *, side: str) -> tuple[Regrouped, ...]:
    """The first of them, with the records they are made of and the names they have now."""
    shown = rows[:_SHOWN]
    ids = ", ".join(f"'{row['id']}'" for row in shown) or "''"
    of = both.rows(_RECORDS.format(one="person", side=side, ids=ids))
    told = []
    for row in shown:
        mine = [r for r in of if r["id"] == row["id"]]
        names = dict.fromkeys(str(r["name"] or r["email"] or "no name") for r in mine)
        others = int(str(row["others"]))
        told.append(Regrouped(str(row["id"]), others, tuple(str(r["record"]) for r in mine), tuple(names)))
    return tuple(told)
