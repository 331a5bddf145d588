-- Openings that a colleague may have led to: the same content, within seven days, and nothing of ours led there. The probability is
-- the part beyond chance of such pairs, those as far apart borrowing from all with the weight of 20; under 20 pairs nothing is said.
WITH overall AS (
    SELECT
        c.pair_count,
        c.beyond_chance_high AS part
    FROM co_engagement AS c
    WHERE c.within_days = 0
    AND c.pair_count >= 20
)

SELECT
    'l' || SUBSTRING(MD5(f.account_id || '|' || f.content_id || '|' || f.solution_id || '|' || f.from_person_id || '|' || f.to_person_id), 1, 16) AS likely_share_id,
    f.account_id,
    f.solution_id,
    f.content_id,
    f.from_person_id,
    f.to_person_id,
    f.first_at,
    f.read_at,
    f.known_at,
    COALESCE(r.seniority_rank > s.seniority_rank AND s.seniority_rank > 0, FALSE) AS is_upward,
    LEAST((c.pair_count - c.expected_by_interest + 2e1 * o.part) / (c.pair_count + 2e1), 9.5e-1) AS confidence,
    'same_content' AS method
FROM following_opening AS f
CROSS JOIN overall AS o
JOIN co_engagement AS c ON c.within_days = f.within_days
LEFT JOIN person_rank AS s ON s.person_id = f.from_person_id
LEFT JOIN person_rank AS r ON r.person_id = f.to_person_id
WHERE f.is_same = 1
AND c.pair_count - c.expected_by_interest + 2e1 * o.part > 0e0
