"""Where every account stands at the end of a week: at the strongest state that a group of it has."""

from __future__ import annotations

from typing import Any

from muster.access.scope import Held
from muster.access.seen import Seen
from muster.serving.figures.board import STRENGTH, Week
from muster.serving.figures.bought import BOUGHT

_STRENGTH = str(list(STRENGTH))  # as SQL writes it, too
# Its dollars are those of its groups at that state; what a customer pays is the account's own.
_CARDS = """
WITH {bought},
ranked AS (
    SELECT g.*, list_position({strength}, g.state) AS rank, list_position({strength}, g.was) AS was_rank
    FROM {groups} AS g),
newest AS (
    SELECT r.* FROM ranked AS r
    QUALIFY ROW_NUMBER() OVER (PARTITION BY r.account_id ORDER BY r.rank DESC, r.since DESC, r.key DESC) = 1),
before AS (
    SELECT r.account_id, list_extract({strength}, MAX(r.was_rank)) AS was
    FROM ranked AS r GROUP BY r.account_id),
last_move AS (
    SELECT r.account_id, r.since, r.reason FROM ranked AS r WHERE r.moved
    QUALIFY ROW_NUMBER() OVER (PARTITION BY r.account_id ORDER BY r.since DESC, r.key) = 1),
at_it AS (
    SELECT r.account_id, COUNT(DISTINCT r.currency) AS currencies, SUM(r.cents)::BIGINT AS cents,
        string_agg(DISTINCT r.solution, ', ' ORDER BY r.solution) AS solution,
        SUM(r.members)::BIGINT AS members, SUM(r.visitors)::BIGINT AS visitors
    FROM ranked AS r JOIN newest AS n ON n.account_id = r.account_id AND n.rank = r.rank
    GROUP BY r.account_id HAVING COUNT(*) > 1)
SELECT n.account_id AS key, n.account_id, n.account, NULL::VARCHAR AS buying_group_id,
    COALESCE(i.solution, n.solution) AS solution, n.country, n.region, n.state, COALESCE(b.was, 'new') AS was,
    CASE WHEN b.was IS DISTINCT FROM n.state THEN m.since ELSE n.since END AS since,
    CASE WHEN b.was IS DISTINCT FROM n.state THEN m.reason ELSE n.reason END AS reason,
    COALESCE(i.members, n.members) AS members, COALESCE(i.visitors, n.visitors) AS visitors, n.score,
    CASE WHEN n.state = 'customer' THEN CASE WHEN c.is_live THEN COALESCE(c.arr_cents, 0) END
        WHEN i.currencies = 1 THEN i.cents ELSE n.cents END AS cents,
    CASE WHEN n.state = 'customer' THEN COALESCE(c.currency, $currency) ELSE n.currency END AS currency,
    n.dollars_are, b.was IS DISTINCT FROM n.state AS moved
FROM newest AS n
JOIN before AS b ON b.account_id = n.account_id
LEFT JOIN at_it AS i ON i.account_id = n.account_id
LEFT JOIN last_move AS m ON m.account_id = n.account_id
LEFT JOIN bought AS c ON c.account_id = n.account_id
UNION ALL
SELECT b.account_id, b.account_id, COALESCE(a.name, a.domain, b.account_id), NULL, '', a.country, a.region,
    'customer', CASE WHEN b.customer_since_on >= $from_at THEN 'new' ELSE 'customer' END,
    b.customer_since_on::TIMESTAMP, 'bought; no group was seen for it', 0, 0, NULL,
    CASE WHEN b.is_live THEN b.arr_cents END, b.currency, 'ARR of the account',
    b.customer_since_on >= $from_at
FROM bought AS b
LEFT JOIN account AS a ON a.account_id = b.account_id
WHERE b.account_id NOT IN (SELECT g.account_id FROM {groups} AS g)"""

# One step at most: from where its groups left it before the days to where they do at their end.
MOVES = """
SELECT c.key, c.was AS from_state, c.state AS to_state, c.since AS moved_at, c.reason AS why
FROM {cards} AS c WHERE c.moved"""


def account_cards(tables: Seen, groups: Held, week: Week, *, currency: str) -> Held:
    """The cards of accounts, of the cards of their groups and of what was bought without one."""
    sql = _CARDS.format(bought=BOUGHT, strength=_STRENGTH, groups=groups.name)
    return tables.hold(sql, {"from_at": week.from_at, "to_at": week.to_at, "currency": currency})


def untouched(tables: Seen) -> list[dict[str, Any]]:
    """Accounts no group was ever formed for, and that never bought: how many, by place and owner."""
    return tables.records(
        """SELECT a.country, a.region, a.owner_id, COUNT(*) AS account_count FROM account AS a
        WHERE a.account_id NOT IN (SELECT g.account_id FROM buying_group AS g)
            AND a.account_id NOT IN (SELECT c.account_id FROM customer AS c)
        GROUP BY a.country, a.region, a.owner_id ORDER BY a.country, a.region, a.owner_id"""
    )
