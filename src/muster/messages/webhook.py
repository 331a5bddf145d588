"""Messages to systems, as Standard Webhooks has them: signed, with an id that stays and a time that moves."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import httpx2

from muster.messages.answers import Answer
from muster.messages.guarding import Resolve
from muster.messages.kinds import EVENTS
from muster.messages.message import Message
from muster.messages.posting import post
from muster.problems import MissingExtra


def body(message: Message, *, public_url: str) -> bytes:
    """What a receiver reads: the same bytes at every attempt. Texts are as they stand in the records."""
    link = {"url": f"{public_url.rstrip('/')}{message.path}"} if public_url else {}
    told: dict[str, Any] = {
        "type": EVENTS[message.kind],
        "timestamp": message.happened_at,
        "data": {"sentence": message.sentence, "facts": list(message.facts), **message.data, **link},
    }
    return json.dumps(told, ensure_ascii=True, separators=(",", ":")).encode()


def signed(message_id: str, content: bytes, *, secret: str, now: datetime) -> dict[str, str]:
    """The headers that prove a body, at this attempt's time."""
    try:
        from standardwebhooks import Webhook  # noqa: PLC0415  an extra
    except ModuleNotFoundError as error:
        raise MissingExtra("messages", needed_for="A signed webhook") from error
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, now, content.decode()),
    }


def send(
    message: Message,
    message_id: str,
    *,
    address: str,
    secret: str,
    public_url: str,
    now: datetime,
    inward_hosts: Collection[str] = (),
    resolver: Resolve | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> Answer:
    """Post a message to its receiver, once."""
    content = body(message, public_url=public_url)
    headers = signed(message_id, content, secret=secret, now=now.astimezone(UTC))
    return post(address, content, headers, inward_hosts=inward_hosts, resolver=resolver, transport=transport)
