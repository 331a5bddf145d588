"""What the web app and the command line ask of messages: note what happened, send, look, choose."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from muster.access.viewer import Viewer
from muster.config.settings import Config
from muster.deciding.answers import offered_reasons
from muster.engine.published import open_published
from muster.engine.run_log import last_entry
from muster.messages.addressing import Reader, addressed, personal, shared, told_to, wants
from muster.messages.answers import Answer
from muster.messages.delivering import channels_open, ways
from muster.messages.guarding import Inward, guarded
from muster.messages.happenings import failed_run
from muster.messages.ids_before import ids_before
from muster.messages.kinds import CHANNELS, EMAIL, KINDS, PERSONAL, SLACK, TEST, WEBHOOK
from muster.messages.message import Message
from muster.messages.sending import Clock, Tally, send_due, utc_now
from muster.messages.slack import HOSTS
from muster.messages.slack_answers import signing_secret
from muster.problems import WrongUse
from muster.reports.published import Published
from muster.rules.read import read_rules
from muster.store.choices import Choice, choose, read_choices
from muster.store.deliveries import Outgoing, forget, not_there, put
from muster.store.opening import Store
from muster.store.targets import Target, add_target, new_signing_secret, read_targets, target_named
from muster.store.users import User, read_users

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,63}")
_CHANNEL = re.compile(r"#?[A-Za-z0-9_-]{1,80}")
_MAILBOX = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wish:
    """One line of a user's choices: whether a kind comes by a channel, and whether that is their own word."""

    kind: str
    about: str
    channel: str
    is_on: bool
    weekday: int
    is_open: bool  # whether muster.toml has what this channel needs


def new_messages(
    workspace: Path, store: Store, config: Config, *, now: datetime | None = None
) -> list[Outgoing]:
    """What has happened by the run in force that was not told yet, for every reader; nothing is kept."""
    found = _everything(workspace, store, config, now or utc_now())
    return not_there(store, found.outgoing, since=found.since, once=found.once)


def note_happenings(
    workspace: Path, store: Store, config: Config, *, now: datetime | None = None
) -> list[Outgoing]:
    """Put what has happened and was not told yet into the outbox; returns it. Done twice, nothing is new.

    Texts of messages that were done with long ago are forgotten.
    """
    at = now or utc_now()
    forget(store, before=at - timedelta(days=config.messages.keep_days))
    found = _everything(workspace, store, config, at)
    return put(store, found.outgoing, now=at, since=found.since, once=found.once)


def send_messages(
    store: Store,
    config: Config,
    *,
    public_url: str,
    workspace: Path | None = None,
    clock: Clock = utc_now,
) -> Tally:
    """Send what is due, with users and targets as they are now.

    The rules of the `workspace` say for which reasons a hand-off may be rejected in Slack.
    """
    reasons: Sequence[str] = ()
    if workspace is not None and signing_secret(config.messages) is not None:
        reasons = offered_reasons(read_rules(workspace / "rules"), clock())
    return send_due(store, ways(store, config, public_url=public_url, reasons=reasons).deliver, clock=clock)


def wishes(store: Store, user: User, config: Config) -> list[Wish]:
    """A user's choices, theirs or those of their role, in the order of the settings page."""
    own = [choice for choice in read_choices(store) if choice.user_id == user.user_id]
    open_to = channels_open(config.messages)
    return [
        Wish(kind, KINDS[kind].about, channel, choice.is_on, choice.weekday, channel in open_to)
        for (kind, channel), choice in wants(user.role, own).items()
    ]


def wish(store: Store, choice: Choice, *, by: str) -> None:
    """Keep a user's choice. Raises WrongUse for kinds and channels that nobody can choose."""
    if choice.kind not in KINDS or choice.channel not in PERSONAL or not 0 <= choice.weekday < 7:
        raise WrongUse(
            f"Nobody can choose {choice.kind} by {choice.channel}.",
            remedy=f"Kinds: {', '.join(KINDS)}. Channels: {', '.join(PERSONAL)}. Days: 0 (Monday) to 6.",
        )
    choose(store, choice, by=by, now=utc_now())


