-- What speaks for and against each chance of an account with an open group, topic by topic: parts of the log-odds that add up to them,
-- in a seller's words, with the latest act behind each.
WITH counted AS (
    SELECT
        x.account_id,
        x.solution_id,
        x.week_at,
        x.topic,
        x.component,
        x.asks,
        x.millionths,
        p.age,
        CASE x.topic
            WHEN 'fit' THEN 'fit of ' || CAST(INT_DIV(p.fit, 100) AS VARCHAR) || ' points, earlier opportunities: ' || CAST(p.past_opened AS VARCHAR)
                || ', won: ' || CAST(p.past_won AS VARCHAR)
            WHEN 'company' THEN 'acts about the company as a whole in 13 weeks: ' || CAST(p.their_acts_13 AS VARCHAR)
                || '; points for other solutions: ' || CAST(INT_DIV(p.other_points_13, 100) AS VARCHAR)
            WHEN 'acts' THEN 'acts for this solution in 4 weeks: ' || CAST(p.acts_4 AS VARCHAR) || ', in 13: ' || CAST(p.acts_13 AS VARCHAR)
            WHEN 'rules' THEN 'an open group with ' || CAST(INT_DIV(p.score, 100) AS VARCHAR) || ' of 100 points by the rules'
            WHEN 'people' THEN 'known people in 13 weeks: ' || CAST(p.people_13 AS VARCHAR) || ', of functions: ' || CAST(p.functions AS VARCHAR)
                || ', anonymous visitors: ' || CAST(p.visitors_13 AS VARCHAR)
            WHEN 'recency' THEN 'weeks since the last act: ' || CAST(p.age AS VARCHAR)
            WHEN 'base' THEN 'an average account and week, and this solution'
        END AS counts,
        CASE x.topic
            WHEN 'research' THEN p.ads + p.reviews
            WHEN 'prices' THEN p.prices
            WHEN 'hands' THEN p.demos + p.forms
            WHEN 'seniors' THEN p.seniors_13
            WHEN 'sharing' THEN p.shares + p.events + p.answers
            WHEN 'upward' THEN p.upward
            WHEN 'acts' THEN p.acts_13
            WHEN 'people' THEN p.people_13 + p.visitors_13
        END AS seen,
        CASE x.topic
            WHEN 'research' THEN 'seen at review sites or following advertisements'
            WHEN 'prices' THEN 'prices looked at'
            WHEN 'hands' THEN 'hands raised or forms sent'
            WHEN 'seniors' THEN 'vice presidents or above'
            WHEN 'sharing' THEN 'events attended, mails answered, links read that a colleague passed on'
            WHEN 'upward' THEN 'links read by somebody more senior'
        END AS things
    FROM chance_part AS x
    JOIN panel AS p ON p.account_id = x.account_id AND p.solution_id = x.solution_id AND p.week_at = x.week_at
)

SELECT
    c.account_id,
    c.solution_id,
    c.week_at AS scored_at,
    c.topic,
    c.component,
    c.asks,
    c.millionths,
    COALESCE(c.seen = 0, FALSE) AS is_missing,
    e.engagement_id AS evidence,
    e.occurred_at AS evidence_at,
    CASE
        WHEN c.seen = 0 AND c.things IS NOT NULL THEN 'none in 13 weeks: ' || c.things
        ELSE COALESCE(c.counts, c.things || ' in 13 weeks: ' || CAST(c.seen AS VARCHAR)) || COALESCE('; the latest: ' || e.sentence, '')
    END AS sentence
FROM counted AS c
LEFT JOIN reason_evidence AS e
    ON e.account_id = c.account_id
    AND e.solution_id = c.solution_id
    AND e.topic = c.topic
    AND e.from_week <= c.week_at
    AND c.week_at < e.to_week
