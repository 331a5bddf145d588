"""Messages by e-mail: text and HTML that say the same, over TLS unless muster.toml says otherwise."""

from __future__ import annotations

import smtplib
import ssl
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader

from muster.config.settings import SmtpConfig
from muster.messages.answers import Answer
from muster.messages.escaping import plain, unlinked
from muster.messages.kinds import KINDS
from muster.messages.message import Message

_SECONDS = 20
_SUBJECT = 140
_LASTING = 500  # an SMTP code from here on is a refusal for good


def written(
    message: Message,
    message_id: str,
    *,
    to: str,
    sender: str,
    public_url: str,
    now: datetime,
    shared_as: str = "",
) -> EmailMessage:
    """The mail of a message. Its id stays the same at every attempt: a mailbox can tell it came twice.

    To a mailbox that people share it says by which target (`shared_as`) it came, and not whose choice it was.
    """
    shown, address = parseaddr(sender)
    mail = EmailMessage()
    mail["Subject"] = plain(message.sentence, most=_SUBJECT)
    mail["From"] = Address(display_name=shown or "Muster", addr_spec=address)
    mail["To"] = Address(addr_spec=to)  # no name: a record's words never stand beside an address
    mail["Date"] = format_datetime(now.astimezone(UTC))
    mail["Message-ID"] = f"<{message_id}@{address.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    sentence = unlinked(message.sentence, most=2_000)
    facts = [unlinked(fact) for fact in message.facts]
    root = public_url.rstrip("/")
    why = KINDS[message.kind].about if message.kind in KINDS else "A test"
    ending = f"You get this because of your choices in Muster: {why.lower()}."
    choices = root and f"{root}/me/messages"
    if shared_as:
        ending = f"An admin of Muster has this sent here, as {shared_as}: {why.lower()}."
        choices = root and f"{root}/settings/messages"
    lines = [sentence, "", *(f"- {fact}" for fact in facts), *([""] if facts else [])]
    if root:
        lines += [f"Open in Muster: {root}{message.path}", ""]
    told = [ending, f"Change them: {choices}"] if choices else [ending]
    mail.set_content("\n".join([*lines, *told, ""]))
    link = root and f"{root}{message.path}"
    page = _page().render(sentence=sentence, facts=facts, link=link, ending=ending, choices=choices)
    mail.add_alternative(page, subtype="html")
    return mail


def send(mail: EmailMessage, settings: SmtpConfig, *, password: str | None) -> Answer:
    """Hand a mail to the server of muster.toml."""
    try:
        with _connected(settings) as server:
            if settings.user is not None:
                server.login(settings.user, password or "")
            server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        return _refused(code, said)
    except smtplib.SMTPAuthenticationError as error:
        return _refused(error.smtp_code, b"the user or password is not taken", is_final=False)
    except smtplib.SMTPResponseException as error:
        return _refused(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        return Answer(is_taken=False, told=plain(f"{type(error).__name__}: {error}", most=200))
    return Answer(is_taken=True, told="taken by the mail server")


def _connected(settings: SmtpConfig) -> smtplib.SMTP:
    trusted = ssl.create_default_context(cafile=settings.ca_file)
    if settings.security == "tls":
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=_SECONDS, context=trusted)
    server = smtplib.SMTP(settings.host, settings.port, timeout=_SECONDS)
    if settings.security == "starttls":
        try:
            server.starttls(
                context=trusted
            )  # refused where the server offers none: nothing goes in the clear
        except BaseException:
            server.close()
            raise
    return server


def _refused(code: int, said: bytes | str, *, is_final: bool = True) -> Answer:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    told = plain(f"{code} {text}", most=200)
    return Answer(is_taken=False, told=told, is_final=is_final and code >= _LASTING)


@cache
def _page() -> Any:
    loaded = Environment(loader=PackageLoader("muster.messages"), autoescape=True, trim_blocks=True)
    return loaded.get_template("mail.html")
