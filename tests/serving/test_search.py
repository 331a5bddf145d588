"""A search finds what holds the words, and whom a record's id means: held against a plain loop over rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from muster.access.seen import Seen
from muster.access.viewer import EVERYTHING
from muster.serving.figures import search as searching
from muster.serving.figures.search import Found, search
from muster.serving.tabled import Ref
from muster.testing import account, company, contact

WORDS = ("co", "ann", "an", ".example", "smith", "qq")


@pytest.fixture(scope="module")
def tables(bundled: Path) -> Iterator[Seen]:
    with Seen(bundled / ".muster" / "tables", EVERYTHING) as opened:
        yield opened


def ids(found: Found, key: str) -> list[str]:
    """The ids of what was found of a kind, in the order told."""
    [table] = [table for table in found.tables if table.key == key]
    return [cell.id for (cell, *_) in table.rows if isinstance(cell, Ref)]


def by_hand(tables: Seen, word: str) -> dict[str, list[str]]:
    """The people and groups whose names or addresses hold a word, those that begin with it first."""
    people = [
        (not words.startswith(word), row["name"] or row["email"] or row["person_id"], row["person_id"])
        for row in tables.records("SELECT * FROM person WHERE valid_to IS NULL")
        if word in (words := "\n".join(part.lower() for part in (row["name"], row["email"]) if part))
    ]
    accounts = {
        row["account_id"]
        for row in tables.records("SELECT a.account_id, a.words FROM searched_account AS a")
        if word in row["words"]
    }
    groups = tables.records("SELECT buying_group_id, account_id FROM buying_group")
    return {
        "people": [person_id for *_, person_id in sorted(people)][:100],
        "groups": sorted(g["buying_group_id"] for g in groups if g["account_id"] in accounts),
    }


@pytest.mark.parametrize("word", WORDS)
def test_words_find_those_that_hold_them(tables: Seen, word: str) -> None:
    found, wanted = search(tables, word.upper(), with_programs=True), by_hand(tables, word)
    assert ids(found, "people") == wanted["people"]
    assert len(ids(found, "groups")) == min(len(wanted["groups"]), 100)
    assert set(ids(found, "groups")) <= set(wanted["groups"])


def test_the_words_find_something(tables: Seen) -> None:
    assert all(any(by_hand(tables, word)[key] for word in WORDS) for key in ("people", "groups"))


def test_a_records_id_finds_whom_it_means(tables: Seen) -> None:
    for row in tables.records("SELECT * FROM person_alias ORDER BY hash(person_record_id) LIMIT 20"):
        assert ids(search(tables, row["person_record_id"], with_programs=False), "people")[:1] == [
            row["person_id"]
        ]
        assert ids(search(tables, row["person_id"], with_programs=False), "people") == [row["person_id"]]


def test_an_id_without_a_digit_finds_whom_it_means_too(tmp_path: Path) -> None:
    workspace = company(
        tmp_path,
        account("Acme"),
        contact("vera.villanueva@acme.example", account_record_id="acme", record="the-first"),
    )
    with Seen(workspace.folder / ".muster" / "tables", EVERYTHING) as tables:
        [vera] = ids(search(tables, "villanueva", with_programs=False), "people")
        assert ids(search(tables, "the-first", with_programs=False), "people") == [vera]


def test_people_who_are_found_by_the_wrong_column_are_noticed(
    tables: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "_NAMED", searching._NAMED.replace("p.words", "lower(p.title)"))
    found = ids(search(tables, "ann", with_programs=False), "people")
    assert found != by_hand(tables, "ann")["people"]
