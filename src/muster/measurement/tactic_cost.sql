-- Cost by tactic and month, as rules/cost_allocation.csv lays it: spend on a programme on the tactics that ran that day (evenly, by the groups
-- they reached, or by their credit under the linear model), and over the days of a tactic. Cents that do not divide go one each to the largest
-- remainders, so that every row of spend is laid out whole.
WITH ruled AS (
    SELECT
        s.spend_id,
        s.tactic_id,
        COALESCE(s.program_id, s.tactic_id) AS program_id,
        s.spent_on,
        s.currency,
        s.counts_as,
        s.cost_cents,
        s.company_cents,
        COALESCE(rt.over_time, rp.over_time, rc.over_time, ra.over_time) AS over_time,
        COALESCE(rt.across, rp.across, rc.across, ra.across) AS across,
        CASE
            WHEN s.counts_as = 'sales_cost' THEN 'sales'
            ELSE COALESCE(rt.purpose, rp.purpose, rc.purpose, ra.purpose)
        END AS purpose
    FROM spend_line AS s
    LEFT JOIN known_tactic AS t ON t.tactic_id = s.tactic_id
    JOIN rule_cost_allocation AS ra ON ra.applies_to = '*' AND ra.from_at <= s.spent_on AND s.spent_on < ra.to_at
    LEFT JOIN rule_cost_allocation AS rt
        ON LOWER(rt.applies_to) = LOWER(s.tactic_id) AND rt.from_at <= s.spent_on AND s.spent_on < rt.to_at
    LEFT JOIN rule_cost_allocation AS rp
        ON LOWER(rp.applies_to) = LOWER(s.program_id) AND rp.from_at <= s.spent_on AND s.spent_on < rp.to_at
    LEFT JOIN rule_cost_allocation AS rc
        ON LOWER(rc.applies_to) = LOWER(t.channel) AND rc.from_at <= s.spent_on AND s.spent_on < rc.to_at
    WHERE s.cost_cents <> 0
),

-- Tactics of a programme that spend is divided among: those that ran on the day, or all where none is known to have.
child AS (
    SELECT
        r.spend_id,
        r.across,
        t.tactic_id,
        CASE
            WHEN COALESCE(t.starts_on, 0) <= r.spent_on AND r.spent_on <= COALESCE(t.ends_on, 9000000000000000) THEN 1
            ELSE 0
        END AS ran
    FROM ruled AS r
    JOIN known_tactic AS t ON t.program_id = r.tactic_id AND t.tactic_id <> r.tactic_id
    WHERE r.across <> 'own'
),

reach AS (
    SELECT MIN(m.month_on) AS from_on, MAX(m.next_month_on) AS until_on
    FROM month AS m
),

dated AS (
    SELECT t.tactic_id, t.starts_on, t.ends_on
    FROM known_tactic AS t
    JOIN reach AS r ON t.ends_on >= r.from_on AND t.starts_on < r.until_on
    WHERE t.starts_on <= t.ends_on
),

running AS (
    SELECT c.spend_id, MAX(c.ran) AS any_ran
    FROM child AS c
    GROUP BY c.spend_id
),

reached AS (
    SELECT e.tactic_id, COUNT(DISTINCT g.buying_group_id) AS worth
    FROM (SELECT DISTINCT c.tactic_id FROM child AS c WHERE c.across = 'groups') AS w
    JOIN resolved_engagement AS e ON e.tactic_id = w.tactic_id
    JOIN group_engagement AS g ON g.engagement_id = e.engagement_id
    GROUP BY e.tactic_id
),

credited AS (
    SELECT k.tactic_id, CAST(SUM(ABS(k.credit_cents)) AS BIGINT) AS worth
    FROM (SELECT DISTINCT c.tactic_id FROM child AS c WHERE c.across = 'credit') AS w
    JOIN credit AS k ON k.tactic_id = w.tactic_id
    WHERE k.attribution_model = 'linear'
    GROUP BY k.tactic_id
),

worth AS (
    SELECT
        c.spend_id,
        c.tactic_id,
        c.across,
        CASE
            WHEN c.ran < n.any_ran THEN 0
            WHEN c.across = 'groups' THEN COALESCE(g.worth, 0)
            WHEN c.across = 'credit' THEN COALESCE(k.worth, 0)
            ELSE 1
        END AS worth,
        CASE WHEN c.ran < n.any_ran THEN 0 ELSE 1 END AS even
    FROM child AS c
    JOIN running AS n ON n.spend_id = c.spend_id
    LEFT JOIN reached AS g ON g.tactic_id = c.tactic_id
    LEFT JOIN credited AS k ON k.tactic_id = c.tactic_id
),

summed AS (
    SELECT w.spend_id, CAST(SUM(w.worth) AS BIGINT) AS worth
    FROM worth AS w
    GROUP BY w.spend_id
),

-- Where nothing was reached or credited, evenly. Credit weighs in millionths of its sum, groups as many as they are.
weighed AS (
    SELECT
        w.spend_id,
        w.tactic_id,
        CASE
            WHEN s.worth = 0 THEN w.even
            WHEN w.across = 'credit' THEN INT_DIV(w.worth * 1000000, NULLIF(s.worth, 0))
            ELSE w.worth
        END AS weight
    FROM worth AS w
    JOIN summed AS s ON s.spend_id = w.spend_id
),

