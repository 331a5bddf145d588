-- The acts on each path as they were known by its end, one a person, tactic and day: members' and anonymous visitors' on the account and
-- solution and the account's own intent; where its definition says so, acts about no one solution by the part that membership gives the
-- group, and what sellers did. A business unit's people belong to its group; what nobody is known for serves every unit's.
WITH part_given AS (
    SELECT
        d.engagement_id,
        d.buying_group_id,
        d.at,
        INT_DIV(d.millionths, 1000) AS thousandths,
        ROW_NUMBER() OVER (PARTITION BY d.engagement_id ORDER BY d.millionths DESC, d.buying_group_id) AS number,
        CAST(SUM(INT_DIV(d.millionths, 1000)) OVER (PARTITION BY d.engagement_id) AS BIGINT) AS given
    FROM divided_engagement AS d
),

act AS (
    SELECT
        s.span_id,
        e.engagement_id,
        CASE WHEN e.person_known_at <= s.until_at THEN e.person_id END AS person_id,
        e.visitor_id,
        e.tactic_id,
        e.activity,
        e.channel,
        e.content_id,
        e.occurred_at,
        e.method = 'person' OR e.person_known_at <= e.occurred_at AS is_named,
        FALSE AS is_sales,
        CAST(NULL AS BIGINT) AS given_thousandths
    FROM path_span AS s
    JOIN resolved_engagement AS e
        ON e.account_id = s.account_id
        AND e.solution_id = s.solution_id
        AND e.is_marketing
        AND e.occurred_at >= s.from_at
        AND e.occurred_at <= s.until_at
        AND e.known_at <= s.until_at
    LEFT JOIN person_part AS u
        ON u.account_id = e.account_id AND u.solution_id = e.solution_id AND u.person_id = e.person_id
    WHERE e.person_id IS NULL
    OR e.person_known_at > s.until_at
    OR COALESCE(u.part, '') = s.part
    OR (s.part = '' AND (e.known_at < u.from_at OR e.known_at >= COALESCE(u.to_at, 9000000000000000)))
    UNION ALL
    SELECT
        s.span_id,
        e.engagement_id,
        e.person_id,
        e.visitor_id,
        e.tactic_id,
        e.activity,
        e.channel,
        e.content_id,
        e.occurred_at,
        e.method = 'person' OR e.person_known_at <= e.occurred_at AS is_named,
        FALSE AS is_sales,
        d.thousandths + CASE WHEN d.number = 1 THEN 1000 - d.given ELSE 0 END AS given_thousandths
    FROM path_span AS s
    JOIN part_given AS d ON d.buying_group_id = s.buying_group_id AND d.at <= s.until_at
    JOIN resolved_engagement AS e
        ON e.engagement_id = d.engagement_id AND e.is_marketing AND e.occurred_at >= s.from_at AND e.occurred_at <= s.until_at
    WHERE s.general_acts
    UNION ALL
    SELECT
        s.span_id,
        a.activity_id AS engagement_id,
        p.person_id,
        CAST(NULL AS VARCHAR) AS visitor_id,
        CAST(NULL AS VARCHAR) AS tactic_id,
        a.kind AS activity,
        'sales' AS channel,
        CAST(NULL AS VARCHAR) AS content_id,
        a.occurred_at,
        p.person_id IS NOT NULL AS is_named,
        TRUE AS is_sales,
        CAST(NULL AS BIGINT) AS given_thousandths
    FROM path_span AS s
    JOIN known_sales_activity AS a
        ON a.opportunity_id = s.opportunity_id AND a.occurred_at >= s.from_at AND a.occurred_at <= s.until_at AND a.known_at <= s.until_at
    LEFT JOIN person_alias AS p ON p.person_record_id = a.person_record_id
    WHERE s.sales_acts
    UNION ALL
    SELECT
        s.span_id,
        a.activity_id AS engagement_id,
        p.person_id,
        CAST(NULL AS VARCHAR) AS visitor_id,
        CAST(NULL AS VARCHAR) AS tactic_id,
        a.kind AS activity,
        'sales' AS channel,
        CAST(NULL AS VARCHAR) AS content_id,
        a.occurred_at,
        TRUE AS is_named,
        TRUE AS is_sales,
        CAST(NULL AS BIGINT) AS given_thousandths
    FROM path_span AS s
    JOIN group_person AS m ON m.buying_group_id = s.buying_group_id
    JOIN person_alias AS p ON p.person_id = m.person_id
    JOIN known_sales_activity AS a
        ON a.person_record_id = p.person_record_id
        AND a.opportunity_id IS NULL
        AND a.occurred_at >= m.joined_at
        AND a.occurred_at >= s.from_at
        AND a.occurred_at <= s.until_at
        AND a.known_at <= s.until_at
    WHERE s.sales_acts
),

numbered AS (
    SELECT
        a.span_id,
        a.engagement_id,
        a.person_id,
        a.visitor_id,
        a.tactic_id,
        a.activity,
        a.channel,
        a.content_id,
        a.occurred_at,
        a.is_named,
        a.is_sales,
        a.given_thousandths,
        ROW_NUMBER() OVER (
            PARTITION BY a.span_id, COALESCE(a.person_id, a.visitor_id, ''), COALESCE(a.tactic_id, a.activity),
                a.occurred_at - MOD(a.occurred_at, 86400000000)
            ORDER BY a.occurred_at, a.engagement_id
        ) AS number_today
    FROM act AS a
)

SELECT
    n.span_id,
    n.engagement_id,
    n.person_id,
    n.visitor_id,
    n.tactic_id,
    n.activity,
    n.channel,
    n.content_id,
    n.occurred_at,
    n.person_id IS NOT NULL AND n.is_named AS is_named,
    n.is_sales,
    n.given_thousandths
FROM numbered AS n
WHERE n.number_today = 1
