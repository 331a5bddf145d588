"""What must hold of groups, members, hand-offs in any workspace. A check returns the rows that break it."""

from __future__ import annotations

from muster.testing import Row, rows
from muster.workspace import Workspace


def nobody_is_dropped(workspace: Workspace) -> list[Row]:
    """Whoever takes part inside a group's cycle, if that is known before it ends, is a member of it."""
    return rows(
        workspace,
        """
        SELECT e.engagement_id, g.buying_group_id, e.person_id
        FROM resolved_engagement AS e
        JOIN buying_group AS g ON g.account_id = e.account_id AND g.solution_id = e.solution_id
        LEFT JOIN member AS m ON m.buying_group_id = g.buying_group_id AND m.person_id = e.person_id
        WHERE e.is_participation AND e.person_id IS NOT NULL AND m.person_id IS NULL
        AND e.known_at >= g.opened_at
        AND (g.closed_at IS NULL OR GREATEST(e.known_at, e.person_known_at) < g.closed_at)
        """,
    )


def members_join_before_they_last_engage(workspace: Workspace) -> list[Row]:
    """Whoever took part last engaged when they joined, or later; who never engaged was named by sales."""
    return rows(
        workspace,
        """
        WITH took_part AS (
            SELECT DISTINCT g.buying_group_id, g.person_id FROM group_engagement AS g
            JOIN resolved_engagement AS e USING (engagement_id) WHERE e.is_participation
        )
        SELECT m.* FROM member AS m
        LEFT JOIN took_part AS t ON t.buying_group_id = m.buying_group_id AND t.person_id = m.person_id
        WHERE m.joined_at IS NULL OR (t.person_id IS NOT NULL AND m.joined_at > m.last_engaged_at)
        OR (m.last_engaged_at IS NULL) <> (m.engagement_count = 0)
        OR (m.person_id IS NULL) = (m.visitor_id IS NULL)
        """,
    )


def members_belong_to_the_account(workspace: Workspace) -> list[Row]:
    """A person is a member by engaging as one of the account, or by sales' word: a role, or a meeting about
    the opportunity; a visitor by engaging."""
    records = workspace.published.folder / "records"
    return rows(
        workspace,
        f"""
        WITH said AS (
            SELECT opportunity_id, person_record_id FROM read_parquet('{records}/contact_role.parquet')
            UNION ALL
            SELECT opportunity_id, person_record_id FROM read_parquet('{records}/sales_activity.parquet')
            WHERE kind = 'meeting'
        ),
        named AS (
            SELECT o.buying_group_id, a.person_id FROM said
            JOIN opportunity_group AS o USING (opportunity_id)
            JOIN person_alias AS a USING (person_record_id)
        )
        FROM member AS m JOIN buying_group AS g USING (buying_group_id)
        WHERE NOT EXISTS (
            FROM resolved_engagement AS e
            WHERE e.account_id = g.account_id AND e.solution_id = g.solution_id
            AND (e.person_id = m.person_id OR (m.person_id IS NULL AND e.visitor_id = m.visitor_id))
        ) AND NOT EXISTS (
            FROM named AS n WHERE n.buying_group_id = m.buying_group_id AND n.person_id = m.person_id
        )
        """,
    )


def members_are_counted(workspace: Workspace) -> list[Row]:
    """A group's counts of members and visitors are those of its rows in `member`."""
    return rows(
        workspace,
        """
        SELECT g.buying_group_id, g.member_count, g.visitor_count
        FROM buying_group AS g LEFT JOIN member AS m USING (buying_group_id)
        GROUP BY ALL
        HAVING g.member_count <> COUNT(m.person_id) OR g.visitor_count <> COUNT(m.visitor_id)
        """,
    )


def one_champion_at_most(workspace: Workspace) -> list[Row]:
    """A group has at most one champion."""
    return rows(
        workspace,
        """
        SELECT buying_group_id, COUNT(*) AS champions FROM member WHERE role = 'champion'
        GROUP BY ALL HAVING COUNT(*) > 1
        """,
    )


