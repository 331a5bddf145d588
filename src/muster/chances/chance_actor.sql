-- Each actor (a person, or a visitor who may turn out to be one) under a whole number, with what a person's title says and since when.
SELECT
    x.actor,
    x.is_person,
    ROW_NUMBER() OVER (ORDER BY x.is_person, x.actor) AS number,
    r.title_known_at,
    r.seniority_rank,
    r.function
FROM (SELECT DISTINCT a.actor, a.is_person FROM chance_act AS a) AS x
LEFT JOIN person_rank AS r ON x.is_person AND r.person_id = x.actor
