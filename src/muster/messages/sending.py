"""Send what is due, one message at a time, from as many processes as there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from muster.messages.answers import Answer
from muster.messages.schedule import next_attempt
from muster.store.deliveries import DEAD, FAILED, SENT, Delivery, Taken, settle, take
from muster.store.opening import Store
from muster.store.targets import disable_target

Deliver = Callable[[Delivery, datetime], Answer]
Clock = Callable[[], datetime]
OWN_NAME = "muster"  # who disables a target in the audit trail when its receiver asks for it


@dataclass(slots=True)
class Tally:
    """What became of the messages that were due."""

    sent: int = 0
    failed: int = 0
    dead: int = 0


def utc_now() -> datetime:
    """The time that deliveries go by."""
    return datetime.now(UTC)


def send_due(store: Store, deliver: Deliver, *, clock: Clock = utc_now, most: int | None = None) -> Tally:
    """Send every message that is due, or the first `most`; those that fail are tried again later.

    An error of our own in one message counts as a failed attempt of that message, and the others go on.
    """
    tally, done = Tally(), 0
    while (most is None or done < most) and (taken := take(store, now=clock())) is not None:
        state = _attempt(store, taken, deliver, clock)
        setattr(tally, state, getattr(tally, state) + 1)
        done += 1
    return tally


def _attempt(store: Store, taken: Taken, deliver: Deliver, clock: Clock) -> str:
    """One attempt and what became of it: sent, failed (another follows) or dead."""
    row = taken.delivery
    try:
        answer = deliver(row, clock())
    except Exception as error:
        answer = Answer(is_taken=False, told=f"Not sent: {type(error).__name__} in Muster itself.")
    now = clock()
    if answer.is_taken:
        settle(store, taken, state=SENT, answer=answer.told, now=now)
        return SENT
    if answer.is_gone and row.target_id is not None:
        disable_target(store, row.target_id, because=answer.told, by=OWN_NAME, now=now)
    following = next_attempt(row.message_id, row.attempts, now=now, retry_after=answer.retry_after)
    state = DEAD if answer.is_final or following is None else FAILED
    settle(store, taken, state=state, answer=answer.told, now=now, next_at=following)
    return state
