"""Where messages go beside people's own addresses: a webhook's receiver, Slack, a shared mailbox."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from muster.problems import WrongUse
from muster.store.audit import note
from muster.store.deliveries import DISCARDED, ON_THEIR_WAY
from muster.store.instants import instant
from muster.store.opening import Store
from muster.store.schema import DELIVERY, TARGET


@dataclass(frozen=True, slots=True)
class Target:
    """One place; `secret` signs webhooks, and neither it nor the address is ever part of what is printed."""

    target_id: str
    name: str
    channel: str
    kinds: tuple[str, ...]
    created_at: str
    user_id: int | None = None
    disabled_at: str | None = None
    disabled_because: str = ""
    address: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)

    @property
    def where(self) -> str:
        """What may be shown of the address: its host, for the path of a webhook may be a secret."""
        return urlsplit(self.address).hostname or self.address


def new_signing_secret() -> str:
    """192 random bits as Standard Webhooks writes a secret."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def add_target(
    store: Store,
    name: str,
    *,
    channel: str,
    address: str,
    kinds: Collection[str],
    by: str,
    now: datetime,
    secret: str = "",
    user_id: int | None = None,
) -> Target:
    """Keep a new target. Raises WrongUse where one has that name."""
    target = Target(
        target_id=f"t{secrets.token_hex(5)}",
        name=name,
        channel=channel,
        kinds=tuple(kinds),
        created_at=instant(now),
        user_id=user_id,
        address=address,
        secret=secret,
    )
    with store.writing() as connection:
        if connection.execute(sa.select(TARGET.c.target_id).where(TARGET.c.name == name)).first():
            raise WrongUse(
                f"There is a target {name} already.",
                remedy="Take another name, or remove that one first.",
                field="name",
            )
        values = {column.name: getattr(target, column.name) for column in TARGET.columns}
        connection.execute(sa.insert(TARGET).values(**values | {"kinds": list(target.kinds)}))
        note(connection, by, "add_target", f"target {name}", {"channel": channel, "kinds": list(kinds)})
    return target


def read_targets(store: Store) -> list[Target]:
    """Every target by name."""
    with store.reading() as connection:
        rows = connection.execute(sa.select(TARGET).order_by(TARGET.c.name)).mappings().all()
    return [_target(row) for row in rows]


def target_named(store: Store, name: str) -> Target:
    """The target of a name. Raises WrongUse where there is none."""
    for target in read_targets(store):
        if target.name == name:
            return target
    raise WrongUse(f"There is no target {name}.", remedy="See them all: muster messages target list")


def remove_target(store: Store, name: str, *, by: str) -> int:
    """Take a target out; what was on its way there is discarded. Returns how many messages that were."""
    target = target_named(store, name)
    with store.writing() as connection:
        theirs = (DELIVERY.c.target_id == target.target_id) & DELIVERY.c.state.in_(ON_THEIR_WAY)
        given_up = connection.execute(sa.update(DELIVERY).where(theirs).values(state=DISCARDED)).rowcount
        connection.execute(sa.delete(TARGET).where(TARGET.c.target_id == target.target_id))
        note(connection, by, "remove_target", f"target {name}", {"discarded": given_up})
    return given_up


def disable_target(store: Store, target_id: str, *, because: str, by: str, now: datetime) -> None:
    """Send nothing more to a target until somebody enables it."""
    _switch(
        store, target_id, "disable_target", by, {"disabled_at": instant(now), "disabled_because": because}
    )


def enable_target(store: Store, target_id: str, *, by: str) -> None:
    """Send to a target again: first what waited for it."""
    _switch(store, target_id, "enable_target", by, {"disabled_at": None, "disabled_because": ""})


def _switch(store: Store, target_id: str, action: str, by: str, values: dict[str, str | None]) -> None:
    this = TARGET.c.target_id == target_id
    with store.writing() as connection:
        name = connection.execute(sa.select(TARGET.c.name).where(this)).scalar()
        if name is not None:
            connection.execute(sa.update(TARGET).where(this).values(**values))
            note(connection, by, action, f"target {name}", {"because": values["disabled_because"]})


def _target(row: Any) -> Target:
    return Target(**{**row, "kinds": tuple(row["kinds"])})
