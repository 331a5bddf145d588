-- Accounts that turned out to be others, and since when that is known: who kept an id from before finds the account by it.
SELECT
    m.account_id,
    m.into_account_id,
    m.merged_at,
    m.method
FROM account_merger AS m
