"""Says of each answer how long the server took, in the header that browsers' tools show (Server-Timing)."""

from __future__ import annotations

from time import perf_counter

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Timed:
    """Milliseconds from a request's arrival to the first byte of its answer, waiting for a thread included.

    Only where `muster serve --server-timing` asks for it: strangers learn nothing from how long we looked.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and put its time on the answer."""
        began = perf_counter()

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                took = (perf_counter() - began) * 1000
                MutableHeaders(scope=message).append("server-timing", f"app;dur={took:.1f}")
            await send(message)

        await self._app(scope, receive, timed)
