-- Every key that stands for an account, since when it is known, and the id of the account that it alone would be.
SELECT
    k.key,
    'a' || SUBSTRING(MD5(k.key), 1, 16) AS own_id,
    k.known_at
FROM account_key AS k
