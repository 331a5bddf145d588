"""Signs of the model of chances are told in words, each in its own."""

from __future__ import annotations

from muster.canonical.tables import flow_tables
from muster.chances.signs import KEYS, LABELS
from muster.reports.sign_words import sign_words


def test_every_sign_of_the_panel_has_words_of_its_own() -> None:
    signs = [c.name for c in flow_tables()["panel"].columns if c.name not in {*KEYS, *LABELS}]
    told = {name: sign_words(name) for name in signs}
    assert len(set(told.values())) == len(told) > 40
    as_they_stand = {name for name, said in told.items() if said == name.replace("_", " ")}
    assert as_they_stand == set()  # a sign that is new to the panel needs words, too


def test_a_sign_of_another_release_is_told_by_its_name() -> None:
    assert sign_words("chats_13") == "chats 13"
