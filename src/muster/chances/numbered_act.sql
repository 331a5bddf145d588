-- What accounts did, by the numbers of interest and actor.
SELECT
    i.interest,
    n.number AS actor,
    a.act_week,
    a.from_week,
    a.to_week,
    a.acts,
    a.points,
    a.demos,
    a.prices,
    a.forms,
    a.events,
    a.ads,
    a.reviews,
    a.answers
FROM chance_act AS a
JOIN interest AS i ON i.account_id = a.account_id AND i.solution_id = a.solution_id
JOIN chance_actor AS n ON n.actor = a.actor AND n.is_person = a.is_person
