"""What the API lists: each resource is one SELECT over the tables as the caller may see them.

Every SELECT has the columns `key` (unique text, in whose order pages follow each other) and `updated_at`;
what else it tells is named with the column of the contract that describes it.
"""

from __future__ import annotations

from dataclasses import dataclass

from muster.access.table_rules import table_rules
from muster.canonical.tables import Table, flow_tables, replay_tables


@dataclass(frozen=True, slots=True)
class Filter:
    """A query parameter that keeps the rows whose column is equal to it."""

    name: str
    about: str
    is_flag: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    """One list. `tells` maps each column to `table.column` of the contracts, or to `type: what it says`."""

    name: str
    title: str
    about: str
    scope: str
    sql: str
    tells: dict[str, str]
    always: tuple[str, ...]  # columns that are never null
    filters: tuple[Filter, ...] = ()
    item: str | None = None  # the column that names one of them, where each has an address
    order: str = "r.key"  # the same order as that of the keys, by columns that files are sorted by
    beside: str = ""  # further columns of the rows of one page, whose keys are $keys
    updated: str = ""  # what `updated_since` is held against
    right: str = "see_groups"


GROUPS = Resource(
    name="groups",
    title="Group",
    about="Buying groups: the people of one account who decide together on one solution, in one cycle.",
    scope="groups:read",
    sql="""
        SELECT g.buying_group_id AS key,
            GREATEST(g.opened_at, g.closed_at, q.from_at, h."at") AS updated_at,
            g.buying_group_id, g.account_id, COALESCE(a.name, a.domain, g.account_id) AS account,
            g.solution_id, g.business_unit, g.cycle, q.status, q.from_at AS status_since,
            q.reason AS status_reason, g.opened_at, g.closed_at, g.opening_reason, g.closing_reason,
            g.closed_at IS NULL AS is_open, g.opportunity_id, g.member_count, g.visitor_count, h.hand_off_id,
            a.owner_id
        FROM buying_group AS g
        LEFT JOIN account AS a ON a.account_id = g.account_id
        LEFT JOIN (
            SELECT buying_group_id, MAX(from_at) AS from_at, ARG_MAX(status, from_at) AS status,
                ARG_MAX_NULL(reason, from_at) AS reason
            FROM qualification GROUP BY buying_group_id
        ) AS q ON q.buying_group_id = g.buying_group_id
        LEFT JOIN (
            SELECT buying_group_id, MAX("at") AS "at", ARG_MAX(hand_off_id, "at") AS hand_off_id
            FROM hand_off GROUP BY buying_group_id
        ) AS h ON h.buying_group_id = g.buying_group_id""",
    beside="""
        SELECT s.buying_group_id AS key, MAX(s.scored_at) AS scored_at,
            ARG_MAX_NULL(s.score, s.scored_at) AS score, ARG_MAX_NULL(s.p_open, s.scored_at) AS p_open,
            ARG_MAX_NULL(s.p_win, s.scored_at) AS p_win,
            ARG_MAX_NULL(s.expected_amount_cents, s.scored_at) AS expected_amount_cents
        FROM score AS s WHERE s.buying_group_id IN (SELECT UNNEST($keys)) GROUP BY s.buying_group_id""",
    tells={
        "buying_group_id": "buying_group.buying_group_id",
        "account_id": "buying_group.account_id",
        "account": "account.name",
        "solution_id": "buying_group.solution_id",
        "business_unit": "buying_group.business_unit",
        "cycle": "buying_group.cycle",
        "status": "qualification.status",
        "status_since": "qualification.from_at",
        "status_reason": "qualification.reason",
        "opened_at": "buying_group.opened_at",
        "closed_at": "buying_group.closed_at",
        "opening_reason": "buying_group.opening_reason",
        "closing_reason": "buying_group.closing_reason",
        "is_open": "flag: its cycle lasts",
        "opportunity_id": "buying_group.opportunity_id",
        "member_count": "buying_group.member_count",
        "visitor_count": "buying_group.visitor_count",
        "score": "score.score",
        "scored_at": "score.scored_at",
        "p_open": "score.p_open",
        "p_win": "score.p_win",
        "expected_amount_cents": "score.expected_amount_cents",
        "hand_off_id": "text: its latest hand-off; null where it never was with sales",
        "owner_id": "account.owner_id",
    },
    always=("buying_group_id", "account_id", "account", "solution_id", "cycle", "opened_at", "is_open"),
    filters=(
        Filter("account_id", "Groups of this account."),
        Filter("solution_id", "Groups for this solution."),
        Filter("status", "Where they stand: target, engaged, qualified, handed off, accepted, nurture."),
        Filter("owner_id", "Groups of the accounts this seller owns."),
        Filter("is_open", "Whether their cycle lasts.", is_flag=True),
    ),
    item="buying_group_id",
    updated="its opening, end, latest status or hand-off",
)

