"""Messages in Slack: by an incoming webhook into one channel, or by a bot to a person or a channel.

What comes from records stands in `plain_text` objects, in which Slack looks for no mention, link or emoji;
the only markup is our own link to the page.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from muster.messages.answers import Answer
from muster.messages.escaping import for_slack, plain
from muster.messages.guarding import Resolve
from muster.messages.message import Message
from muster.messages.posting import post, wished
from muster.problems import MissingExtra

HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")  # where Slack's incoming webhooks are
_SENTENCE, _FACT, _FACTS = 2_900, 1_900, 10  # Slack takes 3,000 and 2,000 characters, ten facts
_SECONDS = 15
_FINAL = {"users_not_found", "is_archived", "channel_is_archived"}  # trying again will not help


def written(message: Message, *, public_url: str, answering: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """A message as Slack reads it: blocks, those to answer it by, and the line that notifications show."""
    blocks: list[dict[str, Any]] = [{"type": "section", "text": _text(message.sentence, _SENTENCE)}]
    if message.facts:
        shown = [_text(fact, _FACT) for fact in message.facts[:_FACTS]]
        blocks.append({"type": "section", "fields": shown})
    blocks += answering
    if public_url:
        link = f"<{public_url.rstrip('/')}{message.path}|Open in Muster>"
        blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": link}]})
    line = for_slack(message.sentence, most=500)
    return {"text": line, "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def send_by_webhook(
    message: Message,
    *,
    address: str,
    public_url: str,
    inward_hosts: Collection[str] = (),
    resolver: Resolve | None = None,
) -> Answer:
    """Post a message to an incoming webhook; its address is guarded like any other that somebody typed."""
    content = json.dumps(written(message, public_url=public_url)).encode()
    headers = {"content-type": "application/json"}
    return post(address, content, headers, inward_hosts=inward_hosts, resolver=resolver)


def send_by_bot(
    message: Message,
    *,
    to: str,
    token: str,
    api_url: str,
    public_url: str,
    is_person: bool,
    answering: Sequence[dict[str, Any]] = (),
) -> Answer:
    """Post a message to a channel or member (their id), or to the person of an e-mail address."""
    try:
        from slack_sdk import WebClient  # noqa: PLC0415  an extra
        from slack_sdk.errors import SlackApiError, SlackClientError  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingExtra("messages", needed_for="A message in Slack") from error
    # The outbox tries again, at its own times: a client that did so by itself could post twice.
    client = WebClient(token, base_url=api_url, timeout=_SECONDS, retry_handlers=[])
    try:
        channel = _person(client, to) if is_person else to
        told = written(message, public_url=public_url, answering=answering)
        client.chat_postMessage(channel=channel, parse="none", link_names=False, **told)
    except SlackApiError as error:
        headers = {name.lower(): value for name, value in dict(error.response.headers).items()}
        said = str(error.response.get("error", "refused"))
        return Answer(
            is_taken=False,
            told=plain(f"Slack: {said}", most=200),
            is_final=said in _FINAL,
            retry_after=wished(headers.get("retry-after")) or _pause(error.response.status_code),
        )
    except (SlackClientError, OSError, ValueError) as error:
        return Answer(is_taken=False, told=plain(f"Slack: {type(error).__name__}", most=200))
    return Answer(is_taken=True, told="ok")


def _text(text: str, most: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": plain(text, most=most) or "-", "emoji": False}


def _pause(status: int) -> timedelta | None:
    return timedelta(minutes=1) if status == 429 else None


def _person(client: Any, email: str) -> str:
    found: str = client.users_lookupByEmail(email=email)["user"]["id"]
    return found
