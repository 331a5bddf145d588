"""The app over an invented company, without a flow run and without a network; a token of each role."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.access.invented_accounts import REP, write_workspace

from muster.config.settings import StoreConfig
from muster.serving.app import application
from muster.store.opening import Store, open_or_make
from muster.store.tokens import SCOPES, new_token
from muster.store.users import add_user

ROLES = ("rep", "marketer", "analyst", "admin")
Client = Callable[..., TestClient]


class Written(NamedTuple):
    """A workspace as it is before anybody does anything."""

    folder: Path
    users: dict[str, int]
    tokens: dict[str, str]


class Office:
    """A served workspace: its store, a token with every scope for each role, and a second rep's."""

    def __init__(self, folder: Path, store: Store, users: dict[str, int], tokens: dict[str, str]) -> None:
        self.folder, self.store, self.users = folder, store, users
        self.app = application(folder, store)
        self._tokens = tokens

    @property
    def api(self) -> FastAPI:
        """The API, as it is mounted."""
        return next(route.app for route in self.app.routes if getattr(route, "path", "") == "/api/v1")

    def token(self, who: str, *scopes: str) -> str:
        """A new token of somebody; without scopes one that has them all."""
        return new_token(self.store, self.users[who], who, scopes=scopes or SCOPES, by="tests")[0]

    def token_of(self, who: str) -> str:
        """Somebody's token with every scope."""
        return self._tokens[who]

    def client(self, who: str | None, *, token: str | None = None) -> TestClient:
        """A client with somebody's token, or with none; failures are answers, not exceptions."""
        text = token or (self._tokens[who] if who else None)
        headers = {"authorization": f"Bearer {text}"} if text else {}
        return TestClient(self.app, headers=headers, raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture(scope="session")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Written]:
    """A workspace of the invented company by its noise, its users and their tokens, written once."""

    @cache
    def written(noise: int) -> Written:
        folder = write_workspace(tmp_path_factory.mktemp("invented") / "w", noise=noise)
        with closing(open_or_make(folder, StoreConfig())) as store:
            users, tokens = {}, {}
            for name in (*ROLES, "colleague"):
                is_rep = name in {"rep", "colleague"}
                users[name] = add_user(
                    store,
                    f"{name}@example.com",
                    name,
                    role="rep" if is_rep else name,
                    by="tests",
                    owner_ids=REP.owner_ids if is_rep else (),
                    territories=REP.territories if is_rep else (),
                ).user_id
                tokens[name] = new_token(store, users[name], name, scopes=SCOPES, by="tests")[0]
        return Written(folder, users, tokens)

    return written


@pytest.fixture(scope="module")
def opened(
    invented: Callable[[int], Written], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Office]]:
    """Open an office; closed when the module's tests are over."""
    with ExitStack() as stack:

        def open_one(*, noise: int = 0) -> Office:
            written = invented(noise)
            folder = tmp_path_factory.mktemp("office") / "w"
            shutil.copytree(written.folder, folder, symlinks=True)
            store = stack.enter_context(closing(open_or_make(folder, StoreConfig())))
            return Office(folder, store, written.users, written.tokens)

        yield open_one


@pytest.fixture(scope="module")
def office(opened: Callable[..., Office]) -> Office:
    """An office for tests that only read."""
    return opened()
