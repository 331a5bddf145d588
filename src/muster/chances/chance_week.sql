-- Each Monday, and when the weeks are over that its chances are about, by the rule in force that Monday.
SELECT
    w.week_at,
    r.horizon_us,
    w.week_at + r.horizon_us AS ends_at,
    w.week_at - r.horizon_us AS over_at,
    r.fewest_openings,
    r.borrowed_groups
FROM week AS w
JOIN rule_chances AS r ON r.from_at <= w.week_at AND w.week_at < r.to_at
