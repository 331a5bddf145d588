"""The weekly digest: what needs its reader, with dollars, and what was new in the week."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

from muster.messages.happenings import happenings
from muster.messages.kinds import LEFT_QUALIFIED, SECOND_LEAD, SHARE_READ, WEEKLY
from muster.messages.message import Message
from muster.reports.money import short
from muster.reports.published import Published
from muster.reports.values import counted, show

WEEK = 7
_SHOWN = 5
_NEWS = {
    SECOND_LEAD: ("second lead", "second leads"),
    SHARE_READ: ("share read by a vice president or higher", "shares read by vice presidents or higher"),
    LEFT_QUALIFIED: ("group no longer qualified", "groups no longer qualified"),
}

# Groups that are qualified now and that sales has not answered since they came; worth what is expected of
# them, or where opportunities are open already, the amount of these.
_NEEDED = """
    WITH standing AS (
        SELECT q.buying_group_id, q.from_at FROM qualification AS q
        WHERE q.status = 'qualified' AND q.to_at IS NULL),
    answered AS (
        SELECT h.buying_group_id, MAX(d.at) AS answered_at FROM hand_off AS h
        JOIN disposition AS d ON d.hand_off_id = h.hand_off_id GROUP BY h.buying_group_id),
    expected AS (
        SELECT s.buying_group_id, arg_max(s.expected_amount_cents, s.scored_at) FILTER
            (WHERE s.expected_amount_cents IS NOT NULL) AS cents FROM score AS s
        JOIN standing AS w ON w.buying_group_id = s.buying_group_id AND s.scored_at >= w.from_at
        GROUP BY s.buying_group_id),
    opened AS (
        SELECT x.buying_group_id, SUM(o.amount_cents) AS cents FROM opportunity_group AS x
        JOIN known_opportunity AS o ON o.opportunity_id = x.opportunity_id
        WHERE NOT o.is_closed AND o.currency = ? GROUP BY x.buying_group_id)
    SELECT w.buying_group_id, w.from_at, g.solution_id, COALESCE(a.name, a.domain, g.account_id) AS account,
        COALESCE(o.cents, e.cents) AS cents, o.cents IS NOT NULL AS is_open
    FROM standing AS w
    JOIN buying_group AS g ON g.buying_group_id = w.buying_group_id AND g.closed_at IS NULL
    LEFT JOIN account AS a ON a.account_id = g.account_id
    LEFT JOIN answered AS n ON n.buying_group_id = w.buying_group_id
    LEFT JOIN expected AS e ON e.buying_group_id = w.buying_group_id
    LEFT JOIN opened AS o ON o.buying_group_id = w.buying_group_id
    WHERE n.answered_at IS NULL OR n.answered_at < w.from_at
    ORDER BY COALESCE(o.cents, e.cents) DESC NULLS LAST, w.from_at, w.buying_group_id"""


def digest(tables: Published, *, as_of: datetime, today: date, currency: str) -> list[Message]:
    """One message for a reader of these tables; none where nothing needs them and nothing was new."""
    needed = tables.records(_NEEDED, [currency])
    news = Counter(m.kind for m in happenings(tables, as_of=as_of, days=WEEK, currency=currency))
    told = [counted(news[kind], *words) for kind, words in _NEWS.items() if news[kind]]
    if not needed and not told:
        return []
    cents = sum(int(row["cents"] or 0) for row in needed)
    facts = [_line(row, currency) for row in needed[:_SHOWN]]
    if len(needed) > _SHOWN:
        facts.append(f"And {len(needed) - _SHOWN} more.")
    if told:
        facts.append(f"New in the {WEEK} days to {show(as_of.date())}: {', '.join(told)}.")
    year, week, _ = today.isocalendar()
    return [
        Message(
            key=f"{WEEKLY}:{year}-W{week:02d}",
            kind=WEEKLY,
            sentence=_sentence(len(needed), cents, currency),
            happened_at=as_of.isoformat(timespec="seconds"),
            facts=tuple(facts),
            path="/worklist",
            data={
                "groups_to_answer": len(needed),
                "worth_cents": cents,
                "currency": currency,
                "buying_group_ids": [row["buying_group_id"] for row in needed],
                "news": {kind: news[kind] for kind in _NEWS},
            },
        )
    ]


def _sentence(count: int, cents: int, currency: str) -> str:
    if not count:
        return "Nothing waits for an answer this week"
    verb = "waits" if count == 1 else "wait"
    worth = f", worth {short(cents, currency)}" if cents else ""
    return f"{counted(count, 'qualified group')} {verb} for an answer{worth}"


def _line(row: dict[str, Any], currency: str) -> str:
    worth = "no amount expected yet"
    if row["cents"] is not None:
        basis = "in open opportunities" if row["is_open"] else "expected"
        worth = f"{short(int(row['cents']), currency)} {basis}"
    return (
        f"{row['account']} for {row['solution_id']}: {worth}, qualified since {show(row['from_at'].date())}"
    )
