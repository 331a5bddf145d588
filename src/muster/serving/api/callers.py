"""Who calls: a program with a token, or a browser that is signed in; what they may do, and how often."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from threading import Lock
from time import monotonic
from typing import Any

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from muster.access.seen import Seen
from muster.access.viewer import Viewer
from muster.problems import WrongUse
from muster.serving.api.problems import Refused
from muster.serving.reading import House, NoRun
from muster.serving.snapshots import Snapshot
from muster.store.tokens import token_holder

CALLS = 600
WINDOW = 60  # seconds
_SIGN = {"www-authenticate": 'Bearer realm="muster"'}

# Only for the document: the header is read by `_caller`, which answers every failure itself.
BEARER = HTTPBearer(auto_error=False, description="A token: muster token new --scope groups:read")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, by what: a token's id, or the session of a browser."""

    viewer: Viewer
    by: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API: everything it may read from."""

    request: Request
    house: House
    caller: Caller
    snapshot: Snapshot
    tables: Seen

    @property
    def viewer(self) -> Viewer:
        """In whose name it is made."""
        return self.caller.viewer


def may(scope: str, right: str) -> Callable[..., Caller]:
    """A dependency: a token must have the scope, and its user, like one signed in, the right."""

    def caller(request: Request, _: Any = Depends(BEARER)) -> Caller:
        found = _caller(request, scope)
        if not found.viewer.may(right):
            raise Refused(403, "not_your_role", f"The role {found.viewer.role} does not include this.")
        return found

    return caller


def reads(scope: str, right: str) -> Callable[..., Iterator[Call]]:
    """A dependency: the same, with the tables of the run in force as far as the caller may see them."""

    needed = may(scope, right)

    def call(request: Request, caller: Caller = Depends(needed)) -> Iterator[Call]:
        house: House = request.app.state.house
        snapshot = house.snapshots.current()
        if snapshot is None:
            raise NoRun
        request.state.as_of = snapshot.as_of.replace(tzinfo=UTC).isoformat()
        with Seen(snapshot.folder, caller.viewer) as tables:
            yield Call(request, house, caller, snapshot, tables)

    return call


def _caller(request: Request, scope: str) -> Caller:
    house: House = request.app.state.house
    quotas: Quotas = request.app.state.quotas
    header = request.headers.get("authorization")
    if header is None:
        viewer: Viewer | None = getattr(request.state, "viewer", None)
        quotas.count(request, _address(request) if viewer is None else f"user {viewer.user_id}")
        if viewer is None:
            raise Refused(401, "signed_out", "Send a token: Authorization: Bearer muster_...", headers=_SIGN)
        return Caller(viewer, f"user {viewer.user_id}")
    if "origin" in request.headers:
        quotas.count(request, _address(request))
        raise Refused(403, "token_in_browser", "A token is for programs; a page would show it to everybody.")
    kind, _, text = header.partition(" ")
    try:
        holder = token_holder(house.store, text.strip(), scope) if kind.lower() == "bearer" else None
    except WrongUse as error:
        quotas.count(request, _address(request))
        raise Refused(403, "scope_missing", error.message, remedy=error.remedy) from error
    if holder is None:
        quotas.count(request, _address(request))
        raise Refused(401, "unknown_token", "This token is not known, or no longer.", headers=_SIGN)
    quotas.count(request, f"token {holder.token.token_id}")
    user = holder.user
    viewer = Viewer(user.user_id, user.name, user.email, user.role, user.owner_ids, user.territories)
    return Caller(viewer, f"token {holder.token.token_id}")


def _address(request: Request) -> str:
    return f"address {request.client.host if request.client else ''}"


class Quotas:
    """So many calls in each minute for each caller; those over it are told when to come back."""

    def __init__(self, *, calls: int = CALLS) -> None:
        self._calls = calls
        self._began: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = Lock()

    def count(self, request: Request, key: str) -> None:
        """Count a call. Raises Refused (429) where it is one too many."""
        now = monotonic()
        with self._lock:
            began, used = self._began.pop(key, (now, 0))
            if now - began >= WINDOW:
                began, used = now, 0
            self._began[key] = (began, used + 1)
            while len(self._began) > 10_000:
                self._began.popitem(last=False)
        left, seconds = max(self._calls - used - 1, 0), int(WINDOW - (now - began)) + 1
        request.state.quota = {
            "ratelimit-policy": f'"calls";q={self._calls};w={WINDOW}',
            "ratelimit": f'"calls";r={left};t={seconds}',
        }
        if used >= self._calls:
            detail = f"More than {self._calls} calls in {WINDOW} seconds."
            raise Refused(429, "too_many", detail, headers={"retry-after": str(seconds)})


class Marked:
    """Puts on every answer how many calls are left, and the date that its figures are of."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on, and mark its answer."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers, state = MutableHeaders(scope=message), scope.get("state", {})
                for name, value in state.get("quota", {}).items():
                    headers[name] = value
                if "as_of" in state:
                    headers["muster-as-of"] = state["as_of"]
            await send(message)

        await self._app(scope, receive, marked)
