"""What another threshold would move, told before it is applied, is what applying it moves."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from muster.lab.moved import moved_by_threshold
from muster.lab.what_if import rebuild
from muster.problems import WrongUse
from muster.testing import account, company, contact, engaged, lead, opportunity
from muster.workspace import Workspace, open_workspace


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Vera writes from two addresses: alike, though no rule says so. Her deal is worth 1,000 dollars."""
    folder = tmp_path_factory.mktemp("lab") / "acme"
    names = ("Ana Arendt", "Bo Brandt", "Cem Celik", "Dora Dietz", "Eli Eklund", "Finn Falk", "Gita Gupta")
    company(
        folder,
        account("Acme"),
        account("Other"),
        *(
            contact(f"{n.lower().replace(' ', '.')}@other.example", name=n, account_record_id="other")
            for n in names
        ),
        contact("vera.villanueva@acme.example", title="VP Data", account_record_id="acme", record="c1"),
        lead("vera_villanueva@acme.example", name="Vera Villanueva", title="VP Data", record="l1"),
        contact("ugo@acme.example", name="Ugo Unger", account_record_id="acme", record="c2"),
        engaged("2025-03-03 09:00", "vera.villanueva@acme.example", "webinar_attended"),
        engaged("2025-03-04 09:00", "vera_villanueva@acme.example", "demo_requested"),
        engaged("2025-03-05 09:00", "ugo@acme.example", "pricing_viewed"),
        opportunity("2025-03-10 09:00", "o1", account="acme", amount="1000.00", won="2025-05-01 00:00"),
    )
    return folder


def alias(workspace: Workspace) -> dict[str, str]:
    found = workspace.query("SELECT person_record_id, person_id FROM person_alias").to_pylist()
    return {row["person_record_id"]: row["person_id"] for row in found}


def weight(workspace: Workspace) -> float:
    [row] = workspace.query("SELECT probability FROM person_match").to_pylist()
    return float(row["probability"])


def test_the_same_threshold_moves_nothing_and_makes_the_same_bytes(acme: Path, tmp_path: Path) -> None:
    workspace = open_workspace(acme)
    moved = moved_by_threshold(workspace, 0.95)
    assert (moved.merge_count, moved.part_count, moved.groups_changed, moved.dollars) == (0, 0, 0, ())
    rebuild(workspace, tmp_path)
    published = workspace.published
    made = {file.stem: file.read_bytes() for file in tmp_path.glob("*.parquet")}
    assert {"member", "credit", "person_match"} <= set(made)
    assert [name for name in made if made[name] != published.path(name).read_bytes()] == []


def test_a_stricter_threshold_says_who_parts_and_writes_nothing(acme: Path) -> None:
    workspace = open_workspace(acme)
    before = {file: file.read_bytes() for file in sorted(acme.rglob("*")) if file.is_file()}
    moved = moved_by_threshold(workspace, (1 + weight(workspace)) / 2)
    assert (moved.merge_count, moved.part_count) == (0, 1)
    assert moved.parts[0].records == ("c1", "l1")
    assert moved.parts[0].names == ("Vera Villanueva",)
    assert (moved.groups_changed, moved.groups_new, moved.groups_gone) == (1, 0, 0)
    [dollars] = moved.dollars
    assert [(d.opportunity_id, d.amount_cents) for d in moved.deals] == [("o1", 100_000)]
    assert [(g.account, g.what) for g in moved.groups] == [("Acme", "changed")]
    assert (dollars.currency, dollars.opportunities, dollars.amount_cents) == ("USD", 1, 100_000)
    assert {file: file.read_bytes() for file in sorted(acme.rglob("*")) if file.is_file()} == before


def test_applying_the_threshold_does_what_was_said(acme: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(acme, tmp_path / "acme", symlinks=True))
    workspace = open_workspace(folder)
    stricter = (1 + weight(workspace)) / 2
    people = alias(workspace)
    assert people["c1"] == people["l1"]
    with (folder / "muster.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[people]\njoin_from = {stricter!r}\n")
    with pytest.raises(WrongUse, match="join_from"):
        moved_by_threshold(workspace, 0.95)
    workspace.run()
    people = alias(workspace)
    assert people["c1"] != people["l1"]
    assert moved_by_threshold(workspace, 0.95).merge_count == 1
