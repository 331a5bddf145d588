"""What accounts had bought by the end of a week, with or without a group: SQL for boards to build on."""

# Of an account with several currencies, the one with the most. Takes $to_at.
BOUGHT = """
bought AS (
    SELECT c.account_id, c.arr_cents, c.currency, c.customer_since_on, c.is_live
    FROM customer AS c WHERE c.customer_since_on < $to_at
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY c.account_id ORDER BY c.arr_cents DESC NULLS LAST, c.currency) = 1)"""
