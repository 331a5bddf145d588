"""Answers given in Slack: the buttons below a hand-off, and what Slack sends when somebody presses one.

Slack signs what it sends with a secret of the app; without that secret in the environment there are no
buttons, and nothing is taken (see "Verifying requests from Slack" in Slack's documents).
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from muster.config.settings import MessagesConfig
from muster.messages.answers import Answer
from muster.messages.escaping import for_slack, plain
from muster.messages.guarding import Inward, Resolve, guarded
from muster.messages.kinds import HAND_OFF
from muster.messages.message import Message
from muster.messages.posting import post
from muster.messages.slack import HOSTS
from muster.problems import MissingExtra

ACCEPT, REJECT, NURTURE, REASSIGN = "accept", "reject", "nurture", "reassign"
_BLOCK = "hand_off:"
_OPTION, _VALUE, _OPTIONS = 75, 150, 100  # what Slack takes of a choice: letters shown, sent, and how many


@dataclass(frozen=True, slots=True)
class Pressed:
    """One press: who, what about which hand-off, and where Slack takes what we say to it."""

    slack_id: str
    verb: str
    hand_off_id: str
    reason: str  # of a rejection
    value: str  # until which day, or to whom
    response_url: str
    blocks: tuple[dict[str, Any], ...]


def signing_secret(settings: MessagesConfig, environment: Mapping[str, str] = os.environ) -> str | None:
    """The secret by which Slack signs, or None: then nothing is answered in Slack."""
    name = settings.slack.signing_secret_env if settings.slack else None
    return (environment.get(name) or "").strip() or None if name else None


def is_slack(body: bytes, headers: Mapping[str, str], *, secret: str) -> bool:
    """Whether Slack signed a request with this secret, within the last five minutes."""
    try:
        from slack_sdk.signature import SignatureVerifier  # noqa: PLC0415  an extra
    except ModuleNotFoundError as error:
        raise MissingExtra("messages", needed_for="An answer from Slack") from error
    try:
        return SignatureVerifier(secret).is_valid_request(body, headers)
    except (ValueError, TypeError):  # a time that is no number, signs that no signature has
        return False


def pressed(body: bytes) -> Pressed | None:
    """What was pressed; None for what is none of our buttons."""
    try:
        sent = json.loads(parse_qs(body.decode(), strict_parsing=True)["payload"][0])
        action = sent["actions"][0]
        verb, choice = str(action["action_id"]), action.get("selected_option") or {}
        chosen = str(choice.get("value") or action.get("selected_date") or "")
        blocks = (sent.get("message") or {}).get("blocks") or []
        found = Pressed(
            slack_id=str(sent["user"]["id"]),
            verb=verb,
            hand_off_id=str(action["block_id"]).removeprefix(_BLOCK),
            reason=chosen if verb == REJECT else "",
            value=chosen if verb in {NURTURE, REASSIGN} else "",
            response_url=str(sent.get("response_url", "")),
            blocks=tuple(block for block in blocks if isinstance(block, dict)),
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    is_ours = str(action["block_id"]).startswith(_BLOCK)
    return found if is_ours and verb in {ACCEPT, REJECT, NURTURE, REASSIGN} else None


def buttons(
    message: Message, reasons: Sequence[str], sellers: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """The block by which a hand-off is answered: yes, no for a reason, not until a day, another seller.

    `sellers` has the CRM id of each by what they are called.
    """
    hand_off_id = message.data.get("hand_off_id")
    if message.kind != HAND_OFF or not hand_off_id:
        return []
    yes = {"type": "button", "action_id": ACCEPT, "style": "primary", "text": _words("Accept")}
    later = {
        "type": "datepicker",
        "action_id": NURTURE,
        "placeholder": _words("Nurture until ..."),
        "confirm": _asked(
            "Return it to nurture?", "The group leaves sales' hands until that day.", "Return it"
        ),
    }
    no = _menu(
        *(REJECT, "Reject because ...", {reason: reason for reason in reasons}),
        _asked("Reject this hand-off?", "The next run takes the group out of sales' hands.", "Reject"),
    )
    other = _menu(
        *(REASSIGN, "Pass on to ...", sellers or {}),
        _asked("Pass it on?", "The next run gives the group to them.", "Pass on"),
    )
    elements = [yes, *no, later, *other]
    return [{"type": "actions", "block_id": f"{_BLOCK}{hand_off_id}", "elements": elements}]


def told_to_all(found: Pressed, sentence: str) -> dict[str, Any]:
    """The message once it is answered: as it was, without buttons, and with what was decided."""
    kept = [block for block in found.blocks if block.get("type") != "actions"]
    done = {"type": "context", "elements": [{"type": "plain_text", "text": plain(sentence), "emoji": False}]}
    return {"replace_original": True, "text": for_slack(sentence), "blocks": [*kept, done]}


def told_to_one(sentence: str) -> dict[str, Any]:
    """A word to whoever pressed, which nobody else sees; the message and its buttons stay."""
    return {"response_type": "ephemeral", "replace_original": False, "text": for_slack(sentence)}


def say(
    found: Pressed, told: Mapping[str, Any], *, inward_hosts: Collection[str], resolver: Resolve | None = None
) -> Answer:
    """Send what we say to where Slack takes it: nowhere but to Slack, whatever the request named."""
    try:
        place = guarded(found.response_url, inward_hosts=inward_hosts, resolver=resolver)
    except Inward as refused:
        return Answer(is_taken=False, told=f"Not sent: {refused}.", is_final=True)
    if place.host not in {*HOSTS, *inward_hosts}:
        return Answer(is_taken=False, told="Not sent: that is not Slack.", is_final=True)
    content, headers = json.dumps(told).encode(), {"content-type": "application/json"}
    return post(found.response_url, content, headers, inward_hosts=inward_hosts, resolver=resolver)


def _menu(verb: str, says: str, values: Mapping[str, str], confirm: dict[str, Any]) -> list[dict[str, Any]]:
    """A choice among values by what they are called, as many as Slack takes; nothing where there is none."""
    options = [
        {"text": _words(plain(told, most=_OPTION)), "value": value}
        for told, value in list(values.items())[:_OPTIONS]
        if 0 < len(value) <= _VALUE
    ]
    menu = {"type": "static_select", "action_id": verb, "placeholder": _words(says), "confirm": confirm}
    return [menu | {"options": options}] if options else []


def _asked(title: str, says: str, yes: str) -> dict[str, Any]:
    """What Slack asks before it sends a choice: a slip of the hand should decide nothing."""
    return {
        "title": _words(title),
        "text": _words(says),
        "confirm": _words(yes),
        "deny": _words("Not yet"),
    }


def _words(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}
