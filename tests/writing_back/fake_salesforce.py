"""A peer that speaks the part of Salesforce's wire that write-back uses, over TLS, with scripted failures.

It is written from Salesforce's documentation and from what its usual Python client sends; the real one was
never reached from these tests.
"""

from __future__ import annotations

import json
import re
import ssl
import threading
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "acme.my.salesforce.example"
CLIENT, SECRET = "the-client", "geheim-secret"
_SOQL = re.compile(r"SELECT Id, (.+) FROM (\w+) WHERE Id IN \((.*?)\)( AND IsConverted = FALSE)?")


@dataclass
class FakeSalesforce:
    """Its records, by id of 18 characters; what it was asked; what it answers to the next requests.

    A failure in `script` is used up by one request of its kind ("read", "update" or "token"): a status with
    headers, "late" (done, but the answer never comes) or "slow" (not done, and no answer in time).
    """

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    script: list[tuple[str, Any, dict[str, str]]] = field(default_factory=list)
    refused: dict[str, tuple[str, str]] = field(default_factory=dict)  # record: code and message
    asked: list[tuple[str, str]] = field(default_factory=list)
    written: list[tuple[str, str, Any]] = field(default_factory=list)  # record, field, value
    headers: list[dict[str, str]] = field(default_factory=list)
    token: str = "token-1"
    connections: int = 0
    seconds: float = 1.5  # how long it is silent where it is slow

    def failing(self, kind: str) -> tuple[Any, dict[str, str]] | None:
        """The failure scripted for a request of this kind, once."""
        for place, (asked, what, headers) in enumerate(self.script):
            if asked == kind:
                del self.script[place]
                return what, headers
        return None

    def query(self, soql: str) -> list[dict[str, Any]]:
        """The records of the one shape of question that is asked."""
        found = _SOQL.fullmatch(soql)
        assert found is not None, soql
        fields, name, ids = found[1].split(", "), found[2], re.findall(r"'(\w+)'", found[3])
        rows = []
        for record, values in self.records.items():
            is_asked = any(record[:15] == one[:15] for one in ids)
            if is_asked and values["type"] == name and not (found[4] and values.get("IsConverted")):
                rows.append({"attributes": {"type": name}, "Id": record} | {f: values.get(f) for f in fields})
        return rows

    def update(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """Set fields of records that are there; each by itself."""
        assert body["allOrNone"] is False and 0 < len(body["records"]) <= 200
        return [self._update(dict(one)) for one in body["records"]]

    def _update(self, one: dict[str, Any]) -> dict[str, Any]:
        kind, record = one.pop("attributes")["type"], one.pop("id")
        there = next((r for r in self.records if r[:15] == record[:15]), None)
        code, said = self.refused.get(record, ("", ""))
        if there is None or self.records[there]["type"] != kind:
            code, said = "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"
        if code:
            return {
                "id": record,
                "success": False,
                "errors": [{"statusCode": code, "message": said, "fields": []}],
            }
        assert there is not None
        for name, value in one.items():
            self.records[there][name] = value
            self.written.append((there, name, value))
        return {"id": there, "success": True, "errors": []}


@contextmanager
def speaking(fake: FakeSalesforce, folder: Path) -> Iterator[tuple[str, Path]]:
    """Its address, at the host `HOST` on this machine's loopback, and the file of who vouches for it."""
    certificate = _certificate(folder)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer's body waits 40 ms for its head to be acknowledged

        def setup(self) -> None:
            fake.connections += 1
            super().setup()

        def do_POST(self) -> None:
            self._answer("token")

        def do_GET(self) -> None:
            self._answer("read")

        def do_PATCH(self) -> None:
            self._answer("update")

        def _answer(self, kind: str) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            fake.asked.append((kind, self.path))
            fake.headers.append({k.lower(): v for k, v in self.headers.items()})
            what, headers = fake.failing(kind) or (None, {})
            if what == "slow":
                time.sleep(fake.seconds)
                self.close_connection = True
                return
            if isinstance(what, int):
                code = {401: "INVALID_SESSION_ID", 429: "REQUEST_LIMIT_EXCEEDED"}.get(what, "SERVER_ERROR")
                self._say(what, [{"errorCode": code, "message": "as scripted"}], headers)
                return
            status, said = self._done(kind, body)
            if what == "late":
                time.sleep(fake.seconds)
                self.close_connection = True
                return
            self._say(status, said, headers)

        def _done(self, kind: str, body: bytes) -> tuple[int, Any]:
            if kind == "token":
                assert self.path == "/services/oauth2/token"
                given = b64decode(self.headers["authorization"].removeprefix("Basic ")).decode()
                if given != f"{CLIENT}:{SECRET}":
                    return 400, {"error": "invalid_client"}
                return 200, {"access_token": fake.token, "instance_url": f"https://{HOST}"}
            if self.headers["authorization"] != f"Bearer {fake.token}":
                return 401, [{"errorCode": "INVALID_SESSION_ID", "message": "expired"}]
            if kind == "read":
                rows = fake.query(parse_qs(urlsplit(self.path).query)["q"][0])
                return 200, {"totalSize": len(rows), "done": True, "records": rows}
            assert self.path.startswith("/services/data/v59.0/composite/sobjects")
            return 200, fake.update(json.loads(body))

        def _say(self, status: int, said: Any, headers: dict[str, str]) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            for name, value in {"content-type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing on the screen."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Clients that hung up are what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"https://{HOST}:{server.server_port}", certificate
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _certificate(folder: Path) -> Path:
    """A key and a certificate that vouches for itself, for `HOST` and the loopback's address."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    as_pkcs8 = serialization.PrivateFormat.PKCS8
    path = folder / "peer.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, as_pkcs8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
