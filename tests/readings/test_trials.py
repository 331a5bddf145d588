"""Test records are told by their address; invented companies are no tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.problems import RuleError
from muster.readings.mail import MailDomains, read_emails
from muster.readings.trials import TestAddresses
from muster.rules.read import read_rules

RULES = read_rules(Path("no-rules-of-its-own"))
TESTS = TestAddresses(RULES["test_records"])


@pytest.mark.parametrize(
    "email",
    [
        *("test@acme.com", "TEST@acme.com", "test12@acme.com", "test-2@acme.com", "ana+test@acme.com"),
        *(
            "asdf@gmail.com",
            "ana@example.com",
            "ana@mail.example.org",
            "ana@acme.test",
            "ana@localhost.invalid",
        ),
    ],
)
def test_a_test_says_so(email: str) -> None:
    assert TESTS.is_test(email)


@pytest.mark.parametrize(
    "email",
    [
        *("testa.rossa@acme.com", "contest@acme.com", "ana@test-labs.com", "ana@acme.example"),
        *("ana+newsletter@acme.com", "latest@acme.com", "ana@notexample.com", "ana@attest.com"),
    ],
)
def test_people_and_invented_companies_are_no_tests(email: str) -> None:
    assert not TESTS.is_test(email)


def test_a_test_address_keeps_its_company_unless_the_domain_is_one() -> None:
    domains = MailDomains([], own=[], free=[])
    rows = read_emails(["test@acme.com", "ana@example.com"], domains, frozenset(), tests=TESTS).to_pylist()
    assert [(row["domain"], row["is_test"]) for row in rows] == [("acme.com", True), (None, True)]


def test_an_unknown_kind_says_which_there_are() -> None:
    with pytest.raises(RuleError, match="no kind 'phone'"):
        TestAddresses([{"kind": "phone", "text": "123"}])
