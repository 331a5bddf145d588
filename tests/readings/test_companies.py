"""What a company name says."""
# ruff: noqa: RUF001 - letters of other scripts are what this is about

from __future__ import annotations

import doctest
import importlib

import pytest

from muster.readings.companies import company_key, read_name
from muster.readings.companies.forms import legal_forms
from muster.readings.companies.words import plain


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("ACME Söhne GmbH & Co. KG", "acme sohne"),
        ("Novo Nordisk A/S", "novo nordisk"),
        ("Grupo Bimbo, S.A.B. de C.V.", "grupo bimbo"),
        ("PKN Orlen Spółka Akcyjna", "pkn orlen"),
        ("Foo Sp. z o.o.", "foo"),
        ("Infosys Pvt. Ltd.", "infosys"),
        ("OÜ Bolt", "ou bolt"),  # before a name it may be a name: AB InBev keeps its first word
        ("PT Gojek Tbk", "gojek"),
        ("ООО «Ромашка»", "ромашка"),
        ("株式会社日立製作所", "日立製作所"),
        ("삼성전자 주식회사", "삼성전자"),
        ("Şişecam Ltd. Şti.", "sisecam"),
        ("SÃ©nÃ©gal Telecom SA", "senegal telecom"),
        ("The Walt Disney Company", "walt disney"),
        ("Johnson & Johnson", "johnson johnson"),
        ("Foo S. A.", "foo"),
        ("Delta Dental of Ohio", "delta dental of ohio"),
        ("Apple Bank", "apple bank"),
        ("San Diego Zoo", "san diego zoo"),
        ("SAP", "sap"),
        ("Limited", "limited"),
        ("The Co", "co"),
        ("Knowles Electronics (Suzhou) Co., Ltd.", "knowles electronics suzhou"),
    ],
)
def test_a_key_is_the_name_without_its_legal_form(said: str, key: str) -> None:
    assert company_key(said) == key


@pytest.mark.parametrize("said", ["", "n/a", "Self-employed", "UNKNOWN", "???", "0", "Private", "12345"])
def test_what_people_write_for_no_company_is_no_name(said: str) -> None:
    assert company_key(said) is None


def test_former_other_and_short_names_are_read() -> None:
    assert read_name("Meta Platforms, Inc. (formerly known as Facebook, Inc.)").others == ("facebook",)
    assert read_name("Altria f/k/a Philip Morris").others == ("philip morris",)
    assert read_name("Foo LLC d/b/a Bar").others == ("bar",)
    assert read_name("International Business Machines (IBM)").acronym == "ibm"
    assert read_name("IBM (International Business Machines)").key == "international business machines"
    assert read_name("Alphabet Inc. (Google)").asides == ("google",)


def test_several_organisations_in_one_field_are_parts() -> None:
    assert read_name("Nortel Networks/ENST Paris").parts == ("nortel networks", "enst paris")
    assert read_name("Nokia | Bell Labs").parts == ("nokia", "bell labs")
    assert read_name("Novo Nordisk A/S").parts == ()
    assert read_name("AC/DC Power").parts == ()


def test_look_alike_letters_do_not_become_the_real_ones() -> None:
    assert company_key("Аpple") != company_key("Apple")
    assert plain("Ａｐｐｌｅ") == "apple"


def test_legal_forms_name_no_kind_of_organisation() -> None:
    forms = {" ".join(form) for form in legal_forms()}
    assert {"gmbh", "sa de cv", "sociedad anonima", "aktiebolag", "limited"} <= forms
    kinds = {
        "bank",
        "university",
        "hospital",
        "foundation",
        "trust",
        "school",
        "zoo",
        "group",
        "holding",
        "labs",
        "lg",
    }
    assert not kinds & forms
    assert len(forms) > 1000


@pytest.mark.parametrize("module", ["words", "forms", "names", "labels", "vocabulary", "weights"])
def test_the_examples_hold(module: str) -> None:
    found = doctest.testmod(importlib.import_module(f"muster.readings.companies.{module}"))
    assert found.failed == 0
