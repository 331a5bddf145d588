-- Of the opportunities created in a quarter that reached a stage: how many reached a later one by the date, how many are open
-- and may yet, and the part among the decided ones with its Wilson interval (Wilson, 1927). Open ones are left out of the part.
WITH cohort AS (
    SELECT
        q.quarter_on AS cohort_start,
        q.next_quarter_on AS cohort_end,
        o.opportunity_id,
        o.is_closed
    FROM account_opportunity AS o
    JOIN quarter AS q ON o.created_at >= q.quarter_on AND o.created_at < q.next_quarter_on
),

target AS (
    SELECT DISTINCT s.stage, s.position
    FROM stage_reached AS s
),

counted AS (
    SELECT
        c.cohort_start,
        c.cohort_end,
        f.stage AS from_stage,
        t.stage AS to_stage,
        COUNT(*) AS entered_count,
        COUNT(r.opportunity_id) AS reached_count,
        CAST(SUM(CASE WHEN r.opportunity_id IS NULL AND NOT c.is_closed THEN 1 ELSE 0 END) AS BIGINT) AS open_count
    FROM cohort AS c
    JOIN stage_reached AS f ON f.opportunity_id = c.opportunity_id
    JOIN target AS t ON t.position > f.position
    LEFT JOIN stage_reached AS r ON r.opportunity_id = c.opportunity_id AND r.stage = t.stage
    WHERE f.position < 1000
    GROUP BY c.cohort_start, c.cohort_end, f.stage, t.stage
),

decided AS (
    SELECT
        c.cohort_start,
        c.cohort_end,
        c.from_stage,
        c.to_stage,
        c.entered_count,
        c.reached_count,
        c.open_count,
        c.entered_count - c.open_count AS decided_count,
        CAST(NULLIF(c.entered_count - c.open_count, 0) AS DOUBLE) AS n,
        CAST(c.reached_count AS DOUBLE) / NULLIF(c.entered_count - c.open_count, 0) AS estimate
    FROM counted AS c
),

-- z = 1.959963985 for 95 %: z^2 = 3.84145882, z^2 / 2 = 1.92072941, z^2 / 4 = 0.960364705.
wilson AS (
    SELECT
        d.cohort_start,
        d.cohort_end,
        d.from_stage,
        d.to_stage,
        d.entered_count,
        d.reached_count,
        d.open_count,
        d.decided_count,
        d.estimate,
        (d.estimate * d.n + 1.92072941e0) / (d.n + 3.84145882e0) AS middle,
        1.959963985e0 * SQRT(d.estimate * (1e0 - d.estimate) * d.n + 9.60364705e-1) / (d.n + 3.84145882e0) AS half_width
    FROM decided AS d
)

SELECT
    w.cohort_start,
    w.cohort_end,
    w.from_stage,
    w.to_stage,
    CAST(NULL AS BIGINT) AS horizon_days,
    w.entered_count,
    w.reached_count,
    w.open_count,
    w.estimate,
    CASE WHEN w.estimate IS NOT NULL THEN GREATEST(w.middle - w.half_width, 0e0) END AS low,
    CASE WHEN w.estimate IS NOT NULL THEN LEAST(w.middle + w.half_width, 1e0) END AS high,
    w.decided_count AS at_risk,
    'decided_only' AS method
FROM wilson AS w
