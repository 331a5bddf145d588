"""What a hand-off is called now that a message told of under an id which has given way since.

Ids give way when accounts are merged, told apart or dated back (docs/decisions/0039). The outbox keeps with
each message what does not: the account as it was called, the solution, and when it happened. By these the
hand-off of now is found, in the tables as somebody may see them: what they may not see has no successor.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from muster.messages.ids_before import ids_before
from muster.messages.kinds import HAND_OFF
from muster.reports.published import Published
from muster.store.opening import Store
from muster.store.schema import DELIVERY
from muster.store.told import MOVES

_NEAR = """
    SELECT h.hand_off_id, h.at, g.account_id FROM hand_off AS h
    JOIN buying_group AS g ON g.buying_group_id = h.buying_group_id
    WHERE g.solution_id = ? AND h.at BETWEEN ? AND ?"""


def hand_off_now(store: Store, tables: Published, hand_off_id: str) -> str | None:
    """The hand-off that a message told of as `hand_off_id`; None where none did, or two come as near.

    One that messages told of by the id it has is another, of a unit of its own for example.
    """
    account_id, solution, happened_at = _told(store, hand_off_id) or (None, "", "")
    if account_id is None:
        return None
    at = datetime.fromisoformat(happened_at).astimezone(UTC).replace(tzinfo=None)
    moved = MOVES[HAND_OFF]
    rows = tables.records(_NEAR, [solution, at - moved, at + moved])
    once = ids_before(tables, {row["account_id"] for row in rows})
    near = sorted(
        (abs(row["at"] - at), row["hand_off_id"])
        for row in rows
        if account_id in {row["account_id"], *once.get(row["account_id"], ())}
        and _told(store, row["hand_off_id"]) is None
    )
    if not near or (len(near) > 1 and near[0][0] == near[1][0]):
        return None
    return str(near[0][1])


def _told(store: Store, hand_off_id: str) -> tuple[Any, ...] | None:
    """Account, solution and instant of a message about a hand-off, to whomever; None where there was none."""
    is_about_it = DELIVERY.c.key.startswith(f"{HAND_OFF}:{hand_off_id}:", autoescape=True)
    columns = DELIVERY.c.account_id, DELIVERY.c.topic, DELIVERY.c.happened_at
    with store.reading() as connection:
        row = connection.execute(sa.select(*columns).where(is_about_it).limit(1)).first()
    return None if row is None else tuple(row)
