"""Passkeys: keys that a user's device keeps, of which the store has the public half."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from muster.problems import WrongUse
from muster.store.audit import note
from muster.store.instants import instant
from muster.store.opening import Store
from muster.store.schema import PASSKEY
from muster.store.users import known_user, named


@dataclass(frozen=True, slots=True)
class Passkey:
    """One passkey; `credential_id` is base64url, `public_key` as the device gave it (COSE)."""

    credential_id: str
    user_id: int
    public_key: bytes
    sign_count: int
    name: str
    created_at: str = ""


def add_passkey(store: Store, passkey: Passkey, *, by: str) -> Passkey:
    """Keep a new passkey. Raises WrongUse where it is known already."""
    with store.writing() as connection:
        user = known_user(connection, passkey.user_id)
        if _passkeys(connection, PASSKEY.c.credential_id == passkey.credential_id):
            raise WrongUse("This passkey is known already.", remedy="Sign in by it, or make another.")
        connection.execute(
            sa.insert(PASSKEY).values(
                credential_id=passkey.credential_id,
                user_id=passkey.user_id,
                public_key=passkey.public_key,
                sign_count=passkey.sign_count,
                name=passkey.name,
                created_at=instant(),
            )
        )
        note(connection, by, "add_passkey", named(user), {"name": passkey.name})
        return _passkeys(connection, PASSKEY.c.credential_id == passkey.credential_id)[0]


def passkeys_of(store: Store, user_id: int) -> list[Passkey]:
    """A user's passkeys, oldest first."""
    with store.reading() as connection:
        return _passkeys(connection, PASSKEY.c.user_id == user_id)


def find_passkey(store: Store, credential_id: str) -> Passkey | None:
    """The passkey of an id."""
    with store.reading() as connection:
        found = _passkeys(connection, PASSKEY.c.credential_id == credential_id)
    return found[0] if found else None


def count_passkey(store: Store, credential_id: str, sign_count: int) -> None:
    """Keep how often a passkey has signed, which shows a copy of it. Raises WrongUse where it went back."""
    this = PASSKEY.c.credential_id == credential_id
    with store.writing() as connection:
        found = _passkeys(connection, this)
        if not found or (found[0].sign_count and sign_count <= found[0].sign_count):
            raise WrongUse("This passkey may be a copy.", remedy="Remove it, and make a new one.")
        connection.execute(sa.update(PASSKEY).where(this).values(sign_count=sign_count))


def remove_passkey(store: Store, credential_id: str, *, user_id: int, by: str) -> None:
    """Forget a user's passkey; nothing where they have none of that id."""
    this = (PASSKEY.c.credential_id == credential_id) & (PASSKEY.c.user_id == user_id)
    with store.writing() as connection:
        for passkey in _passkeys(connection, this):
            connection.execute(sa.delete(PASSKEY).where(this))
            user = known_user(connection, user_id)
            note(connection, by, "remove_passkey", named(user), {"name": passkey.name})


def _passkeys(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[Passkey]:
    query = sa.select(PASSKEY).where(condition).order_by(PASSKEY.c.created_at, PASSKEY.c.credential_id)
    return [Passkey(**row) for row in connection.execute(query).mappings()]
