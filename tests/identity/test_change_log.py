"""Ids of people and accounts change only by a merge or split that the log tells, whatever comes or fails."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bench.quality.people_drawn import Drawn, draw
from tests.built_once import copied
from typer.testing import CliRunner

from muster.cli.app import app
from muster.identity.change_log import LOG, read_log, settle
from muster.testing import Record, account, company, contact, engaged, lead, rows
from muster.workspace import Workspace, open_workspace

VERA = contact("vera.villanueva@acme.example", title="VP Data", account_record_id="acme", record="c1")
AGAIN = lead(
    "zz@gmail.com",
    name="Zoe Zander",
    record="l1",
    created="2025-02-01 00:00",
    converted_person_record_id="c1",
    converted_at="2025-03-01 00:00",
)
BEFORE = lead("zz@gmail.com", name="Zoe Zander", record="l1", created="2025-02-01 00:00")
NAMES = (
    *("ana.arendt", "bo.brandt", "cem.celik", "dora.dietz", "eli.eklund", "finn.falk", "gita.gupta"),
    *("hal.haas", "ines.ibarra", "jon.juhl", "kim.kraus", "lou.lindt", "mia.moser", "nils.noren"),
)
ACTED = engaged("2025-04-01 09:00", "ana@acme.example", "demo_requested")
Build = Callable[..., Workspace]


@pytest.fixture
def built(tmp_path: Path) -> Build:
    return lambda *records: company(tmp_path / "acme", account("Acme"), ACTED, *records)


@pytest.fixture
def began(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """What `built` makes of these records, one run after another; made once for all tests that begin so."""

    def copy(name: str, *runs: tuple[Record, ...]) -> Workspace:
        def build(folder: Path) -> None:
            for records in runs:
                company(folder, account("Acme"), ACTED, *records)

        return open_workspace(copied(tmp_path_factory, f"change-log-{name}", build, tmp_path / "acme"))

    return copy


def told(workspace: Workspace) -> list[tuple[str, str, tuple[str, ...], str]]:
    """Everything but the first tables: about what, which kind, whose records, and why."""
    changes = [logged.change for logged in read_log(workspace.folder)]
    return [(c.what, c.kind, c.records, c.reason) for c in changes if c.kind != "began"]


def decided(kind: str, subject: str, *, other: str = "") -> Record:
    row = {"decision_id": f"{kind}-1", "kind": kind, "subject_id": subject, "other_id": other}
    return Record("decision", row | {"decided_at": "2025-03-01 00:00"})


def test_first_tables_are_counted_and_a_run_that_changes_nothing_adds_nothing(began: Build) -> None:
    workspace = began("vera", (VERA,))
    first = [(k.change.what, k.change.kind, k.change.count) for k in read_log(workspace.folder)]
    assert first == [("account", "began", 1), ("person", "began", 2)]
    log = (workspace.folder / LOG).read_bytes()
    workspace.run()
    assert (workspace.folder / LOG).read_bytes() == log


def test_a_new_record_that_ties_two_people_is_a_merge_with_its_reason(began: Build) -> None:
    workspace = began("tied", (VERA, BEFORE), (VERA, AGAIN))
    assert told(workspace) == [("person", "merge", ("l1", "zz@gmail.com"), "converted lead")]
    [merge] = [k.change for k in read_log(workspace.folder) if k.change.kind == "merge"]
    [row] = rows(workspace, "SELECT DISTINCT person_id FROM person_alias")
    assert row["person_id"] == merge.new_id != merge.old_id


def test_decisions_and_their_undo_are_named(began: Build, built: Build) -> None:
    began("two", (VERA, BEFORE))
    merge = decided("merge", "l1", other="c1")
    built(VERA, BEFORE, merge)
    workspace = built(VERA, BEFORE, merge, decided("undo", "merge-1"))
    subjects = ("l1", "zz@gmail.com")
    assert told(workspace) == [
        ("person", "merge", subjects, "merge decided (merge-1)"),
        ("person", "split", subjects, "undo decided (undo-1)"),
    ]


def test_who_comes_and_goes_is_told_once(began: Build, built: Build) -> None:
    began("vera", (VERA,))
    built(VERA, BEFORE, account("Newco", website="newco.example"))
    workspace = built(VERA)
    subjects = ("l1", "zz@gmail.com")
    firm = ("newco",)
    assert [(what, kind, records) for what, kind, records, _ in told(workspace)] == [
        ("account", "new", firm),
        ("person", "new", subjects),
        ("account", "gone", firm),
        ("person", "gone", subjects),
    ]


def test_somebody_known_by_an_address_alone_keeps_the_id_when_a_record_comes(
    began: Build, built: Build
) -> None:
    before = began("vera", (VERA,))
    [was] = rows(before, "SELECT person_id FROM person_address WHERE email = 'ana@acme.example'")
    workspace = built(VERA, contact("ana@acme.example", record="c2", created="2025-05-01 00:00"))
    assert told(workspace) == []
    assert rows(workspace, "SELECT person_id FROM person_alias WHERE person_record_id = 'c2'") == [was]


def test_an_earlier_date_parts_what_was_joined_since_and_says_so(built: Build) -> None:
    workspace = built(VERA, AGAIN)
    workspace.run(as_of=datetime(2025, 2, 15, tzinfo=UTC))
    reasons = {(kind, reason) for _, kind, _, reason in told(workspace) if kind == "split"}
    assert reasons == {("split", "as of an earlier date")}


def test_a_run_killed_between_tables_and_log_loses_nothing(
    began: Build, built: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = began("two", (VERA, BEFORE))
    calls: Iterator[bool] = iter((False, True))  # at the beginning of the run, and at its end

    def settle_or_die(folder: Path) -> None:
        if next(calls):
            raise KeyboardInterrupt
        settle(folder)

    with monkeypatch.context() as patch:
        patch.setattr("muster.flow.settle", settle_or_die)
        with pytest.raises(KeyboardInterrupt):
            built(VERA, AGAIN)
    log = workspace.folder / LOG
    merge = [("person", "merge", ("l1", "zz@gmail.com"), "converted lead")]
    assert told(workspace) == merge and b"merge" not in log.read_bytes()
    log.write_bytes(log.read_bytes() + b'{"run_id": "0000')  # a line that the crash cut off
    assert told(workspace) == merge
    workspace.run()
    assert told(workspace) == merge
    assert log.read_bytes().count(b'"merge"') == 1 and log.read_bytes().endswith(b"\n")


def test_one_more_way_in_which_a_name_is_common_undoes_no_join(built: Build) -> None:
    """Somebody's third record makes their name no commoner than it was when the first two were compared."""
    names = [contact(f"{word}@acme.example", title="Buyer", account_record_id="acme") for word in NAMES]
    clara = contact("clara.rosen@acme.example", title="Recruiter", account_record_id="acme", record="c1")
    second = lead("", name="Clara Rosen", title="Analyst", company_name="Acme", record="l1")
    built(*names, clara, second)
    others = [
        lead(f"rosen{n}{n}@gmail.com", name="Clara Rosen", record=f"x{n}", created=f"2025-05-0{n} 00:00")
        for n in range(1, 9)
    ]
    assert [kind for _, kind, _, _ in told(built(*names, clara, second, *others))] == ["new"] * 8


