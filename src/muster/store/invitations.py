"""Links that work once: for the first admin, for somebody invited, for a password forgotten.

Nobody has a password that somebody else chose: who follows the link chooses it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from muster.problems import WrongUse
from muster.store.audit import note
from muster.store.instants import instant
from muster.store.opening import Store
from muster.store.passwords import hash_password
from muster.store.proofs import keep_password
from muster.store.schema import INVITATION
from muster.store.secret import hashed, new_secret
from muster.store.users import User, admin_count, known_user, make_user, named

ADMIN, INVITE, RESET = PURPOSES = ("admin", "invite", "reset")
LASTS = {ADMIN: timedelta(days=1), INVITE: timedelta(days=7), RESET: timedelta(hours=2)}


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link is for, and for whom; nobody yet where it makes the first admin."""

    purpose: str
    user: User | None
    expires_at: str


def new_invitation(
    store: Store, purpose: str, user_id: int | None = None, *, by: str, now: datetime | None = None
) -> str:
    """The secret of a new link; earlier ones of the same user and purpose no longer work.

    Of purpose admin it makes the first admin, and is refused with WrongUse where there is one.
    """
    if purpose not in PURPOSES or (purpose == ADMIN) != (user_id is None):
        raise WrongUse(
            f"A link is for one of {', '.join(PURPOSES)}, and for a user unless it makes the first admin."
        )
    secret = new_secret()
    with store.writing() as connection:
        if user_id is None:
            _refuse_second_admin(connection)
            about = "the first admin"
        else:
            user = known_user(connection, user_id)
            if user.is_disabled:
                raise WrongUse(
                    f"{user.email} is disabled.", remedy=f"First: muster user change {user.email} --enable"
                )
            about = named(user)
        connection.execute(
            sa.delete(INVITATION).where(
                INVITATION.c.purpose == purpose,
                INVITATION.c.user_id == user_id if user_id is not None else INVITATION.c.user_id.is_(None),
                INVITATION.c.used_at.is_(None),
            )
        )
        expires_at = instant(now, later=LASTS[purpose])
        connection.execute(
            sa.insert(INVITATION).values(
                secret_hash=hashed(secret),
                purpose=purpose,
                user_id=user_id,
                created_at=instant(now),
                expires_at=expires_at,
            )
        )
        note(connection, by, "invite", about, {"purpose": purpose, "expires_at": expires_at})
    return secret


def read_invitation(store: Store, secret: str, *, now: datetime | None = None) -> Invitation:
    """What a link is for, without using it. Raises WrongUse where it does not work, or no longer."""
    with store.reading() as connection:
        return _valid(connection, secret, now)


def use_invitation(
    store: Store, secret: str, password: str, *, email: str = "", name: str = "", now: datetime | None = None
) -> User:
    """Choose the password by a link, which then works no more; `email` and `name` are the first admin's.

    Raises WrongUse where the link does not work, or the password is refused: the link then still does.
    """
    with store.reading() as connection:
        found = _valid(connection, secret, now)
    address = found.user.email if found.user is not None else email.strip().casefold()
    kept = hash_password(password, email=address)  # before the transaction: it takes its time
    with store.writing() as connection:
        found = _valid(connection, secret, now)
        if found.user is None:
            _refuse_second_admin(connection)
        user = found.user or make_user(connection, email, name, role="admin", by=address)
        theirs = INVITATION.c.secret_hash == hashed(secret)
        connection.execute(sa.update(INVITATION).where(theirs).values(used_at=instant(now)))
        note(connection, user.email, "use_link", named(user), {"purpose": found.purpose})
        keep_password(connection, user.user_id, kept, by=user.email)
        return known_user(connection, user.user_id)


def _valid(connection: sa.Connection, secret: str, now: datetime | None) -> Invitation:
    row = connection.execute(sa.select(INVITATION).where(INVITATION.c.secret_hash == hashed(secret))).first()
    user = known_user(connection, row.user_id) if row is not None and row.user_id is not None else None
    is_out = row is None or row.used_at is not None or row.expires_at <= instant(now)
    if row is None or is_out or (user is not None and user.is_disabled):
        raise WrongUse(
            "This link does not work, or no longer: each works once, and for a while.",
            remedy="Ask an admin for a new one.",
        )
    return Invitation(row.purpose, user, row.expires_at)


def _refuse_second_admin(connection: sa.Connection) -> None:
    if admin_count(connection):
        raise WrongUse(
            "There is an admin already.",
            remedy="They let others in: muster user add, then muster user invite",
        )
