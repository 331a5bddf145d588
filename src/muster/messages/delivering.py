"""Take a message of the outbox to its reader, by its channel and with the settings of muster.toml."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from muster.config.settings import Config, MessagesConfig
from muster.messages import mail, slack, webhook
from muster.messages.answers import Answer
from muster.messages.kinds import EMAIL, SLACK, WEBHOOK
from muster.messages.message import Message, from_payload
from muster.messages.slack_answers import buttons, signing_secret
from muster.store.deliveries import Delivery
from muster.store.opening import Store
from muster.store.targets import Target, read_targets
from muster.store.users import User, read_users


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways out of one workspace. Passwords and tokens are looked up in the environment when needed."""

    settings: MessagesConfig
    public_url: str
    users: Mapping[int, User]
    targets: Mapping[str, Target]
    reasons: Sequence[str] = ()  # for which a hand-off may be rejected in Slack
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def deliver(self, row: Delivery, now: datetime) -> Answer:
        """One attempt."""
        message = from_payload(row.payload)
        if row.target_id is not None:
            target = self.targets.get(row.target_id)
            if target is None:
                return Answer(is_taken=False, told="Not sent: the target was removed.", is_final=True)
            return self.to_target(message, row.message_id, target, now)
        user = self.users.get(row.user_id or 0)
        if user is None or user.is_disabled:
            return Answer(is_taken=False, told="Not sent: the user was disabled.", is_final=True)
        if row.channel == EMAIL:
            return self._mail(message, row.message_id, user.email, now)
        return self._bot(message, user.slack_id or user.email, is_person=user.slack_id is None)

    def to_target(self, message: Message, message_id: str, target: Target, now: datetime) -> Answer:
        """One attempt to a target."""
        if target.channel == EMAIL:
            return self._mail(message, message_id, target.address, now, shared_as=target.name)
        inward = self.settings.inward_hosts
        if target.channel == WEBHOOK:
            return webhook.send(
                message,
                message_id,
                address=target.address,
                secret=target.secret,
                public_url=self.public_url,
                now=now,
                inward_hosts=inward,
            )
        if target.address.startswith(("https://", "http://")):
            return slack.send_by_webhook(
                message, address=target.address, public_url=self.public_url, inward_hosts=inward
            )
        return self._bot(message, target.address, is_person=False)

    def _mail(
        self, message: Message, message_id: str, to: str, now: datetime, *, shared_as: str = ""
    ) -> Answer:
        smtp = self.settings.smtp
        if smtp is None:
            return Answer(is_taken=False, told="Not sent: muster.toml has no [messages.smtp].")
        password = None
        if smtp.password_env is not None and (password := self.environment.get(smtp.password_env)) is None:
            return Answer(is_taken=False, told=f"Not sent: the environment has no {smtp.password_env}.")
        written = mail.written(
            message,
            message_id,
            to=to,
            sender=smtp.sender,
            public_url=self.public_url,
            now=now,
            shared_as=shared_as,
        )
        return mail.send(written, smtp, password=password)

    def _bot(self, message: Message, to: str, *, is_person: bool) -> Answer:
        settings = self.settings.slack
        if settings is None:
            return Answer(is_taken=False, told="Not sent: muster.toml has no [messages.slack].")
        token = self.environment.get(settings.token_env)
        if token is None:
            return Answer(is_taken=False, told=f"Not sent: the environment has no {settings.token_env}.")
        is_answered_there = signing_secret(self.settings, self.environment) is not None
        return slack.send_by_bot(
            message,
            to=to,
            token=token,
            api_url=settings.api_url,
            public_url=self.public_url,
            is_person=is_person,
            answering=buttons(message, self.reasons, self._sellers()) if is_answered_there else (),
        )

    def _sellers(self) -> dict[str, str]:
        """Who a hand-off can be passed on to from here: users who are somebody in the CRM, by name."""
        found = [user for user in self.users.values() if user.owner_ids and not user.is_disabled]
        names = Counter(user.name for user in found)
        return {
            f"{user.name}, {user.email}" if names[user.name] > 1 else user.name: min(user.owner_ids)
            for user in sorted(found, key=lambda user: (user.name.casefold(), user.email))
        }


def ways(store: Store, config: Config, *, public_url: str, reasons: Sequence[str] = ()) -> Ways:
    """The ways out, with users and targets as they are now, and what rejections may say in Slack."""
    return Ways(
        settings=config.messages,
        public_url=public_url,
        users={user.user_id: user for user in read_users(store)},
        targets={target.target_id: target for target in read_targets(store)},
        reasons=tuple(reasons),
    )


def channels_open(settings: MessagesConfig) -> frozenset[str]:
    """The channels by which users can be reached."""
    open_to = {EMAIL: settings.smtp, SLACK: settings.slack}
    return frozenset(channel for channel, setting in open_to.items() if setting is not None)
