"""Which company a network belongs to, if any: hosting, VPNs, providers and universities are no companies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal, cast

import pyarrow as pa

from muster.problems import RuleError
from muster.readings.mail import MailDomains, host_name, registrable_domain

Kind = Literal["company", "hosting", "vpn", "proxy", "university", "isp", "own", "unknown"]
_RULED = ("company", "hosting", "vpn", "proxy", "university", "isp")

# Words in the host names of lines that providers let (dialup33.azstarnet.com), words that mean one only with
# a number (pm2_17.digital.net), pairs of numbers (h96-154.ccnet.com), and addresses spelt out in the name
# (199-72-81-55). A company's own `slip1.acme.com` is somebody at home: unknown, not wrong.
_WORDS = frozenset(
    (
        *("pppoe", "dial", "dialin", "dialip", "annex", "pool", "dyn", "dyna", "dynamic", "dynip", "dhcp"),
        *("dsl", "adsl", "vdsl", "sdsl", "cable", "catv", "hfc", "ftth", "fttx", "broadband", "gprs", "lte"),
        *("cust", "customer", "customers", "subscriber", "residential", "resnet", "cgnat", "cpe"),
    )
)
_LINE = re.compile(
    r"""ppp | slip | dialup | dial-up | modem | xdsl
    | (?:^|[^a-z])(?:pm|pma|ts|tty|port|line|ip|user|usr|remote|client|du|mobile|pc)[-_]?[a-z]?\d
    | ^[a-z]*[-_]?[a-z]?\d+[-_][a-z]?\d+(?:\.|$)
    | (?<!\d)\d{1,3}(?:[-_.]\d{1,3}){2,3}(?!\d)""",
    re.VERBOSE,
)
_ACADEMIC = re.compile(r"(?:^|\.)(?:edu|(?:edu|ac)\.[a-z]{2})$")


class Networks:
    """Reads host names and domains of networks by the workspace's rules, its accounts and their shape.

    `customers` are the domains of the accounts' websites: a university that we sell to is a company.
    """

    def __init__(
        self, rows: Iterable[Mapping[str, object]], domains: MailDomains, *, customers: Iterable[str]
    ) -> None:
        self._kinds = {str(row["domain"]).lower(): _kind(str(row["kind"])) for row in rows}
        self._domains = domains
        self._customers = frozenset(customers)

    def read(self, said: str) -> tuple[str | None, Kind]:
        """The company domain of a network (None where it is no company's) and what kind of network it is."""
        host, domain = host_name(said), registrable_domain(said)
        if host is None or domain is None:
            return None, "unknown"
        if self._domains.kind(domain) == "own":
            return None, "own"
        ruled = self._ruled(host)
        if ruled is not None:
            return (domain, ruled) if ruled == "company" else (None, ruled)
        if is_line(host, domain):
            return None, "isp"
        if _ACADEMIC.search(host) and domain not in self._customers:
            return None, "university"
        company = self._domains.of_website(domain)
        return (company, "company") if company is not None else (None, "isp")

    def _ruled(self, host: str) -> Kind | None:
        """What the rules say of the host or of what it ends in, the longest end first."""
        labels = host.split(".")
        ends = (".".join(labels[start:]) for start in range(len(labels) - 1))
        return next((self._kinds[end] for end in ends if end in self._kinds), None)


def is_line(host: str, domain: str) -> bool:
    """Whether a host name is of a line that a provider lets to whoever pays.

    >>> is_line("dialup33.azstarnet.com", "azstarnet.com"), is_line("gateway.acme.com", "acme.com")
    (True, False)
    """
    below = host.removesuffix(domain).rstrip(".")
    if not below:
        return False
    return bool(_LINE.search(below)) or not _WORDS.isdisjoint(re.findall(r"[a-z]+", below))


def read_networks(said: Iterable[str], networks: Networks) -> pa.Table:
    """`reading_network`: said (a host or domain), domain (null where it is no company's), kind."""
    rows = [(text, *networks.read(text)) for text in said]
    return pa.table(
        {
            name: pa.array([row[place] for row in rows], pa.string())
            for place, name in enumerate(("said", "domain", "kind"))
        }
    )


def _kind(said: str) -> Kind:
    if said not in _RULED:
        raise RuleError(f"rules/networks.csv: there is no kind {said!r}.", remedy=f"Use {', '.join(_RULED)}.")
    return cast(Kind, said)
