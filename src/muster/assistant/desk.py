"""Where an assistant works: one workspace, in the name of a token's user or of whoever started it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from muster.access.seen import Seen
from muster.access.viewer import EVERYTHING, Viewer
from muster.deciding.facts import Facts, recorded
from muster.problems import WrongUse
from muster.rules.read import read_rules
from muster.serving.snapshots import Snapshots
from muster.store.opening import Store
from muster.store.tokens import token_holder


@dataclass(frozen=True, slots=True)
class Looking:
    """The tables of the run in force, as far as the viewer may see them."""

    viewer: Viewer
    tables: Seen
    as_of: datetime
    folder: Path


class Desk:
    """A workspace and the token that an assistant was given, if any.

    Without a token it reads as the command line does, which sees every file anyway, and decides nothing.
    """

    def __init__(self, workspace: Path, store: Store | None, token: str | None) -> None:
        self.workspace, self.store = workspace, store
        self._token = token
        self._snapshots = Snapshots(workspace)

    def viewer(self, scope: str, right: str) -> Viewer:
        """In whose name a tool works, asked anew each time, as a token may be revoked meanwhile.

        Raises WrongUse where the token is not known, lacks the scope, or its user's role the right.
        """
        if self._token is None:
            return EVERYTHING
        holder = None if self.store is None else token_holder(self.store, self._token, scope)
        if holder is None:
            raise WrongUse(
                "The token in MUSTER_TOKEN is not known, or no longer.",
                remedy=f"Make one: muster token new --scope {scope}",
            )
        user = holder.user
        viewer = Viewer(user.user_id, user.name, user.email, user.role, user.owner_ids, user.territories)
        if not viewer.may(right):
            raise WrongUse(f"The role {viewer.role} does not include this.", remedy="An admin can change it.")
        return viewer

    def decider(self) -> Viewer:
        """In whose name it may decide. Raises WrongUse without a token that allows it."""
        if self._token is None:
            raise WrongUse(
                "Deciding takes a token: whose decision would it be?",
                remedy="Make one with muster token new --scope decisions:write, and set MUSTER_TOKEN to it.",
            )
        return self.viewer("decisions:write", "decide")

    @contextmanager
    def looking(self, scope: str, right: str) -> Iterator[Looking]:
        """The tables, until the block ends. Raises WrongUse where there are none yet."""
        viewer = self.viewer(scope, right)
        snapshot = self._snapshots.current()
        if snapshot is None:
            raise WrongUse("There are no tables yet.", remedy="Build them: muster run")
        with Seen(snapshot.folder, viewer) as tables:
            yield Looking(viewer, tables, snapshot.as_of, snapshot.folder)

    def facts(self, looking: Looking) -> Facts:
        """What a decision is held against."""
        as_of = looking.as_of.replace(tzinfo=UTC).isoformat()
        rules = read_rules(self.workspace / "rules")
        return Facts(looking.tables, as_of, rules, recorded(looking.folder))
