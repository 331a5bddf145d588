"""Strangers who fell silent: by the rule of retention.csv they go by no name, and nothing else moves."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.erasing.scanning import hits
from tests.flow.random_company import records

from muster.cli.kept import strangers as look
from muster.deciding.strangers import preview_strangers, rule_row
from muster.engine.published import NewRun
from muster.erasing.retention import read_gone
from muster.problems import RuleError
from muster.readings import strangers, unnamed
from muster.rules.read import read_rules
from muster.rules.tables import rule_tables
from muster.testing import (
    RECORDS,
    Record,
    account,
    company,
    contact,
    decided,
    engaged,
    opportunity,
    rows,
    shared,
    visited,
)
from muster.workspace import Workspace, open_workspace

ANA, BO, ZOE, DEE = (f"{name}@acme.example" for name in ("ana", "bo", "zoe", "dee"))
SILENT = (ANA, "cookie-of-ana", "cookie-of-bo", "Firefox/143.0 of Ana")
# What tells one stranger from another, or from somebody with a name: ids, addresses, and the rules' version.
NAMES = {"email", "first_email", "name", "key", "visitor", "evidence", "policy_version"}


def rule(days: int) -> dict[str, str]:
    """`retention.csv` that lets strangers keep their names for so many days."""
    text = "what,days,effective_from,why\nstrangers,0,1970-01-01,for good\n"
    return {"retention": text + f"strangers,{days},2020-01-01,as agreed with whoever answers for privacy\n"}


def everybody(*further: Record) -> list[Record]:
    """Ana and her browser, of whom no record tells, silent since 2023; Bo, whom the CRM holds; Zoe, who was
    here this year; a mailbox of many; Dee, about whom somebody decided."""
    return [
        account("Acme"),
        contact(BO, record="C1", name="Bo Lund", account_record_id="acme"),
        engaged("2023-03-03 09:00", ANA, "demo_requested"),
        visited("2023-03-04 09:00", SILENT[1], email=ANA, url=f"/unsubscribe/{ANA}", user_agent=SILENT[3]),
        visited("2023-03-04 10:00", SILENT[1], url="/pricing"),
        shared("2023-03-05 10:00", ANA, "t1"),
        visited("2023-03-06 10:00", SILENT[2], email=BO, url="/docs"),
        engaged("2023-03-06 11:00", BO, "webinar_attended"),
        engaged("2023-03-06 12:00", "info@acme.example", "webinar_attended"),
        engaged("2023-03-07 12:00", DEE, "webinar_attended"),
        decided("2023-04-01 09:00", "merge", DEE, other="C1"),
        engaged("2025-03-03 10:00", ZOE, "webinar_attended"),
        opportunity("2023-04-01 09:00", "O1", account="acme", amount="100.10", won="2023-05-01 09:00"),
        *further,
    ]


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The company after a year of silence takes the name."""
    return company(tmp_path_factory.mktemp("strangers") / "acme", *everybody(), rules=rule(365))


def addresses(ws: Workspace) -> set[str]:
    return {row["email"] for row in rows(ws, "SELECT p.email FROM person AS p WHERE p.email IS NOT NULL")}


def test_who_was_silent_goes_by_no_name_and_all_others_keep_theirs(acme: Workspace) -> None:
    found = addresses(acme)
    assert {BO, ZOE} <= found
    assert ANA not in found
    [stranger] = [email for email in found if email.startswith("stranger-")]
    assert stranger.endswith("@acme.example")  # the account is known by it
    assert hits(acme.folder, SILENT, but=[RECORDS]) == []
    assert hits(acme.folder, ["info@acme.example", DEE], but=[RECORDS]) != []  # nobody's name; decided about


def test_the_run_says_so_by_file_and_the_log_by_number(acme: Workspace) -> None:
    told = rows(acme, "SELECT p.* FROM problem AS p WHERE p.reason LIKE 'rows of strangers%'")
    assert {(row["file"], row["severity"], row["count"]) for row in told} == {
        ("engagement.csv", "note", 4),
        ("share_link.csv", "note", 1),
    }
    assert [(gone.what, gone.count) for gone in read_gone(acme.folder)] == [("names of strangers", 3)]
    assert [finding.state for finding in look(acme.folder)] == ["fine"]


def test_twice_is_nothing(acme: Workspace) -> None:
    before = tables(acme)
    acme.run()
    assert differences(before, tables(acme)) == {}
    assert [g.count for g in read_gone(acme.folder) if g.what == "names of strangers"] == [3]
    assert (
        len(list((acme.folder / ".muster" / "runs").iterdir())) == 1
    )  # the one before would still say names


def test_who_comes_back_is_known_again(tmp_path: Path) -> None:
    again = engaged("2025-02-01 09:00", ANA, "pricing_viewed")
    assert ANA in addresses(company(tmp_path, *everybody(again), rules=rule(365)))


