"""What a job title tells, in many languages and writings, and silence where it tells nothing."""

from __future__ import annotations

import csv

import pytest

from muster.readings.titles import read_titles
from muster.readings.titles.guess import FunctionGuess
from muster.readings.titles.words import parts, plain
from muster.rules.read import default_text

RULES = list(csv.DictReader(default_text("titles").splitlines()))


def read(*titles: str) -> list[tuple[str, str]]:
    table = read_titles(titles, RULES)
    return list(zip(table["function"].to_pylist(), table["seniority"].to_pylist(), strict=True))


@pytest.mark.parametrize(
    ("title", "function", "seniority"),
    [
        ("Director, Finance", "finance", "director"),
        ("Finance Director", "finance", "director"),
        ("Dir. Fin.", "finance", "director"),
        ("VICE PRESIDENT FINANCE", "finance", "vp"),
        ("V.P., R & D", "engineering", "vp"),
        ("President", "general_management", "c_level"),
        ("Chief Information Officer", "it", "c_level"),
        ("Acting CFO", "finance", "c_level"),
        ("Deputy CFO", "finance", "vp"),
        ("Associate Director of Procurement", "procurement", "director"),
        ("Assistant Director of Finance", "finance", "director"),
        ("Head of Purchasing", "procurement", "director"),
        ("Chief of Staff", "unknown", "director"),
        ("Vice Dean", "unknown", "director"),
        ("Lead Engineer", "engineering", "individual"),
        ("Team Lead IT", "it", "manager"),
        ("Product Owner", "engineering", "individual"),
        ("Owner", "general_management", "c_level"),
        ("Account Executive", "sales", "individual"),
        ("Chief Executive", "general_management", "c_level"),
        ("HR Business Partner", "hr", "individual"),
        ("Sr. Mgr., IT Security", "it", "manager"),
    ],
)
def test_words_order_and_abbreviations(title: str, function: str, seniority: str) -> None:
    assert read(title) == [(function, seniority)]


@pytest.mark.parametrize(
    "title",
    [
        "Asst. to the CFO",
        "Executive Assistant to the CEO",
        "ASSISTANT TO CFO",
        "Assistentin der Geschäftsführung",
        "Secretary to the Board",
        "Advisor to the CEO",
    ],
)
def test_who_works_for_somebody_senior_is_not(title: str) -> None:
    assert read(title) == [("unknown", "individual")]


def test_an_office_and_a_post_that_somebody_left_tell_nothing_of_today() -> None:
    assert read("Office of the CEO", "Former CEO", "ex-CFO") == [("unknown", "unknown")] * 3
    assert read("SVP Sales (former CRO)") == [("sales", "vp")]
    assert read("Chief of Staff, Office of the CEO") == [("unknown", "director")]


@pytest.mark.parametrize(
    ("title", "function", "seniority"),
    [
        ("GESCHÄFTSFÜHRER", "general_management", "c_level"),
        ("Leiter Einkauf", "procurement", "manager"),
        ("Vertriebsleiterin", "sales", "manager"),
        ("Finanzvorstand", "finance", "c_level"),
        ("Directeur Financier", "finance", "director"),
        ("Directrice des Achats", "procurement", "director"),
        ("Responsable Ressources Humaines", "hr", "manager"),
        ("Director de Compras", "procurement", "director"),
        ("Gerente de TI", "it", "manager"),
        ("Responsabile Acquisti", "procurement", "manager"),
        ("Amministratore Delegato", "general_management", "c_level"),
        ("Hoofd Inkoop", "procurement", "director"),
        ("Diretor de Tecnologia", "engineering", "director"),
        ("Dyrektor Finansowy", "finance", "director"),
        ("Ekonomichef", "finance", "manager"),
        ("Innkjøpssjef", "procurement", "manager"),
        ("Indkøbschef", "procurement", "manager"),
        ("Talousjohtaja", "finance", "director"),
        ("営業部長", "sales", "director"),
        ("代表取締役社長", "general_management", "c_level"),
        ("情報システム部 課長", "it", "manager"),
        ("财务总监", "finance", "director"),
        ("采购经理", "procurement", "manager"),
    ],
)
def test_titles_of_other_languages(title: str, function: str, seniority: str) -> None:
    assert read(title) == [(function, seniority)]


def test_shouting_and_whispering_read_the_same() -> None:
    for title in ("Vice President, Global Procurement", "Leiterin Einkauf", "Directeur général"):
        assert read(title) == read(title.upper()) == read(title.lower())


def test_a_title_without_letters_tells_nothing() -> None:
    assert read("", "-", "!!!", "42") == [("unknown", "unknown")] * 4


def test_the_classifier_names_what_no_word_tells_and_abstains_when_unsure() -> None:
    assert read("Underwriter", "Welder") == [("finance", "unknown"), ("operations", "unknown")]
    assert read("Xyzzy", "Registered Nurse") == [("unknown", "unknown"), ("unknown", "individual")]


def test_the_classifier_says_the_same_alone_and_among_others() -> None:
    guess = FunctionGuess.shipped()
    titles = [["loan", "officer"], ["welder"], ["seo", "expert"], ["physicist"]]
    together = guess.probabilities(titles)
    assert [list(row) for row in together] == [list(guess.probabilities([one])[0]) for one in titles]
    assert abs(together.sum(axis=1) - 1).max() < 1e-12


def test_plain_words() -> None:
    assert plain("Ærlig Søren Łódź Straße") == "aerlig soren lodz strasse"
    assert parts("V.P., R & D - EMEA") == [["vp"], ["r&d"], ["emea"]]


def test_many_titles_read_as_each_alone() -> None:
    known = [
        "Finance Director",
        "Welder",
        "Former CEO",
        "Directeur Financier",
        "Registered Nurse",
        "",
        "Xyzzy",
    ]
    many = [known[place % len(known)] for place in range(1_203)]
    assert read(*many) == [read(title)[0] for title in known] * 171 + read(*known[: 1_203 - 171 * 7])
