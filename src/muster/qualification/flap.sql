-- How often groups turned within a quarter.
WITH open_group AS (
    SELECT
        q.quarter_on,
        g.buying_group_id
    FROM quarter AS q
    JOIN group_cycle AS g
        ON g.opened_at < q.next_quarter_on AND (g.closed_at IS NULL OR g.closed_at >= q.quarter_on)
),

turned AS (
    SELECT
        o.quarter_on,
        o.buying_group_id,
        CAST(SUM(CASE WHEN s.from_at >= o.quarter_on AND s.from_at < q.next_quarter_on THEN 1 ELSE 0 END) AS BIGINT) AS entries,
        CAST(SUM(CASE WHEN s.to_at >= o.quarter_on AND s.to_at < q.next_quarter_on THEN 1 ELSE 0 END) AS BIGINT) AS departures
    FROM open_group AS o
    JOIN quarter AS q ON q.quarter_on = o.quarter_on
    LEFT JOIN qualified_stretch AS s ON s.buying_group_id = o.buying_group_id
    GROUP BY o.quarter_on, o.buying_group_id
)

SELECT
    t.quarter_on,
    COUNT(*) AS group_count,
    CAST(SUM(t.entries + t.departures) AS BIGINT) AS change_count,
    CAST(SUM(CASE WHEN t.entries > 1 THEN 1 ELSE 0 END) AS BIGINT) AS flap_count
FROM turned AS t
GROUP BY t.quarter_on
