-- One row a person: what their title shows, whatever account they are at.
SELECT
    p.person_id,
    MAX(p.function) AS function,
    MAX(p.seniority) AS seniority,
    MAX(p.seniority_rank) AS seniority_rank,
    MAX(p.title_known_at) AS title_known_at
FROM person AS p
GROUP BY p.person_id