MEMBERS = Resource(
    name="members",
    title="Member",
    about="People, and visitors who are still anonymous, with their dated place in a buying group.",
    scope="groups:read",
    sql="""
        SELECT m.buying_group_id || '/' || COALESCE(m.person_id, '/' || m.visitor_id) AS key,
            GREATEST(m.joined_at, m.last_engaged_at) AS updated_at, m.buying_group_id, m.person_id,
            m.visitor_id, m.role, m.role_confidence, m.role_reason, m.joined_at,
            m.last_engaged_at, m.engagement_count, m.confidence, m.reason, m.is_second_lead
        FROM member AS m""",
    order="r.buying_group_id, r.key",
    beside="""
        SELECT m.buying_group_id || '/' || m.person_id AS key, ARG_MAX(p.name, p.valid_from) AS name,
            ARG_MAX(p.title, p.valid_from) AS title
        FROM member AS m
        JOIN buying_group AS g ON g.buying_group_id = m.buying_group_id
        JOIN person AS p ON p.person_id = m.person_id AND p.account_id = g.account_id
        WHERE m.buying_group_id IN (SELECT SPLIT_PART(UNNEST($keys), '/', 1))
        AND p.person_id IN (SELECT SPLIT_PART(UNNEST($keys), '/', 2))
        GROUP BY m.buying_group_id, m.person_id""",
    tells={
        "buying_group_id": "member.buying_group_id",
        "person_id": "member.person_id",
        "visitor_id": "member.visitor_id",
        "name": "person.name",
        "title": "person.title",
        "role": "member.role",
        "role_confidence": "member.role_confidence",
        "role_reason": "member.role_reason",
        "joined_at": "member.joined_at",
        "last_engaged_at": "member.last_engaged_at",
        "engagement_count": "member.engagement_count",
        "confidence": "member.confidence",
        "reason": "member.reason",
        "is_second_lead": "member.is_second_lead",
    },
    always=("buying_group_id",),
    filters=(
        Filter("buying_group_id", "Members of this group."),
        Filter("person_id", "The places of this person."),
        Filter("role", "Members of this role."),
    ),
    updated="when they joined or were last engaged",
)

SCORES = Resource(
    name="scores",
    title="Score",
    about="Every score a group had: weekly, and at every change of status. Its five parts add up to it.",
    scope="groups:read",
    sql="""
        SELECT s.buying_group_id || '/' || STRFTIME(s.scored_at, '%Y-%m-%dT%H:%M:%S.%f') AS key,
            s.scored_at AS updated_at, s.buying_group_id, s.scored_at, s.score, s.fit, s.intent, s.engagement,
            s.frame_control, s.completeness, s.p_open, s.p_win, s.expected_amount_cents, s.model_version,
            s.policy_version
        FROM score AS s""",
    order="r.buying_group_id, r.scored_at",
    tells={
        name: f"score.{name}"
        for name in (
            *("buying_group_id", "scored_at", "score", "fit", "intent", "engagement", "frame_control"),
            *("completeness", "p_open", "p_win", "expected_amount_cents", "model_version", "policy_version"),
        )
    },
    always=("buying_group_id", "scored_at"),
    filters=(Filter("buying_group_id", "Scores of this group."),),
    updated="when it was scored",
)

