"""Who is signed in: the session that a cookie names, read once for each request."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from muster.access.viewer import Viewer
from muster.store.sessions import LASTS, begin_session, end_session, session_user

if TYPE_CHECKING:
    from muster.serving.reading import House
    from muster.store.users import User


class Sessions:
    """Puts the viewer, or None, into the state of every request."""

    def __init__(self, app: ASGIApp, *, house: House) -> None:
        self._app, self._house = app, house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look the session up, and pass the request on."""
        if scope["type"] == "http":
            request = Request(scope)
            request.state.viewer = None
            secret = request.cookies.get(cookie_name(self._house))
            if secret and not request.url.path.startswith("/static/"):
                request.state.viewer = await run_in_threadpool(self._viewer, secret)
        await self._app(scope, receive, send)

    def _viewer(self, secret: str) -> Viewer | None:
        user = session_user(self._house.store, secret)
        return None if user is None else viewer_for(user)


def viewer_for(user: User) -> Viewer:
    """A user as they look at tables."""
    return Viewer(user.user_id, user.name, user.email, user.role, user.owner_ids, user.territories)


def sign_in(request: Request, response: Response, user: User, *, how: str = "password") -> Response:
    """Begin a new session for a user, and give it to their browser."""
    house: House = request.app.state.house
    agent = request.headers.get("user-agent", "")
    secret = begin_session(house.store, user.user_id, how=how, user_agent=agent)
    response.set_cookie(
        cookie_name(house),
        secret,
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_secure(house),
        path="/",
    )
    return response


def sign_out(request: Request, response: Response) -> Response:
    """End the session of a browser, here and there."""
    house: House = request.app.state.house
    secret = request.cookies.get(cookie_name(house))
    if secret:
        end_session(house.store, secret)
    response.delete_cookie(
        cookie_name(house), path="/", secure=is_secure(house), httponly=True, samesite="lax"
    )
    return response


def cookie_name(house: House) -> str:
    """On https a name that browsers hold to this host; on a loopback address they do not take one."""
    serve = house.config.serve
    return "__Host-muster" if is_secure(house) else f"muster-{serve.port}"


def is_secure(house: House) -> bool:
    """Whether people reach the app by https."""
    return urlsplit(house.config.serve.public_url or "").scheme == "https"