def corrected_roles_hold(workspace: Workspace) -> list[Row]:
    """What a seller last said a member is, if not one of the two contested seats, the member is."""
    records = workspace.published.folder / "records" / "decision.parquet"
    return rows(
        workspace,
        f"""
        WITH said AS (
            SELECT r.subject_id, COALESCE(a.person_id, r.other_id) AS person_id,
                arg_max(r.value, r.decided_at) AS role
            FROM read_parquet('{records}') AS r LEFT JOIN person_alias AS a ON a.person_record_id = r.other_id
            WHERE r.kind = 'role' GROUP BY ALL
        )
        SELECT m.buying_group_id, m.person_id, m.role, s.role AS said FROM member AS m
        JOIN said AS s ON s.subject_id = m.buying_group_id AND s.person_id = m.person_id
        WHERE s.role NOT IN ('champion', 'decision_maker') AND m.role IS DISTINCT FROM s.role
        """,
    )


def gaps_are_what_members_leave(workspace: Workspace) -> list[Row]:
    """For each needed role: as many are engaged as hold it now; the rest is missing. Who holds one is a
    member, and holds it from when they joined or later, not twice at a time."""
    return rows(
        workspace,
        """
        WITH gap AS (
            SELECT r.buying_group_id, r.role, r.engaged, r.missing
            FROM role_gap AS r
            LEFT JOIN role_holder AS h
                ON h.buying_group_id = r.buying_group_id AND h.role = r.role AND h.to_at IS NULL
            GROUP BY r.buying_group_id, r.role, r.engaged, r.missing, r.needed
            HAVING r.engaged <> COUNT(h.person_id) OR r.missing <> GREATEST(r.needed - r.engaged, 0)
        ),
        strange AS (
            SELECT h.buying_group_id, h.role, h.person_id, h.from_at FROM role_holder AS h
            LEFT JOIN member AS m ON m.buying_group_id = h.buying_group_id AND m.person_id = h.person_id
            WHERE m.person_id IS NULL OR h.from_at < m.joined_at OR h.to_at <= h.from_at
        ),
        twice AS (
            SELECT buying_group_id, role, person_id, from_at, to_at,
                LEAD(from_at) OVER (PARTITION BY buying_group_id, person_id ORDER BY from_at) AS next_at
            FROM role_holder
        )
        SELECT buying_group_id, role FROM gap
        UNION ALL
        SELECT buying_group_id, role FROM strange
        UNION ALL
        SELECT buying_group_id, role FROM twice WHERE next_at < COALESCE(to_at, TIMESTAMP '9999-01-01')
        """,
    )


def cycles_follow_each_other(workspace: Workspace) -> list[Row]:
    """The cycles of an account and solution are numbered from 1 and do not overlap; none ends as it opens."""
    return rows(
        workspace,
        """
        WITH cycle AS (
            SELECT *, ROW_NUMBER() OVER w AS number, LAG(closed_at) OVER w AS before,
                COUNT(*) OVER w - 1 AS earlier
            FROM buying_group WINDOW w AS (PARTITION BY account_id, solution_id ORDER BY opened_at)
        )
        FROM cycle
        WHERE cycle <> number OR closed_at < opened_at OR (closed_at IS NULL) <> (closing_reason IS NULL)
        OR (earlier > 0 AND (before IS NULL OR before > opened_at))
        """,
    )


def touches_are_engagements_of_the_deal(workspace: Workspace) -> list[Row]:
    """A touch is a resolved engagement of the opportunity's account and solution, numbered in time."""
    return rows(
        workspace,
        """
        WITH placed AS (
            SELECT t.*, ROW_NUMBER() OVER (
                PARTITION BY t.opportunity_id ORDER BY t.occurred_at, t.engagement_id) AS number
            FROM touchpoint AS t
        )
        SELECT p.* FROM placed AS p
        JOIN opportunity_group AS o USING (opportunity_id)
        JOIN buying_group AS g ON g.buying_group_id = o.buying_group_id
        LEFT JOIN resolved_engagement AS e
            ON e.engagement_id = p.engagement_id AND e.occurred_at = p.occurred_at
            AND e.account_id = g.account_id AND e.solution_id = g.solution_id AND e.is_marketing
        WHERE e.engagement_id IS NULL OR p.position <> p.number OR p.buying_group_id <> o.buying_group_id
        """,
    )


