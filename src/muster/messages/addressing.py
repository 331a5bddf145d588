"""Who is told of what: everybody is asked for what they may see, and gets of it what they want."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from muster.access.seen import Seen
from muster.access.viewer import EVERYTHING, Viewer
from muster.chances.thin import LATEST, Learning
from muster.config.settings import Config
from muster.messages.digest import digest
from muster.messages.happenings import happenings, stale
from muster.messages.kinds import DATA_STALE, EMAIL, KINDS, PERSONAL, WEEKLY
from muster.messages.message import Message
from muster.store.choices import Choice
from muster.store.deliveries import Outgoing
from muster.store.targets import Target
from muster.store.told import MOST_MOVED


@dataclass(frozen=True, slots=True)
class Reader:
    """One user or target: what they may see, and which kinds they get by which channels.

    `weekday` is the day of the weekly digest by each channel, 0 is Monday.
    """

    viewer: Viewer
    wants: frozenset[tuple[str, str]]
    weekday: dict[str, int]
    target_id: str | None = None

    @property
    def name(self) -> str:
        """As keys have it."""
        return f"user:{self.viewer.user_id}" if self.target_id is None else f"target:{self.target_id}"


def wants(role: str, choices: Iterable[Choice]) -> dict[tuple[str, str], Choice]:
    """Every (kind, channel) a user chooses about, and what counts: their word, else that of their role."""
    told = {(choice.kind, choice.channel): choice for choice in choices}
    return {
        (kind.name, channel): told.get(
            (kind.name, channel), Choice(0, kind.name, channel, channel == EMAIL and role in kind.roles)
        )
        for kind in KINDS.values()
        for channel in PERSONAL
    }


def personal(viewer: Viewer, choices: Iterable[Choice], *, channels: Collection[str]) -> Reader:
    """A user as a reader, by the channels that are set up."""
    told = {key: choice for key, choice in wants(viewer.role, choices).items() if key[1] in channels}
    return Reader(
        viewer=viewer,
        wants=frozenset(key for key, choice in told.items() if choice.is_on),
        weekday={channel: choice.weekday for (kind, channel), choice in told.items() if kind == WEEKLY},
    )


def shared(target: Target, viewers: Sequence[Viewer]) -> Reader | None:
    """A target as a reader: it sees what its user sees, or everything; None where that user is gone."""
    found = [EVERYTHING, *(viewer for viewer in viewers if viewer.user_id == target.user_id)]
    if target.user_id is not None and len(found) == 1:
        return None
    wanted = frozenset((kind, target.channel) for kind in target.kinds)
    return Reader(found[-1], wanted, {target.channel: 0}, target.target_id)


def told_to(
    reader: Reader, tables: Path, *, as_of: datetime, now: datetime, config: Config
) -> list[Outgoing]:
    """Everything that one reader is to be told now, whether or not they were told it before.

    What happened a little before the last `days_back` days is in it, too: it says what is told still.
    """
    settings, currency = config.messages, config.company.currency
    caution = _caution(tables)
    asked = {kind for kind, _ in reader.wants}
    found: list[Message] = []
    if asked - {DATA_STALE, WEEKLY}:
        with Seen(tables, reader.viewer) as seen:
            found += happenings(
                seen,
                as_of=as_of,
                days=settings.days_back + MOST_MOVED.days,
                currency=currency,
                caution=caution,
            )
    if DATA_STALE in asked:
        found += stale(as_of=as_of, now=now, after_days=settings.stale_after_days)
    out = [one for message in found for one in addressed(message, reader)]
    days = {channel for kind, channel in reader.wants if kind == WEEKLY}
    due = {channel for channel in days if now.weekday() >= reader.weekday.get(channel, 0)}
    if due:
        with Seen(tables, reader.viewer) as seen:
            weekly = digest(seen, as_of=as_of, today=now.date(), currency=currency, caution=caution)
        out += [one for m in weekly for one in addressed(m, reader) if one.channel in due]
    return out


def _caution(tables: Path) -> str:
    """That there is little to learn chances from, in words for everybody; empty where there is enough."""
    with Seen(tables, EVERYTHING) as whole:
        found = whole.records(LATEST)
    return (Learning(**found[0]).plainly() or "") if found else ""


def addressed(message: Message, reader: Reader) -> list[Outgoing]:
    """A message by each channel by which its reader wants it; the key says what, how and to whom."""
    return [
        Outgoing(
            key=f"{message.key}:{channel}:{reader.name}",
            kind=message.kind,
            channel=channel,
            payload=message.to_payload(),
            subject_id=message.subject_id,
            account_id=str(message.data.get("account_id") or ""),
            topic=str(message.data.get("solution_id") or ""),
            happened_at=message.happened_at,
            user_id=reader.viewer.user_id if reader.target_id is None else None,
            target_id=reader.target_id,
        )
        for kind, channel in sorted(reader.wants)
        if kind == message.kind
    ]
