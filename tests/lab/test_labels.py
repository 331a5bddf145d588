"""Labels feed back: as decisions where the tables say otherwise, as weights to try, never by themselves."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from tests.built_once import copied

from muster.lab.apply import decide_labels
from muster.lab.learn import PRIOR, learn, write_proposal
from muster.lab.pairs import Weighed, needed_weight, read_pairs, weigh_again
from muster.lab.sample import Label, Stratum, draw
from muster.lab.tried import moved_by_rules
from muster.problems import RuleError, WrongUse
from muster.testing import account, company, contact, engaged, lead
from muster.workspace import Workspace, open_workspace

NAMES = ("Ana Arendt", "Bo Brandt", "Cem Celik", "Dora Dietz", "Eli Eklund", "Finn Falk", "Gita Gupta")


def build(folder: Path) -> None:
    """Vera, Bo and five more have two records that likeness joins; Ana has a lead that nothing joins."""
    company(
        folder,
        account("Acme"),
        account("Other"),
        *(
            contact(f"{n.lower().replace(' ', '.')}@other.example", name=n, account_record_id="other")
            for n in NAMES
        ),
        *(
            lead(f"{n.lower().replace(' ', '_')}@other.example", name=n, record=f"d{number}")
            for number, n in enumerate(NAMES[1:])
        ),
        contact("vera.villanueva@acme.example", title="VP Data", account_record_id="acme", record="c1"),
        lead("vera_villanueva@acme.example", name="Vera Villanueva", title="VP Data", record="l1"),
        lead("ana@home.example", name="Ana Arendt", title="Analyst", record="l2"),
        engaged("2025-03-03 09:00", "vera.villanueva@acme.example", "webinar_attended"),
    )


@pytest.fixture
def acme(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return open_workspace(copied(tmp_path_factory, "records-of-seven", build, tmp_path / "acme"))


def people(workspace: Workspace) -> dict[str, str]:
    rows = workspace.query("SELECT person_record_id, person_id FROM person_alias").to_pylist()
    return {row["person_record_id"]: row["person_id"] for row in rows}


def labelled(workspace: Workspace, one: str, other: str, *, same: bool) -> Label:
    """A label as somebody gives it to a pair that was drawn."""
    for pair, stratum in draw(read_pairs(workspace), 1000, seed=1, needed=needed_weight(workspace)):
        if {pair.left_id[2:], pair.right_id[2:]} == {one, other}:
            return Label(pair.left_id, pair.right_id, stratum, same)
    raise AssertionError(f"{one} and {other} were not drawn")


def test_labels_that_disagree_become_decisions_and_the_next_run_applies_them(acme: Workspace) -> None:
    before = people(acme)
    assert before["c1"] == before["l1"]
    stratum = Stratum("made by hand", 0, False, 1, 0.5)
    ana = next(r for r in before if r not in {"c1", "l1", "l2"} and "ana" in r)
    assert before[ana] != before["l2"]
    told = decide_labels(
        acme,
        [
            labelled(acme, "c1", "l1", same=False),
            Label(f"r:{ana}", "r:l2", stratum, True),
            Label("r:c1", "r:l2", stratum, False),
            Label("r:c1", "r:l1", stratum, None),
            Label("r:gone", "r:l1", stratum, True),
        ],
    )
    assert [(one.decision.kind, one.is_new) for one in told.decided] == [("split", True), ("merge", True)]
    assert told.agreeing == 1
    assert [problem.split(":")[0] for problem in told.refused] == ["gone and l1"]
    assert people(acme) == before  # not before the next run
    acme.run()
    after = people(acme)
    assert after["c1"] != after["l1"] and after[ana] == after["l2"]
    again = decide_labels(acme, [Label("r:c1", "r:l1", stratum, False)])
    assert (again.decided, again.agreeing) == ((), 1)


def test_proposed_weights_move_people_when_tried_and_nothing_before(acme: Workspace, tmp_path: Path) -> None:
    weighed = weigh_again(acme)
    tables = {p: p.read_bytes() for p in acme.published.folder.glob("*.parquet")}
    proposed = learn(weighed, _all_one(weighed))
    assert proposed and all(0 < one.after < 1 for one in proposed)
    since = str(acme.published.manifest["as_of"])[:10]
    tried = tmp_path / "tried"
    file = write_proposal(proposed, acme.rules, tried, since=since, why="learnt")
    moved_by_rules(acme, tried)
    assert {p: p.read_bytes() for p in acme.published.folder.glob("*.parquet")} == tables
    with pytest.raises(WrongUse, match="is there already"):
        write_proposal(proposed, acme.rules, tried, since=since, why="learnt")
    # Weights under which all of them are two people: told before, and so when they are in force.
    strict = [f"{c},{says},0.0000001,{since},tried" for c, says in _levels_of(weighed, "c1", "l1")]
    file.write_text("\n".join(["comparison,says,m,effective_from,why", *strict]) + "\n", "utf-8")
    _, moved = moved_by_rules(acme, tried)
    assert (moved.part_count, moved.merge_count) == (7, 0)
    rules = acme.folder / "rules"
    rules.mkdir(exist_ok=True)
    (rules / file.name).write_bytes(file.read_bytes())
    again = open_workspace(acme.folder)
    again.run()
    assert people(again)["c1"] != people(again)["l1"]
    file.write_text(f"comparison,says,m,effective_from,why\nname,the same nam,0.5,{since},x\n", "utf-8")
    with pytest.raises(RuleError, match="there is no level name, the same nam"):
        moved_by_rules(again, tried)


def _levels_of(weighed: Weighed, one: str, other: str) -> list[tuple[str, str]]:
    """The levels that speak for a pair, quoted for a CSV."""
    row = next(
        m for m in weighed.matches.to_pylist() if {m["left_id"][2:], m["right_id"][2:]} == {one, other}
    )
    said = [c for c in weighed.model.comparisons if row[f"{c.name}_weight"] > 0]
    return [(c.name, f'"{level.says}"') for c in said for level in c.levels if not level.is_null]


def test_one_label_says_nothing_and_more_say_more(acme: Workspace) -> None:
    weighed = weigh_again(acme)
    labels = _all_one(weighed)
    assert learn(weighed, labels[:1]) == []
    assert len(labels) < PRIOR
    bits = [
        max((abs(p.bits) for p in learn(weighed, labels[:count])), default=0) for count in (1, len(labels))
    ]
    assert bits[0] < bits[1] < 1
    with pytest.raises(WrongUse, match="No labelled pair is one person"):
        learn(weighed, [replace(label, same=False) for label in labels])


def _all_one(weighed: Weighed) -> list[Label]:
    """Every joined pair, labelled as one person."""
    stratum = Stratum("joined", 0, True, weighed.matches.num_rows, 0.9)
    found = [m for m in weighed.matches.to_pylist() if m["probability"] > 0.95]
    assert len(found) > 5
    return [Label(m["left_id"], m["right_id"], stratum, True) for m in found]


def test_the_order_of_labels_decides_nothing(acme: Workspace) -> None:
    weighed = weigh_again(acme)
    labels = [
        Label(m["left_id"], m["right_id"], Stratum(str(n % 2), n % 2, True, 5, 0.5), True)
        for n, m in enumerate(weighed.matches.to_pylist())
    ]
    shuffled = random.Random(1).sample(labels, len(labels))
    assert learn(weighed, labels) == learn(weighed, shuffled)
