"""Messages where people work: e-mail, Slack, signed webhooks; each sent once for each thing that happened."""

from muster.messages.outbox import (
    Wish,
    new_messages,
    new_target,
    note_happenings,
    send_messages,
    try_target,
    wish,
    wishes,
)
from muster.messages.telling import telling

__all__ = [
    "Wish",
    "new_messages",
    "new_target",
    "note_happenings",
    "send_messages",
    "telling",
    "try_target",
    "wish",
    "wishes",
]