@pytest.mark.parametrize("seed", [1, 2])
def test_records_that_come_later_change_no_id_without_a_line_in_the_log(built: Build, seed: int) -> None:
    people = draw(200, seed=seed)
    chance = random.Random(seed)
    begin = datetime(2024, 1, 1, tzinfo=UTC)
    dated = [(one, begin + timedelta(hours=chance.randrange(9000))) for one in people]
    records = [_record(number, one, at) for number, (one, at) in enumerate(dated)]
    early = [r for r, (_, at) in zip(records, dated, strict=True) if at < datetime(2024, 9, 1, tzinfo=UTC)]
    # Some that were always there come to the export late: the worst case for an id that is the first key's.
    before = _ids(built(*[r for r in early if chance.random() < 0.7]))
    workspace = built(*records)
    after = _ids(workspace)
    changed = {(before[r], after[r], r) for r in before if before[r] != after[r]}
    changes = [k.change for k in read_log(workspace.folder) if k.change.kind in {"merge", "split"}]
    assert changed == {(c.old_id, c.new_id, r) for c in changes if c.what == "person" for r in c.records}
    assert changed, "nothing changed: the test shows nothing"


def _ids(workspace: Workspace) -> dict[str, str]:
    found = rows(
        workspace,
        "SELECT person_record_id AS s, person_id FROM person_alias "
        "UNION ALL SELECT email, person_id FROM person_address",
    )
    return {row["s"]: row["person_id"] for row in found}


def _record(number: int, one: Drawn, at: datetime) -> Record:
    name = f"{one.given} {one.family}" if one.given else one.family
    return lead(
        one.email or "",
        record=f"r{number:03d}",
        name=name,
        title=one.title or "",
        phone=one.phone or "",
        company_name=one.account,
        created=f"{at:%Y-%m-%d %H:%M}",
    )


def test_the_log_can_be_asked_for_one_record_and_as_json(began: Build) -> None:
    folder = str(began("tied", (VERA, BEFORE), (VERA, AGAIN)).folder)
    text = CliRunner().invoke(app, ["people", "log", "-w", folder]).output
    assert "merge" in text and "converted lead" in text
    asked = CliRunner().invoke(app, ["people", "log", "-w", folder, "--about", "c1", "--json"])
    assert asked.exit_code == 0 and asked.output.strip() == "[]"
