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
            WHEN 'fit' THEN 'fits by ' || CAST(INT_DIV(p.fit, 100) AS VARCHAR) || ' points; '
                || CASE p.past_opened
                    WHEN 0 THEN 'no opportunity before'
                    WHEN 1 THEN 'one opportunity before'
                    ELSE CAST(p.past_opened AS VARCHAR) || ' opportunities before'
                END
                || CASE WHEN p.past_opened = 0 THEN '' WHEN p.past_won = 0 THEN ', none won' ELSE ', ' || CAST(p.past_won AS VARCHAR) || ' won' END
            WHEN 'company' THEN CASE p.their_acts_13
                    WHEN 0 THEN 'nothing about the company as a whole in 13 weeks'
                    WHEN 1 THEN 'one act about the company as a whole in 13 weeks'
                    ELSE CAST(p.their_acts_13 AS VARCHAR) || ' acts about the company as a whole in 13 weeks'
                END
                || CASE WHEN p.other_points_13 < 100 THEN '; no interest in other solutions'
                    ELSE '; interest worth ' || CAST(INT_DIV(p.other_points_13, 100) AS VARCHAR) || ' points in other solutions' END
            WHEN 'acts' THEN CASE p.acts_13
                    WHEN 1 THEN 'one act for this solution in 13 weeks'
                    ELSE CAST(p.acts_13 AS VARCHAR) || ' acts for this solution in 13 weeks'
                END
                || CASE p.acts_4
                    WHEN 0 THEN ', none in the last four'
                    WHEN p.acts_13 THEN CASE p.acts_13 WHEN 1 THEN ', in the last four' ELSE ', all in the last four' END
                    ELSE ', ' || CAST(p.acts_4 AS VARCHAR) || ' in the last four'
                END
            WHEN 'rules' THEN 'the rules give the group ' || CAST(INT_DIV(p.score, 100) AS VARCHAR) || ' of 100 points'
            WHEN 'people' THEN CASE p.people_13
                    WHEN 0 THEN 'no known person'
                    WHEN 1 THEN 'one known person'
                    ELSE CAST(p.people_13 AS VARCHAR) || ' known people'
                        || CASE WHEN p.functions > 1 THEN ' of ' || CAST(p.functions AS VARCHAR) || ' functions' ELSE '' END
                END
                || CASE p.visitors_13
                    WHEN 0 THEN ''
                    WHEN 1 THEN ' and one anonymous visitor'
                    ELSE ' and ' || CAST(p.visitors_13 AS VARCHAR) || ' anonymous visitors'
                END || ' in 13 weeks'
            WHEN 'recency' THEN CASE p.age
                    WHEN 0 THEN 'the last act was in the week before'
                    WHEN 1 THEN 'the last act was a week earlier'
                    WHEN 26 THEN 'no act in 26 weeks'
                    ELSE 'the last act was ' || CAST(p.age AS VARCHAR) || ' weeks earlier'
                END
            WHEN 'base' THEN 'an average account and week, for this solution'
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
            WHEN 'research' THEN 'nobody came by a review site or an advertisement'
            WHEN 'prices' THEN 'nobody looked at prices'
            WHEN 'hands' THEN 'nobody raised a hand or sent a form'
            WHEN 'seniors' THEN 'no vice president or above took part'
            WHEN 'sharing' THEN 'nobody attended an event, answered a mail or read what a colleague passed on'
            WHEN 'upward' THEN 'nobody more senior read what was passed on'
            WHEN 'acts' THEN 'nobody did anything for this solution'
            WHEN 'people' THEN 'nobody took part'
        END AS missed,
        CASE x.topic
            WHEN 'research' THEN 'came by a review site or an advertisement'
            WHEN 'prices' THEN 'looked at prices'
            WHEN 'hands' THEN 'raised a hand or sent a form'
            WHEN 'sharing' THEN 'attended an event, answered a mail or read what a colleague passed on'
            WHEN 'upward' THEN 'somebody more senior read what was passed on'
        END AS done
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
        WHEN c.seen = 0 THEN c.missed || ' in 13 weeks'
        ELSE COALESCE(
            c.counts,
            CASE WHEN c.topic <> 'seniors' THEN c.done || CASE c.seen WHEN 1 THEN ' once' ELSE ' ' || CAST(c.seen AS VARCHAR) || ' times' END END,
            CASE c.seen WHEN 1 THEN 'one vice president or above took part'
                ELSE CAST(c.seen AS VARCHAR) || ' vice presidents or above took part' END
        ) || CASE WHEN c.counts IS NULL THEN ' in 13 weeks' ELSE '' END
            || COALESCE(CASE WHEN c.topic = 'recency' THEN ': ' ELSE '; the latest: ' END || e.sentence, '')
    END AS sentence
FROM counted AS c
LEFT JOIN reason_evidence AS e
    ON e.account_id = c.account_id
    AND e.solution_id = c.solution_id
    AND e.topic = c.topic
    AND e.from_week <= c.week_at
    AND c.week_at < e.to_week
