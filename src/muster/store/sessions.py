"""Who is signed in: a random secret in a cookie, of which the store keeps the hash alone.

Each signing in makes a new secret. A session ends when its user signs out, is disabled or has a new
password, after ten days without a request, and after thirty days in any case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from muster.problems import WrongUse
from muster.store.audit import note
from muster.store.instants import instant
from muster.store.opening import Store
from muster.store.schema import SESSION, USER
from muster.store.secret import hashed, new_secret
from muster.store.users import User, find_user, known_user, named, read_users

LASTS = timedelta(days=30)
IDLE = timedelta(days=10)
_SEEN_EVERY = timedelta(minutes=5)  # a page that is read writes no more often
_AGENT = 200  # characters: the names of browsers stand at the end


@dataclass(frozen=True, slots=True)
class Session:
    """One place where a user is signed in, without its secret."""

    created_at: str
    last_seen_at: str
    expires_at: str
    user_agent: str


def begin_session(
    store: Store, user_id: int, *, how: str = "password", user_agent: str = "", now: datetime | None = None
) -> str:
    """Sign a user in, who proved that it is them by `how`; returns the new session's secret.

    Raises WrongUse where the user is disabled. Sessions that ended by themselves are cleared away.
    """
    secret = new_secret()
    with store.writing() as connection:
        user = known_user(connection, user_id)
        if user.is_disabled:
            raise WrongUse("This user may not sign in any more.", remedy="Ask an admin.")
        connection.execute(sa.delete(SESSION).where(~_lives(now)))
        connection.execute(
            sa.insert(SESSION).values(
                secret_hash=hashed(secret),
                user_id=user_id,
                created_at=instant(now),
                last_seen_at=instant(now),
                expires_at=instant(now, later=LASTS),
                user_agent=user_agent[:_AGENT],
            )
        )
        note(connection, user.email, "sign_in", named(user), {"how": how})
    return secret


def session_user(store: Store, secret: str, *, now: datetime | None = None) -> User | None:
    """Who is signed in by a secret; None where nobody is, or no longer."""
    this = SESSION.c.secret_hash == hashed(secret)
    with store.reading() as connection:
        row = connection.execute(
            sa.select(SESSION.c.user_id, SESSION.c.last_seen_at).where(this, _lives(now))
        ).first()
        user = find_user(connection, USER.c.user_id == row.user_id) if row is not None else None
    if row is None or user is None or user.is_disabled:
        return None
    if row.last_seen_at <= instant(now, later=-_SEEN_EVERY):
        with store.writing() as connection:
            connection.execute(sa.update(SESSION).where(this).values(last_seen_at=instant(now)))
    return user


def sessions_of(store: Store, user_id: int, *, now: datetime | None = None) -> list[Session]:
    """Where a user is signed in, last seen first."""
    columns = [SESSION.c.created_at, SESSION.c.last_seen_at, SESSION.c.expires_at, SESSION.c.user_agent]
    query = sa.select(*columns).where(SESSION.c.user_id == user_id, _lives(now))
    with store.reading() as connection:
        rows = connection.execute(query.order_by(SESSION.c.last_seen_at.desc(), SESSION.c.secret_hash))
        return [Session(*row) for row in rows]


def users_signed_in(store: Store, *, now: datetime | None = None) -> list[User]:
    """Everybody who is signed in somewhere, last seen first."""
    seen = sa.func.max(SESSION.c.last_seen_at)
    query = sa.select(SESSION.c.user_id).where(_lives(now)).group_by(SESSION.c.user_id)
    with store.reading() as connection:
        ids = connection.scalars(query.order_by(seen.desc(), SESSION.c.user_id)).all()
    users = {user.user_id: user for user in read_users(store) if not user.is_disabled}
    return [users[user_id] for user_id in ids if user_id in users]


def end_session(store: Store, secret: str) -> None:
    """Sign out; nothing where nobody is signed in by this secret."""
    this = SESSION.c.secret_hash == hashed(secret)
    with store.writing() as connection:
        user_id = connection.execute(sa.select(SESSION.c.user_id).where(this)).scalar()
        if user_id is not None:
            user = known_user(connection, user_id)
            connection.execute(sa.delete(SESSION).where(this))
            note(connection, user.email, "sign_out", named(user), {})


def end_all_sessions(store: Store, user_id: int, *, by: str) -> int:
    """Sign a user out everywhere; returns how many sessions that ended."""
    with store.writing() as connection:
        user = known_user(connection, user_id)
        ended = connection.execute(sa.delete(SESSION).where(SESSION.c.user_id == user_id)).rowcount
        if ended:
            note(connection, by, "end_sessions", named(user), {"sessions": ended})
    return ended


def _lives(now: datetime | None) -> sa.ColumnElement[bool]:
    at = now or datetime.now(UTC)
    return (SESSION.c.expires_at > instant(at)) & (SESSION.c.last_seen_at > instant(at, later=-IDLE))
