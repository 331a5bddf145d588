-- Openings that a colleague may have led to: the same content, within seven days, and nothing of ours led there. How many of the
-- openings that follow a colleague's were passed on is learned from all of them, apart where the first came of their own accord and
-- by days (each borrows from what it is part of with the weight of 20); the rarer the content, the less chance explains the pair.
WITH rate AS (
    SELECT
        c.within_days,
        c.first_came,
        c.following_count,
        c.pair_count,
        GREATEST(c.pair_count - c.expected_by_interest, 0e0) / GREATEST(c.following_count - c.expected_by_interest, 1e0) AS passed_on
    FROM co_engagement AS c
),

-- (One row for each: MAX only keeps Sail from dividing before it has joined.)
learnt AS (
    SELECT
        d.within_days,
        d.first_came,
        MAX((d.following_count * d.passed_on + 2e1 * (w.following_count * w.passed_on + 2e1 * a.passed_on) / (w.following_count + 2e1))
            / (d.following_count + 2e1)) AS passed_on
    FROM rate AS d
    JOIN rate AS w ON w.within_days = 0 AND w.first_came = d.first_came
    JOIN rate AS a ON a.within_days = 0 AND a.first_came = 'any' AND a.pair_count >= 20
    WHERE d.within_days > 0
    AND d.first_came <> 'any'
    GROUP BY d.within_days, d.first_came
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
    LEAST(l.passed_on / NULLIF(l.passed_on + (1e0 - l.passed_on) * (f.chance_by_interest / 1e6), 0e0), 9.7e-1) AS confidence,
    'same_content' AS method
FROM following_opening AS f
JOIN learnt AS l ON l.within_days = f.within_days AND l.first_came = f.first_came
LEFT JOIN person_rank AS s ON s.person_id = f.from_person_id
LEFT JOIN person_rank AS r ON r.person_id = f.to_person_id
WHERE f.is_same = 1
AND l.passed_on > 0e0
