"""Where every group stands, and what moved in a week: a card for each account, solution and business unit."""

from __future__ import annotations

from typing import Any

from muster.access.seen import Seen
from muster.serving.figures.board import NEW, Board, Card, Move, Week
from muster.serving.figures.bought import customers

# Everything that ever changed where a place stood, a place being an account, a solution and a business
# unit; what comes later wins. An open opportunity covers what the score does beneath it. All scores
# are read for a past week alone: of the latest nobody has a score that comes after it.
_SPANS = """
WITH placed AS (
    SELECT g.*, g.account_id || '|' || g.solution_id || '|' || COALESCE(g.business_unit, '') AS place
    FROM buying_group AS g WHERE g.opened_at < $to_at),
dealt AS (
    SELECT g.buying_group_id, MIN(o.created_at) AS created_at
    FROM placed AS g
    JOIN opportunity_group AS og ON og.buying_group_id = g.buying_group_id
    JOIN known_opportunity AS o ON o.opportunity_id = og.opportunity_id
    WHERE o.created_at < COALESCE(g.closed_at, $to_at) AND o.created_at < $to_at
        AND (o.closed_at IS NULL OR o.closed_at >= g.opened_at)
    GROUP BY g.buying_group_id),
events AS (
    SELECT q.buying_group_id, q.from_at AS moved_at, 1 AS rank, q.reason,
        CASE q.status WHEN 'engaged' THEN 'warming' WHEN 'qualified' THEN 'qualified' ELSE 'cooling' END
            AS state
    FROM qualification AS q
    UNION ALL
    SELECT h.buying_group_id, d.at, 2,
        CASE d.outcome WHEN 'accepted' THEN 'accepted by sales' ELSE 'sales began to act on it' END, 'working'
    FROM disposition AS d JOIN hand_off AS h ON h.hand_off_id = d.hand_off_id
    WHERE d.outcome IN ('accepted', 'worked') AND d.at IS NOT NULL
    UNION ALL
    SELECT d.buying_group_id, d.created_at, 3, 'an opportunity was opened', 'opportunity' FROM dealt AS d
    UNION ALL
    SELECT g.buying_group_id, g.closed_at, 4, 'the cycle ended: ' || g.closing_reason,
        CASE g.closing_reason WHEN 'won' THEN 'customer' ELSE 'cold' END
    FROM placed AS g WHERE g.closed_at IS NOT NULL),
counted AS (
    SELECT p.place, e.*, p.opened_at
    FROM events AS e
    JOIN placed AS p ON p.buying_group_id = e.buying_group_id
    LEFT JOIN dealt AS d ON d.buying_group_id = e.buying_group_id
    WHERE e.moved_at < $to_at AND (p.closed_at IS NULL OR e.moved_at <= p.closed_at)
        AND (e.rank > 2 OR d.created_at IS NULL OR e.moved_at < d.created_at)),
last_of_instant AS (
    SELECT * FROM counted
    QUALIFY ROW_NUMBER() OVER (PARTITION BY place, moved_at ORDER BY opened_at DESC, rank DESC, state) = 1),
followed AS (
    SELECT *, LAG(state) OVER (PARTITION BY place ORDER BY moved_at) AS came_from FROM last_of_instant),
moves AS (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY place ORDER BY moved_at DESC) = 1 AS is_last
    FROM followed WHERE came_from IS NULL OR came_from <> state),
later AS (SELECT l.buying_group_id FROM latest_score AS l WHERE l.scored_at >= $to_at),
score_then AS (
    SELECT l.buying_group_id, l.expected_amount_cents, l.score
    FROM latest_score AS l WHERE l.scored_at < $to_at
    UNION ALL
    SELECT s.buying_group_id, UNNEST(MAX_BY(
        {'expected_amount_cents': s.expected_amount_cents, 'score': s.score}, s.scored_at))
    FROM score AS s SEMI JOIN later AS l ON l.buying_group_id = s.buying_group_id
    WHERE s.scored_at < $to_at GROUP BY s.buying_group_id),
deal AS (
    SELECT og.buying_group_id, SUM(o.amount_cents) AS amount_cents, MAX(o.currency) AS currency,
        COUNT(DISTINCT o.currency) AS currency_count
    FROM opportunity_group AS og JOIN known_opportunity AS o ON o.opportunity_id = og.opportunity_id
    WHERE o.created_at < $to_at AND (o.closed_at IS NULL OR o.closed_at >= $to_at)
    GROUP BY og.buying_group_id)
SELECT m.place, m.state, m.came_from, m.moved_at, m.reason, m.is_last, g.buying_group_id, g.account_id,
    COALESCE(a.name, a.domain, g.account_id) AS account, g.solution_id, a.country, a.region,
    g.member_count, g.visitor_count, s.score, s.expected_amount_cents,
    CASE WHEN d.currency_count = 1 THEN d.amount_cents END AS deal_cents, d.currency AS deal_currency
FROM moves AS m
JOIN placed AS g ON g.buying_group_id = m.buying_group_id
LEFT JOIN account AS a ON a.account_id = g.account_id
LEFT JOIN score_then AS s ON s.buying_group_id = m.buying_group_id
LEFT JOIN deal AS d ON d.buying_group_id = m.buying_group_id
WHERE m.is_last OR m.moved_at >= $from_at
ORDER BY m.place, m.moved_at"""