def new_target(
    store: Store,
    config: Config,
    name: str,
    *,
    channel: str,
    address: str,
    by: str,
    kinds: Collection[str] = (),
    user_id: int | None = None,
) -> Target:
    """Keep a target; the secret of a webhook is in what is returned, this once.

    Raises WrongUse for an address that leads nowhere, or inside this machine or its network.
    """
    asked = tuple(kinds) or tuple(KINDS)
    wrong = [kind for kind in asked if kind not in KINDS]
    if wrong:
        raise WrongUse(f"There is no kind {wrong[0]}.", remedy=f"Kinds: {', '.join(KINDS)}.", field="kinds")
    if channel not in CHANNELS:
        raise WrongUse(
            f'"{channel}" is no channel of a target.',
            remedy=f"Channels: {', '.join(CHANNELS)}.",
            field="channel",
        )
    if not _NAME.fullmatch(name):
        raise WrongUse(
            f'"{name}" is no name of a target.', remedy="Names: letters, digits, - and _.", field="name"
        )
    if user_id is not None and user_id not in {user.user_id for user in read_users(store)}:
        raise WrongUse(f"There is no user {user_id}.", remedy="See them all: muster user list")
    address = address.strip()
    if channel == EMAIL:
        _refuse_no_mailbox(address, config)
    elif channel == WEBHOOK or "://" in address:
        _refuse_inward(address, config, is_slack=channel == SLACK)
    elif not _CHANNEL.fullmatch(address):
        raise WrongUse(
            "That is no channel of Slack.",
            remedy="Write #sales, its id, or an incoming webhook's address.",
            field="address",
        )
    return add_target(
        store,
        name,
        channel=channel,
        address=address,
        kinds=asked,
        secret=new_signing_secret() if channel == WEBHOOK else "",
        user_id=user_id,
        by=by,
        now=utc_now(),
    )


def try_target(store: Store, config: Config, name: str, *, public_url: str) -> Answer:
    """Send a message that says it is a test, now and once; it is not kept in the outbox."""
    target, now = target_named(store, name), utc_now()
    message = Message(
        key=f"{TEST}:{target.target_id}:{now:%Y%m%dT%H%M%S.%f}",
        kind=TEST,
        sentence=f"This is a test of Muster's way to {target.name}",
        happened_at=now.isoformat(timespec="seconds"),
    )
    one = Outgoing(message.key, TEST, target.channel, message.to_payload(), target_id=target.target_id)
    return ways(store, config, public_url=public_url).to_target(message, one.message_id, target, now)


@dataclass(frozen=True, slots=True)
class _Found:
    """What is told now: to be told is what happened after `since`; `once` has the ids that accounts had."""

    outgoing: list[Outgoing]
    since: datetime
    once: Mapping[str, frozenset[str]]


def _everything(workspace: Path, store: Store, config: Config, now: datetime) -> _Found:
    published = open_published(workspace)
    as_of = datetime.fromisoformat(published.manifest["as_of"])
    out = []
    for reader in _readers(store, config):
        out += told_to(reader, published.folder, as_of=as_of, now=now, config=config)
        for message in _failed_run(workspace):
            out += addressed(message, reader)
    accounts = {one.account_id for one in out if one.account_id}
    with Published(published.folder) as tables:
        once = ids_before(tables, accounts)
    return _Found(out, as_of - timedelta(days=config.messages.days_back), once)


def _failed_run(workspace: Path) -> list[Message]:
    """That the last run failed, where it did: the log has a line for every run."""
    last = last_entry(workspace)
    if last is None or last.get("ended") != "failed":
        return []
    return [failed_run(str(last.get("why", "")), at=datetime.fromisoformat(last["started_at"]))]


def _readers(store: Store, config: Config) -> list[Reader]:
    """Every user who is not disabled, and every target that is enabled."""
    users = [user for user in read_users(store) if not user.is_disabled]
    viewers = [
        Viewer(user.user_id, user.name, user.email, user.role, user.owner_ids, user.territories)
        for user in users
    ]
    channels, choices = channels_open(config.messages), _by_user(read_choices(store))
    readers = [personal(viewer, choices.get(viewer.user_id, []), channels=channels) for viewer in viewers]
    targets = [shared(target, viewers) for target in read_targets(store) if target.disabled_at is None]
    return [*readers, *(target for target in targets if target is not None)]


def _by_user(choices: list[Choice]) -> Mapping[int, list[Choice]]:
    found: dict[int, list[Choice]] = {}
    for choice in choices:
        found.setdefault(choice.user_id, []).append(choice)
    return found


def _refuse_no_mailbox(address: str, config: Config) -> None:
    if not _MAILBOX.fullmatch(address):
        raise WrongUse(
            "That is no address of a mailbox or list.",
            remedy="Write one address, as in sales@example.com.",
            field="address",
        )
    if config.messages.smtp is None:
        raise WrongUse(
            "No mail can be sent yet.",
            remedy="Name the server under [messages.smtp] in muster.toml.",
            field="channel",
        )


def _refuse_inward(address: str, config: Config, *, is_slack: bool) -> None:
    allowed = config.messages.inward_hosts
    try:
        place = guarded(address, inward_hosts=allowed)
    except Inward as refused:
        raise WrongUse(
            f"Nothing can be sent there: {refused}.",
            remedy="Give a public https:// address, or name its host under messages.inward_hosts in "
            "muster.toml.",
            field="address",
        ) from refused
    if is_slack and place.host not in {*HOSTS, *allowed}:
        raise WrongUse(
            f"{place.host} is not where Slack's incoming webhooks are.",
            remedy=f"Slack gives addresses at {HOSTS[0]}; for another receiver add a webhook.",
            field="address",
        )
