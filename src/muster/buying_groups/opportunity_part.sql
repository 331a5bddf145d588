-- The business unit an opportunity is of: that of those whom sales had put on it when it was created, by contact roles or as its lead;
-- else of the region that its account record stands for.
WITH named AS (
    SELECT r.opportunity_id, r.person_record_id, r.known_at AS at
    FROM known_contact_role AS r
    UNION ALL
    SELECT r.converted_opportunity_id AS opportunity_id, r.person_record_id, r.converted_at AS at
    FROM known_person_record AS r
    WHERE r.converted_opportunity_id IS NOT NULL
),

by_person AS (
    SELECT o.opportunity_id, p.part, 0 AS preference, COUNT(*) AS people
    FROM known_opportunity AS o
    JOIN account_alias AS a ON a.account_record_id = o.account_record_id
    JOIN named AS n ON n.opportunity_id = o.opportunity_id AND n.at <= o.created_at
    JOIN person_alias AS k ON k.person_record_id = n.person_record_id
    JOIN person_part AS p
        ON p.account_id = a.account_id
        AND p.solution_id = o.solution_id
        AND p.person_id = k.person_id
        AND p.from_at <= o.created_at
        AND o.created_at < COALESCE(p.to_at, 9000000000000000)
    GROUP BY o.opportunity_id, p.part
),

by_region AS (
    SELECT o.opportunity_id, p.part, 1 AS preference, 0 AS people
    FROM known_opportunity AS o
    JOIN account_alias AS a ON a.account_record_id = o.account_record_id
    JOIN known_account_record AS r ON r.account_record_id = o.account_record_id AND r.known_at <= o.created_at
    JOIN group_part AS p
        ON p.account_id = a.account_id
        AND p.solution_id = o.solution_id
        AND p.part = 'region:' || LOWER(r.region)
        AND p.split_at <= o.created_at
        AND o.created_at < COALESCE(p.merged_at, 9000000000000000)
),

ranked AS (
    SELECT
        x.opportunity_id,
        x.part,
        ROW_NUMBER() OVER (PARTITION BY x.opportunity_id ORDER BY x.preference, x.people DESC, x.part) AS number
    FROM (
        SELECT b.opportunity_id, b.part, b.preference, b.people
        FROM by_person AS b
        UNION ALL
        SELECT b.opportunity_id, b.part, b.preference, b.people
        FROM by_region AS b
    ) AS x
)

SELECT r.opportunity_id, r.part
FROM ranked AS r
WHERE r.number = 1
