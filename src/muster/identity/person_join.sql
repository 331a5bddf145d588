-- Everything that makes keys one person: what the rules joined, and what is alike enough with nothing against it.
SELECT
    x.key AS left_key,
    x.cluster_key AS right_key
FROM exact_person AS x
UNION ALL
SELECT
    m.left_key,
    m.right_key
FROM person_match AS m
WHERE m.fate = 'joined'
