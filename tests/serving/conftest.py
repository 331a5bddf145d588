"""A real server on the bundled company, somebody of each role, and browsers they are signed in with."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
import uvicorn

from muster.serving.app import application
from muster.store.opening import Store, upgrade
from muster.store.sessions import begin_session
from muster.store.users import User, add_user
from muster.workspace import open_workspace

ROLES = ("rep", "marketer", "analyst", "admin")


@dataclass(frozen=True)
class Served:
    """A server that runs, and who may sign in: one user of each role, `rep` with a territory of her own."""

    url: str
    workspace: Path
    store: Store
    users: dict[str, User]

    def cookies(self, who: str) -> dict[str, str]:
        """The cookie of a new session of a user."""
        return {"muster-8642": begin_session(self.store, self.users[who].user_id)}


def serve(
    workspace: Path,
    owner_ids: tuple[str, ...],
    *,
    roles: tuple[str, ...] = ROLES,
    **more: tuple[str, ...],
) -> Iterator[Served]:
    """Serve a workspace in a thread to a user of each role.

    `more` are further reps by name, with the owners they are in the CRM.
    """
    store = upgrade(workspace, open_workspace(workspace).config.store)[0]
    reps = {"rep": owner_ids, **more}
    with closing(store):
        users = {
            name: add_user(
                store,
                f"{name}@halden.example",
                name.capitalize(),
                role=name if name in ROLES else "rep",
                by="tests",
                owner_ids=reps.get(name, ()),
            )
            for name in (*roles, *more)
        }
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            server = uvicorn.Server(
                uvicorn.Config(application(workspace, store), log_level="warning", access_log=False)
            )
            taken.listen(128)
            thread = threading.Thread(target=server.run, args=([taken],), daemon=True)
            thread.start()
            until = time.monotonic() + 30
            while not server.started and time.monotonic() < until:
                time.sleep(0.01)
            yield Served(f"http://127.0.0.1:{taken.getsockname()[1]}", workspace, store, users)
            server.should_exit = True
            thread.join(10)


@pytest.fixture(scope="session")
def owners(bundled: Path) -> list[str]:
    """The sellers of the bundled company's CRM, those with most accounts first."""
    file = bundled / ".muster" / "tables" / "account.parquet"
    with duckdb.connect() as connection:
        found = connection.execute(
            "SELECT owner_id FROM read_parquet(?) WHERE owner_id IS NOT NULL GROUP BY owner_id "
            "ORDER BY COUNT(*) DESC, owner_id",
            [str(file)],
        ).fetchall()
    return [owner for (owner,) in found]


@pytest.fixture(scope="session")
def demo_server(
    bundled: Path, owners: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The bundled company, served. Tests that decide anything take `own_server`."""
    folder = tmp_path_factory.mktemp("served") / "halden"
    shutil.copytree(bundled, folder, symlinks=True)
    yield from serve(folder, (owners[0],), other=(owners[1],))


@pytest.fixture
def own_server(bundled: Path, owners: list[str], tmp_path: Path) -> Iterator[Served]:
    """The same with a workspace and a store that a test may change."""
    folder = tmp_path / "halden"
    shutil.copytree(bundled, folder, symlinks=True)
    yield from serve(folder, (owners[0],), other=(owners[1],))


@pytest.fixture
def client(demo_server: Served) -> Iterator[Callable[..., httpx.Client]]:
    """An HTTP client as somebody: `client("rep")`, or `client(None)` for nobody."""
    opened: list[httpx.Client] = []

    def as_somebody(who: str | None, server: Served = demo_server) -> httpx.Client:
        cookies = server.cookies(who) if who is not None else {}
        headers = {"sec-fetch-site": "same-origin"}
        opened.append(httpx.Client(base_url=server.url, cookies=cookies, headers=headers, timeout=60))
        return opened[-1]

    yield as_somebody
    for one in opened:
        one.close()


@pytest.fixture
def signed_in(demo_server: Served, chromium: Any) -> Iterator[Callable[..., Any]]:
    """A page in Chromium as somebody: `signed_in("rep", width=390, scheme="dark")`."""
    contexts: list[Any] = []

    def as_somebody(
        who: str | None,
        *,
        width: int = 1440,
        scheme: str = "light",
        server: Served = demo_server,
        **more: Any,
    ) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=server.url, **more
        )
        contexts.append(context)
        if who is not None:
            context.add_cookies(
                [{"name": k, "value": v, "url": server.url} for k, v in server.cookies(who).items()]
            )
        return context.new_page()

    yield as_somebody
    for context in contexts:
        context.close()
