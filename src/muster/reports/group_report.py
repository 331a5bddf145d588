"""`muster report group ID`: one buying group, its people, its statuses, what sales was told."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from muster.problems import WrongUse
from muster.reports.published import Published
from muster.reports.report import Pages
from muster.reports.scope import Scope
from muster.reports.sheets import Column, Page, Query, Sentence, Sheet, say
from muster.reports.values import Money, Rate, counted, show, words
from muster.reports.worklist import worklist

Row = dict[str, Any]


def group_pages(group: str) -> Pages:
    """The pages of a group, by its id."""
    return partial(_pages, group.replace("'", "''"))


def _pages(group: str, tables: Published, scope: Scope) -> tuple[Page, ...]:
    found = tables.records(
        "SELECT COALESCE(a.name, a.domain, g.account_id) AS account, g.solution_id, g.opened_at, "
        "g.closed_at, g.member_count, g.visitor_count FROM buying_group AS g LEFT JOIN account AS a "
        f"ON a.account_id = g.account_id WHERE g.buying_group_id = '{group}'"
    )
    if not found:
        raise WrongUse(
            f'There is no buying group "{group}".',
            remedy='See them with: muster query "SELECT buying_group_id, account_id FROM buying_group"',
        )
    people, standing = _people(tables, group), _standing(tables, group)
    why = worklist(tables, scope, group=group)
    why = replace(why, title="Why now", twin=replace(why.twin, title="Its latest score, as a table"))
    return (
        Page(
            "group",
            f"{found[0]['account']}, {found[0]['solution_id']}",
            _opening(found[0], standing),
            (why, people, _opportunities(tables, group)),
        ),
        Page(
            "history",
            "What happened",
            say("{} so far.", (counted(len(standing.rows), "status", "statuses"), standing.key)),
            (standing, _told(tables, group), _shares(tables, group), _last_acts(tables, group)),
        ),
    )


def _opening(group: Row, standing: Sheet) -> Sentence:
    members = counted(int(group["member_count"]), "member")
    anonymous = f" and {int(group['visitor_count']):,} anonymous" if group["visitor_count"] else ""
    ended = f", ended on {show(group['closed_at'].date())}" if group["closed_at"] else ""
    verb = "was last" if group["closed_at"] else "is"
    now = f" It {verb} {standing.rows[-1][0]}, from {show(standing.rows[-1][1])} on." if standing.rows else ""
    return say(
        f"A group of {{}}{anonymous}, open since {show(group['opened_at'].date())}{ended}.{now}",
        (members, "members"),
    )


def _people(tables: Published, group: str) -> Sheet:
    sql = f"""
    SELECT COALESCE(p.name, p.email, 'visitor ' || m.visitor_id) AS name, p.title, m.role, m.role_confidence,
        m.joined_at, m.last_engaged_at, m.engagement_count, m.is_second_lead
    FROM member AS m LEFT JOIN person AS p ON p.person_id = m.person_id
    WHERE m.buying_group_id = '{group}'
    ORDER BY CASE WHEN m.person_id IS NULL THEN 1 ELSE 0 END, m.engagement_count DESC, name"""
    return Sheet(
        "members",
        "Its people",
        (
            Column("Who", is_words=True),
            Column("Title", is_words=True),
            Column("Role", is_words=True),
            Column("Sure"),
            Column("Joined", is_words=True),
            Column("Last act", is_words=True),
            Column("Acts"),
            Column("Second lead", is_words=True),
        ),
        tuple(
            (
                r["name"],
                r["title"],
                words(r["role"] or "anonymous"),
                Rate(r["role_confidence"]) if r["role_confidence"] is not None else None,
                r["joined_at"].date() if r["joined_at"] else None,
                r["last_engaged_at"].date() if r["last_engaged_at"] else None,
                int(r["engagement_count"]),
                "yes" if r["is_second_lead"] else None,
            )
            for r in tables.records(sql)
        ),
        Query(("member", "person"), sql),
        "The group has no member any more.",
        shown=20,
        is_to_date=True,
    )


def _opportunities(tables: Published, group: str) -> Sheet:
    sql = f"""
    SELECT o.opportunity_id, o.name, o.type, o.stage, o.amount_cents, o.currency, o.created_at, o.closed_at,
        o.is_won
    FROM opportunity_group AS x JOIN known_opportunity AS o ON o.opportunity_id = x.opportunity_id
    WHERE x.buying_group_id = '{group}' ORDER BY o.created_at, o.opportunity_id"""
    return Sheet(
        "opportunities",
        "Its opportunities",
        (
            Column("Opportunity", is_words=True),
            Column("Kind", is_words=True),
            Column("Stage", is_words=True),
            Column("Created", is_words=True),
            Column("Closed", is_words=True),
            Column("Amount"),
        ),
        tuple(
            (
                f"{r['name'] or ''} ({r['opportunity_id']})",
                words(r["type"] or "not named"),
                r["stage"],
                r["created_at"].date(),
                r["closed_at"].date() if r["closed_at"] else None,
                Money(int(r["amount_cents"]), r["currency"], is_exact=True),
            )
            for r in tables.records(sql)
        ),
        Query(("opportunity_group", "known_opportunity"), sql),
        "No opportunity belongs to this group yet.",
        is_to_date=True,
    )


def _standing(tables: Published, group: str) -> Sheet:
    sql = f"""
    SELECT status, from_at, to_at, reason, ended_because FROM qualification
    WHERE buying_group_id = '{group}' ORDER BY from_at"""
    return Sheet(
        "statuses",
        "Where it stood, and why",
        (
            Column("Status", is_words=True),
            Column("From", is_words=True),
            Column("To", is_words=True),
            Column("Because", is_words=True),
            Column("Ended because", is_words=True),
        ),
        tuple(
            (
                words(r["status"]),
                r["from_at"].date(),
                r["to_at"].date() if r["to_at"] else None,
                r["reason"],
                r["ended_because"],
            )
            for r in tables.records(sql)
        ),
        Query(("qualification",), sql),
        "No status is on record for this group.",
        is_to_date=True,
    )


def _told(tables: Published, group: str) -> Sheet:
    sql = f"""
    SELECT h.at AS told_at, 'handed to sales' AS kind, h.sentence FROM hand_off AS h
    WHERE h.buying_group_id = '{group}'
    UNION ALL
    SELECT u.at, u.kind, u.sentence FROM hand_off_update AS u
    JOIN hand_off AS h ON h.hand_off_id = u.hand_off_id WHERE h.buying_group_id = '{group}'
    ORDER BY told_at, kind, sentence"""
    return Sheet(
        "told",
        "What sales was told",
        (Column("On", is_words=True), Column("What", is_words=True), Column("In words", is_words=True)),
        tuple((r["told_at"].date(), words(r["kind"]), r["sentence"]) for r in tables.records(sql)),
        Query(("hand_off", "hand_off_update"), sql),
        "The group was not handed to sales.",
        shown=15,
        is_to_date=True,
    )


def _shares(tables: Published, group: str) -> Sheet:
    sql = f"""
    SELECT s.shared_at, f.name AS sharer, t.name AS reader, s.read_at, s.is_upward
    FROM share AS s
    JOIN member AS m ON m.person_id = s.to_person_id AND m.buying_group_id = '{group}'
    LEFT JOIN person AS f ON f.person_id = s.from_person_id
    LEFT JOIN person AS t ON t.person_id = s.to_person_id
    ORDER BY s.read_at, s.share_id"""
    return Sheet(
        "shares",
        "Who passed what on to whom",
        (
            Column("From", is_words=True),
            Column("To", is_words=True),
            Column("Shared", is_words=True),
            Column("Read", is_words=True),
            Column("Upwards", is_words=True),
        ),
        tuple(
            (
                r["sharer"] or "somebody",
                r["reader"],
                r["shared_at"].date() if r["shared_at"] else None,
                r["read_at"].date() if r["read_at"] else None,
                "yes" if r["is_upward"] else None,
            )
            for r in tables.records(sql)
        ),
        Query(("share", "member", "person"), sql),
        "No share with a tracked link was read by a member.",
        shown=15,
        is_to_date=True,
    )


def _last_acts(tables: Published, group: str) -> Sheet:
    sql = f"""
    SELECT e.occurred_at, COALESCE(p.name, 'somebody anonymous') AS name, e.activity, e.channel, e.content_id
    FROM buying_group AS g
    JOIN resolved_engagement AS e ON e.account_id = g.account_id AND e.solution_id = g.solution_id
        AND e.occurred_at >= g.opened_at AND (g.closed_at IS NULL OR e.occurred_at <= g.closed_at)
    LEFT JOIN person AS p ON p.person_id = e.person_id
    WHERE g.buying_group_id = '{group}'
    ORDER BY e.occurred_at DESC, e.engagement_id LIMIT 50"""
    return Sheet(
        "acts",
        "The last fifty acts of its account on this solution",
        (
            Column("On", is_words=True),
            Column("Who", is_words=True),
            Column("Did", is_words=True),
            Column("Channel", is_words=True),
            Column("Content", is_words=True),
        ),
        tuple(
            (r["occurred_at"], r["name"], words(r["activity"]), words(r["channel"] or ""), r["content_id"])
            for r in tables.records(sql)
        ),
        Query(("buying_group", "resolved_engagement", "person"), sql),
        "Nothing happened while the group was open.",
        shown=15,
        is_to_date=True,
    )
