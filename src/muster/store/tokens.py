"""API tokens and write keys: what a program may do in a user's name.

A token's text is shown once, as `muster_<id>_<secret>`: programs that look for leaked secrets know it by its
beginning. The store finds it by the id, and compares the hash of the secret.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from muster.problems import WrongUse
from muster.store.audit import note
from muster.store.instants import instant
from muster.store.opening import Store
from muster.store.schema import TOKEN, USER
from muster.store.secret import hashed, new_secret
from muster.store.users import User, find_user, known_user

# What may be allowed, and in words. A write key is a token of `events:write` alone.
SCOPES = {
    "groups:read": "buying groups, their members and scores",
    "hand_offs:read": "hand-offs, their news and answers",
    "accounts:read": "accounts",
    "people:read": "people",
    "measures:read": "conversion, sourcing, replay and the other measures",
    "runs:read": "when the tables were built, and what was found",
    "runs:write": "start a run",
    "decisions:read": "what people decided",
    "decisions:write": "decide: accept, reject, merge, and the like",
    "events:write": "send engagement",
}
_BEGINS = "muster"
_USED_EVERY = timedelta(minutes=5)  # a request writes no more often
_NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Token:
    """One token, without its secret."""

    token_id: str
    scopes: frozenset[str]
    user_id: int
    name: str
    created_at: str
    last_used_at: str | None
    expires_at: str | None
    revoked_at: str | None


@dataclass(frozen=True, slots=True)
class Holder:
    """A program that showed a token, and the user in whose name it acts."""

    token: Token
    user: User


def new_token(
    store: Store,
    user_id: int,
    name: str,
    *,
    scopes: Iterable[str],
    by: str,
    lasts: timedelta | None = None,
    now: datetime | None = None,
) -> tuple[str, Token]:
    """A new token: its text, which nothing can show again, and what the store keeps of it.

    Raises WrongUse for a scope that is none of SCOPES, for none at all, and for a disabled user.
    """
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        raise WrongUse(
            f'"{unknown[0]}" is no scope.' if unknown else "A token without a scope may do nothing.",
            remedy=f"Scopes: {', '.join(SCOPES)}.",
            field="scopes",
        )
    token_id, secret = secrets.token_hex(6), new_secret()
    with store.writing() as connection:
        user = known_user(connection, user_id)
        if user.is_disabled:
            raise WrongUse(f"{user.email} is disabled.", remedy="Make the token in another user's name.")
        token = Token(
            token_id=token_id,
            scopes=frozenset(wanted),
            user_id=user_id,
            name=name,
            created_at=instant(now),
            last_used_at=None,
            expires_at=None if lasts is None else instant(now, later=lasts),
            revoked_at=None,
        )
        connection.execute(
            sa.insert(TOKEN).values(
                token_id=token_id,
                secret_hash=hashed(secret),
                scopes=wanted,
                user_id=user_id,
                name=name,
                created_at=token.created_at,
                expires_at=token.expires_at,
            )
        )
        detail = {"for": user.email, "name": name, "scopes": wanted, "expires_at": token.expires_at}
        note(connection, by, "new_token", f"token {token_id}", detail)
    return f"{_BEGINS}_{token_id}_{secret}", token


def token_holder(store: Store, text: str, scope: str, *, now: datetime | None = None) -> Holder | None:
    """Who holds a token; None where it is unknown, revoked, out of date, or its user disabled.

    Raises WrongUse where the token is good but does not allow `scope`.
    """
    begins, _, rest = text.partition("_")
    token_id, _, secret = rest.partition("_")
    with store.reading() as connection:
        row = connection.execute(sa.select(TOKEN).where(TOKEN.c.token_id == token_id)).first()
        kept = row.secret_hash if row is not None else hashed("")
        is_right = hmac.compare_digest(kept, hashed(secret)) and begins == _BEGINS
        if row is None or not is_right or row.revoked_at is not None:
            return None
        if row.expires_at is not None and row.expires_at <= instant(now):
            return None
        user = find_user(connection, USER.c.user_id == row.user_id)
    if user is None or user.is_disabled:
        return None
    token = _token(row)
    if scope not in token.scopes:
        raise WrongUse(
            f"This token does not allow {scope}; it allows {', '.join(sorted(token.scopes))}.",
            remedy=f"Make one that does: muster token new --scope {scope}",
        )
    _note_use(store, token, user, now)
    return Holder(token, user)


def read_tokens(store: Store, user_id: int | None = None) -> list[Token]:
    """Every token, the revoked too, oldest first; of one user where named."""
    query = sa.select(TOKEN).order_by(TOKEN.c.created_at, TOKEN.c.token_id)
    if user_id is not None:
        query = query.where(TOKEN.c.user_id == user_id)
    with store.reading() as connection:
        return [_token(row) for row in connection.execute(query)]


def revoke_token(store: Store, token_id: str, *, by: str) -> Token:
    """Let a token do nothing any more. Raises WrongUse where there is none of that id."""
    this = TOKEN.c.token_id == token_id
    with store.writing() as connection:
        row = connection.execute(sa.select(TOKEN).where(this)).first()
        if row is None:
            raise WrongUse(f"There is no token {token_id}.", remedy="See them all: muster token list")
        if row.revoked_at is None:
            connection.execute(sa.update(TOKEN).where(this).values(revoked_at=instant()))
            note(connection, by, "revoke_token", f"token {token_id}", {"name": row.name})
        return _token(connection.execute(sa.select(TOKEN).where(this)).one())


def _note_use(store: Store, token: Token, user: User, now: datetime | None) -> None:
    last = token.last_used_at or ""
    if last > instant(now, later=-_USED_EVERY):
        return
    with store.writing() as connection:
        this = TOKEN.c.token_id == token.token_id
        connection.execute(sa.update(TOKEN).where(this).values(last_used_at=instant(now)))
        if last <= instant(now, later=-_NOTED_EVERY):
            note(connection, user.email, "use_token", f"token {token.token_id}", {"name": token.name})


def _token(row: sa.Row[tuple[object, ...]]) -> Token:
    kept = {name: value for name, value in row._mapping.items() if name != "secret_hash"}
    return Token(**{**kept, "scopes": frozenset(kept["scopes"])})
