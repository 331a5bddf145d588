"""Who is one person although no rule says so, told as stories of records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from muster.testing import Record, account, company, contact, engaged, lead, rows
from muster.workspace import Workspace

# Colleagues and strangers, so that names, titles and accounts have frequencies.
NAMES = (
    *(
        "Ana Arendt",
        "Bo Brandt",
        "Cem Celik",
        "Dora Dietz",
        "Eli Eklund",
        "Finn Falk",
        "Gita Gupta",
        "Hal Haas",
    ),
    *(
        "Ines Ibarra",
        "Jon Juhl",
        "Kim Kraus",
        "Lou Lindt",
        "Mia Moser",
        "Nils Noren",
        "Oda Olsen",
        "Pia Pohl",
    ),
    *("Quin Quast", "Rita Roth", "Sven Stahl", "Tea Thoma"),
)
TITLES = ("Analyst", "Head of Finance", "Recruiter", "Plant Manager", "Buyer")


def crowd() -> list[Record]:
    """Forty people at four accounts who have nothing to do with the story."""
    people = []
    for number, name in enumerate(NAMES * 2):
        firm = f"crowd{'abcd'[number % 4]}"
        local = name.lower().replace(" ", ".") + ("" if number < len(NAMES) else ".second")
        given, family = name.split()
        title = TITLES[number % len(TITLES)]
        other = f"{given}{'' if number < len(NAMES) else 'lou'} {family}"
        people.append(contact(f"{local}@{firm}.example", name=other, title=title, account_record_id=firm))
    return [*(account(f"Crowd{x}") for x in "abcd"), *people]


def people_of(workspace: Workspace, *records: str) -> list[str]:
    """The person of each record, numbered in the order in which they are first named."""
    found = {
        row["person_record_id"]: row["person_id"]
        for row in rows(workspace, "SELECT person_record_id, person_id FROM person_alias")
    }
    told: dict[str, str] = {}
    return [told.setdefault(found[record], f"person {len(told) + 1}") for record in records]


Build = Callable[..., Workspace]


@pytest.fixture
def built(tmp_path: Path) -> Build:
    def build(*records: Record) -> Workspace:
        world = (account("Acme"), account("Newco"), *crowd(), *records)
        return company(tmp_path, *world, as_of=datetime(2025, 7, 1, tzinfo=UTC))

    return build


VERA = contact("vera.villanueva@acme.example", title="VP Data", account_record_id="acme", record="c1")


@pytest.mark.parametrize(
    "again",
    [
        lead("vera_villanueva@acme.example", name="Vera Villanueva", title="VP Data", record="l1"),
        lead(
            "v.villanueva88@gmail.com",
            name="Vera Villanueva",
            title="VP Data",
            company_name="Acme",
            record="l1",
        ),
        lead("", name="Véra Villanueva", title="VP Data", company_name="Acme", record="l1"),
        lead("", name="Villanueva Vera", title="VP, Data", company_name="Acme", record="l1"),
        lead("", name="V. Villanueva", title="VP Data", company_name="Acme", record="l1"),
        lead("info@acme.example", name="Vera Villanueva", title="VP Data", record="l1"),
    ],
    ids=["separator", "private address", "accent", "turned", "initial", "shared mailbox"],
)
def test_one_person_in_two_records_is_one(built: Build, again: Record) -> None:
    assert people_of(built(VERA, again), "c1", "l1") == ["person 1", "person 1"]


@pytest.mark.parametrize(
    "other",
    [
        contact(
            "vera.villanueva2@acme.example", name="Vera Villanueva", account_record_id="acme", record="l1"
        ),
        lead("vera.villanueva@newco.example", name="Vera Villanueva", title="Recruiter", record="l1"),
        lead("", name="Hugo Villanueva", title="VP Data", company_name="Acme", record="l1"),
        lead("info@acme.example", name="Uma Unger", title="VP Data", record="l1"),
    ],
    ids=["numbered namesake", "namesake elsewhere", "family", "shared mailbox"],
)
def test_two_people_who_look_alike_stay_two(built: Build, other: Record) -> None:
    assert people_of(built(VERA, other), "c1", "l1") == ["person 1", "person 2"]


def test_a_match_keeps_its_evidence(built: Build) -> None:
    again = lead("vera_villanueva@acme.example", name="Vera Villanueva", title="VP Data", record="l1",
                 created="2024-05-01 00:00")  # fmt: skip
    workspace = built(VERA, again)
    [match] = rows(workspace, "SELECT * FROM person_match WHERE right_id = 'r:l1' OR left_id = 'r:l1'")
    parts = [match[f"{part}_weight"] for part in ("name", "address", "account", "title")]
    assert match["fate"] == "joined" and all(part > 0 for part in parts)
    assert match["known_at"].isoformat().startswith("2024-05-01")
    [alias] = rows(workspace, "SELECT method, confidence FROM person_alias WHERE person_record_id = 'l1'")
    assert alias["method"] == "matched" and alias["confidence"] == match["probability"] > 0.95


def test_a_new_record_joins_a_person_without_changing_the_id(built: Build) -> None:
    before = rows(built(VERA), "SELECT person_id FROM person_alias WHERE person_record_id = 'c1'")
    again = lead(
        "vera_villanueva@acme.example", name="Vera Villanueva", record="l1", created="2024-05-01 00:00"
    )
    after = rows(
        built(VERA, again),
        "SELECT DISTINCT person_id FROM person_alias WHERE person_record_id IN ('c1','l1')",
    )
    assert after == before


def test_a_third_record_does_not_chain_two_namesakes(built: Build) -> None:
    second = contact("vera.villanueva2@acme.example", name="Vera Villanueva", title="VP Data",
                     account_record_id="acme", record="c2")  # fmt: skip
    between = lead("", name="Vera Villanueva", title="VP Data", company_name="Acme", record="l1")
    told = people_of(built(VERA, second, between), "c1", "c2", "l1")
    assert told == ["person 1", "person 2", "person 3"]


def test_who_changes_company_is_one_person_and_old_engagement_stays_with_the_old_account(
    built: Build,
) -> None:
    old = contact("vera.villanueva@acme.example", title="VP Data", account_record_id="acme", record="c1",
                  phone="+1 555 0100200")  # fmt: skip
    new = lead("vera.villanueva@newco.example", title="VP Data", record="l1", created="2025-03-01 00:00",
               phone="(555) 010-0200")  # fmt: skip
    workspace = built(
        old,
        new,
        engaged(
            "2025-02-03 09:00", "vera.villanueva@acme.example", "webinar_attended", engagement_id="before"
        ),
        engaged(
            "2025-04-03 09:00", "vera.villanueva@newco.example", "webinar_attended", engagement_id="after"
        ),
    )
    assert people_of(workspace, "c1", "l1") == ["person 1", "person 1"]
    found = rows(
        workspace,
        "SELECT e.engagement_id, a.name FROM resolved_engagement AS e "
        "JOIN account AS a ON a.account_id = e.account_id "
        "WHERE e.person_id IS NOT NULL ORDER BY e.occurred_at",
    )
    assert [(row["engagement_id"], row["name"]) for row in found] == [("before", "Acme"), ("after", "Newco")]


def decided(at: str, kind: str, subject: str, *, other: str = "") -> Record:
    """A person's decision about who is who."""
    row = {
        "decision_id": f"{kind} {subject}",
        "kind": kind,
        "subject_id": subject,
        "other_id": other,
        "decided_at": at,
    }
    return Record("decision", row)


