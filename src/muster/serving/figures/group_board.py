"""Where every group stands at the end of a week: a card for each account, solution and business unit."""

from __future__ import annotations

from muster.access.scope import Held
from muster.access.seen import Seen
from muster.serving.figures.board import Week
from muster.serving.figures.bought import BOUGHT

# Of the latest week these are everybody's scores; of a past week all are read.
_SCORES_NOW = """
score_then AS (SELECT l.buying_group_id, l.expected_amount_cents, l.score FROM latest_score AS l)"""
_SCORES_THEN = """
score_then AS (
    SELECT s.buying_group_id, UNNEST(MAX_BY(
        {'expected_amount_cents': s.expected_amount_cents, 'score': s.score}, s.scored_at))
    FROM score AS s WHERE s.scored_at < $to_at GROUP BY s.buying_group_id)"""
_CARDS = """
WITH {bought},
began AS (
    SELECT m.place, arg_min(COALESCE(m.came_from, 'new'), m.moved_at) AS was
    FROM board_move AS m WHERE m.moved_at >= $from_at AND m.moved_at < $to_at GROUP BY m.place),
{scores},
deal AS (
    SELECT og.buying_group_id, SUM(o.amount_cents) AS amount_cents, MAX(o.currency) AS currency,
        COUNT(DISTINCT o.currency) AS currency_count
    FROM opportunity_group AS og JOIN known_opportunity AS o ON o.opportunity_id = og.opportunity_id
    WHERE o.created_at < $to_at AND (o.closed_at IS NULL OR o.closed_at >= $to_at)
    GROUP BY og.buying_group_id)
SELECT m.place AS key, m.account_id, m.account, m.buying_group_id, m.solution_id AS solution, m.country,
    m.region, m.state, COALESCE(b.was, m.state) AS was, m.moved_at AS since, m.reason, m.members, m.visitors,
    CASE WHEN m.state NOT IN ('cold', 'customer') THEN s.score::DOUBLE END AS score,
    CASE m.state
        WHEN 'cold' THEN NULL
        WHEN 'customer' THEN CASE WHEN c.is_live THEN c.arr_cents END
        WHEN 'opportunity' THEN CASE WHEN d.currency_count = 1 THEN d.amount_cents END
        ELSE s.expected_amount_cents END::BIGINT AS cents,
    CASE m.state
        WHEN 'customer' THEN COALESCE(c.currency, $currency)
        WHEN 'opportunity' THEN COALESCE(d.currency, $currency)
        ELSE $currency END AS currency,
    CASE m.state
        WHEN 'customer' THEN 'ARR of the account'
        WHEN 'opportunity' THEN 'open pipeline'
        ELSE 'expected' END AS dollars_are,
    b.place IS NOT NULL AS moved
FROM board_move AS m
LEFT JOIN began AS b ON b.place = m.place
LEFT JOIN score_then AS s ON s.buying_group_id = m.buying_group_id
LEFT JOIN deal AS d ON d.buying_group_id = m.buying_group_id
LEFT JOIN bought AS c ON c.account_id = m.account_id
WHERE m.moved_at < $to_at AND (m.until_at IS NULL OR m.until_at >= $to_at)"""

# Every step in the days, of the places that have a card then.
MOVES = """
SELECT m.place AS key, COALESCE(m.came_from, 'new') AS from_state, m.state AS to_state, m.moved_at,
    m.reason AS why
FROM board_move AS m WHERE m.moved_at >= $from_at AND m.moved_at < $to_at"""


def group_cards(tables: Seen, week: Week, *, currency: str) -> Held:
    """The cards of groups: one for each account, solution and business unit, at its latest cycle."""
    later = tables.records(
        "SELECT 1 AS one FROM latest_score AS l WHERE l.scored_at >= ? LIMIT 1", [week.to_at]
    )
    sql = _CARDS.format(bought=BOUGHT, scores=_SCORES_THEN if later else _SCORES_NOW)
    return tables.hold(sql, {"from_at": week.from_at, "to_at": week.to_at, "currency": currency})
