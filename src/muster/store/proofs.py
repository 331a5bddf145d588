"""How users prove that it is them: by a password, or by an identity that a provider vouches for."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from muster.problems import WrongUse
from muster.store.audit import note
from muster.store.instants import instant
from muster.store.opening import Store
from muster.store.passwords import hash_password, is_outdated, is_right, rehash
from muster.store.schema import SESSION, USER
from muster.store.users import User, find_user, known_user, named, told_of


def set_password(store: Store, user_id: int, password: str, *, by: str) -> None:
    """Give a user a new password; whoever was signed in as them no longer is.

    Raises WrongUse where it has fewer than 12 characters or is among the commonest.
    """
    with store.reading() as connection:
        email = known_user(connection, user_id).email
    kept = hash_password(password, email=email)  # before the transaction: it takes its time
    with store.writing() as connection:
        keep_password(connection, user_id, kept, by=by)


def keep_password(connection: sa.Connection, user_id: int, kept: str, *, by: str) -> None:
    """Put a password's hash in place and end every session, in a transaction that is open already."""
    user = known_user(connection, user_id)
    connection.execute(sa.update(USER).where(USER.c.user_id == user_id).values(password_hash=kept))
    connection.execute(sa.delete(SESSION).where(SESSION.c.user_id == user_id))
    note(connection, by, "set_password", named(user), {})


def check_password(store: Store, email: str, password: str, *, now: datetime | None = None) -> User | None:
    """The user whose address and password these are, or None; as slow and as quiet for unknown addresses.

    `audit` tells of a refusal: of whom where the address is known, never the address that was typed.
    """
    with store.reading() as connection:
        row = connection.execute(
            sa.select(USER.c.user_id, USER.c.password_hash).where(USER.c.email == email.strip().casefold())
        ).first()
    kept = row.password_hash if row is not None else None
    right = is_right(password, kept)
    with store.reading() as connection:  # who signs in waits for no writer
        user = find_user(connection, USER.c.user_id == row.user_id) if row is not None else None
    if user is None or user.is_disabled or not right:
        about = named(user) if user is not None else "an unknown address"
        with store.writing() as connection:
            note(connection, "", "refuse_sign_in", about, {"at": instant(now)})
        return None
    if kept is not None and is_outdated(kept):
        values = {"password_hash": rehash(password)}
        with store.writing() as connection:
            connection.execute(sa.update(USER).where(USER.c.user_id == user.user_id).values(**values))
    return user


def link_oidc(store: Store, user_id: int, issuer: str, subject: str, *, by: str) -> User:
    """Let a user sign in as `subject` of an OpenID Connect provider.

    Raises WrongUse where that identity is another user's, or this user has another one there already.
    """
    with store.writing() as connection:
        user = known_user(connection, user_id)
        same = (USER.c.issuer == issuer) & (USER.c.subject == subject)
        holder = find_user(connection, same)
        if holder is not None and holder.user_id != user_id:
            raise WrongUse(
                "That identity signs in as somebody else already.", remedy="Ask an admin to look at users."
            )
        if user.subject is not None and (user.issuer, user.subject) != (issuer, subject):
            raise WrongUse(
                f"{user.email} signs in by another identity already.",
                remedy="Ask an admin to look at users.",
            )
        values = {"issuer": issuer, "subject": subject}
        connection.execute(sa.update(USER).where(USER.c.user_id == user_id).values(**values))
        linked = known_user(connection, user_id)
        if linked != user:
            told = {"before": told_of(user), "after": told_of(linked)}
            note(connection, by, "link_identity", named(user), told)
    return linked


def user_by_identity(store: Store, issuer: str, subject: str) -> User | None:
    """The user for whom an OpenID Connect provider vouches under this name."""
    with store.reading() as connection:
        return find_user(connection, (USER.c.issuer == issuer) & (USER.c.subject == subject))
