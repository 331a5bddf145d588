"""Says of each answer how long the server took, in the header that browsers' tools show (Server-Timing)."""

from __future__ import annotations

from time import perf_counter, process_time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Timed:
    """Milliseconds from a request's arrival to the first byte of its answer, waiting for a thread included.

    `cpu` is what all of the process used meanwhile: a request's own where one is asked at a time.
    Only where `muster serve --server-timing` asks for it: strangers learn nothing from how long we looked.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and put its time on the answer."""
        began, used = perf_counter(), process_time()

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                took = (perf_counter() - began) * 1000
                cpu = (process_time() - used) * 1000
                told = f"app;dur={took:.1f}, cpu;dur={cpu:.1f}"
                MutableHeaders(scope=message).append("server-timing", told)
            await send(message)

        await self._app(scope, receive, timed)
