"""Mail, handed to a server that really listens: over TLS, with its words, and its refusals understood."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from muster.config.settings import Company, Config, MessagesConfig, SmtpConfig
from muster.messages import mail
from muster.messages.delivering import Ways
from muster.messages.message import Message
from muster.store.deliveries import Delivery
from muster.store.targets import Target
from muster.store.users import User

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MESSAGE = Message(
    "k",
    "hand_off",
    "New hand-off: Ömer & Söhne <!channel>\r\nBcc: all@example.com",
    NOW.isoformat(),
    ("Worth $42K", "reads http://evil.example"),
    "/groups/g1",
)
ANA = User(1, "ana@acme.example", "Ana", "rep")


class Box:
    """What arrived, and what the server says to recipients."""

    def __init__(self) -> None:
        self.got: list[tuple[str, list[str], EmailMessage]] = []
        self.refusal = ""

    async def handle_RCPT(self, _s: Any, _t: Any, envelope: Any, address: str, _o: Any) -> str:  # noqa: N802
        if not self.refusal:
            envelope.rcpt_tos.append(address)
        return self.refusal or "250 OK"

    async def handle_DATA(self, _s: Any, _t: Any, envelope: Any) -> str:  # noqa: N802
        read = message_from_bytes(envelope.content, policy=policy.default)
        self.got.append((envelope.mail_from, envelope.rcpt_tos, read))  # type: ignore[arg-type]
        return "250 Taken"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of 127.0.0.1's own, in one file."""
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, which makes the certificate")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-addext"]
    outs = ["subjectAltName=IP:127.0.0.1", "-keyout", str(file) + ".key", "-out", str(file)]
    subprocess.run([*command, *outs], check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + Path(str(file) + ".key").read_bytes())
    return file


@contextmanager
def serving(box: Box, certificate: Path | None, **others: Any) -> Iterator[int]:
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port, tls_context=context, **others)
    server.start()
    try:
        yield port
    finally:
        server.stop()


def delivered(port: int, **settings: Any) -> Any:
    smtp = {"host": "127.0.0.1", "port": port, "from": "Muster <muster@acme.example>"} | settings
    config = Config(company=Company(name="T"), messages=MessagesConfig(smtp=SmtpConfig.model_validate(smtp)))
    by = Ways(config.messages, "https://muster.example", {1: ANA}, {}, environment={"MAIL_WORD": "geheim"})
    row = Delivery(
        *(1, "msg_1", "k", "hand_off", "email", 1, None, "", MESSAGE.to_payload(), "waiting", 1, "", "", ""),
        None,
    )
    return by.deliver(row, NOW)


def test_a_mail_arrives_over_tls_with_text_and_html_that_say_the_same(certificate: Path) -> None:
    box = Box()
    with serving(box, certificate, require_starttls=True) as port:
        answer = delivered(port, ca_file=str(certificate))
    assert answer.is_taken, answer.told
    [(sender, recipients, read)] = box.got
    assert sender == "muster@acme.example" and recipients == ["ana@acme.example"]
    assert read["subject"] == "New hand-off: Ömer & Söhne <!channel> Bcc: all@example.com"
    assert read["bcc"] is None and read["message-id"] == "<msg_1@acme.example>"
    assert read["auto-submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        body = read.get_body((kind,))
        assert body is not None
        said = body.get_content()
        assert "Worth $42K" in said and "https://muster.example/groups/g1" in said
        assert "http://evil" not in said
        assert ("&lt;!channel&gt;" if kind == "html" else "<!channel>") in said


def test_the_password_comes_from_the_environment(certificate: Path) -> None:
    box, tried = Box(), []

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        tried.append((data.login, data.password))
        return AuthResult(success=data.password == b"geheim", handled=False)

    words = {"ca_file": str(certificate), "user": "muster"}
    with serving(box, certificate, authenticator=check, auth_required=True) as port:
        assert delivered(port, password_env="MAIL_WORD", **words).is_taken
        refused = delivered(port, password_env=None, **words)
        missing = delivered(port, password_env="NOT_SET", **words)
    assert tried[0] == (b"muster", b"geheim")
    assert not refused.is_taken and not refused.is_final and "geheim" not in refused.told
    assert missing.told == "Not sent: the environment has no NOT_SET."
    assert len(box.got) == 1


def test_nothing_goes_in_the_clear_where_tls_was_asked_for(certificate: Path) -> None:
    box = Box()
    with serving(box, None) as port:
        assert not delivered(port).is_taken  # the server offers no STARTTLS
    with serving(box, certificate) as port:
        assert not delivered(port).is_taken  # nobody vouches for its certificate
    assert box.got == []
    with serving(box, None) as port:
        assert delivered(port, security="none").is_taken  # said so in muster.toml
    assert len(box.got) == 1


@pytest.mark.parametrize(("refusal", "is_final"), [("550 no such user", True), ("451 try later", False)])
def test_a_refusal_for_good_is_not_tried_again(refusal: str, is_final: bool) -> None:
    box = Box()
    box.refusal = refusal
    with serving(box, None) as port:
        answer = delivered(port, security="none")
    assert (answer.is_taken, answer.is_final, answer.told) == (False, is_final, refusal)


def test_no_server_is_a_failed_attempt() -> None:
    answer = delivered(1, security="none")
    assert not answer.is_taken and not answer.is_final and answer.told.startswith("ConnectionRefusedError")


def test_a_shared_mailbox_gets_it_too_and_reads_whose_doing_that_is(certificate: Path) -> None:
    box = Box()
    with serving(box, certificate, require_starttls=True) as port:
        smtp = {"host": "127.0.0.1", "port": port, "from": "m@acme.example", "ca_file": str(certificate)}
        settings = MessagesConfig(smtp=SmtpConfig.model_validate(smtp))
        target = Target("t1", "dach", "email", ("hand_off",), "", address="sales-dach@acme.example")
        ways = Ways(settings, "https://muster.example", {}, {"t1": target})
        row = Delivery(
            *(1, "msg_1", "k", "hand_off", "email", None, "t1", "", MESSAGE.to_payload(), "waiting", 1),
            *("", "", "", None),
        )
        assert ways.deliver(row, NOW).is_taken
    [(_, recipients, read)] = box.got
    assert recipients == ["sales-dach@acme.example"] and read["message-id"] == "<msg_1@acme.example>"
    body = read.get_body(("plain",))
    assert body is not None
    said = body.get_content()
    assert "An admin of Muster has this sent here, as dach" in said and "your choices" not in said
    assert "https://muster.example/settings/messages" in said


def test_a_test_message_says_why_it_came() -> None:
    made = mail.written(
        Message("t", "test", "A test", NOW.isoformat()),
        "msg_2",
        to="a@b.example",
        sender="muster@acme.example",
        public_url="",
        now=NOW,
    )
    body = made.get_body(("plain",))
    assert body is not None and "http" not in body.get_content() and str(made["from"]).startswith("Muster <")
