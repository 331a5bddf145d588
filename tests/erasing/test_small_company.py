"""Ana asked to be forgotten, and comes back in every way an export knows."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.erasing.scanning import hits

from muster.deciding.erasure import erased_before, preview_erasure
from muster.erasing.erase import begin
from muster.erasing.whom import Whom
from muster.problems import UserDataError, WrongUse
from muster.sources.suppression import KEY, read_suppression
from muster.store.decisions import Decision, add_decision
from muster.store.opening import open_or_make
from muster.store.rewriting import rewrite
from muster.testing import (
    RECORDS,
    Record,
    account,
    called,
    company,
    contact,
    engaged,
    lead,
    named,
    opportunity,
    rows,
    visited,
)
from muster.workspace import Workspace

ANA = ("ana.vidal@acme.example", "Ana Vidal", "C-00000001", "+44 20 7946 0958", "cookie-of-ana")
OF_HER = {"record": "C-00000001", "name": "Ana Vidal", "account_record_id": "acme", "phone": ANA[3]}


def everybody(*further: Record, ana: Record) -> list[Record]:
    """Ana and Bo of one account, a deal that she is named on, and whatever else an export holds."""
    return [
        account("Acme"),
        ana,
        contact("bo@acme.example", record="C-00000002", name="Bo Lund", account_record_id="acme", phone=""),
        engaged("2025-03-03 09:00", ANA[0], "demo_requested"),
        engaged("2025-03-03 10:00", "bo@acme.example", "webinar_attended"),
        visited("2025-03-04 10:00", ANA[4], email=ANA[0], url=f"/unsubscribe/{ANA[0]}"),
        visited("2025-03-05 10:00", ANA[4], url="/pricing"),
        opportunity("2025-04-01 09:00", "O1", account="acme", amount="100.10", won="2025-05-01 09:00"),
        named("2025-04-01 09:00", "O1", "C-00000001", "Decision Maker"),
        called("2025-04-02 09:00", "C-00000001", subject="Call with Ana Vidal"),
        called("2025-04-03 09:00", "C-00000002", subject="Bo asks for Ana Vidal's budget"),
        *further,
    ]


@pytest.fixture(scope="module")
def without_ana(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The company, of which Ana was erased before she came back: as a lead with the old address, and as the
    contact with a new one."""
    folder = tmp_path_factory.mktemp("ana") / "acme"
    folder.mkdir()
    begin(folder, [Whom("p-before", ANA[:1], ("C-00000001",), (ANA[4],), (ANA[1],), (ANA[3],))], by="ada")
    again = lead(ANA[0], record="L-00000009", name="Ana Vidal", title="CFO", phone="")
    moved = contact("ana@new.example", title="VP Finance", **OF_HER)
    acts = engaged("2025-06-01 09:00", "ana@new.example", "demo_requested")
    return company(folder, *everybody(again, acts, ana=moved))


def test_she_stays_out_though_she_came_back(without_ana: Workspace) -> None:
    told = read_suppression(without_ana.folder)
    assert told is not None and told.pending == ()
    texts = [*ANA, "ana@new.example", "L-00000009", "VP Finance", "CFO"]
    assert hits(without_ana.folder, texts, but=[RECORDS]) == []


def test_all_her_records_are_one_stranger_who_did_what_she_did(without_ana: Workspace) -> None:
    told = read_suppression(without_ana.folder)
    assert told is not None
    [stranger] = rows(without_ana, f"SELECT * FROM person WHERE email = '{told.people[0].address}'")
    assert (stranger["name"], stranger["title"]) == (stranger["email"], None)
    who = stranger["person_id"]
    counted = "SELECT COUNT(*) AS n FROM {} WHERE person_id = '{}'"
    assert rows(without_ana, counted.format("resolved_engagement", who))[0]["n"] == 4
    assert rows(without_ana, counted.format("person_alias", who))[0]["n"] == 2
    assert rows(without_ana, "SELECT SUM(amount_cents) AS c FROM known_opportunity")[0]["c"] == 10010


def test_others_stay_who_they_are(without_ana: Workspace) -> None:
    assert rows(without_ana, "SELECT name FROM person WHERE email = 'bo@acme.example'") == [
        {"name": "Bo Lund"}
    ]


def test_twice_is_nothing(without_ana: Workspace) -> None:
    for said in (ANA[0], "C-00000001"):
        before = erased_before(without_ana, said)
        assert before is not None and before.is_done
    with pytest.raises(WrongUse, match="no record, person or address"):
        preview_erasure(without_ana, ANA[0])


def test_without_its_key_nothing_is_read(without_ana: Workspace) -> None:
    key = without_ana.folder / KEY
    kept = key.read_text("ascii")
    key.unlink()
    try:
        with pytest.raises(UserDataError, match=r"suppression\.key is missing"):
            without_ana.run()
    finally:
        key.write_text(kept, "ascii")


def without(said: Any) -> Any:
    """A text, or what JSON holds, without her address and her name."""
    return json.loads(json.dumps(said).replace(ANA[0], "-").replace(ANA[1], "-"))


@pytest.mark.parametrize("cleans", [True, False])
def test_what_a_database_gave_up_is_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cleans: bool
) -> None:
    """The seeded fault: rows are rewritten, and the old ones left in free pages and the write-ahead log."""
    (tmp_path / "muster.toml").write_text('[company]\nname = "Acme"\n', "utf-8")
    ws = Workspace(tmp_path)
    with closing(open_or_make(ws.folder, ws.config.store)) as store:
        told = Decision("", "merge", ANA[0], "C2", f"{ANA[1]} moved", "ada", "2026-01-05")
        add_decision(store, told, seen=())
        if not cleans:
            monkeypatch.setattr("muster.store.rewriting.compact", lambda _: None)
        with store.reading():
            rewrite(store, without, tell=[])
        found = hits(tmp_path, [ANA[0], ANA[1]])
    assert (found == []) is cleans
