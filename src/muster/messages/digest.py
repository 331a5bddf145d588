"""The weekly digest: what needs its reader, with dollars, and what was new in the week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
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
        SELECT x.buying_group_id, o.currency, SUM(o.amount_cents) AS cents FROM opportunity_group AS x
        JOIN known_opportunity AS o ON o.opportunity_id = x.opportunity_id
        WHERE NOT o.is_closed AND o.amount_cents IS NOT NULL GROUP BY x.buying_group_id, o.currency)
    SELECT w.buying_group_id, w.from_at, g.solution_id, COALESCE(a.name, a.domain, g.account_id) AS account,
        o.cents AS open_cents, o.currency, e.cents AS expected_cents
    FROM standing AS w
    JOIN buying_group AS g ON g.buying_group_id = w.buying_group_id AND g.closed_at IS NULL
    LEFT JOIN account AS a ON a.account_id = g.account_id
    LEFT JOIN answered AS n ON n.buying_group_id = w.buying_group_id
    LEFT JOIN expected AS e ON e.buying_group_id = w.buying_group_id
    LEFT JOIN opened AS o ON o.buying_group_id = w.buying_group_id
    WHERE n.answered_at IS NULL OR n.answered_at < w.from_at
    ORDER BY w.buying_group_id, o.currency"""


@dataclass(frozen=True, slots=True)
class _Needed:
    """A group that waits: what is open there in each currency, or where nothing is, what is expected."""

    buying_group_id: str
    words: str
    from_at: datetime
    open_cents: Mapping[str, int]
    expected_cents: int | None

    def worth(self, currency: str) -> Mapping[str, int]:
        """By currency; amounts that are expected are in the company's."""
        if self.open_cents:
            return self.open_cents
        return {} if self.expected_cents is None else {currency: self.expected_cents}

    def rank(self, currency: str) -> tuple[object, ...]:
        """Most worth first; what is open in other currencies alone stands by what is expected there."""
        ours = self.open_cents.get(currency, self.expected_cents)
        return ours is None, -(ours or 0), self.from_at, self.buying_group_id


def digest(
    tables: Published, *, as_of: datetime, today: date, currency: str, caution: str = ""
) -> list[Message]:
    """One message for a reader of these tables; none where nothing needs them and nothing was new.

    `caution` stands below amounts that a chance is part of: that there is little to learn chances from.
    """
    needed = sorted(_needed(tables), key=lambda one: one.rank(currency))
    news = Counter(m.kind for m in happenings(tables, as_of=as_of, days=WEEK, currency=currency))
    told = [counted(news[kind], *words) for kind, words in _NEWS.items() if news[kind]]
    if not needed and not told:
        return []
    worth = Counter[str]()
    for one in needed:
        worth.update(one.worth(currency))
    facts = [_line(one, currency) for one in needed[:_SHOWN]]
    if len(needed) > _SHOWN:
        facts.append(f"And {len(needed) - _SHOWN} more.")
    if caution and any(one.expected_cents is not None and not one.open_cents for one in needed):
        facts.append(f"{caution}.")
    if told:
        facts.append(f"New in the {WEEK} days to {show(as_of.date())}: {', '.join(told)}.")
    year, week, _ = today.isocalendar()
    return [
        Message(
            key=f"{WEEKLY}:{year}-W{week:02d}",
            kind=WEEKLY,
            sentence=_sentence(len(needed), worth, currency),
            happened_at=as_of.isoformat(timespec="seconds"),
            facts=tuple(facts),
            path="/worklist",
            data={
                "groups_to_answer": len(needed),
                "worth_cents": worth[currency],
                "currency": currency,
                "worth_cents_by_currency": dict(sorted(worth.items())),
                "buying_group_ids": [one.buying_group_id for one in needed],
                "news": {kind: news[kind] for kind in _NEWS},
            },
        )
    ]


def _needed(tables: Published) -> list[_Needed]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in tables.records(_NEEDED):
        groups.setdefault(row["buying_group_id"], []).append(row)
    return [
        _Needed(
            group_id,
            f"{rows[0]['account']} for {rows[0]['solution_id']}",
            rows[0]["from_at"],
            {row["currency"]: int(row["open_cents"]) for row in rows if row["open_cents"] is not None},
            None if rows[0]["expected_cents"] is None else int(rows[0]["expected_cents"]),
        )
        for group_id, rows in groups.items()
    ]


def _sentence(count: int, cents: Mapping[str, int], currency: str) -> str:
    if not count:
        return "Nothing waits for an answer this week"
    verb = "waits" if count == 1 else "wait"
    worth = f", worth {_told(cents, currency)}" if any(cents.values()) else ""
    return f"{counted(count, 'qualified group')} {verb} for an answer{worth}"


def _line(one: _Needed, currency: str) -> str:
    worth = "no amount expected yet"
    if cents := one.worth(currency):
        worth = f"{_told(cents, currency)} {'in open opportunities' if one.open_cents else 'expected'}"
    return f"{one.words}: {worth}, qualified since {show(one.from_at.date())}"


def _told(cents: Mapping[str, int], currency: str) -> str:
    """Amounts side by side, the company's currency first: no rate makes one of them."""
    ordered = sorted(cents.items(), key=lambda pair: (pair[0] != currency, pair[0]))
    return " and ".join(short(amount, code) for code, amount in ordered)