-- A tactic's days, where spend is laid over them and the calendar reaches them; else the day of booking alone.
place AS (
    SELECT
        r.spend_id,
        COALESCE(w.tactic_id, r.tactic_id) AS tactic_id,
        COALESCE(w.weight, 1) AS weight,
        CASE WHEN w.spend_id IS NOT NULL AND r.over_time = 'days' THEN 1000 ELSE 0 END AS scale,
        CASE WHEN d.tactic_id IS NULL THEN r.spent_on ELSE d.starts_on END AS from_on,
        CASE WHEN d.tactic_id IS NULL THEN r.spent_on + 86400000000 ELSE d.ends_on + 86400000000 END AS until_on
    FROM ruled AS r
    LEFT JOIN weighed AS w ON w.spend_id = r.spend_id
    LEFT JOIN dated AS d ON d.tactic_id = COALESCE(w.tactic_id, r.tactic_id) AND r.over_time = 'days'
    WHERE COALESCE(w.weight, 1) > 0
),

day AS (
    SELECT
        p.spend_id,
        p.tactic_id,
        m.month_on,
        p.weight,
        p.scale,
        INT_DIV(LEAST(m.next_month_on, p.until_on) - GREATEST(m.month_on, p.from_on), 86400000000) AS days
    FROM place AS p
    JOIN month AS m ON m.month_on < p.until_on AND p.from_on < m.next_month_on
),

-- A tactic's and a month's weight together, in whole numbers.
part AS (
    SELECT
        d.spend_id,
        d.tactic_id,
        d.month_on,
        CASE
            WHEN d.scale = 0 THEN d.weight * d.days
            ELSE INT_DIV(
                d.weight * d.days * d.scale, NULLIF(CAST(SUM(d.days) OVER (PARTITION BY d.spend_id, d.tactic_id) AS BIGINT), 0)
            )
        END AS weight
    FROM day AS d
),

shared AS (
    SELECT
        p.spend_id,
        p.tactic_id,
        p.month_on,
        p.weight,
        CAST(SUM(p.weight) OVER (PARTITION BY p.spend_id) AS BIGINT) AS whole
    FROM part AS p
),

floored AS (
    SELECT
        s.spend_id,
        s.tactic_id,
        s.month_on,
        r.program_id,
        r.currency,
        r.purpose,
        r.cost_cents,
        r.company_cents,
        INT_DIV(ABS(r.cost_cents), NULLIF(s.whole, 0)) * s.weight
            + INT_DIV(MOD(ABS(r.cost_cents), NULLIF(s.whole, 0)) * s.weight, NULLIF(s.whole, 0)) AS cost_floor,
        MOD(MOD(ABS(r.cost_cents), NULLIF(s.whole, 0)) * s.weight, NULLIF(s.whole, 0)) AS cost_rest,
        INT_DIV(ABS(r.company_cents), NULLIF(s.whole, 0)) * s.weight
            + INT_DIV(MOD(ABS(r.company_cents), NULLIF(s.whole, 0)) * s.weight, NULLIF(s.whole, 0)) AS company_floor,
        MOD(MOD(ABS(r.company_cents), NULLIF(s.whole, 0)) * s.weight, NULLIF(s.whole, 0)) AS company_rest
    FROM shared AS s
    JOIN ruled AS r ON r.spend_id = s.spend_id
),

turned AS (
    SELECT
        f.spend_id,
        f.tactic_id,
        f.month_on,
        f.program_id,
        f.currency,
        f.purpose,
        f.cost_cents,
        f.company_cents,
        f.cost_floor,
        f.company_floor,
        ROW_NUMBER() OVER (PARTITION BY f.spend_id ORDER BY f.cost_rest DESC, f.tactic_id, f.month_on) AS cost_turn,
        ROW_NUMBER() OVER (PARTITION BY f.spend_id ORDER BY f.company_rest DESC, f.tactic_id, f.month_on) AS company_turn,
        ABS(f.cost_cents) - CAST(SUM(f.cost_floor) OVER (PARTITION BY f.spend_id) AS BIGINT) AS cost_left,
        ABS(f.company_cents) - CAST(SUM(f.company_floor) OVER (PARTITION BY f.spend_id) AS BIGINT) AS company_left
    FROM floored AS f
),

laid AS (
    SELECT
        t.tactic_id,
        t.program_id,
        t.month_on,
        t.currency,
        t.purpose,
        CASE WHEN t.cost_cents < 0 THEN -1 ELSE 1 END * (t.cost_floor + CASE WHEN t.cost_turn <= t.cost_left THEN 1 ELSE 0 END) AS cost_cents,
        CASE WHEN t.company_cents < 0 THEN -1 ELSE 1 END
            * (t.company_floor + CASE WHEN t.company_turn <= t.company_left THEN 1 ELSE 0 END) AS company_cents
    FROM turned AS t
)

SELECT
    l.tactic_id,
    l.month_on,
    l.currency,
    l.purpose,
    MIN(l.program_id) AS program_id,
    CAST(SUM(l.cost_cents) AS BIGINT) AS cost_cents,
    CAST(SUM(COALESCE(l.company_cents, 0)) AS BIGINT) AS company_cents,
    CAST(SUM(CASE WHEN l.company_cents IS NULL THEN l.cost_cents ELSE 0 END) AS BIGINT) AS kept_out_cents
FROM laid AS l
GROUP BY l.tactic_id, l.month_on, l.currency, l.purpose
