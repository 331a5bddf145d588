"""Where every account stands with each solution, and what moved in a week: by groups or by accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from muster.access.seen import Seen

# From nobody there to a sale, and the way out again. An account with several groups stands at the last
# of `_STRENGTH` that any of them has.
STATES = ("cold", "warming", "qualified", "working", "opportunity", "customer", "cooling")
_STRENGTH = ("cold", "customer", "cooling", "warming", "qualified", "working", "opportunity")
NEW = "new"  # where a group comes from that was not there before
MEANS = {
    "cold": "Its last cycle was lost or fell silent.",
    "warming": "People engage; the group has not qualified.",
    "qualified": "Qualified; sales has not begun to act on it.",
    "working": "With sales, which acts on it; no opportunity yet.",
    "opportunity": "Its opportunity is open.",
    "customer": "Its last cycle was won.",
    "cooling": "Was qualified or engaged and cooled, or was returned by sales.",
}

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

_CUSTOMERS = """
SELECT c.account_id, c.arr_cents, c.currency, c.customer_since_on, c.is_live,
    COALESCE(a.name, a.domain, c.account_id) AS account, a.country, a.region
FROM customer AS c LEFT JOIN account AS a ON a.account_id = c.account_id
WHERE c.customer_since_on < $to_at ORDER BY c.account_id, c.arr_cents DESC, c.currency"""


@dataclass(frozen=True, slots=True)
class Week:
    """The days that are looked at, and the instant up to which they are known."""

    from_at: datetime
    to_at: datetime

    @property
    def last_day(self) -> date:
        """The last day that counts."""
        return (self.to_at - timedelta(microseconds=1)).date()

    @property
    def day_count(self) -> int:
        """How many days they are, begun ones counted."""
        return -(-(self.to_at - self.from_at) // timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Card:
    """A group, or an account, where it stood at the end of the week."""

    key: str
    account_id: str
    account: str
    buying_group_id: str | None
    solution: str
    country: str | None
    region: str | None
    state: str
    was: str  # at the beginning of the week
    since: datetime | None
    reason: str
    members: int
    visitors: int
    score: float | None
    cents: int | None  # the open opportunity, the live contracts, or what is expected
    currency: str
    dollars_are: str
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """One step of a group or account from a state to another."""

    key: str
    from_state: str
    to_state: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Board:
    """Every card at the end of a week, and every move of it: what stood before, plus in, minus out."""

    cards: tuple[Card, ...]
    moves: tuple[Move, ...]


def days_of(since: date | None, until: date | None, as_of: datetime) -> Week:
    """The days from one to another, as far as they are known; a week where one end or both are not named.

    Days that are all still to come are the seven up to the as-of date.
    """
    last = _midnight(until) + timedelta(days=1) if until else as_of
    begun = _midnight(since) if since else last - timedelta(days=7)
    if begun >= as_of:
        return Week(as_of - timedelta(days=7), as_of)
    return Week(begun, min(last, as_of))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def group_board(tables: Seen, week: Week, *, currency: str) -> Board:
    """The board of groups: one card for each account, solution and business unit, at its latest cycle."""
    arr = {row["account_id"]: row for row in reversed(_customers(tables, week))}
    cards, moves = [], []
    was: dict[str, str] = {}
    for row in tables.records(_SPANS, {"from_at": week.from_at, "to_at": week.to_at}):
        came_from = row["came_from"] or NEW
        if row["moved_at"] >= week.from_at:
            was.setdefault(row["place"], came_from)
            moves.append(Move(row["place"], came_from, row["state"], row["moved_at"], row["reason"] or ""))
        if row["is_last"]:
            moved = row["moved_at"] >= week.from_at
            cards.append(_card(row, was.get(row["place"], row["state"]), arr, currency, moved=moved))
    return Board(tuple(cards), tuple(moves))


def account_board(groups: Board, tables: Seen, week: Week, *, currency: str) -> Board:
    """The same for accounts: each stands at the strongest state that a group of it has."""
    by_account: dict[str, list[Card]] = {}
    for card in groups.cards:
        by_account.setdefault(card.account_id, []).append(card)
    cards, moves = [], []
    bought = {row["account_id"]: row for row in reversed(_customers(tables, week))}
    at_of = {(move.key, move.to_state): move for move in groups.moves}
    for account_id, theirs in by_account.items():
        card = _strongest(theirs, bought.get(account_id), currency)
        if card.was != card.state:
            known = [m for one in theirs if (m := at_of.get((one.key, one.state)))]
            last = max(known, key=lambda move: move.at) if known else None
            if last is not None:
                card = replace(card, since=last.at, reason=last.reason, moved=True)
                moves.append(Move(account_id, card.was, card.state, last.at, last.reason))
        cards.append(card)
    for account_id, row in bought.items():
        if account_id not in by_account:
            cards.append(_without_group(row, week))
            if cards[-1].moved:
                since = cards[-1].since
                assert since is not None
                moves.append(Move(account_id, NEW, "customer", since, cards[-1].reason))
    return Board(tuple(cards), tuple(sorted(moves, key=lambda move: (move.at, move.key))))


def untouched(tables: Seen) -> list[dict[str, Any]]:
    """Accounts no group was ever formed for, and that never bought: how many, by place and owner."""
    return tables.records(
        """SELECT a.country, a.region, a.owner_id, COUNT(*) AS account_count FROM account AS a
        WHERE a.account_id NOT IN (SELECT g.account_id FROM buying_group AS g)
            AND a.account_id NOT IN (SELECT c.account_id FROM customer AS c)
        GROUP BY a.country, a.region, a.owner_id ORDER BY a.country, a.region, a.owner_id"""
    )


def by_change(cards: Iterable[Card]) -> list[Card]:
    """What moved last first; of those, the most dollars."""
    return sorted(
        cards,
        key=lambda c: (
            -(c.since.timestamp() if c.since else 0.0),
            -(c.cents or 0),
            c.account,
            c.key,
        ),
    )


def _customers(tables: Seen, week: Week) -> list[dict[str, Any]]:
    return tables.records(_CUSTOMERS, {"to_at": week.to_at})


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


def _strongest(theirs: list[Card], bought: dict[str, Any] | None, currency: str) -> Card:
    """One card for all groups of an account; its dollars are those of the groups at its state."""
    rank = _STRENGTH.index
    state = max((card.state for card in theirs), key=rank)
    before = [card.was for card in theirs if card.was != NEW]
    was = max(before, key=rank) if before else NEW
    at_it = [card for card in theirs if card.state == state]
    newest = max(at_it, key=lambda c: (c.since or datetime.min, c.key))
    cents, in_currency = newest.cents, newest.currency
    if state == "customer":
        cents = int(bought["arr_cents"] or 0) if bought and bought["is_live"] else None
        in_currency = bought["currency"] if bought else currency
    elif len({card.currency for card in at_it}) == 1:
        known = [card.cents for card in at_it if card.cents is not None]
        cents = sum(known) if known else None
    return replace(
        newest,
        key=newest.account_id,
        buying_group_id=None,
        solution=", ".join(sorted({card.solution for card in at_it})),
        was=was,
        members=sum(card.members for card in at_it),
        visitors=sum(card.visitors for card in at_it),
        cents=cents,
        currency=in_currency,
        moved=False,
    )


def _without_group(row: dict[str, Any], week: Week) -> Card:
    """A customer whose purchases no group was seen for."""
    day: date = row["customer_since_on"]
    since = datetime(day.year, day.month, day.day)
    is_new = since >= week.from_at
    return Card(
        key=row["account_id"],
        account_id=row["account_id"],
        account=row["account"],
        buying_group_id=None,
        solution="",
        country=row["country"],
        region=row["region"],
        state="customer",
        was=NEW if is_new else "customer",
        since=since,
        reason="bought; no group was seen for it",
        members=0,
        visitors=0,
        score=None,
        cents=int(row["arr_cents"]) if row["is_live"] and row["arr_cents"] is not None else None,
        currency=row["currency"],
        dollars_are="ARR of the account",
        moved=is_new,
    )
