"""No message reaches this machine or its network, however its address is written or its name resolved."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import httpx2
import pytest
from tests.messages.receivers import Script, listening

from muster.messages.guarding import Inward, guarded, is_inward
from muster.messages.posting import post

PUBLIC = "93.184.216.34"
NAMES = {  # what an outside name server may answer for a name of its owner's
    "private.evil.example": ["10.1.2.3"],
    "both.evil.example": [PUBLIC, "127.0.0.1"],
    "mapped.evil.example": ["::ffff:127.0.0.1"],
    "nat64.evil.example": ["64:ff9b::7f00:1"],
    "nobody.evil.example": [],
}
# {} is the port of a listener on loopback, which none of them may reach.
INWARD = (
    "https://127.0.0.1:{}/",
    "https://127.1:{}/",
    "https://127.255.255.254:{}/",
    "https://2130706433:{}/",
    "https://0x7f000001:{}/",
    "https://0177.0.0.1:{}/",
    "https://0:{}/",
    "https://0.0.0.0:{}/",
    "https://localhost:{}/",
    "https://LOCALHOST.:{}/",
    "https://[::1]:{}/",
    "https://[::]:{}/",
    "https://[::ffff:127.0.0.1]:{}/",
    "https://[::127.0.0.1]:{}/",
    "https://[64:ff9b::7f00:1]:{}/",
    "https://[2002:7f00:1::]:{}/",
    "https://[fe80::1]:{}/",
    "https://[fd00:ec2::254]:{}/latest/meta-data/",
    "https://169.254.169.254:{}/latest/meta-data/",
    "https://100.100.100.200:{}/",
    "https://168.63.129.16:{}/",
    "https://192.168.0.1:{}/",
    "https://10.0.0.1:{}/",
    "https://172.16.0.1:{}/",
    "https://224.0.0.1:{}/",
    "https://private.evil.example:{}/",
    "https://both.evil.example:{}/",
    "https://mapped.evil.example:{}/",
    "https://nat64.evil.example:{}/",
    "https://nobody.evil.example:{}/",
    "https://example.com:443@127.0.0.1:{}/",
    "https://user:word@example.com:{}/",
    "http://example.com:{}/",
    "file:///etc/passwd#{}",
    "gopher://127.0.0.1:{}/",
    "//127.0.0.1:{}/",
    "https://:{}/",
    "127.0.0.1:{}",
    "",
)


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[Script, int]]:
    script = Script()
    with listening(script) as address:
        yield script, urlsplit(address).port or 0


def names(host: str, port: int) -> list[str]:
    """The name servers of the world, as far as they matter here; numbers are read by the system itself."""
    if host in NAMES:
        return NAMES[host]
    if host in {"example.com", "good.example"}:
        return [PUBLIC]
    from muster.messages.guarding import resolve  # noqa: PLC0415

    return resolve(host, port)


async def nothing() -> AsyncIterator[bytes]:
    yield b""


@pytest.mark.parametrize("address", INWARD)
def test_no_inward_address_is_connected_to(listener: tuple[Script, int], address: str) -> None:
    script, port = listener
    answer = post(address.format(port), b"{}", {}, resolver=names)
    assert not answer.is_taken and answer.told.startswith("Not sent: ")
    assert script.connections == 0


def test_the_listener_would_have_noticed(listener: tuple[Script, int]) -> None:
    script, port = listener
    answer = post(f"http://127.0.0.1:{port}/", b"{}", {}, inward_hosts=["127.0.0.1"])
    assert answer.is_taken and script.connections == 1
    script.connections = 0


def test_a_name_is_asked_once_and_what_was_judged_is_connected_to() -> None:
    """DNS rebinding: the second time the name would be this machine."""
    asked: list[str] = []
    reached: list[httpx2.Request] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    def answers(request: httpx2.Request) -> httpx2.Response:
        reached.append(request)
        return httpx2.Response(204, content=nothing())

    answer = post(
        "https://good.example/in?x=1",
        b"{}",
        {"webhook-id": "msg_1"},
        resolver=rebinding,
        transport=httpx2.MockTransport(answers),
    )
    assert answer.is_taken and asked == ["good.example"]
    [request] = reached
    assert str(request.url) == f"https://{PUBLIC}/in?x=1"
    assert request.headers["host"] == "good.example"
    assert request.extensions["sni_hostname"] == "good.example"  # the certificate must be that name's


def test_the_second_address_of_a_name_is_tried_where_the_first_is_down() -> None:
    reached: list[str] = []

    def answers(request: httpx2.Request) -> httpx2.Response:
        reached.append(request.url.host)
        if len(reached) == 1:
            raise httpx2.ConnectError("down")
        return httpx2.Response(200, content=nothing())

    answer = post(
        "https://good.example/",
        b"{}",
        {},
        resolver=lambda *_: ["2606:2800:220:1::1", PUBLIC],
        transport=httpx2.MockTransport(answers),
    )
    assert answer.is_taken and reached == ["2606:2800:220:1::1", PUBLIC]


def test_a_redirect_inward_is_not_followed(listener: tuple[Script, int]) -> None:
    inside, port = listener
    inside.connections = 0
    outside = Script([(307, {"location": f"http://127.0.0.1:{port}/"}, b"")])
    with listening(outside) as address:
        answer = post(address, b"{}", {}, inward_hosts=["127.0.0.1"])
    assert not answer.is_taken and answer.told.startswith("307")
    assert len(outside.got) == 1 and inside.connections == 0


def test_an_allowed_host_is_that_host_alone_and_may_do_without_tls() -> None:
    assert guarded("http://Hooks.Inner/", inward_hosts=["hooks.inner"], resolver=lambda *_: ["10.0.0.9"])
    for other in ("https://inner/", "https://x.hooks.inner/", "https://10.0.0.9/"):
        with pytest.raises(Inward):
            guarded(other, inward_hosts=["hooks.inner"], resolver=lambda *_: ["10.0.0.9"])


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:220:1:248:1893:25c8:1946", "8.8.8.8"])
def test_the_public_internet_is_not_inward(address: str) -> None:
    assert not is_inward(address)
    assert guarded("https://good.example/", resolver=lambda *_: [address]).addresses == (address,)
