-- Tracked links made by the date.
SELECT
    l.share_token,
    l.sharer_email,
    l.content_id,
    l.shared_at
FROM share_link AS l
CROSS JOIN clock AS c
WHERE l.known_at <= c.as_of_at
AND l.shared_at <= c.as_of_at