def test_a_run_as_of_a_day_in_the_past_brings_no_name_back(tmp_path: Path) -> None:
    """Ana was here a week before that day; nothing but her name is looked at from today."""
    date = datetime(2023, 3, 10, tzinfo=UTC)
    named = company(tmp_path / "named", *everybody(), rules=rule(0), as_of=date)
    ws = company(tmp_path / "unnamed", *everybody(), rules=rule(365), as_of=date)
    assert ANA in addresses(named)
    assert ANA not in addresses(ws)
    assert differences(tables(named), tables(ws)) == {}


def test_a_killed_run_leaves_the_tables_of_before_and_the_next_one_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = company(tmp_path, *everybody())
    before = ws.published.folder
    (tmp_path / "rules" / "retention.csv").write_text(rule(365)["retention"], "utf-8")
    [finding] = list(look(tmp_path))
    assert (finding.state, finding.remedy) == ("look", f"Any run takes them out: muster run -w {tmp_path}")

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(NewRun, "publish", killed)
        with pytest.raises(KeyboardInterrupt):
            ws.run()
    assert ws.published.folder == before
    assert ANA in addresses(ws)
    ws.run()
    assert hits(tmp_path, SILENT, but=[RECORDS]) == []
    assert not before.exists()


def test_the_preview_counts_what_the_run_then_does(tmp_path: Path) -> None:
    ws = company(tmp_path, *everybody())
    told = preview_strangers(ws, rule_row(365, "agreed", on=datetime(2026, 1, 1)))
    assert (told.addresses, told.browsers, told.acts) == (1, 2, 6)
    assert (told.people, told.already) == (1, 0)
    assert ANA in addresses(ws)
    (tmp_path / "rules" / "retention.csv").write_text(rule(365)["retention"], "utf-8")
    ws.run()
    after = preview_strangers(ws, rule_row(365, "agreed", on=datetime(2026, 1, 1)))
    assert (after.addresses + after.browsers, after.already) == (0, 3)


@pytest.mark.parametrize(
    ("row", "said"), [("visits,90", "nothing is kept by"), ("strangers,7", "no silence")]
)
def test_a_rule_that_keeps_nothing_is_refused(tmp_path: Path, row: str, said: str) -> None:
    (tmp_path / "retention.csv").write_text(f"what,days,effective_from,why\n{row},1970-01-01,x\n", "utf-8")
    with pytest.raises(RuleError, match=said):
        rule_tables(read_rules(tmp_path))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A drawn company, all of whose strangers have their names; by its end most of them are silent."""
    return company(tmp_path_factory.mktemp("drawn") / "named", *records(3))


def test_no_number_and_no_cent_of_any_table_moves(drawn: Workspace, tmp_path: Path) -> None:
    ws = company(tmp_path, *records(3), rules=rule(90))
    assert strangers.read_unnamed(ws.published.folder / "records")
    assert differences(tables(drawn), tables(ws)) == {}


def test_the_suite_notices_strangers_who_become_one(
    drawn: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seeded fault: one stand-in for all."""
    monkeypatch.setattr(strangers, "stand_in", lambda *_: "stranger-0000000000000000@acme.example")
    ws = company(tmp_path, *records(3), rules=rule(90))
    assert "resolved_engagement" in differences(tables(drawn), tables(ws))


def test_without_its_key_the_names_are_others_and_nothing_is_lost(tmp_path: Path) -> None:
    ws = company(tmp_path, *everybody(), rules=rule(365))
    before, held = tables(ws), addresses(ws)
    (tmp_path / unnamed.KEY).unlink()
    ws.run()
    assert addresses(ws) != held
    assert differences(before, tables(ws)) == {}
    assert json.loads((ws.published.folder / "manifest.json").read_text())["inputs"][unnamed.KEY]


def tables(ws: Workspace) -> dict[str, Counter[tuple[Any, ...]]]:
    """Every published table without what names people: its rows, and how often each is there."""
    found = {}
    published = open_workspace(ws.folder).published
    with duckdb.connect() as con:
        for name in published.manifest["tables"]:
            file = published.path(name)
            columns = [c for c, *_ in con.execute(f"DESCRIBE SELECT * FROM '{file}'").fetchall()]
            kept = [c for c in columns if not (c in NAMES or c.endswith("_id"))]
            if name == "problem":  # it tells of the names that went
                continue
            nameless = (
                r"""regexp_replace("{0}", '[^ @]+@', '@', 'g')"""  # of a sentence: who joined the group
            )
            asked = ", ".join(nameless.format(c) if c == "sentence" else f'"{c}"' for c in kept) or "1"
            found[name] = Counter(con.execute(f"SELECT {asked} FROM '{file}'").fetchall())
    return found


def differences(left: dict[str, Any], right: dict[str, Any]) -> dict[str, int]:
    """Tables whose rows differ, and in how many."""
    assert left.keys() == right.keys()
    return {
        name: found
        for name in left
        if (found := ((left[name] - right[name]) + (right[name] - left[name])).total())
    }
