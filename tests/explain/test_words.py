"""Values and sentences in words."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from muster.explain.words import sentence, show


def test_a_sentence_leaves_out_what_it_lacks() -> None:
    template = "{name|Somebody}[, {title},] came[ from {place} to {goal}]."
    assert sentence(template, {"name": "Ada", "title": "CFO", "place": "x", "goal": "y"}, {}) == (
        "Ada, CFO, came from x to y."
    )
    assert sentence(template, {"place": "x", "goal": None}, {}) == "Somebody came."


def test_ids_are_called_by_their_names() -> None:
    called = {"person_id": {"p1": "Ada Park (CFO)"}, "buying_group_id": {"g1": "the group of Acme"}}
    assert (
        sentence("{person_id} and {person_id}", {"person_id": "p1"}, called)
        == "Ada Park (CFO) and Ada Park (CFO)"
    )
    assert sentence("{person_id}", {"person_id": "p2"}, called) == "p2"
    assert sentence("{buying_group_id} won", {"buying_group_id": "g1"}, called) == "The group of Acme won"


def test_a_value_with_braces_or_brackets_stays_as_it_is() -> None:
    assert sentence('["{value}" ]here', {"value": "{name} [x]", "name": "no"}, {}) == '"{name} [x]" here'


def test_values_are_shown_for_people() -> None:
    assert show("amount_cents", 123456789, "EUR") == "1,234,567.89 EUR"
    assert show("amount_cents", -5, None) == "-0.05"
    assert show("score", Decimal("45.3")) == "45.30"
    assert show("share", 0.123456) == "0.1235"
    assert show("is_won", False) == "no"
    assert show("at", datetime(2025, 3, 4, 15, 0, 1)) == "2025-03-04 15:00:01"
    assert show("week_on", date(2025, 3, 3)) == "2025-03-03"
    assert show("valid_from", datetime(1970, 1, 1)) == "the beginning"
    assert show("tactic_id", None) == "none"