SPLIT = decided("2025-06-01 00:00", "split", "l1", other="c1")


def test_a_split_wins_over_every_rule(built: Build) -> None:
    likeness = lead("vera_villanueva@acme.example", name="Vera Villanueva", title="VP Data", record="l1")
    address = lead("vera.villanueva@acme.example", name="Vera Villanueva", title="VP Data", record="l1")
    conversion = lead("vv@acme.example", record="l1", converted_person_record_id="c1",
                      converted_at="2025-01-01 00:00")  # fmt: skip
    for again in (likeness, address, conversion):
        assert people_of(built(VERA, again), "c1", "l1") == ["person 1", "person 1"]
        assert people_of(built(VERA, again, SPLIT), "c1", "l1") == ["person 1", "person 2"]


def test_a_merge_joins_what_nothing_else_does_and_undo_restores_the_bytes(built: Build) -> None:
    other = lead("zoe@elsewhere.example", name="Zoe Zander", record="l1")
    merge = decided("2025-06-01 00:00", "merge", "l1", other="c1")
    undo = decided("2025-06-02 00:00", "undo", merge.cells["decision_id"])

    def tables(workspace: Workspace) -> dict[str, bytes]:
        published = workspace.published
        names = [n for n in published.manifest["tables"] if n not in {"intake_ledger", "problem"}]
        return {name: published.path(name).read_bytes() for name in names}

    before = tables(built(VERA, other))
    merged = built(VERA, other, merge)
    assert people_of(merged, "c1", "l1") == ["person 1", "person 1"]
    assert tables(merged) != before
    after = tables(built(VERA, other, merge, undo))
    assert [name for name in before if before[name] != after[name]] == []
