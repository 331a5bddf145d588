"""No message goes inward: an address that somebody typed must not reach what only this machine can reach.

Names are resolved here, every address they have is judged, and the connection is made to an address that was
judged and not to the name, so a name that answers otherwise the next time (DNS rebinding) gains nothing. TLS
still asks the certificate for the name.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpx2

Resolve = Callable[[str, int], list[str]]

# Beside what `is_global` knows: addresses that carry another address, and Azure's machine metadata.
_INWARD = [
    ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure: metadata and health of the machine
        "192.88.99.0/24",  # 6to4 relays
        "::/96",  # IPv4-compatible
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # NAT64 of the local network
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "fec0::/10",  # site-local
    )
]


class Inward(Exception):
    """An address that is refused, and why."""


@dataclass(frozen=True, slots=True)
class Place:
    """An address that may be reached: its URL, the name it had, and the IP addresses to connect to."""

    url: httpx2.URL
    host: str
    addresses: tuple[str, ...]


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a name, as this machine finds them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def guarded(address: str, *, inward_hosts: Collection[str] = (), resolver: Resolve | None = None) -> Place:
    """Where a URL leads. Raises Inward for what is no plain https address of the public internet.

    A host named in `inward_hosts` (`muster.toml`) may be anywhere, and may do without TLS.
    """
    try:
        url = httpx2.URL(address)
        host, port = url.raw_host.decode("ascii"), url.port or {"http": 80}.get(url.scheme, 443)
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise Inward("it is no address") from error
    is_allowed = host.casefold() in {name.casefold() for name in inward_hosts}
    if url.scheme not in ({"https", "http"} if is_allowed else {"https"}):
        raise Inward("only https:// addresses are sent to")
    if not host or url.userinfo:
        raise Inward("an address has a host, and no user or password in it")
    try:
        addresses = (resolver or resolve)(host.strip("[]"), port)
    except (OSError, UnicodeError) as error:
        raise Inward(f"the name {host} is not known") from error
    if not is_allowed and (not addresses or any(is_inward(one) for one in addresses)):
        raise Inward(f"{host} is inside this machine or its network")
    return Place(url, host, tuple(addresses))


def is_inward(address: str) -> bool:
    """Whether an IP address is this machine's, its network's, or one that stands for such an address.

    >>> is_inward("169.254.169.254"), is_inward("::ffff:10.0.0.1"), is_inward("64:ff9b::7f00:1")
    (True, True, True)
    """
    try:
        ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return True
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return True
    return any(ip in network for network in _INWARD if network.version == ip.version)