HAND_OFFS = Resource(
    name="hand-offs",
    title="HandOff",
    about="Groups given to sales, each once for each qualified stretch, and sales' latest answer.",
    scope="hand_offs:read",
    sql="""
        SELECT h.hand_off_id AS key, GREATEST(h."at", d."at", u."at") AS updated_at, h.hand_off_id,
            h.buying_group_id, g.account_id, COALESCE(a.name, a.domain, g.account_id) AS account,
            g.solution_id, h."at" AS handed_off_at, h.handed_to_id, h.owner_id, h.sentence, h.member_count,
            h.visitor_count, h.score, h.is_replayed, d.outcome, d.reason AS outcome_reason,
            d."at" AS answered_at, d.hours_to_first_action, COALESCE(u.updates, 0) AS update_count
        FROM hand_off AS h
        JOIN buying_group AS g ON g.buying_group_id = h.buying_group_id
        LEFT JOIN account AS a ON a.account_id = g.account_id
        LEFT JOIN (
            SELECT hand_off_id, MAX("at") AS "at", ARG_MAX(outcome, "at") AS outcome,
                ARG_MAX_NULL(reason, "at") AS reason,
                ARG_MAX_NULL(hours_to_first_action, "at") AS hours_to_first_action
            FROM disposition GROUP BY hand_off_id
        ) AS d ON d.hand_off_id = h.hand_off_id
        LEFT JOIN (
            SELECT hand_off_id, MAX("at") AS "at", COUNT(*) AS updates
            FROM hand_off_update GROUP BY hand_off_id
        ) AS u ON u.hand_off_id = h.hand_off_id""",
    tells={
        "hand_off_id": "hand_off.hand_off_id",
        "buying_group_id": "hand_off.buying_group_id",
        "account_id": "buying_group.account_id",
        "account": "account.name",
        "solution_id": "buying_group.solution_id",
        "handed_off_at": "hand_off.at",
        "handed_to_id": "hand_off.handed_to_id",
        "owner_id": "hand_off.owner_id",
        "sentence": "hand_off.sentence",
        "member_count": "hand_off.member_count",
        "visitor_count": "hand_off.visitor_count",
        "score": "hand_off.score",
        "is_replayed": "hand_off.is_replayed",
        "outcome": "disposition.outcome",
        "outcome_reason": "disposition.reason",
        "answered_at": "disposition.at",
        "hours_to_first_action": "disposition.hours_to_first_action",
        "update_count": "integer: news of the group since: second leads and shares",
    },
    always=("hand_off_id", "buying_group_id", "account_id", "handed_off_at", "update_count"),
    filters=(
        Filter("buying_group_id", "Hand-offs of this group."),
        Filter("account_id", "Hand-offs of this account's groups."),
        Filter("owner_id", "Hand-offs that this seller has now."),
        Filter("outcome", "Hand-offs that sales answered so: accepted, rejected, recycled, ..."),
    ),
    item="hand_off_id",
    updated="the hand-off, sales' latest answer or the latest news",
)

ACCOUNTS = Resource(
    name="accounts",
    title="Account",
    about="Organisations that may buy.",
    scope="accounts:read",
    sql="""
        SELECT a.account_id AS key, GREATEST(a.first_known_at, t.from_at) AS updated_at, a.account_id, a.name,
            a.domain, a.parent_account_id, a.industry, a.employee_count, a.country, a.region, a.owner_id,
            a.record_count, a.first_known_at, t.status, t.from_at AS status_since
        FROM account AS a
        LEFT JOIN (
            SELECT account_id, MAX(from_at) AS from_at, ARG_MAX(status, from_at) AS status
            FROM account_status WHERE to_at IS NULL GROUP BY account_id
        ) AS t ON t.account_id = a.account_id""",
    tells={
        **{
            name: f"account.{name}"
            for name in (
                *(
                    "account_id",
                    "name",
                    "domain",
                    "parent_account_id",
                    "industry",
                    "employee_count",
                    "country",
                ),
                *("region", "owner_id", "record_count", "first_known_at"),
            )
        },
        "status": "account_status.status",
        "status_since": "account_status.from_at",
    },
    always=("account_id",),
    filters=(
        Filter("domain", "The account of this company domain."),
        Filter("country", "Accounts of this country."),
        Filter("region", "Accounts of this region."),
        Filter("industry", "Accounts of this industry."),
        Filter("owner_id", "Accounts this seller owns."),
        Filter("status", "qualified or engaged, where they stand now."),
    ),
    item="account_id",
    updated="when it was first known, or its status last changed",
)

PEOPLE = Resource(
    name="people",
    title="Person",
    about="People, where they are now: one row for each.",
    scope="people:read",
    sql="""
        SELECT p.person_id AS key, GREATEST(p.first_known_at, p.valid_from) AS updated_at, p.person_id,
            p.name, p.email, p.title, p.function, p.seniority, p.account_id,
            p.valid_from AS at_account_since, p.owner_id, p.first_known_at
        FROM person AS p
        WHERE p.valid_to IS NULL""",
    tells={
        **{
            name: f"person.{name}"
            for name in ("person_id", "name", "email", "title", "function", "seniority", "account_id")
        },
        "at_account_since": "person.valid_from",
        "owner_id": "person.owner_id",
        "first_known_at": "person.first_known_at",
    },
    always=("person_id",),
    filters=(
        Filter("account_id", "People of this account."),
        Filter("email", "The person of this address."),
        Filter("function", "People of this function."),
        Filter("seniority", "People of this seniority."),
    ),
    item="person_id",
    updated="when they were first known, or came to their account",
)

RESOURCES = (GROUPS, MEMBERS, SCORES, HAND_OFFS, ACCOUNTS, PEOPLE)


def measures() -> dict[str, Table]:
    """The published tables of totals over all accounts, by name: what `/measures` lists."""
    tables = flow_tables() | replay_tables()
    return {name: tables[name] for name, rule in table_rules().items() if rule.right == "see_measures"}