# Columns of few values: each is kept once, as a board of a hundred thousand cards is kept for every scope.
_FEW = ("solution_id", "country", "region", "state", "came_from", "reason")


def group_board(tables: Seen, week: Week, *, currency: str) -> Board:
    """The board of groups: one card for each account, solution and business unit, at its latest cycle."""
    arr = {row["account_id"]: row for row in reversed(customers(tables, week))}
    cards, moves = [], []
    was: dict[str, str] = {}
    kept: dict[str | None, str | None] = {}
    for row in tables.records(_SPANS, {"from_at": week.from_at, "to_at": week.to_at}):
        row |= {name: kept.setdefault(row[name], row[name]) for name in _FEW}
        came_from = row["came_from"] or NEW
        if row["moved_at"] >= week.from_at:
            was.setdefault(row["place"], came_from)
            moves.append(Move(row["place"], came_from, row["state"], row["moved_at"], row["reason"] or ""))
        if row["is_last"]:
            moved = row["moved_at"] >= week.from_at
            cards.append(_card(row, was.get(row["place"], row["state"]), arr, currency, moved=moved))
    return Board(tuple(cards), tuple(moves))


def _card(
    row: dict[str, Any], was: str, arr: dict[str, dict[str, Any]], currency: str, *, moved: bool
) -> Card:
    cents, in_currency, dollars_are = row["expected_amount_cents"], currency, "expected"
    if row["state"] == "opportunity":
        cents, in_currency, dollars_are = row["deal_cents"], row["deal_currency"] or currency, "open pipeline"
    if row["state"] == "customer":
        live = arr.get(row["account_id"])
        cents = live["arr_cents"] if live and live["is_live"] else None
        in_currency, dollars_are = live["currency"] if live else currency, "ARR of the account"
    if row["state"] == "cold":
        cents = None
    return Card(
        key=row["place"],
        account_id=row["account_id"],
        account=row["account"],
        buying_group_id=row["buying_group_id"],
        solution=row["solution_id"],
        country=row["country"],
        region=row["region"],
        state=row["state"],
        was=was,
        since=row["moved_at"],
        reason=row["reason"] or "",
        members=int(row["member_count"] or 0),
        visitors=int(row["visitor_count"] or 0),
        score=None if row["score"] is None or row["state"] in ("cold", "customer") else float(row["score"]),
        cents=None if cents is None else int(cents),
        currency=in_currency,
        dollars_are=dollars_are,
        moved=moved,
    )
