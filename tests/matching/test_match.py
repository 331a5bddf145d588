"""The same candidates give the same matches: whatever their order, and on every run."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from bench.quality.people_drawn import draw
from bench.quality.people_judge import judge
from bench.quality.people_public import matched, public_sets
from bench.quality.people_sets import candidates, known_people, matched_people

from muster.fingerprints import code_hash, data_hashes
from muster.identity.matching.blocks import PAIRS_PER_RECORD, make_blocks
from muster.identity.matching.match import find_matches
from muster.identity.matching.model import people_model
from muster.identity.matching.names import given_root, name_words, sound_spelling

RECORDS = draw(1500, seed=5)


@pytest.fixture(scope="module")
def drawn() -> pa.Table:
    return candidates(RECORDS)


def test_order_and_repetition_change_nothing(drawn: pa.Table) -> None:
    order = list(range(drawn.num_rows))
    random.Random(3).shuffle(order)
    first = find_matches(drawn, people_model())
    assert first.num_rows > 200
    assert first.equals(find_matches(drawn.take(order), people_model()))


def test_a_hard_company_is_matched_as_well_as_is_said(drawn: pa.Table) -> None:
    truth = {f"r:{number:07d}": one.person for number, one in enumerate(RECORDS)}
    told = judge(matched_people(drawn), truth)
    by_mail = judge(known_people(drawn), truth)
    assert told.precision >= 0.98 and told.recall >= 0.65 > 10 * by_mail.recall


def test_one_candidate_and_none_have_no_matches(drawn: pa.Table) -> None:
    for rows in (0, 1):
        found = find_matches(drawn.slice(0, rows), people_model())
        assert found.num_rows == 0 and "name_weight" in found.column_names


def test_keys_of_many_records_are_left_out_before_any_pair_is_made() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE t AS SELECT CAST(i AS VARCHAR) AS unique_id, CAST(i AS VARCHAR) AS known_key, "
            "CASE WHEN i < 5000 THEN 'all' ELSE CAST(i // 2 AS VARCHAR) END AS mail FROM range(10000) AS r(i)"
        )
        [rule] = make_blocks(connection, {"mail": "mail"}, table="t")
        joined = "FROM t AS l JOIN t AS r ON l.unique_id < r.unique_id AND "
        [(pairs,)] = connection.execute(f"SELECT COUNT(*) {joined} {rule}").fetchall()
    assert pairs == 2500 < PAIRS_PER_RECORD * 10_000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "Mueller"),
        ("Иванов", "Ivanov"),
        ("O'Brien", "OBrien"),
        ("Dr. Zoë", "zoe"),
        ("Łukasz", "Lukasz"),
    ],
)
def test_ways_to_write_a_name_are_one(one: str, other: str) -> None:
    assert _spelled(one) == _spelled(other)


def _spelled(text: str) -> list[str]:
    return [sound_spelling(word) for word in name_words(text)]


def test_nicknames_that_several_names_share_tie_none_of_them() -> None:
    assert given_root("bob") == given_root("rob") == "robert"
    assert len({given_root(name) for name in ("alex", "alexander", "alexandra")}) == 3


def test_every_nickname_stands_once() -> None:
    text = Path(__file__).parents[2] / "src/muster/identity/matching/nicknames.txt"
    lines = [
        line.split() for line in text.read_text("utf-8").splitlines() if line and not line.startswith("#")
    ]
    assert all(len(set(forms)) == len(forms) >= 2 for forms in lines)
    assert len({forms[0] for forms in lines}) == len(lines)


def test_what_is_learnt_from_a_public_set_is_the_same_on_every_run() -> None:
    [febrl] = [one for one in public_sets() if one.name == "febrl1"]
    found, truth = matched(febrl)
    again, _ = matched(febrl)
    assert found == again
    assert judge(found, truth).f1 >= 0.99


def test_other_weights_are_other_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a run was made from names the shipped model: `muster doctor` and the lab see that it changed."""
    now = data_hashes()
    assert {"identity/matching/people.toml", "identity/matching/nicknames.txt"} <= set(now)
    before = code_hash(())
    changed = now | {"identity/matching/people.toml": "of another model"}
    monkeypatch.setattr("muster.fingerprints.data_hashes", lambda: changed)
    assert code_hash(()) != before
