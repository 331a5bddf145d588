"""Hand-offs with sales' answer to each, those that the next run will tell first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from muster.deciding.facts import Facts
from muster.deciding.pending import Said, said_by_subject
from muster.deciding.standing import topic
from muster.store.opening import Store

_LISTED = """
    WITH answer AS (
        SELECT d.hand_off_id, d.outcome, d.reason,
            ROW_NUMBER() OVER (PARTITION BY d.hand_off_id ORDER BY d.at DESC, d.outcome) AS back
        FROM disposition AS d
    )
    SELECT h.hand_off_id, h.at, h.owner_id, h.sentence, a.outcome, a.reason,
        g.closed_at IS NOT NULL OR h.at < MAX(h.at) OVER (PARTITION BY h.buying_group_id) AS is_past
    FROM hand_off AS h
    JOIN buying_group AS g ON g.buying_group_id = h.buying_group_id
    LEFT JOIN answer AS a ON a.hand_off_id = h.hand_off_id AND a.back = 1
    ORDER BY h.at DESC, h.hand_off_id
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """A hand-off: who has it, what sales answered, and what was said of it, oldest first.

    `answer` and `owner_id` are as the next run will tell them. `is_past`: its group's cycle ended, or it was
    handed off again.
    """

    hand_off_id: str
    at: datetime
    owner_id: str | None
    sentence: str
    answer: str | None
    reason: str | None
    is_past: bool
    is_pending: bool
    said: tuple[Said, ...]


def hand_offs(store: Store | None, facts: Facts) -> list[Listed]:
    """Every hand-off of the last run, the newest first."""
    said = said_by_subject(store, facts)
    return [_listed(row, tuple(said.get(row["hand_off_id"], ()))) for row in facts.tables.records(_LISTED)]


def _listed(row: dict[str, object], said: tuple[Said, ...]) -> Listed:
    news = {topic(s.decision): s for s in said if s.is_pending}
    answer, owner = news.get("answer"), news.get("owner")
    told = {name: row[name] for name in ("hand_off_id", "at", "owner_id", "sentence", "is_past")}
    told |= {"answer": row["outcome"], "reason": row["reason"]}
    if answer is not None:
        is_given = answer.state == "in force"
        told["answer"] = answer.decision.kind if is_given else None
        told["reason"] = answer.decision.reason or None if is_given else None
    if owner is not None and owner.state == "in force":
        told["owner_id"] = owner.decision.value
    return Listed(**told, is_pending=bool(news), said=said)  # type: ignore[arg-type]
