-- By how much frame control moved a group's score from one Monday to the next.
SELECT
    f.buying_group_id,
    f.week_at,
    f.points - COALESCE(LAG(f.points) OVER (PARTITION BY f.buying_group_id ORDER BY f.week_at), 0) AS points
FROM frame_week AS f
