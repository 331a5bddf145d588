"""What stands before every page: against foreign sites and hosts, floods, and what browsers might do."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections import OrderedDict
from http import HTTPStatus
from threading import Lock
from time import monotonic
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]", "testserver"})
_BODY = 32 * 1024 * 1024  # bytes of a request
STREAMED = frozenset({"/uploads"})  # pages that hold no body in memory, and say themselves how long it may be
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors 'none'"
)
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class Guards:
    """Refuses what no page of ours would send; says on every answer what a browser may do with it."""

    def __init__(self, app: ASGIApp, *, public_url: str | None) -> None:
        self._app = app
        public = urlsplit(public_url) if public_url else None
        self._hosts = _LOOPBACK | ({public.hostname} if public and public.hostname else set())
        self._is_secure = public is not None and public.scheme == "https"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403, 411, 413 or 421 where a request is refused; else pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = self._refused(scope, headers)
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    told.setdefault(name, value)
                told.setdefault("content-security-policy", _POLICY.format(nonce=nonce))
                told.setdefault("cache-control", "private, no-cache")
                if self._is_secure:
                    told.setdefault("strict-transport-security", "max-age=31536000")
            await send(message)

        if refused is not None:
            code, words = refused
            await _refusal(scope, code, words)(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)

    def _refused(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if _without_port(host) not in self._hosts:
            return 421, f"This is not {host}: set serve.public_url in muster.toml to the address people use."
        if "transfer-encoding" in headers and "content-length" not in headers:
            return 411, "Say how long the request is, in Content-Length."
        length = headers.get("content-length") or "0"
        if not (length.isascii() and length.isdigit()):
            return 400, "Content-Length is a number."
        if int(length) > _BODY and scope["path"] not in STREAMED:
            return 413, f"A request may have {_BODY // 2**20} MB."
        if scope["method"] not in _SAFE and is_foreign(headers, host):
            return 403, "This request came from another site, so nothing was changed. Open the page itself."
        return None


def is_foreign(headers: Headers, host: str) -> bool:
    """Whether a browser says that another site sent a request (Fetch Metadata, else the Origin).

    A program that is no browser sends neither; it has no cookie that somebody else could ride on.
    """
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    return origin is None and "cookie" in headers


def _refusal(scope: Scope, code: int, words: str) -> Response:
    """A sentence for who reads pages, a problem (RFC 9457) for programs."""
    if not scope["path"].startswith("/api/"):
        return PlainTextResponse(words + "\n", code)
    status = HTTPStatus(code)
    told = {"type": "about:blank", "title": status.phrase, "status": code, "detail": words}
    told |= {"code": status.name.lower()}
    return JSONResponse(told, code, media_type="application/problem+json")


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()


class Limit:
    """So many tries in a while for each key; who tries more often waits.

    >>> limit = Limit(tries=2, seconds=60)
    >>> [limit.wait("a"), limit.wait("a"), limit.wait("a") > 0, limit.wait("b")]
    [0, 0, True, 0]
    """

    def __init__(self, *, tries: int, seconds: int) -> None:
        self._tries, self._seconds = tries, seconds
        self._seen: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = Lock()

    def wait(self, key: str) -> int:
        """Count a try: 0 where it may go on, else after how many seconds the next one may."""
        now = monotonic()
        with self._lock:
            times = [at for at in self._seen.pop(key, []) if now - at < self._seconds]
            waits = len(times) >= self._tries
            if not waits:
                times.append(now)
            self._seen[key] = times
            while len(self._seen) > 10_000:
                self._seen.popitem(last=False)
        return int(self._seconds - (now - times[0])) + 1 if waits else 0


def own_style(page: str) -> str:
    """The policy under which a report's page shows: its one style by hash, pictures drawn in it, no more."""
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in _STYLE.findall(page)]
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes) or "'none'"
    return (
        f"default-src 'none'; style-src {allowed}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    )
