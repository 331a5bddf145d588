"""Whose an address and a host are."""
# ruff: noqa: RUF001 - letters of other scripts are what this is about

from __future__ import annotations

import doctest

import pytest

from muster.readings import lookalikes, mail
from muster.readings.lookalikes import skeleton
from muster.readings.mail import (
    MailDomains,
    read_domains,
    read_emails,
    read_further_domains,
    registrable_domain,
)


@pytest.mark.parametrize(
    ("said", "domain"),
    [
        ("https://www.acme.co.uk/about?x=1", "acme.co.uk"),
        ("HTTP://ACME.COM:8080", "acme.com"),
        ("info@mail.acme.com", "acme.com"),
        ("acme.myshopify.com", "acme.myshopify.com"),
        ("acme.uk.com", "acme.uk.com"),
        ("аpple.com", "xn--pple-43d.com"),
        ("xn--pple-43d.com", "xn--pple-43d.com"),
        ("bücher.de", "xn--bcher-kva.de"),
        ("myodoo.com", "myodoo.com"),
        ("acme.example.", "acme.example"),
        ("co.uk", None),
        ("1.2.3.4", None),
        ("acme", None),
        ("not a domain.com", None),
        ("", None),
        ("..", None),
        ("http://", None),
        ("\u0000.com", None),
    ],
)
def test_a_host_is_its_registered_domain(said: str, domain: str | None) -> None:
    assert registrable_domain(said) == domain


def test_lists_yield_to_rules_and_to_accounts_of_that_name() -> None:
    rows = [{"domain": "facebook.com", "kind": "company"}, {"domain": "frontier.com", "kind": "provider"}]
    claims = [("Frontier Communications", "frontier.com"), ("Gmail Fans", "gmail.com"), ("Usa", "usa.com")]
    domains = MailDomains(rows, own=["us.example"], free=["usa.com"], claims=claims)
    emails = read_emails(
        ["a@facebook.com", "b@frontier.com", "c@gmail.com", "d@us.example", "e@mailinator.com", "f@acme.com"],
        domains,
        frozenset(),
    )
    assert emails.column("domain").to_pylist() == ["facebook.com", None, None, None, None, "acme.com"]
    sites = read_domains(["frontier.com", "www.gmail.com", "usa.com", "linkedin.com/company/x"], domains)
    assert sites.column("domain").to_pylist() == ["frontier.com", None, None, None]
    further = read_further_domains(["acme.com; acme.de, gmail.com"], domains)
    assert further.column("domain").to_pylist() == ["acme.com", "acme.de"]


def test_domains_that_look_alike_have_one_skeleton() -> None:
    assert skeleton("xn--pple-43d.com") == skeleton("apple.com") == skeleton("app1e.com")
    assert skeleton("rnicrosoft.com") == skeleton("microsoft.com")
    assert skeleton("acme.com") != skeleton("acne.com")


@pytest.mark.parametrize("module", [mail, lookalikes])
def test_the_examples_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]
