# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster serve`: the web app of a workspace."""

from __future__ import annotations

import ipaddress
import socket
import sys
import threading
import warnings
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.options import QuietOption, WorkspaceOption, examples
from muster.cli.screen import hint, results
from muster.problems import WrongUse

if TYPE_CHECKING:
    from muster.store.opening import Store
    from muster.workspace import Workspace

EXAMPLES = examples(
    "muster serve", "muster serve -w acme --port 9000", "muster serve --host 0.0.0.0 --behind-proxy"
)

PortOption = Annotated[
    int | None,
    typer.Option(min=1, max=65535, help="Where it listens.", show_default="8642"),
]
# Seconds after which a thread that computes lets another one on, a tenth of what Python has. A page takes
# hundreds of turns: one that computes for seconds would keep each of them waiting for as long.
_TURN = 0.0005

BrowserOption = Annotated[
    bool, typer.Option("--browser/--no-browser", help="Open it in a browser, or not (the default).")
]


def serve(
    *,
    workspace: WorkspaceOption = Path(),
    host: Annotated[
        str | None,
        typer.Option(help="The address it listens on.", show_default="127.0.0.1"),
    ] = None,
    port: PortOption = None,
    behind_proxy: Annotated[
        bool,
        typer.Option("--behind-proxy", help="A proxy in front of it speaks TLS and sets X-Forwarded-For."),
    ] = False,
    certificate: Annotated[
        Path | None, typer.Option(metavar="FILE", help="TLS: the certificate chain, PEM.")
    ] = None,
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="TLS: its private key, PEM.")] = None,
    server_timing: Annotated[
        bool,
        typer.Option("--server-timing", help="Say with each answer how long it took (Server-Timing)."),
    ] = False,
    browser: BrowserOption = False,
    quiet: QuietOption = False,
) -> None:
    """Serve the worklist, groups, measures and settings to browsers, until it is stopped.

    An empty folder is made a workspace first, as by `muster init`; the browser asks for the rest. The first
    start prints a link that makes the first admin; there is no default password. It listens on
    this machine alone; on other addresses only with TLS (--certificate and --key), or where you say that
    a proxy does it (--behind-proxy).
    """
    from muster.workspace import init_workspace, open_workspace

    if _is_empty(workspace):
        init_workspace(workspace)
        hint(f"{workspace.resolve().name} was empty: it is a workspace now.", quiet=quiet)
    opened = open_workspace(workspace)
    config = opened.config.serve
    told = host or config.host
    has_tls = certificate is not None and key is not None
    if not is_loopback(told) and not has_tls and not behind_proxy:
        raise WrongUse(
            f"{told} is open to other machines: passwords would cross the network in the clear.",
            remedy="Give --certificate and --key, or say --behind-proxy where a proxy speaks TLS.",
        )
    serve_until_stopped(
        opened,
        host=told,
        port=port or config.port,
        trusts_proxy=behind_proxy,
        tls=(certificate, key) if certificate is not None and key is not None else None,
        opens_browser=browser,
        is_timed=server_timing,
        quiet=quiet,
    )


def _is_empty(folder: Path) -> bool:
    """A folder that is there, with nothing in it: one that is misspelt is not there, and is not made."""
    return folder.is_dir() and not any(folder.iterdir())


def serve_until_stopped(
    workspace: Workspace,
    *,
    host: str,
    port: int,
    trusts_proxy: bool = False,
    tls: tuple[Path, Path] | None = None,
    opens_browser: bool = False,
    enters_as: int | None = None,
    is_timed: bool = False,
    quiet: bool = False,
) -> None:
    """Serve a workspace until the process is asked to end; a link lets its starter in as user `enters_as`."""
    import uvicorn
    from uvicorn.config import STARTUP_FAILURE

    # Authlib says at import that it prefers another client than ours; nobody who serves can mend that.
    warnings.filterwarnings("ignore", message="The httpx module is deprecated")
    from muster.serving.app import application
    from muster.serving.reading import Entry
    from muster.serving.timing import Timed

    sys.setswitchinterval(_TURN)
    config = workspace.config
    base = config.serve.public_url or f"{'https' if tls else 'http'}://{_named(host)}:{port}"
    # It listens before anybody is told where: who is quick waits for the first page, and is not refused.
    with _listening(host, port) as listener, _opened(workspace) as store:
        entry = None if enters_as is None else Entry(token_urlsafe(32), enters_as)
        link = _first_link(store, base)
        if link is not None:
            hint(f"This link makes the first admin, once, within a day: {link}", quiet=False)
        if entry is not None:
            link = f"{base}/enter/{entry.secret}"
            results().print(f"Open: {link}", soft_wrap=True)
        hint(f"Muster serves {config.company.name} at {base} (Ctrl-C ends it)", quiet=quiet)
        if opens_browser:
            # Beside us: a browser of the terminal lets whoever opens it wait until it is closed.
            threading.Thread(target=webbrowser.open, args=[link or base], daemon=True).start()
        app = application(workspace.folder, store, entry=entry, warms_up=True)
        server = uvicorn.Server(
            uvicorn.Config(
                Timed(app) if is_timed else app,
                proxy_headers=trusts_proxy,
                forwarded_allow_ips="*" if trusts_proxy else None,
                ssl_certfile=str(tls[0]) if tls else None,
                ssl_keyfile=str(tls[1]) if tls else None,
                server_header=False,
                access_log=False,
                log_level="warning",
                timeout_graceful_shutdown=5,
            )
        )
        with suppress(KeyboardInterrupt):
            server.run([listener])
    if not server.started:
        raise SystemExit(STARTUP_FAILURE)


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises WrongUse."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise WrongUse(
            f"Cannot listen on {host}, port {port}: {error.strerror}.",
            remedy=f"Stop what uses it, or take another, as in: --port {port + 1}",
        ) from error


@contextmanager
def _opened(workspace: Workspace) -> Iterator[Store]:
    """The workspace's store, brought to our version, and closed again."""
    from muster.store.opening import open_store, upgrade

    url = workspace.config.store
    store = open_store(workspace.folder, url) or upgrade(workspace.folder, url)[0]
    try:
        yield store
    finally:
        store.close()


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _first_link(store: Store, base: str) -> str | None:
    """A link that makes the first admin; None where there is one."""
    from muster.store.invitations import ADMIN, new_invitation
    from muster.store.users import has_admin

    return None if has_admin(store) else f"{base}/start/{new_invitation(store, ADMIN, by='muster serve')}"


def _named(host: str) -> str:
    return f"[{host}]" if ":" in host else host
