"""A message before anybody writes it for a medium: the sentence first, then facts, then where to look."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """What happened, in the words of the records it came from: nothing is escaped yet.

    `key` names what happened, and stays the same however often a run tells it. `path` is that of the page to
    look at; `data` has ids and figures for systems; `happened_at` is ISO 8601 in UTC.
    """

    key: str
    kind: str
    sentence: str
    happened_at: str
    facts: tuple[str, ...] = ()
    path: str = "/"
    subject_id: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    def to_payload(self) -> dict[str, Any]:
        """As the outbox keeps it."""
        return asdict(self) | {"facts": list(self.facts)}


def from_payload(payload: dict[str, Any]) -> Message:
    """A message out of the outbox."""
    return Message(**payload | {"facts": tuple(payload["facts"])})
