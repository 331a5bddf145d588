"""What accounts had bought by the end of a week, with or without a group."""

from __future__ import annotations

from typing import Any

from muster.access.seen import Seen
from muster.serving.figures.board import Week

_BOUGHT = """
SELECT c.account_id, c.arr_cents, c.currency, c.customer_since_on, c.is_live,
    COALESCE(a.name, a.domain, c.account_id) AS account, a.country, a.region
FROM customer AS c LEFT JOIN account AS a ON a.account_id = c.account_id
WHERE c.customer_since_on < $to_at ORDER BY c.account_id, c.arr_cents DESC, c.currency"""


def customers(tables: Seen, week: Week) -> list[dict[str, Any]]:
    """What each account bought until the end of a week; of one with several currencies, the most first."""
    return tables.records(_BOUGHT, {"to_at": week.to_at})
