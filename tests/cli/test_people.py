"""Who is who, decided on the command line and applied by the next run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.built_once import copied

from muster.testing import account, company, contact, engaged, lead
from muster.workspace import open_workspace

FILE = ".muster/decisions.csv"  # what the store holds, written out for runs


def build(folder: Path) -> None:
    """Vera is two records that a rule joins; Zoe is nobody else; Ida is known by her visits alone."""
    company(
        folder,
        account("Acme"),
        contact("vera@acme.example", name="Vera Villanueva", account_record_id="acme", record="c1"),
        lead("vera@acme.example", name="Vera Villanueva", record="l1"),
        lead("zoe@elsewhere.example", name="Zoe Zander", record="l2"),
        engaged("2025-03-03 09:00", "vera@acme.example", "webinar_attended"),
        engaged("2025-03-04 09:00", "vera@acme.example", "demo_requested"),
        engaged("2025-03-05 09:00", "zoe@elsewhere.example", "pricing_viewed"),
        engaged("2025-03-06 09:00", "ida@acme.example", "pricing_viewed"),
    )


@pytest.fixture
def firm(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory, "two-records-of-vera", build, tmp_path / "firm")


def people(folder: Path) -> dict[str, str]:
    found = open_workspace(folder).query("SELECT person_record_id, person_id FROM person_alias").to_pylist()
    return {row["person_record_id"]: row["person_id"] for row in found}


def tables(folder: Path) -> dict[str, bytes]:
    """Every table but the two that tell of the files read: what the store holds is one more of them."""
    published = open_workspace(folder).published
    names = [n for n in published.manifest["tables"] if n not in {"intake_ledger", "problem"}]
    return {name: published.path(name).read_bytes() for name in names}


def test_merge_joins_and_undo_restores_the_tables_to_the_same_bytes(muster, firm):
    before, as_of = tables(firm), open_workspace(firm).published.manifest["as_of"]
    assert people(firm)["l2"] != people(firm)["c1"]
    said = muster("people", "merge", "-w", firm, "l2", "c1", "--reason", "her private address").stdout
    decision_id = said.partition(":")[0]
    assert "Zoe Zander" in said and "Vera Villanueva" in said and "1 buying group of" in said
    assert muster("run", "-w", firm, "-q").exit_code == 0
    assert people(firm)["l2"] == people(firm)["c1"]
    assert open_workspace(firm).published.manifest["as_of"] == as_of
    assert tables(firm) != before
    assert muster("people", "undo", "-w", firm, decision_id).exit_code == 0
    assert muster("run", "-w", firm, "-q").exit_code == 0
    after = tables(firm)
    assert [name for name in before if before[name] != after[name]] == []


def test_split_wins_over_the_rule_of_one_address(muster, firm):
    assert people(firm)["l1"] == people(firm)["c1"]
    said = muster("people", "split", "-w", firm, "l1", "c1").stdout
    assert "parts them into two people" in said
    assert muster("run", "-w", firm, "-q").exit_code == 0
    assert people(firm)["l1"] != people(firm)["c1"]


def test_the_same_decision_twice_is_one(muster, firm):
    first = json.loads(muster("people", "merge", "-w", firm, "--json", "l2", "c1").stdout)
    text = (firm / FILE).read_bytes()
    again = json.loads(muster("people", "merge", "-w", firm, "--json", "c1", "l2").stdout)
    assert (first["is_new"], again["is_new"]) == (True, False)
    assert again["decision"] == first["decision"]
    assert (firm / FILE).read_bytes() == text
    assert muster("run", "-w", firm, "-q").exit_code == 0
    muster("people", "merge", "-w", firm, "l2", "c1")
    decision_id = first["decision"]["decision_id"]
    muster("people", "undo", "-w", firm, decision_id)
    text = (firm / FILE).read_bytes()
    assert "undone already" in muster("people", "undo", "-w", firm, decision_id).stdout
    assert (firm / FILE).read_bytes() == text


def test_decisions_are_only_ever_added(muster, firm):
    muster("people", "merge", "-w", firm, "l2", "c1")
    muster("people", "split", "-w", firm, "l1", "c1", "--reason", 'said "no",\nin two lines')
    told = json.loads(muster("people", "decisions", "-w", firm, "--json").stdout)
    assert [(d["kind"], d["state"]) for d in told] == [("merge", "in force"), ("split", "in force")]
    assert told[1]["reason"] == 'said "no",\nin two lines'
    assert told[1]["decision_id"] > told[0]["decision_id"]
    seen = json.loads(muster("audit", "-w", firm, "--json").stdout)
    assert [(row["action"], row["subject"]) for row in seen] == [
        ("decide", told[0]["decision_id"]),
        ("decide", told[1]["decision_id"]),
    ]


def test_the_later_of_two_decisions_on_a_pair_counts(muster, firm):
    muster("people", "merge", "-w", firm, "l2", "c1")
    muster("people", "split", "-w", firm, "l2", "c1")
    told = json.loads(muster("people", "decisions", "-w", firm, "--json").stdout)
    assert [d["state"] for d in told] == ["overruled by a later one", "in force"]
    assert muster("run", "-w", firm, "-q").exit_code == 0
    assert people(firm)["l2"] != people(firm)["c1"]


def test_a_merge_that_a_split_would_undo_is_refused(muster, firm):
    said = muster("people", "split", "-w", firm, "l2", "c1").stdout
    result = muster("people", "merge", "-w", firm, "l2", "l1")
    assert result.exit_code == 2
    assert said.partition(":")[0] in result.stderr.replace("\n", "") and "muster people undo" in result.stderr
    assert len((firm / FILE).read_text().splitlines()) == 2


def test_people_are_named_by_record_person_or_address(muster, firm):
    zoe = people(firm)["l2"]
    for one, other in ((zoe, "vera@acme.example"), ("ZOE@elsewhere.example", "ida@acme.example")):
        told = json.loads(muster("people", "merge", "-w", firm, "--json", one, other).stdout)
        assert {person["person_id"] for person in told["people"]} >= {zoe}
        assert told["decision"]["subject_id"] == "l2"
    assert told["decision"]["other_id"] == "ida@acme.example"
    assert muster("run", "-w", firm, "-q").exit_code == 0
    [row] = open_workspace(firm).query("SELECT COUNT(DISTINCT person_id) AS n FROM person").to_pylist()
    assert row["n"] == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("merge", "l3", "c1"), "The nearest: l1"),
        (("merge", "zoe@elswhere.example", "c1"), "zoe@elsewhere.example"),
        (("merge", "c1", "c1"), "one and the same"),
        (("split", "vera@acme.example", "l2"), "Name one: c1, l1"),
        (("undo", "5f0c91aa"), "There is none yet"),
    ],
)
def test_an_id_that_is_none_is_refused_and_names_the_nearest(muster, firm, arguments, says):
    result = muster("people", arguments[0], "-w", firm, *arguments[1:])
    assert result.exit_code == 2
    assert says in result.stderr
    assert not (firm / FILE).exists()


def test_a_workspace_without_decisions_reads_what_it_read_before(muster, firm):
    names = [source.name for source in open_workspace(firm).config.source]
    assert "people-decisions" not in names
    line = "data-platform,Data Platform,data-platform,1970-01-01,sold since 2019"
    (firm / "rules").mkdir(exist_ok=True)
    (firm / "rules" / "solutions.csv").write_text(f"solution_id,name,pattern,effective_from,why\n{line}\n")
    muster("people", "merge", "-w", firm, "l2", "c1")
    assert [s.name for s in open_workspace(firm).config.source] == [*names, "people-decisions"]
    assert muster("check", "-w", firm).exit_code == 0
