"""The company, as the first steps ask for it: its name, currency and own mail domains, in muster.toml."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from muster.config.rewriting import set_keys
from muster.config.settings import Company
from muster.problems import WrongUse
from muster.readings.mail import MailDomains, registrable_domain

# What is offered while somebody types; any other code of ISO 4217 may be written.
CURRENCIES = (
    "AUD",
    "BRL",
    "CAD",
    "CHF",
    "CNY",
    "DKK",
    "EUR",
    "GBP",
    "INR",
    "JPY",
    "MXN",
    "NOK",
    "SEK",
    "USD",
)
_CODE = re.compile(r"[A-Z]{3}")
_BETWEEN = re.compile(r"[\s,;]+")


def tell_company(workspace: Path, *, name: str, currency: str, own_domains: str, live_since: str) -> Company:
    """Write the company into muster.toml; the caller holds the workspace. No date takes the date out.

    Raises WrongUse naming the field that is wrong.
    """
    if not name.strip():
        raise WrongUse(
            "The company has no name.", remedy="Write what its reports are to call it.", field="name"
        )
    code = currency.strip().upper()
    if not _CODE.fullmatch(code):
        words = f'"{currency[:20]}" is no currency.'
        raise WrongUse(words, remedy="Write its three letters, as in EUR.", field="currency")
    try:
        live = date.fromisoformat(live_since) if live_since.strip() else None
    except ValueError:
        words = f'"{live_since[:20]}" is no day.'
        raise WrongUse(words, remedy="Write it as 2026-01-31.", field="live_since") from None
    domains = tuple(dict.fromkeys(_domain(one) for one in _BETWEEN.split(own_domains) if one))
    told = Company(name=name.strip(), currency=code, own_domains=domains, live_since=live)
    values = {"name": told.name, "currency": code, "own_domains": domains, "live_since": live}
    set_keys(workspace, ("company",), values)
    return told


def offered_domain(email: str) -> str:
    """The domain to offer as the company's own: that of who asks, unless anybody may have such an address.

    >>> offered_domain("ada@mail.halden.example"), offered_domain("ada@gmail.com")
    ('halden.example', '')
    """
    domain = registrable_domain(email.rpartition("@")[2]) or ""
    return domain if domain and MailDomains((), own=(), free=()).kind(domain) == "company" else ""


def _domain(given: str) -> str:
    domain = registrable_domain(given.rpartition("@")[2])
    if domain is None:
        words = f'"{given[:60]}" is no mail domain.'
        raise WrongUse(
            words, remedy="Write what stands behind the @, as in halden.example.", field="own_domains"
        )
    return domain
