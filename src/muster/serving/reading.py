"""What a page is given: who looks, at which run, and the tables as far as they may see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from fastapi import Request

from muster.access.narrowed import Narrowed
from muster.access.seen import Seen
from muster.access.table_rules import row_rights
from muster.access.viewer import Viewer
from muster.config.settings import Config
from muster.rules.read import Rules
from muster.serving.as_written import config_of, rules_of
from muster.serving.narrowing import Narrowing, narrowing_of
from muster.serving.snapshots import Snapshot, Snapshots
from muster.store.opening import Store

T = TypeVar("T")
_HANDS = 2  # that ask for a page somebody waits for; what is made ahead takes one


class SignedOut(Exception):
    """Nobody is signed in."""


class Forbidden(Exception):
    """Who is signed in lacks the right that a page takes."""


class Missing(Exception):
    """There is no such thing, or the viewer may not see it: both read the same."""


class NoRun(Exception):
    """Nothing was built yet in this workspace."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A link by which whoever started the app comes in as a user, as long as it runs."""

    secret: str
    user_id: int


@dataclass(frozen=True, slots=True)
class House:
    """What the whole app shares: one for each process."""

    workspace: Path
    store: Store
    snapshots: Snapshots
    entry: Entry | None = None

    @property
    def config(self) -> Config:
        """muster.toml as it is now."""
        return config_of(self.workspace)

    @property
    def rules(self) -> Rules:
        """The rule files as they are now."""
        return rules_of(self.workspace)


@dataclass(frozen=True, slots=True)
class Reading:
    """One request: everything a page may read from. Tables are closed when it has been answered."""

    request: Request
    house: House
    viewer: Viewer
    snapshot: Snapshot
    tables: Seen

    @property
    def path(self) -> Mapping[str, str]:
        """The parts of the address in braces, as text."""
        return self.request.path_params

    @property
    def query(self) -> Mapping[str, str]:
        """What stands behind the question mark."""
        return self.request.query_params

    @property
    def asked(self) -> Narrowing:
        """The solution, territory and days that the address narrows the screen to."""
        return narrowing_of(self.query)

    @property
    def store(self) -> Store:
        """Decisions, users and deliveries."""
        return self.house.store

    def narrowed(self) -> Narrowed:
        """The tables with the rows of the solution and territory asked for; to be closed again."""
        asked, owners = self.asked, self.asked.owners(self.viewer.owner_ids)
        territory = asked.territory if asked.has_territory else ""
        return Narrowed(
            self.snapshot.folder, self.viewer, solution=asked.solution, territory=territory, owners=owners
        )

    def once(self, key: str, make: Callable[[], T]) -> T:
        """What `make` returns, computed once for this run and all who may see the same rows.

        A key is a name within the module that `make` was written in: another module's is another.
        """
        return self.snapshot.once((*reach_of(self.viewer), make.__module__, key), make)


def reach_of(viewer: Viewer) -> tuple[object, ...]:
    """What tells apart who sees other rows of a run: marketers, analysts and admins all see the same."""
    rights = frozenset(right for right in row_rights() if viewer.may(right))
    is_bounded = not viewer.may("see_all_accounts")
    return (rights, viewer.owner_ids, viewer.territories) if is_bounded else (rights,)


def house_of(request: Request) -> House:
    """The app's shared parts."""
    house: Any = request.app.state.house
    assert isinstance(house, House)
    return house


def viewer_of(request: Request) -> Viewer:
    """Who is signed in. Raises SignedOut."""
    viewer: Any = request.state.viewer
    if viewer is None:
        raise SignedOut
    assert isinstance(viewer, Viewer)
    return viewer


def reading(request: Request) -> Iterator[Reading]:
    """What a page is given (a dependency of FastAPI), until it has answered. Raises SignedOut, NoRun."""
    with reading_as(request, viewer_of(request)) as asked:
        yield asked


@contextmanager
def reading_as(request: Request, viewer: Viewer) -> Iterator[Reading]:
    """The same for somebody who did not sign in here, but showed otherwise who they are. Raises NoRun."""
    house = house_of(request)
    snapshot = house.snapshots.current()
    if snapshot is None:
        raise NoRun
    with Seen(snapshot.folder, viewer, hands=_HANDS) as tables:
        yield Reading(request, house, viewer, snapshot, tables)
