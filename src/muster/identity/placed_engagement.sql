-- Every engagement with its person and account, and since when each could be told. What was told stays told: the account is
-- that of the strongest sign known when the act was, the person's before the network's before a shared link's; a network more often wrong than right is none. An act
-- that nothing placed waits for the first sign that its browser shows.
WITH person_found AS (
    SELECT
        o.engagement_id,
        o.occurred_at,
        o.known_at,
        o.network_account_id,
        o.visitor_id,
        o.is_ignored,
        o.activity,
        o.channel,
        o.solution_id,
        o.content_id,
        o.tactic_id,
        o.share_token,
        CASE WHEN o.person_id IS NOT NULL THEN TRUE ELSE FALSE END AS is_identified,
        COALESCE(o.person_id, s.person_id) AS person_id,
        CASE WHEN o.person_id IS NOT NULL THEN o.known_at ELSE GREATEST(o.known_at, COALESCE(s.from_at, 0)) END AS person_known_at
    FROM engagement_owner AS o
    LEFT JOIN visitor_stretch AS s
        ON s.visitor_id = o.visitor_id AND s.valid_from <= o.occurred_at AND o.occurred_at < s.valid_to
),

-- Since when each sign names an account for the act; null where it names none.
account_found AS (
    SELECT
        f.engagement_id,
        f.occurred_at,
        f.known_at,
        f.is_ignored,
        f.visitor_id,
        f.activity,
        f.channel,
        f.solution_id,
        f.content_id,
        f.tactic_id,
        f.share_token,
        f.is_identified,
        f.person_id,
        f.person_known_at,
        a.account_id AS person_account_id,
        CASE WHEN a.account_id IS NOT NULL THEN GREATEST(f.person_known_at, a.from_at) ELSE 9000000000000000 END AS person_account_at,
        f.network_account_id IS NOT NULL AS is_resolved,
        COALESCE(n.account_id, f.network_account_id) AS network_account_id,
        CASE
            WHEN n.confidence < 5e-1 THEN 9000000000000000
            WHEN n.account_id IS NOT NULL THEN GREATEST(f.known_at, n.from_at)
            WHEN f.network_account_id IS NOT NULL THEN f.known_at
            ELSE 9000000000000000
        END AS network_account_at,
        l.account_id AS link_account_id,
        CASE WHEN l.account_id IS NOT NULL THEN GREATEST(f.known_at, l.from_at) ELSE 9000000000000000 END AS link_account_at
    FROM person_found AS f
    LEFT JOIN person_account AS a
        ON a.person_id = f.person_id AND a.valid_from <= f.occurred_at AND (a.valid_to IS NULL OR f.occurred_at < a.valid_to)
    LEFT JOIN weighed_network AS n
        ON n.visitor_id = f.visitor_id AND n.valid_from <= f.known_at AND f.known_at < n.valid_to
    LEFT JOIN visitor_link AS l ON l.visitor_id = f.visitor_id
),

told AS (
    SELECT
        f.engagement_id,
        f.occurred_at,
        f.is_ignored,
        f.visitor_id,
        f.activity,
        f.channel,
        f.solution_id,
        f.content_id,
        f.tactic_id,
        f.share_token,
        f.is_identified,
        f.is_resolved,
        f.person_id,
        f.person_known_at,
        f.person_account_id,
        f.network_account_id,
        f.link_account_id,
        f.known_at AS seen_at,
        LEAST(f.person_account_at, f.network_account_at, f.link_account_at) AS told_at,
        CASE
            WHEN f.person_account_at <= LEAST(f.network_account_at, f.link_account_at) THEN 1
            WHEN f.network_account_at <= f.link_account_at THEN 2
            ELSE 3
        END AS sign
    FROM account_found AS f
)

SELECT
    t.engagement_id,
    CASE t.sign WHEN 1 THEN t.person_account_id WHEN 2 THEN t.network_account_id ELSE t.link_account_id END AS account_id,
    CASE WHEN t.told_at < 9000000000000000 THEN t.told_at ELSE t.seen_at END AS known_at,
    CASE
        WHEN t.told_at = 9000000000000000
            OR t.person_account_id = CASE t.sign WHEN 1 THEN t.person_account_id WHEN 2 THEN t.network_account_id ELSE t.link_account_id END
            THEN t.person_id
    END AS person_id,
    t.person_known_at,
    t.visitor_id,
    t.occurred_at,
    t.is_ignored,
    CASE
        WHEN t.told_at = 9000000000000000 THEN 'none'
        WHEN t.sign = 1 AND t.is_identified THEN 'person'
        WHEN t.sign = 1 THEN 'identified_visit'
        WHEN t.sign = 2 AND t.is_resolved THEN 'company_domain'
        WHEN t.sign = 2 THEN 'visitor_domain'
        ELSE 'shared_link'
    END AS method,
    t.activity,
    t.channel,
    t.solution_id,
    t.content_id,
    t.tactic_id,
    t.share_token
FROM told AS t
