"""What people and systems are told of, and who is told by itself."""

from __future__ import annotations

from dataclasses import dataclass

EMAIL, SLACK, WEBHOOK = CHANNELS = ("email", "slack", "webhook")
PERSONAL = (EMAIL, SLACK)  # a user chooses among these


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of message: its name for systems, for people, and the roles that get it unless they say no."""

    name: str
    event: str
    about: str
    roles: frozenset[str]


def _kind(name: str, event: str, about: str, *roles: str) -> Kind:
    return Kind(name, event, about, frozenset(roles))


HAND_OFF, SECOND_LEAD, SHARE_READ = "hand_off", "second_lead", "share_read"
LEFT_QUALIFIED, DATA_STALE, WEEKLY = "left_qualified", "data_stale", "weekly"
TEST = "test"  # sent by hand alone, to see that a way is open

KINDS = {
    kind.name: kind
    for kind in (
        _kind(HAND_OFF, "handoff.created", "A group was handed to sales", "rep"),
        _kind(SECOND_LEAD, "second_lead.attached", "One more person joined a group that sales has", "rep"),
        _kind(SHARE_READ, "share.read", "A vice president or higher read what a colleague passed on", "rep"),
        _kind(LEFT_QUALIFIED, "group.disqualified", "A group is no longer qualified", "rep"),
        _kind(DATA_STALE, "data.stale", "The records are old, or a run failed", "analyst", "admin"),
        _kind(WEEKLY, "digest.weekly", "What needs you this week", "rep", "marketer", "analyst", "admin"),
    )
}
EVENTS = {name: kind.event for name, kind in KINDS.items()} | {TEST: "test"}
