-- Days on which a rule that decides who is handed over changed, or from which charts begin anew because somebody said so.
WITH dated AS (
    SELECT r.from_at AS at, 'qualification.csv' AS file FROM rule_policy AS r
    UNION ALL
    SELECT r.from_at AS at, 'policies.csv' AS file FROM rule_policies AS r
    UNION ALL
    SELECT r.from_at AS at, 'capacity.csv' AS file FROM rule_capacity AS r
    UNION ALL
    SELECT r.from_at AS at, 'activity_weights.csv' AS file FROM rule_activity_weights AS r
    UNION ALL
    SELECT r.from_at AS at, 'fit.csv' AS file FROM rule_fit AS r
    UNION ALL
    SELECT r.from_at AS at, 'role_needs.csv' AS file FROM rule_role_needs AS r
    UNION ALL
    SELECT r.from_at AS at, 'control.csv' AS file FROM rule_control AS r
    UNION ALL
    SELECT r.at, 'control.csv' AS file FROM rule_restart AS r
)

SELECT DISTINCT d.at, d.file
FROM dated AS d
CROSS JOIN clock AS c
WHERE d.at > 0
AND d.at <= c.as_of_at
