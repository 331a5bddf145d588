"""Cases that company matching has to get right, each a sentence and whether it is so."""
# ruff: noqa: RUF001 - letters of other scripts are what this is about

from __future__ import annotations

import csv
from importlib.resources import files

from muster.identity.firms.domains import link_domains
from muster.identity.firms.match import joinable
from muster.identity.firms.named import link_names
from muster.identity.firms.records import Claim, Joined, Record
from muster.readings.companies import read_name
from muster.readings.mail import MailDomains, has_its_name, registrable_domain

Case = tuple[str, bool]


def accounts(*said: tuple[str, ...]) -> list[set[int]]:
    """The accounts that records (name, website, country) become, as sets of their numbers."""
    records, claims = {}, []
    for number, (name, *more) in enumerate(said):
        website, country = (*more, "", "")[:2]
        domain = registrable_domain(website) if website else None
        records[str(number)] = Record(str(number), read_name(name), country, None, domain, number)
        if domain:
            claims.append(Claim(str(number), domain, True, 0))
    links = [*link_domains(records, claims).links, *link_names(records.values())[0]]
    made, _ = joinable(links, records)
    joined = Joined(f"r:{r}" for r in records)
    for link in made:
        joined.join(link.left, link.right)
    return [{int(k[2:]) for k in keys if k.startswith("r:")} for keys in joined.sets()]


def are_one(*said: tuple[str, ...]) -> bool:
    """Whether the records become one account."""
    return len(accounts(*said)) == 1


def name_cases() -> list[Case]:
    """Names that are, and that are not, one organisation."""
    one = [
        (("Müller Maschinenbau GmbH & Co. KG",), ("MULLER MASCHINENBAU",)),
        (("Zeiss A/S",), ("ZEISS",)),
        (("ООО Ромашка",), ("Ромашка",)),
        (("Şişecam Ltd. Şti.",), ("Sisecam",)),
        (("株式会社日立製作所",), ("日立製作所",)),
        (("PT Gojek Tbk",), ("Gojek",)),
        (("Grupo Bimbo, S.A.B. de C.V.",), ("Grupo Bimbo",)),
        (("Zalando spółka z ograniczoną odpowiedzialnością",), ("Zalando Sp. z o.o.",)),
        (("DataDog, Inc.",), ("Data Dog",)),
        (("Meta Platforms, Inc. (formerly Facebook)",), ("Facebook",)),
        (("Altria f/k/a Philip Morris",), ("Philip Morris",)),
        (("Xylem Intl",), ("Xylem International",)),
        (("Acme Holdings", "acme.com"), ("Acme Labs", "acme.com")),
        (("Siemens AG", "siemens.com"), ("Siemens Deutschland", "www.siemens.com")),
        (("International Business Machines (IBM)",), ("International Business Machines Corp.",)),
        (("IBM", "ibm.com"), ("International Business Machines", "ibm.com")),
        (("Zapier Inc", "zapier.com"), ("Zapier", "zapier.de")),
    ]
    two = [
        (("Delta Dental of Ohio", "deltadental.com"), ("Delta Dental of Iowa", "deltadental.com")),
        (("Apple Inc.",), ("Apple Bank",)),
        (("Apple Inc.", "apple.com"), ("Apple Bank", "apple.com")),
        (("Аpple",), ("Apple",)),
        (("Аpple", "apple.com"), ("Apple", "apple.com")),
        (("University of Pavia",), ("University of Padova",)),
        (("Store 12", "stores.com"), ("Store 13", "stores.com")),
        (("St. Mary Hospital", "health.org"), ("St. Luke Hospital", "health.org")),
        (("Global Services",), ("Global Services",)),
        (("Nokia Oyj",), ("Nokian Tyres",)),
        (("Zapier", "", "US"), ("Zapier", "", "FR")),
        (("Zapier", "zapier.com"), ("Zapier", "othersite.com")),
        (("San Diego Zoo",), ("San Diego",)),
        (("Pied Piper", "raviga.com"), ("Hooli", "raviga.com")),
        (("Alpine Storage",), ("Alpina Storage",)),
        (("Marriott Boston", "marriott.com"), ("Marriott Chicago", "marriott.com")),
        (("Nokia/AlcatelLucent",), ("Nokia",)),
        (("Acme Europe", "acme.com"), ("Acme Asia", "acme.com")),
    ]
    cases = [(f"{' = '.join(' '.join(r) for r in pair)}", are_one(*pair)) for pair in one]
    return cases + [(f"{' <> '.join(' '.join(r) for r in pair)}", not are_one(*pair)) for pair in two]


def domain_cases() -> list[Case]:
    """Whose a domain is."""
    with (files("muster.rules") / "defaults" / "mail_domains.csv").open(encoding="utf-8") as file:
        rules = list(csv.DictReader(file))
    claims = [("Frontier Communications", "frontier.com"), ("Bob's Bakery", "gmail.com")]
    domains = MailDomains(rules, own=("us.example",), free=(), claims=claims)

    def address(domain: str) -> str | None:
        return domains.of_address(registrable_domain(domain) or "")

    return [
        ("myodoo.com is not odoo.com", registrable_domain("myodoo.com") != registrable_domain("odoo.com")),
        ("Odoo has not the name of myodoo.com", not has_its_name("Odoo SA", "myodoo.com")),
        ("a Cyrillic apple.com is another domain", registrable_domain("аpple.com") == "xn--pple-43d.com"),
        (
            "its punycode is the same domain",
            registrable_domain("xn--pple-43d.com") == registrable_domain("аpple.com"),
        ),
        ("full-width letters are the same domain", registrable_domain("ａｃｍｅ．com") == "acme.com"),
        ("a host is its registered domain", registrable_domain("mail.acme.co.uk") == "acme.co.uk"),
        (
            "a shop below a platform is the shop",
            registrable_domain("acme.myshopify.com") == "acme.myshopify.com",
        ),
        ("a company below uk.com is the company", registrable_domain("acme.uk.com") == "acme.uk.com"),
        ("an address is no host", registrable_domain("1.2.3.4") is None),
        ("a suffix is no domain", registrable_domain("co.uk") is None),
        ("free mail is nobody's", address("gmail.com") is None),
        ("throw-away mail is nobody's", address("mailinator.com") is None),
        ("starbucks.com is a company", address("starbucks.com") == "starbucks.com"),
        ("facebook.com is a company for mail", address("facebook.com") == "facebook.com"),
        ("frontier.com says nothing of who writes", address("frontier.com") is None),
        ("frontier.com is Frontier's website", domains.of_website("frontier.com") == "frontier.com"),
        ("gmail.com is no bakery's website", domains.of_website("gmail.com") is None),
        ("our own domain is ours", domains.kind("us.example") == "own"),
    ]
