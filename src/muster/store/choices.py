"""What users want to be told of, and by which channel, where they said so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from muster.store.audit import note
from muster.store.instants import instant
from muster.store.opening import Store
from muster.store.schema import CHOICE


@dataclass(frozen=True, slots=True)
class Choice:
    """One kind of message by one channel, on or off; `weekday` is that of the weekly digest, 0 is Monday."""

    user_id: int
    kind: str
    channel: str
    is_on: bool
    weekday: int = 0


def read_choices(store: Store) -> list[Choice]:
    """Every choice that anybody made."""
    columns = [CHOICE.c[name] for name in ("user_id", "kind", "channel", "is_on", "weekday")]
    with store.reading() as connection:
        rows = connection.execute(sa.select(*columns).order_by(*columns[:3])).mappings().all()
    return [Choice(**row) for row in rows]


def choose(store: Store, choice: Choice, *, by: str, now: datetime) -> None:
    """Keep a choice in place of the one before."""
    this = (
        (CHOICE.c.user_id == choice.user_id)
        & (CHOICE.c.kind == choice.kind)
        & (CHOICE.c.channel == choice.channel)
    )
    values = {"is_on": choice.is_on, "weekday": choice.weekday, "changed_at": instant(now)}
    with store.writing() as connection:
        if connection.execute(sa.update(CHOICE).where(this).values(**values)).rowcount == 0:
            own = {"user_id": choice.user_id, "kind": choice.kind, "channel": choice.channel}
            connection.execute(sa.insert(CHOICE).values(**own, **values))
        after = {"is_on": choice.is_on, "weekday": choice.weekday}
        about = f"user {choice.user_id}"
        note(connection, by, "choose_messages", about, {f"{choice.kind} by {choice.channel}": after})
