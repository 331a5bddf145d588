"""What people decided: rows are only added, and two who decide at once about one thing are told apart.

A decision counts from the date of the tables it was taken on (`decided_at`), so that the next run of the
same records applies it without moving the date everything is seen from. Its id begins with the instant at
which it was written, so that ids sort in the order of writing, and ends in signs drawn by chance: who reads
the ids of their own decisions learns nothing of how many were taken elsewhere. Older ids begin with a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from secrets import token_hex

import sqlalchemy as sa

from muster.problems import Conflict
from muster.store.audit import note
from muster.store.once import Once, find_answer, remember
from muster.store.opening import Store
from muster.store.schema import DECISION

UNDO = "undo"
NOTE = "note"  # says something, and contradicts nothing
_BEFORE = {"nurture": "until", "exclude": "until", "reassign": "to", "rejected": ":"}  # its value
_WRITTEN = re.compile(r"d(?:\d{6,}-)?(\d{8}T\d{6})(\d{6})?Z(?:-[0-9a-f]{8})?")  # an id, an older one too
_TOLD = [column for column in DECISION.columns if column.name not in {"number", "turn"}]


@dataclass(frozen=True, slots=True)
class Decision:
    """One row: two are one (merge, account_merge), are two (split, account_split), or an id is undone.

    Of kind `role` it says which role (`value`) the person of `other_id` plays in the group `subject_id`.
    About a hand-off it is accepted, rejected (`value`: more in words), nurture (`value`: until when),
    reassign (`value`: to whom) or note; about an account, exclude or include (`other_id`: one solution).
    `about_at` is the instant at which the hand-off or the group began: by it the next runs find what was
    meant, should its id give way to another.
    """

    decision_id: str
    kind: str
    subject_id: str
    other_id: str
    reason: str
    decided_by: str
    decided_at: str
    value: str = ""
    about_at: str = ""

    @property
    def says(self) -> str:
        """For example: merge 00Q5e001 and 00Q5e002."""
        about = " and ".join(part for part in (self.subject_id, self.other_id) if part)
        joins = _BEFORE.get(self.kind, "as")
        return f"{self.kind} {about}{self.value and f' {joins} {self.value}'}"

    @property
    def pair(self) -> frozenset[str]:
        """The two it is about, in no order."""
        return frozenset((self.subject_id, self.other_id))

    @property
    def rank(self) -> tuple[str, str]:
        """What makes one decision later than another, as the flow has it."""
        return self.decided_at, self.decision_id


def read_decisions(store: Store | None) -> list[Decision]:
    """Every decision in the order of writing; none where there is no store."""
    if store is None:
        return []
    with store.reading() as connection:
        rows = connection.execute(sa.select(*_TOLD).order_by(DECISION.c.number)).mappings().all()
    return [Decision(**row) for row in rows]


def add_decision(
    store: Store,
    decision: Decision,
    *,
    seen: Sequence[Decision],
    once: Once | None = None,
    now: datetime | None = None,
) -> Decision:
    """Keep a decision that somebody took knowing those `seen`; returns it with its id.

    It is on the disk when this returns, and `audit` tells of it. Of a request that may come again, `once`,
    the decision it became the first time is returned. Raises Conflict where somebody else decided about the
    same subjects since; notes neither stand in the way nor are stood in the way of.
    """
    written = now or datetime.now(UTC)
    with store.writing() as connection:
        if once is not None and (earlier_id := find_answer(connection, once, now=now)) is not None:
            return _one(connection, earlier_id)
        there = _about(connection, decision)
        known = {d.decision_id for d in seen}
        for earlier in there:
            if earlier.decision_id not in known and NOTE not in (earlier.kind, decision.kind):
                first = earlier.decided_by or "Somebody"
                raise Conflict(
                    f"{first} was first: {earlier.decision_id} says {earlier.says}.",
                    remedy="Look again, and decide once more if you still want to.",
                )
        about = (d for d in (*there, *seen) if d.pair == decision.pair)
        kept = replace(decision, decision_id=_new_id(written, about))
        number = (connection.execute(sa.select(sa.func.max(DECISION.c.number))).scalar() or 0) + 1
        connection.execute(sa.insert(DECISION).values(**asdict(kept), number=number, turn=len(there) + 1))
        detail = {"before": there[-1].says if there else "", "after": kept.says, "reason": kept.reason}
        note(connection, kept.decided_by, "decide", kept.decision_id, detail)
        if once is not None:
            remember(connection, once, kept.decision_id, now=now)
    return kept


def written_at(decision_id: str) -> datetime | None:
    """When one of our ids was made; None of another's.

    >>> written_at("d20260301T093000250000Z-5f0c91aa"), written_at("d000003-20260301T093000Z")
    (datetime.datetime(2026, 3, 1, 9, 30, 0, 250000, tzinfo=datetime.timezone.utc), \
datetime.datetime(2026, 3, 1, 9, 30, tzinfo=datetime.timezone.utc))
    """
    found = _WRITTEN.fullmatch(decision_id)
    if found is None:
        return None
    try:
        return datetime.strptime(f"{found[1]}{found[2] or '000000'}+0000", "%Y%m%dT%H%M%S%f%z")
    except ValueError:  # the thirtieth of February
        return None


def last_number(store: Store) -> int:
    """Grows with every decision: what was computed from them holds while it stays the same."""
    with store.reading() as connection:
        return connection.execute(sa.select(sa.func.max(DECISION.c.number))).scalar() or 0


def bring_in(store: Store, decisions: Sequence[Decision], *, who: str, source: str) -> int:
    """Keep decisions written elsewhere, with their ids, unless there already. Returns how many were new."""
    new = 0
    with store.writing() as connection:
        ids = set(connection.execute(sa.select(DECISION.c.decision_id)).scalars())
        number = connection.execute(sa.select(sa.func.max(DECISION.c.number))).scalar() or 0
        for decision in decisions:
            if decision.decision_id in ids:
                continue
            number, new = number + 1, new + 1
            turn = len(_about(connection, decision)) + 1
            connection.execute(sa.insert(DECISION).values(**asdict(decision), number=number, turn=turn))
        if new:
            note(connection, who, "bring_in", source, {"decisions": new})
    return new


def _one(connection: sa.Connection, decision_id: str) -> Decision:
    query = sa.select(*_TOLD).where(DECISION.c.decision_id == decision_id)
    return Decision(**connection.execute(query).mappings().one())


def _about(connection: sa.Connection, decision: Decision) -> list[Decision]:
    """What was decided about the same subjects, in whatever order named, oldest first."""
    one, other = decision.subject_id, decision.other_id
    either = (  # by itself each is looked up by the index; as one IN over pairs SQLite reads every row
        (DECISION.c.subject_id == first) & (DECISION.c.other_id == second)
        for first, second in ((one, other), (other, one))
    )
    query = sa.select(*_TOLD).where(sa.or_(*either)).order_by(DECISION.c.number)
    rows = connection.execute(query).mappings()
    return [Decision(**row) for row in rows]


def _new_id(written: datetime, about: Iterable[Decision]) -> str:
    """An id that sorts after those of the decisions about the same, though the clock was put back since."""
    earlier = [at for d in about if (at := written_at(d.decision_id)) is not None]
    at = max([written.astimezone(UTC), *(one + timedelta(microseconds=1) for one in earlier)])
    return f"d{at:%Y%m%dT%H%M%S%fZ}-{token_hex(4)}"
