"""Saved views: pages with their filters under a name, one's own or everybody's."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex

import sqlalchemy as sa

from muster.problems import WrongUse
from muster.store.audit import note
from muster.store.instants import instant
from muster.store.opening import Store
from muster.store.schema import SAVED_VIEW
from muster.store.users import known_user


@dataclass(frozen=True, slots=True)
class SavedView:
    """A page's path with its query, under a name that its user has once."""

    view_id: str
    user_id: int
    name: str
    path: str
    is_shared: bool
    created_at: str


def save_view(store: Store, user_id: int, name: str, path: str, *, is_shared: bool = False) -> SavedView:
    """Keep a page under a name, in place of the user's other of that name.

    Raises WrongUse where the path leads elsewhere than to a page of ours, or there is no name.
    """
    name = name.strip()
    if not name or len(name) > 255:
        raise WrongUse(
            "A view has a name of at most 255 characters.", remedy="Name it for what it shows.", field="name"
        )
    if not path.startswith("/") or path.startswith(("//", "/\\")) or not path.isprintable():
        raise WrongUse(f"{path} is no page of Muster.", remedy="A path begins with one /.", field="path")
    theirs = (SAVED_VIEW.c.user_id == user_id) & (SAVED_VIEW.c.name == name)
    with store.writing() as connection:
        user = known_user(connection, user_id)
        before = _views(connection, theirs)
        shows = {"path": path, "is_shared": is_shared}
        if before:
            connection.execute(sa.update(SAVED_VIEW).where(theirs).values(**shows))
        else:
            new = {"view_id": token_hex(8), "user_id": user_id, "name": name, "created_at": instant()}
            connection.execute(sa.insert(SAVED_VIEW).values(**new, **shows))
        [saved] = _views(connection, theirs)
        was = before[0].path if before else None
        told = {"name": name, "before": was, "after": path, "is_shared": is_shared}
        note(connection, user.email, "save_view", f"view {saved.view_id}", told)
    return saved


def views_for(store: Store, user_id: int) -> list[SavedView]:
    """A user's own views and those that others share, by name."""
    with store.reading() as connection:
        return _views(connection, (SAVED_VIEW.c.user_id == user_id) | SAVED_VIEW.c.is_shared)


def delete_view(store: Store, view_id: str, *, user_id: int) -> None:
    """Forget a view. Raises WrongUse where it is not the user's own."""
    theirs = (SAVED_VIEW.c.view_id == view_id) & (SAVED_VIEW.c.user_id == user_id)
    with store.writing() as connection:
        found = _views(connection, theirs)
        if not found:
            raise WrongUse(f"You have no view {view_id}.", remedy="Who saved a view deletes it.")
        connection.execute(sa.delete(SAVED_VIEW).where(theirs))
        user = known_user(connection, user_id)
        told = {"name": found[0].name, "before": found[0].path, "after": None}
        note(connection, user.email, "delete_view", f"view {view_id}", told)


def _views(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[SavedView]:
    query = sa.select(SAVED_VIEW).where(condition).order_by(SAVED_VIEW.c.name, SAVED_VIEW.c.view_id)
    return [SavedView(**row) for row in connection.execute(query).mappings()]
