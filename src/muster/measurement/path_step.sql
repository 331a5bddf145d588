-- The steps of each path: its acts without those of the channel to ignore (unless there are no others), as far back as the definition
-- counts, transformed (exposure: a channel's acts in a row are one; first: only its first; frequency: its first, with how many there
-- were), and of these the last. A step on paths of several groups is divided openly: to each the same, in thousandths that add up to 1,000.
WITH heeded AS (
    SELECT
        a.span_id,
        a.engagement_id,
        a.occurred_at,
        LOWER(COALESCE(a.channel, '(none)')) AS channel,
        CASE WHEN LOWER(COALESCE(a.channel, '(none)')) = s.ignored_channel THEN 1 ELSE 0 END AS is_ignored,
        MIN(CASE WHEN LOWER(COALESCE(a.channel, '(none)')) = s.ignored_channel THEN 1 ELSE 0 END) OVER (PARTITION BY a.span_id) AS all_ignored,
        s.transform,
        s.steps,
        s.last
    FROM path_act AS a
    JOIN path_span AS s ON s.span_id = a.span_id
),

counted AS (
    SELECT
        h.span_id,
        h.engagement_id,
        h.occurred_at,
        h.channel,
        h.transform,
        h.steps,
        h.last,
        ROW_NUMBER() OVER (PARTITION BY h.span_id ORDER BY h.occurred_at DESC, h.engagement_id DESC) AS back
    FROM heeded AS h
    WHERE h.is_ignored = h.all_ignored
),

looked_back AS (
    SELECT
        c.span_id,
        c.engagement_id,
        c.occurred_at,
        c.transform,
        c.last,
        CASE
            WHEN c.channel = LAG(c.channel) OVER (PARTITION BY c.span_id ORDER BY c.occurred_at, c.engagement_id) THEN 1 ELSE 0
        END AS is_repeated,
        ROW_NUMBER() OVER (PARTITION BY c.span_id, c.channel ORDER BY c.occurred_at, c.engagement_id) AS number,
        COUNT(*) OVER (PARTITION BY c.span_id, c.channel) AS times
    FROM counted AS c
    WHERE c.steps = 0
    OR c.back <= c.steps
),

transformed AS (
    SELECT
        t.span_id,
        t.engagement_id,
        t.last,
        CASE WHEN t.transform = 'frequency' THEN t.times ELSE 1 END AS times,
        ROW_NUMBER() OVER (PARTITION BY t.span_id ORDER BY t.occurred_at DESC, t.engagement_id DESC) AS back
    FROM looked_back AS t
    WHERE t.transform = 'unique'
    OR (t.transform = 'exposure' AND t.is_repeated = 0)
    OR (t.transform IN ('first', 'frequency') AND t.number = 1)
),

step AS (
    SELECT
        t.span_id,
        s.definition,
        s.buying_group_id,
        s.opportunity_id,
        s.account_id,
        s.opportunity_at,
        s.until_at,
        s.outcome,
        a.engagement_id,
        a.person_id,
        a.visitor_id,
        a.tactic_id,
        a.activity,
        a.channel,
        a.content_id,
        a.occurred_at,
        a.is_named,
        a.is_sales,
        a.given_thousandths,
        t.times,
        ROW_NUMBER() OVER (PARTITION BY t.span_id ORDER BY a.occurred_at, a.engagement_id) AS position,
        COUNT(*) OVER (PARTITION BY t.span_id) AS step_count
    FROM transformed AS t
    JOIN path_act AS a ON a.span_id = t.span_id AND a.engagement_id = t.engagement_id
    JOIN path_span AS s ON s.span_id = t.span_id
    WHERE t.last = 0
    OR t.back <= t.last
),

served AS (
    SELECT
        h.definition,
        h.engagement_id,
        h.buying_group_id,
        COUNT(*) OVER (PARTITION BY h.definition, h.engagement_id) AS group_count,
        ROW_NUMBER() OVER (PARTITION BY h.definition, h.engagement_id ORDER BY h.buying_group_id) AS number
    FROM (
        SELECT DISTINCT s.definition, s.engagement_id, s.buying_group_id
        FROM step AS s
        WHERE s.opportunity_id IS NOT NULL
        AND s.given_thousandths IS NULL
    ) AS h
)

SELECT
    s.span_id,
    s.definition,
    s.buying_group_id,
    s.opportunity_id,
    s.account_id,
    s.opportunity_at,
    s.until_at,
    s.outcome,
    s.position,
    s.engagement_id,
    s.person_id,
    s.visitor_id,
    s.tactic_id,
    s.activity,
    s.channel,
    s.content_id,
    s.occurred_at,
    s.is_sales,
    s.times,
    COALESCE(
        s.given_thousandths,
        INT_DIV(1000, GREATEST(v.group_count, 1)) + CASE WHEN v.number <= MOD(1000, GREATEST(v.group_count, 1)) THEN 1 ELSE 0 END,
        1000
    ) AS thousandths,
    CASE WHEN s.position = 1 THEN 1 ELSE 0 END AS is_first,
    CASE
        WHEN s.position = MIN(CASE WHEN s.is_named AND s.occurred_at <= COALESCE(s.opportunity_at, s.until_at) THEN s.position END)
            OVER (PARTITION BY s.span_id) THEN 1
        ELSE 0
    END AS is_lead,
    CASE
        WHEN s.position = MAX(CASE WHEN s.occurred_at <= s.opportunity_at THEN s.position END) OVER (PARTITION BY s.span_id) THEN 1
        ELSE 0
    END AS is_creation,
    CASE WHEN s.outcome = 'won' AND s.position = s.step_count THEN 1 ELSE 0 END AS is_closing,
    CASE WHEN s.position = s.step_count THEN 1 ELSE 0 END AS is_last
FROM step AS s
LEFT JOIN served AS v
    ON v.definition = s.definition
    AND v.engagement_id = s.engagement_id
    AND v.buying_group_id = s.buying_group_id
    AND s.opportunity_id IS NOT NULL
