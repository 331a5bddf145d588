"""What happened that somebody should hear of, read from the tables of the run in force.

A happening is named by what it is about and not by the run that tells it, so a second run, or the same one
again, tells nothing twice. Looked at are the last days before the tables' own date: the first look at years
of history is no flood.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from muster.messages.kinds import DATA_STALE, HAND_OFF, LEFT_QUALIFIED, SECOND_LEAD, SHARE_READ
from muster.messages.message import Message
from muster.reports.money import short
from muster.reports.published import Published
from muster.reports.values import counted, show, words

_REASONS = 3  # that stand below a hand-off
_NAME = "COALESCE(a.name, a.domain, g.account_id)"

# Replayed hand-offs never went to sales: the policy would have made them, before the company was live.
_HANDED = f"""
    SELECT h.hand_off_id, h.buying_group_id, h.at, h.sentence, h.member_count, h.visitor_count,
        g.account_id, g.solution_id, {_NAME} AS account, s.expected_amount_cents
    FROM hand_off AS h
    JOIN buying_group AS g ON g.buying_group_id = h.buying_group_id
    LEFT JOIN account AS a ON a.account_id = g.account_id
    LEFT JOIN score AS s ON s.buying_group_id = h.buying_group_id AND s.scored_at = h.at
    WHERE h.at > ? AND h.at <= ? AND NOT h.is_replayed
    ORDER BY h.at, h.hand_off_id"""
_REASON = """
    SELECT r.buying_group_id, r.scored_at, r.sentence
    FROM score_reason AS r
    JOIN hand_off AS h ON h.buying_group_id = r.buying_group_id AND h.at = r.scored_at
    WHERE h.at > ? AND h.at <= ? AND r.points > 0 AND r.component <> 'fit'
    ORDER BY r.buying_group_id, r.scored_at, r.points DESC, r.component, r.reason"""
_SECOND = f"""
    SELECT u.hand_off_id, u.person_id, u.at, u.sentence, h.buying_group_id, h.at AS handed_at,
        g.account_id, g.solution_id, {_NAME} AS account
    FROM hand_off_update AS u
    JOIN hand_off AS h ON h.hand_off_id = u.hand_off_id
    JOIN buying_group AS g ON g.buying_group_id = h.buying_group_id
    LEFT JOIN account AS a ON a.account_id = g.account_id
    WHERE u.kind = 'second_lead' AND u.at > ? AND u.at <= ? AND NOT h.is_replayed
    ORDER BY u.at, u.hand_off_id, u.person_id"""
_READ = """
    WITH found AS (
        SELECT s.share_id, s.known_at, s.account_id, s.content_id, s.to_person_id, p.name AS reader,
            p.title, f.name AS sharer, g.buying_group_id, g.solution_id,
            COALESCE(a.name, a.domain, s.account_id) AS account,
            ROW_NUMBER() OVER (PARTITION BY s.share_id
                ORDER BY g.buying_group_id IS NULL, g.closed_at IS NOT NULL, g.opened_at DESC,
                    g.buying_group_id, f.valid_from DESC) AS number
        FROM share AS s
        JOIN person AS p ON p.person_id = s.to_person_id AND p.valid_from <= s.known_at
            AND (p.valid_to IS NULL OR s.known_at < p.valid_to)
        LEFT JOIN person AS f ON f.person_id = s.from_person_id AND f.valid_from <= s.known_at
        LEFT JOIN member AS m ON m.person_id = s.to_person_id
        LEFT JOIN buying_group AS g ON g.buying_group_id = m.buying_group_id
            AND g.account_id = s.account_id AND g.opened_at <= s.known_at
        LEFT JOIN account AS a ON a.account_id = s.account_id
        WHERE p.seniority IN ('vp', 'c_level') AND s.known_at > ? AND s.known_at <= ?)
    SELECT * FROM found WHERE number = 1 ORDER BY known_at, share_id"""
_LEFT = f"""
    SELECT q.buying_group_id, q.from_at, q.to_at, q.ended_because, g.account_id, g.solution_id,
        {_NAME} AS account, n.would_change
    FROM qualification AS q
    JOIN buying_group AS g ON g.buying_group_id = q.buying_group_id
    LEFT JOIN account AS a ON a.account_id = g.account_id
    LEFT JOIN nurture AS n ON n.buying_group_id = q.buying_group_id AND n.to_at IS NULL
    WHERE q.status = 'qualified' AND q.to_at > ? AND q.to_at <= ?
        AND NOT EXISTS (SELECT 1 FROM qualification AS x WHERE x.buying_group_id = q.buying_group_id
            AND x.status = 'qualified' AND x.from_at = q.to_at)
    ORDER BY q.to_at, q.buying_group_id"""


def happenings(
    tables: Published, *, as_of: datetime, days: int, currency: str, caution: str = ""
) -> list[Message]:
    """What happened in the days before `as_of`, oldest first, of the accounts that these tables show.

    `caution` stands below what a chance is part of: that there is little to learn chances from.
    """
    span = [_naive(as_of) - timedelta(days=days), _naive(as_of)]
    found = [
        *_hand_offs(tables, span, currency, caution),
        *(_second_lead(row) for row in tables.records(_SECOND, span)),
        *(_share_read(row) for row in tables.records(_READ, span)),
        *(_left(row) for row in tables.records(_LEFT, span)),
    ]
    return sorted(found, key=lambda message: (message.happened_at, message.key))


def stale(*, as_of: datetime, now: datetime, after_days: int) -> list[Message]:
    """That the newest record is older than so many days; told once for each day it stopped at."""
    age = now - as_of
    if age <= timedelta(days=after_days):
        return []
    return [
        Message(
            key=f"{DATA_STALE}:records:{as_of:%Y-%m-%d}",
            kind=DATA_STALE,
            sentence=f"The newest record is of {show(as_of.date())}, {age.days} days ago.",
            happened_at=_text(now),
            facts=("What is shown may be out of date: see which exports no longer come.",),
            path="/health",
            data={"why": "records", "as_of": _text(as_of)},
        )
    ]


def failed_run(reason: str, *, at: datetime) -> Message:
    """That a run begun at this instant ended badly; told once a day, however often it is tried again."""
    return Message(
        key=f"{DATA_STALE}:run:{at.astimezone(UTC):%Y-%m-%d}",
        kind=DATA_STALE,
        sentence=f"A run failed: {reason}",
        happened_at=_text(at),
        facts=("The tables of the last good run stay in force.",),
        path="/health",
        data={"why": "run"},
    )


def _hand_offs(tables: Published, span: list[datetime], currency: str, caution: str) -> Iterable[Message]:
    reasons = defaultdict(list)
    for row in tables.records(_REASON, span):
        reasons[row["buying_group_id"], row["scored_at"]].append(row["sentence"])
    for row in tables.records(_HANDED, span):
        cents = row["expected_amount_cents"]
        worth = [] if cents is None else [f"Worth {short(int(cents), currency)}: chance times usual amount"]
        if worth and caution:
            worth.append(f"{caution}.")
        yield Message(
            key=f"{HAND_OFF}:{row['hand_off_id']}",
            kind=HAND_OFF,
            sentence=f"New hand-off: {row['sentence']}",
            happened_at=_text(row["at"]),
            facts=(*worth, *reasons[row["buying_group_id"], row["at"]][:_REASONS]),
            **_about(
                row,
                hand_off_id=row["hand_off_id"],
                member_count=int(row["member_count"]),
                visitor_count=int(row["visitor_count"]),
                expected_amount_cents=None if cents is None else int(cents),
                currency=currency,
            ),
        )


def _second_lead(row: dict[str, Any]) -> Message:
    return Message(
        key=f"{SECOND_LEAD}:{row['hand_off_id']}:{row['person_id']}",
        kind=SECOND_LEAD,
        sentence=f"{row['account']} for {row['solution_id']}: {row['sentence']}",
        happened_at=_text(row["at"]),
        facts=(f"Sales has the group since {show(row['handed_at'].date())}.",),
        **_about(row, hand_off_id=row["hand_off_id"], person_id=row["person_id"]),
    )


def _share_read(row: dict[str, Any]) -> Message:
    title = f" ({row['title']})" if row["title"] else ""
    solution = f" for {row['solution_id']}" if row["solution_id"] else ""
    return Message(
        key=f"{SHARE_READ}:{row['share_id']}",
        kind=SHARE_READ,
        sentence=f"{row['account']}{solution}: {row['reader'] or 'Somebody'}{title} read what "
        f"{row['sharer'] or 'a colleague'} passed on",
        happened_at=_text(row["known_at"]),
        facts=(f"Read: {row['content_id']}",) if row["content_id"] else (),
        **_about(row, person_id=row["to_person_id"], content_id=row["content_id"]),
    )


def _left(row: dict[str, Any]) -> Message:
    held = counted((row["to_at"] - row["from_at"]).days, "day")
    advice = [f"What would change it: {words(row['would_change'])}"] if row["would_change"] else []
    return Message(
        key=f"{LEFT_QUALIFIED}:{row['buying_group_id']}:{row['from_at']:%Y%m%dT%H%M%S}",
        kind=LEFT_QUALIFIED,
        sentence=f"{row['account']} for {row['solution_id']} is no longer qualified ({row['ended_because']})",
        happened_at=_text(row["to_at"]),
        facts=(f"It was qualified for {held}.", *advice),
        **_about(row, reason=row["ended_because"]),
    )


def _about(row: dict[str, Any], **data: object) -> dict[str, Any]:
    """Whom a message is about, where to look, and what systems are told of it."""
    group, account = row["buying_group_id"], row["account_id"]
    ids = {"buying_group_id": group, "account_id": account, "account": row["account"]}
    return {
        "subject_id": group or account,
        "path": f"/groups/{group}" if group else f"/accounts/{account}",
        "data": {**ids, "solution_id": row["solution_id"], **data},
    }


def _naive(at: datetime) -> datetime:
    """An instant as the published tables have it: UTC, without saying so."""
    return at.astimezone(UTC).replace(tzinfo=None)


def _text(at: datetime) -> str:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")
