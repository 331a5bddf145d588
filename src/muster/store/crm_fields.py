"""Which fields of the CRM are written: off until somebody says otherwise, then only looked at, or on."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from muster.problems import WrongUse
from muster.store.audit import note
from muster.store.instants import instant
from muster.store.opening import Store
from muster.store.schema import CRM_FIELD

OFF, DRY_RUN, ON = STATES = ("off", "dry-run", "on")


def read_states(store: Store) -> dict[tuple[str, str], str]:
    """The state of each field that somebody said something of, by object and field."""
    with store.reading() as connection:
        return {(row.object, row.field): row.state for row in connection.execute(sa.select(CRM_FIELD))}


def set_state(store: Store, object_: str, field: str, state: str, *, by: str, now: datetime) -> str:
    """Keep a field's state with its row in the audit trail; returns the state before."""
    if state not in STATES:
        raise WrongUse(f"A field is {', '.join(STATES[:2])} or {ON}, not {state}.", field="state")
    this = (CRM_FIELD.c.object == object_) & (CRM_FIELD.c.field == field)
    values = {"state": state, "changed_by": by, "changed_at": instant(now)}
    with store.writing() as connection:
        row = connection.execute(sa.select(CRM_FIELD.c.state).where(this)).first()
        before = OFF if row is None else str(row.state)
        if before == state:
            return before
        if row is None:
            connection.execute(sa.insert(CRM_FIELD).values(object=object_, field=field, **values))
        else:
            connection.execute(sa.update(CRM_FIELD).where(this).values(**values))
        note(connection, by, "crm field", f"{object_}.{field}", {"before": before, "after": state})
    return before
