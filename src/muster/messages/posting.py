"""One POST to an address that somebody typed: guarded, without redirects, with limits on time and answer."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache

import httpx2

from muster.messages.answers import Answer
from muster.messages.escaping import plain
from muster.messages.guarding import Inward, Place, Resolve, guarded

_SECONDS = 20  # for all of it: connecting, sending, and what we read of the answer
_PER_STEP = httpx2.Timeout(10, connect=5)
_READ = 2_048  # bytes of an answer; not unpacked, so no small answer grows large
_TOLD = 200
_GONE = 410

# They write whole addresses down, and the address of an incoming webhook is a secret.
for _name in ("httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)


def post(
    address: str,
    content: bytes,
    headers: Mapping[str, str],
    *,
    inward_hosts: Collection[str] = (),
    resolver: Resolve | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> Answer:
    """Send bytes to an address; what was answered. 2xx alone is a yes, and 410 means: never again."""
    try:
        place = guarded(address, inward_hosts=inward_hosts, resolver=resolver)
    except Inward as refused:
        return Answer(is_taken=False, told=f"Not sent: {refused}.")
    try:
        # In a thread of its own: the caller's may have a loop that runs, which asyncio allows one of.
        with ThreadPoolExecutor(1) as alone:
            return alone.submit(asyncio.run, _post(place, content, headers, transport)).result()
    except TimeoutError:
        return Answer(is_taken=False, told=f"No answer within {_SECONDS} seconds.")
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        return Answer(is_taken=False, told=plain(f"{type(error).__name__}: {error}", most=_TOLD))


async def _post(
    place: Place, content: bytes, headers: Mapping[str, str], transport: httpx2.AsyncBaseTransport | None
) -> Answer:
    # No environment: a proxy would resolve the name once more, for itself.
    made = httpx2.AsyncClient(
        transport=transport, verify=_trusted(), timeout=_PER_STEP, trust_env=False, follow_redirects=False
    )
    sent = {**headers, "host": place.url.netloc.decode("ascii"), "user-agent": "Muster"}
    async with asyncio.timeout(_SECONDS), made as client:
        for number, address in enumerate(place.addresses, start=1):
            url = place.url.copy_with(host=address)
            try:
                async with client.stream(
                    "POST", url, content=content, headers=sent, extensions={"sni_hostname": place.host}
                ) as response:
                    return _judge(response, await _beginning(response))
            except httpx2.ConnectError:
                if number == len(place.addresses):
                    raise
    raise httpx2.ConnectError("the name has no address")


@cache
def _trusted() -> ssl.SSLContext:
    """Whom we believe to be who they say: read from the disk once."""
    return httpx2.create_ssl_context(trust_env=False)


async def _beginning(response: httpx2.Response) -> str:
    """The first bytes of an answer, however long it goes on."""
    read = bytearray()
    async for part in response.aiter_raw():
        read += part
        if len(read) >= _READ:
            break
    return bytes(read[:_READ]).decode("utf-8", "replace")


def _judge(response: httpx2.Response, body: str) -> Answer:
    status = response.status_code
    return Answer(
        is_taken=200 <= status < 300,
        told=plain(f"{status} {body}", most=_TOLD),
        is_final=status == _GONE,
        is_gone=status == _GONE,
        retry_after=wished(response.headers.get("retry-after")),
    )


def wished(header: str | None, *, now: datetime | None = None) -> timedelta | None:
    """What a `Retry-After` asks for, in seconds or as a date; None where it says nothing.

    >>> wished("120"), wished("soon")
    (datetime.timedelta(seconds=120), None)
    """
    if header is None:
        return None
    try:
        if header.strip().isascii() and header.strip().isdigit():
            return timedelta(seconds=int(header.strip()[:9]))
        until = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(until - (now or datetime.now(UTC)), timedelta())