def touches_are_one_a_day(workspace: Workspace) -> list[Row]:
    """Somebody touches an opportunity once a day by one tactic (or one kind of act without a tactic)."""
    return rows(
        workspace,
        """
        SELECT t.opportunity_id, COALESCE(e.person_id, e.visitor_id, '') AS actor,
            COALESCE(e.tactic_id, e.activity) AS what, DATE_TRUNC('day', t.occurred_at) AS day
        FROM touchpoint AS t JOIN resolved_engagement AS e USING (engagement_id)
        GROUP BY ALL
        HAVING COUNT(*) > 1
        """,
    )


def second_leads_are_found(workspace: Workspace) -> list[Row]:
    """Every recorded MQL of an account on which another person was an MQL within half a year before."""
    records = workspace.published.folder / "records" / "lead_status_change.parquet"
    mql = f"""
        SELECT a.person_id, p.account_id, make_timestamp(s.changed_at) AS reached_at
        FROM (SELECT * FROM read_parquet('{records}') WHERE status = 'mql') AS s
        JOIN person_alias AS a USING (person_record_id)
        JOIN person AS p ON p.person_id = a.person_id
            AND p.valid_from <= make_timestamp(s.changed_at)
            AND (p.valid_to IS NULL OR make_timestamp(s.changed_at) < p.valid_to)
        WHERE p.account_id IS NOT NULL
    """
    return rows(
        workspace,
        f"""
        WITH mql AS ({mql})
        SELECT DISTINCT l.person_id, l.account_id, l.reached_at FROM mql AS l
        JOIN mql AS f ON f.account_id = l.account_id AND f.person_id <> l.person_id
            AND f.reached_at < l.reached_at AND l.reached_at < f.reached_at + INTERVAL 182 DAY
        LEFT JOIN second_lead AS s ON s.person_id = l.person_id AND s."at" = l.reached_at
        WHERE s.person_id IS NULL
        """,
    )


def handed_over_once_and_not_while_selling(workspace: Workspace) -> list[Row]:
    """Each qualified stretch has one hand-off, at its start; none where an opportunity was open then."""
    return rows(
        workspace,
        """
        WITH selling AS (
            SELECT g.account_id, g.solution_id, k.created_at, k.closed_at
            FROM known_opportunity AS k
            JOIN opportunity_group AS o USING (opportunity_id)
            JOIN buying_group AS g USING (buying_group_id)
        ),
        owed AS (
            SELECT q.buying_group_id, q.from_at AS handed_at
            FROM qualification AS q JOIN buying_group AS g USING (buying_group_id)
            WHERE q.status = 'qualified' AND NOT EXISTS (
                SELECT 1 FROM selling AS s
                WHERE s.account_id = g.account_id AND s.solution_id = g.solution_id
                AND s.created_at <= q.from_at AND (s.closed_at IS NULL OR q.from_at < s.closed_at)
            )
        ),
        given AS (SELECT buying_group_id, "at" AS handed_at FROM hand_off)
        FROM (FROM owed EXCEPT ALL FROM given) UNION ALL FROM (FROM given EXCEPT ALL FROM owed)
        """,
    )


CHECKS = (
    nobody_is_dropped,
    members_join_before_they_last_engage,
    members_belong_to_the_account,
    members_are_counted,
    one_champion_at_most,
    gaps_are_what_members_leave,
    cycles_follow_each_other,
    touches_are_engagements_of_the_deal,
    touches_are_one_a_day,
    second_leads_are_found,
    handed_over_once_and_not_while_selling,
)
