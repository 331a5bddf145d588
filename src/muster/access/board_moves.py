"""Everything that ever changed where a place stood, a place being an account, a solution and a business unit.

What comes later wins, and an open opportunity covers what the score does beneath it. A place stands at a
state from `moved_at` until `until_at`, so a board of any week reads the rows of its days alone. All that
makes a row is of the place's own account: a territory's rows are those of its accounts (`table_rules.toml`).
"""

READS = (
    *("account", "account_alias", "buying_group", "disposition", "hand_off"),
    *("known_opportunity", "opportunity_group", "qualification"),
)
COLUMN_NAMES = (
    *("place", "account_id", "account", "country", "region", "buying_group_id", "solution_id"),
    *("members", "visitors", "moved_at", "until_at", "came_from", "state", "reason"),
)
SQL = """
WITH placed AS (
    SELECT g.*, dense_rank() OVER (ORDER BY g.account_id, g.solution_id, g.business_unit) AS place
    FROM all_rows.buying_group AS g),
dealt AS (
    SELECT g.buying_group_id, MIN(o.created_at) AS created_at
    FROM placed AS g
    JOIN all_rows.opportunity_group AS og ON og.buying_group_id = g.buying_group_id
    JOIN all_rows.known_opportunity AS o ON o.opportunity_id = og.opportunity_id
    JOIN all_rows.account_alias AS a
        ON a.account_record_id = o.account_record_id AND a.account_id = g.account_id
    WHERE (g.closed_at IS NULL OR o.created_at < g.closed_at)
        AND (o.closed_at IS NULL OR o.closed_at >= g.opened_at)
    GROUP BY g.buying_group_id),
events AS (
    SELECT q.buying_group_id, q.from_at AS moved_at, 1 AS rank, q.reason,
        CASE q.status WHEN 'engaged' THEN 'warming' WHEN 'qualified' THEN 'qualified' ELSE 'cooling' END
            AS state
    FROM all_rows.qualification AS q
    UNION ALL
    SELECT h.buying_group_id, d.at, 2,
        CASE d.outcome WHEN 'accepted' THEN 'accepted by sales' ELSE 'sales began to act on it' END, 'working'
    FROM all_rows.disposition AS d JOIN all_rows.hand_off AS h ON h.hand_off_id = d.hand_off_id
    WHERE d.outcome IN ('accepted', 'worked') AND d.at IS NOT NULL
    UNION ALL
    SELECT d.buying_group_id, d.created_at, 3, 'an opportunity was opened', 'opportunity' FROM dealt AS d
    UNION ALL
    SELECT g.buying_group_id, g.closed_at, 4, 'the cycle ended: ' || g.closing_reason,
        CASE g.closing_reason WHEN 'won' THEN 'customer' ELSE 'cold' END
    FROM placed AS g WHERE g.closed_at IS NOT NULL),
counted AS (
    SELECT e.*, g.place, g.opened_at
    FROM events AS e
    JOIN placed AS g ON g.buying_group_id = e.buying_group_id
    LEFT JOIN dealt AS d ON d.buying_group_id = e.buying_group_id
    WHERE (g.closed_at IS NULL OR e.moved_at <= g.closed_at)
        AND (e.rank > 2 OR d.created_at IS NULL OR e.moved_at < d.created_at)),
last_of_instant AS (
    SELECT * FROM counted
    QUALIFY ROW_NUMBER() OVER (PARTITION BY place, moved_at ORDER BY opened_at DESC, rank DESC, state) = 1),
followed AS (
    SELECT *, LAG(state) OVER (PARTITION BY place ORDER BY moved_at) AS came_from FROM last_of_instant),
moves AS (SELECT * FROM followed WHERE came_from IS NULL OR came_from <> state)
SELECT m.place, g.account_id, COALESCE(a.name, a.domain, g.account_id) AS account, a.country, a.region,
    m.buying_group_id, g.solution_id, COALESCE(g.member_count, 0) AS members,
    COALESCE(g.visitor_count, 0) AS visitors, m.moved_at,
    LEAD(m.moved_at) OVER (PARTITION BY m.place ORDER BY m.moved_at) AS until_at,
    m.came_from, m.state, COALESCE(m.reason, '') AS reason
FROM moves AS m
JOIN placed AS g ON g.buying_group_id = m.buying_group_id
LEFT JOIN all_rows.account AS a ON a.account_id = g.account_id"""
