-- Every engagement with its person and account, and since when each could be told.
-- An identified act belongs to the person's account of that day. An anonymous visit belongs to the account of its network
-- where that names one, and keeps it; else it follows the person or network that the same browser showed, once it did.
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

account_found AS (
    SELECT
        f.engagement_id,
        f.occurred_at,
        f.known_at,
        f.network_account_id,
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
        GREATEST(f.person_known_at, COALESCE(a.from_at, 0)) AS person_account_at,
        n.account_id AS visitor_account_id,
        n.from_at AS visitor_account_at
    FROM person_found AS f
    LEFT JOIN person_account AS a
        ON a.person_id = f.person_id AND a.valid_from <= f.occurred_at AND (a.valid_to IS NULL OR f.occurred_at < a.valid_to)
    LEFT JOIN visitor_match AS n
        ON n.visitor_id = f.visitor_id AND n.method = 'company_domain'
),

placed AS (
    SELECT
        f.engagement_id,
        CASE
            WHEN f.is_identified AND f.person_account_id IS NOT NULL
                AND (f.network_account_id IS NULL OR f.person_account_at <= f.known_at) THEN f.person_account_id
            WHEN f.network_account_id IS NOT NULL THEN f.network_account_id
            WHEN f.person_account_id IS NOT NULL AND (f.visitor_account_id IS NULL OR f.person_account_at <= f.visitor_account_at)
                THEN f.person_account_id
            ELSE f.visitor_account_id
        END AS account_id,
        CASE
            WHEN f.network_account_id IS NOT NULL THEN f.known_at
            WHEN f.person_account_id IS NOT NULL
                AND (f.is_identified OR f.visitor_account_id IS NULL OR f.person_account_at <= f.visitor_account_at)
                THEN f.person_account_at
            ELSE GREATEST(f.known_at, COALESCE(f.visitor_account_at, 0))
        END AS known_at,
        f.person_id,
        f.person_account_id,
        f.person_known_at,
        f.occurred_at,
        f.visitor_id,
        f.is_ignored,
        f.activity,
        f.channel,
        f.solution_id,
        f.content_id,
        f.tactic_id,
        f.share_token,
        CASE
            WHEN f.is_identified AND f.person_account_id IS NOT NULL THEN 'person'
            WHEN f.network_account_id IS NOT NULL THEN 'company_domain'
            WHEN f.person_account_id IS NOT NULL THEN 'identified_visit'
            WHEN f.visitor_account_id IS NOT NULL THEN 'visitor_domain'
            ELSE 'none'
        END AS method
    FROM account_found AS f
)

SELECT
    p.engagement_id,
    p.account_id,
    p.known_at,
    CASE WHEN p.person_account_id = p.account_id OR p.account_id IS NULL THEN p.person_id END AS person_id,
    p.person_known_at,
    p.visitor_id,
    p.occurred_at,
    p.is_ignored,
    p.method,
    p.activity,
    p.channel,
    p.solution_id,
    p.content_id,
    p.tactic_id,
    p.share_token
FROM placed AS p
