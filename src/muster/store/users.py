"""Who may sign in: their role, and who they are in the CRM."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from muster.problems import WrongUse
from muster.store.audit import note
from muster.store.instants import instant
from muster.store.opening import Store
from muster.store.schema import SESSION, TOKEN, USER

ROLES = ("rep", "marketer", "analyst", "admin")
_MEMBER = re.compile(r"[UW][A-Z0-9]{2,30}")
_SHOWN = [column for column in USER.columns if column.name != "password_hash"]


@dataclass(frozen=True, slots=True)
class User:
    """One who may sign in; `owner_ids` are the CRM users they are, `territories` the regions they work.

    By OpenID Connect they are `subject` of `issuer`, in Slack the member `slack_id`. Who is disabled keeps
    everything but may do nothing.
    """

    user_id: int
    email: str
    name: str
    role: str
    owner_ids: frozenset[str] = frozenset()
    territories: frozenset[str] = frozenset()
    is_disabled: bool = False
    issuer: str | None = None
    subject: str | None = None
    created_at: str = ""
    slack_id: str | None = None
    has_password: bool = False


def add_user(
    store: Store,
    email: str,
    name: str,
    *,
    role: str,
    by: str,
    owner_ids: Iterable[str] = (),
    territories: Iterable[str] = (),
) -> User:
    """A new user, who cannot sign in before they have a password, passkey or identity.

    Raises WrongUse where there is one of that e-mail address, in small or capital letters.
    """
    with store.writing() as connection:
        return make_user(
            connection, email, name, role=role, by=by, owner_ids=owner_ids, territories=territories
        )


def make_user(
    connection: sa.Connection,
    email: str,
    name: str,
    *,
    role: str,
    by: str,
    owner_ids: Iterable[str] = (),
    territories: Iterable[str] = (),
) -> User:
    """As `add_user`, in a transaction that is open already."""
    values = {
        "email": _email(email),
        "name": name.strip() or _email(email),
        "role": _role(role),
        "owner_ids": _listed(owner_ids),
        "territories": _listed(territories),
        "is_disabled": False,
        "created_at": instant(),
    }
    _refuse_taken(connection, str(values["email"]), None)
    connection.execute(sa.insert(USER).values(**values))
    made = find_user(connection, USER.c.email == values["email"])
    assert made is not None
    note(connection, by, "add_user", named(made), {"before": None, "after": told_of(made)})
    return made


def change_user(
    store: Store,
    user_id: int,
    *,
    by: str,
    email: str | None = None,
    name: str | None = None,
    role: str | None = None,
    owner_ids: Iterable[str] | None = None,
    territories: Iterable[str] | None = None,
    slack_id: str | None = None,
    is_disabled: bool | None = None,
) -> User:
    """Change what is named; who is disabled is signed out everywhere, and their tokens are revoked.

    An empty `slack_id` takes it away. Raises WrongUse where there is no such user, the address or the Slack
    member id is another's, or no admin would be left.
    """
    given: dict[str, Any] = {
        "email": None if email is None else _email(email),
        "name": name,
        "role": None if role is None else _role(role),
        "owner_ids": None if owner_ids is None else _listed(owner_ids),
        "territories": None if territories is None else _listed(territories),
        "is_disabled": is_disabled,
    }
    values = {column: value for column, value in given.items() if value is not None}
    if slack_id is not None:
        values["slack_id"] = _slack_id(slack_id)
    with store.writing() as connection:
        before = known_user(connection, user_id)
        if values.get("slack_id"):
            _refuse_slack_id(connection, values["slack_id"], user_id)
        if email is not None:
            _refuse_taken(connection, values["email"], user_id)
        if values:
            connection.execute(sa.update(USER).where(USER.c.user_id == user_id).values(**values))
        after = known_user(connection, user_id)
        if before.role == "admin" and not before.is_disabled:
            _refuse_without_admin(connection)
        if after.is_disabled:
            connection.execute(sa.delete(SESSION).where(SESSION.c.user_id == user_id))
            theirs = (TOKEN.c.user_id == user_id) & TOKEN.c.revoked_at.is_(None)
            connection.execute(sa.update(TOKEN).where(theirs).values(revoked_at=instant()))
        if after != before:
            told = {"before": told_of(before), "after": told_of(after)}
            note(connection, by, "change_user", named(after), told)
    return after


def read_users(store: Store) -> list[User]:
    """Everybody, the disabled too, by e-mail address."""
    with store.reading() as connection:
        return _users(connection, sa.true())


def user_by_email(store: Store, email: str) -> User | None:
    """The user of an e-mail address, in small or capital letters."""
    with store.reading() as connection:
        return find_user(connection, USER.c.email == email.strip().casefold())


def user_by_slack_id(store: Store, slack_id: str) -> User | None:
    """The user who is this member of Slack."""
    with store.reading() as connection:
        return find_user(connection, USER.c.slack_id == slack_id)


def user_by_id(store: Store, user_id: int) -> User | None:
    """The user of an id."""
    with store.reading() as connection:
        return find_user(connection, USER.c.user_id == user_id)


def has_admin(store: Store) -> bool:
    """Whether anybody may let others in; where not, the first start makes a link for one."""
    with store.reading() as connection:
        return admin_count(connection) > 0


def known_user(connection: sa.Connection, user_id: int) -> User:
    """The user of an id. Raises WrongUse where there is none."""
    user = find_user(connection, USER.c.user_id == user_id)
    if user is None:
        raise WrongUse(f"There is no user {user_id}.", remedy="See them all: muster user list")
    return user


def admin_count(connection: sa.Connection) -> int:
    """How many may let others in."""
    admins = (USER.c.role == "admin") & ~USER.c.is_disabled
    return connection.execute(sa.select(sa.func.count()).where(admins)).scalar_one()


def named(user: User) -> str:
    """A user as `audit` names them."""
    return f"user {user.user_id}"


def _users(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[User]:
    has_password = USER.c.password_hash.is_not(None).label("has_password")
    query = sa.select(*_SHOWN, has_password).where(condition).order_by(USER.c.email)
    rows = connection.execute(query).mappings()
    return [
        User(
            **{
                **row,
                "owner_ids": frozenset(row["owner_ids"]),
                "territories": frozenset(row["territories"]),
                "has_password": bool(row["has_password"]),
            }
        )
        for row in rows
    ]


def find_user(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> User | None:
    """The first user of whom a condition holds, in a transaction that is open already."""
    found = _users(connection, condition)
    return found[0] if found else None


def told_of(user: User) -> dict[str, object]:
    """A user as `audit` shows them: the store keeps nothing secret in it."""
    told = asdict(user)
    return told | {"owner_ids": sorted(user.owner_ids), "territories": sorted(user.territories)}


def _refuse_taken(connection: sa.Connection, email: str, user_id: int | None) -> None:
    holder = find_user(connection, USER.c.email == email)
    if holder is not None and holder.user_id != user_id:
        raise WrongUse(
            f"There is a user of {email} already.",
            remedy=f"Change that one: muster user change {email}",
            field="email",
        )


def _refuse_slack_id(connection: sa.Connection, slack_id: str, user_id: int) -> None:
    holder = find_user(connection, USER.c.slack_id == slack_id)
    if holder is not None and holder.user_id != user_id:
        raise WrongUse(
            f"Somebody else is {slack_id} in Slack already.",
            remedy="An admin sees who: muster user list",
            field="slack_id",
        )


def _refuse_without_admin(connection: sa.Connection) -> None:
    if not admin_count(connection):
        raise WrongUse(
            "Nobody would be left who may let others in.",
            remedy="Make somebody else an admin first.",
            field="role",
        )


def _email(said: str) -> str:
    email = said.strip().casefold()
    name, at, domain = email.rpartition("@")
    if not (name and at and domain) or any(sign.isspace() or not sign.isprintable() for sign in email):
        raise WrongUse(
            f'"{said}" is no e-mail address.', remedy="Write it as name@example.com.", field="email"
        )
    return email


def _slack_id(said: str) -> str | None:
    """A member id as Slack writes it, in its profiles under "Copy member ID"."""
    slack_id = said.strip().upper()
    if slack_id and not _MEMBER.fullmatch(slack_id):
        raise WrongUse(
            f'"{said}" is no member id of Slack.',
            remedy='Copy it from your profile in Slack, under "Copy member ID": it looks like U012AB3CD.',
            field="slack_id",
        )
    return slack_id or None


def _role(said: str) -> str:
    if said not in ROLES:
        raise WrongUse(f'"{said}" is no role.', remedy=f"It is one of {', '.join(ROLES)}.", field="role")
    return said


def _listed(said: Iterable[str]) -> list[str]:
    return sorted({one.strip() for one in said if one.strip()})
