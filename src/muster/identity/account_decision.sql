-- What people decided about which records and domains are one account, by the key of each.
WITH named AS (
    SELECT
        d.kind,
        d.decided_at,
        CASE WHEN a.account_record_id IS NOT NULL THEN 'r:' || d.subject_id ELSE 'd:' || LOWER(d.subject_id) END AS left_key,
        CASE WHEN b.account_record_id IS NOT NULL THEN 'r:' || d.other_id ELSE 'd:' || LOWER(d.other_id) END AS right_key
    FROM identity_decision AS d
    LEFT JOIN known_account_record AS a ON a.account_record_id = d.subject_id
    LEFT JOIN known_account_record AS b ON b.account_record_id = d.other_id
    WHERE d.about = 'account'
    AND (a.account_record_id IS NOT NULL OR d.subject_id LIKE '%.%')
    AND (b.account_record_id IS NOT NULL OR d.other_id LIKE '%.%')
)

SELECT
    n.kind,
    n.left_key,
    n.right_key,
    n.decided_at
FROM named AS n
WHERE n.left_key <> n.right_key
