"""Order of files and rows, repeats, running twice and a kill in the middle change nothing."""

from __future__ import annotations

import hashlib
import random
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.canonical.tables import LINEAGE, source_tables
from muster.sources import ledger

CRM = {
    "Account.csv": [
        "Id,Name,ParentId,OwnerId,CreatedDate,LastModifiedDate",
        "001A,Acme,,005A,2024-01-01,2024-01-01",
        "001B,Acme Labs,001A,005B,2024-01-02,2024-01-02",
        "001B,Acme Laboratories,001A,005B,2024-01-02,2024-02-02",
        "001C,Bolt,,005A,2024-01-03,2024-01-03",
        "001C,Bolt AG,,005A,2024-01-03,2024-01-03",
    ],
    "Lead.csv": [
        "Id,Email,Company,Status,MQL__c,CreatedDate",
        "00Q1,a@acme.example,Acme,MQL,2024-03-01,2024-02-01",
        "00Q2,b@acme.example,Acme,Open,,2024-02-01",
        "00Q3,c@x,Bolt,Disqualified,2024-03-02,2024-02-01",
    ],
    "Campaign.csv": [
        "Id,Name,ParentId,CreatedDate",
        "701T,T,,2024-01-01",
        "701P,P,701T,2024-01-01",
        "701Q,Q,701P,2024-01-01",
    ],
    "CampaignMember.csv": [
        "Id,CampaignId,LeadId,HasResponded,FirstRespondedDate,CreatedDate",
        "00v1,701Q,00Q1,1,2024-02-05,2024-02-05T07:00:00Z",
        "00v2,701Q,00Q2,,,2024-02-05T07:00:00Z",
        "00v2,701Q,00Q2,1,2024-02-09,2024-02-05T07:00:00Z",
    ],
    "Opportunity.csv": [
        "Id,AccountId,Amount,CreatedDate",
        "006A,001A,10.50,2024-04-01",
        "006B,001B,x,2024-04-01",
        "006C,001C,,2024-04-01",
    ],
    "OpportunityFieldHistory.csv": [
        "Id,OpportunityId,Field,OldValue,NewValue,CreatedDate",
        "0171,006A,StageName,Discovery,Proposal,2024-05-01",
        "0172,006A,StageName,Proposal,Closed Won,2024-06-01",
    ],
}
EVENTS = ["at,domain,n", *(f"2024-0{1 + i % 3}-01,acme.example,{1 + i % 2}" for i in range(12))]
MAP = {"occurred_at": "at", "company_domain": "domain", "quantity": "n", "activity": {"value": "ad_viewed"}}


def write(company, crm: dict[str, list[str]], events: list[str]) -> None:
    for name, lines in crm.items():
        company.file(f"crm/{name}", "\n".join(lines) + "\n")
    company.file("events/e.csv", "\n".join(events) + "\n")
    if not company.sources:
        company.salesforce(fields={"lead_status_change.mql": "MQL__c"}).table("engagement", "events", MAP)


def contents(result) -> dict[str, list[tuple]]:
    """Every table without the columns that say where a row came from."""
    lineage = {name for name, _, _ in LINEAGE} - {"known_at"}
    return {
        table.name: result.rows(table.name, *[f'"{c}"' for c in table.column_names if c not in lineage])
        for table in source_tables().values()
    }


def hashes(result) -> dict[str, str]:
    paths = {**result.loaded.tables, "set_aside": result.loaded.set_aside}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in paths.items()}


def shuffled(lines: list[str], rng: random.Random) -> list[str]:
    body = lines[1:]
    rng.shuffle(body)
    return [lines[0], *body]


@pytest.fixture(scope="module")
def in_order(tmp_path_factory, company_at) -> dict[str, list[tuple]]:
    """What is read where the rows stand as they were written."""
    plain = company_at(tmp_path_factory.mktemp("company"))
    write(plain, CRM, EVENTS)
    return contents(plain.load())


@settings(max_examples=8, deadline=None)
@given(st.randoms(use_true_random=False))
def test_shuffled_rows_and_copied_files_give_the_same_tables(in_order, tmp_path_factory, company_at, rng):
    mixed = company_at(tmp_path_factory.mktemp("company"))
    write(mixed, {name: shuffled(lines, rng) for name, lines in CRM.items()}, shuffled(EVENTS, rng))
    for name, lines in CRM.items():
        if rng.random() < 0.5:
            mixed.file(f"crm/again/{name}", "\r\n".join(shuffled(lines, rng)).replace(",", ";"))
    if rng.random() < 0.5:
        mixed.file("events/copy.csv", "\n".join(shuffled(EVENTS, rng)))
    assert contents(mixed.load()) == in_order


def test_a_table_split_into_parts_is_the_same_table(in_order, tmp_path_factory, company_at):
    parts = company_at(tmp_path_factory.mktemp("parts"))
    write(parts, {}, EVENTS)
    for name, (header, *body) in CRM.items():
        for number, line in enumerate(body):
            parts.file(f"crm/{name.removesuffix('.csv')}_{number:03d}.csv", f"{header}\n{line}\n")
    assert contents(parts.load()) == in_order


def test_the_same_input_gives_the_same_bytes_on_any_number_of_threads(company):
    write(company, CRM, ["at,domain,n", *(f"2024-01-01,d{i}.example,1" for i in range(150_000))])
    once, again = company.load(), company.load()
    assert hashes(once) == hashes(again)
    company.threads = 1
    assert hashes(company.load()) == hashes(once)


def test_a_repeated_row_keeps_the_lineage_that_sorts_first(company):
    company.file("crm/b/Account.csv", "Id,CreatedDate\n001A,2024-01-01\n")
    company.file("crm/a/Account.csv", "Id,CreatedDate\n001B,2024-01-01\n001A,2024-01-01\n001A,2024-01-01\n")
    result = company.salesforce().load()
    assert result.rows("account_record", "account_record_id", "source_file", "source_row") == [
        ("001A", "a/Account.csv", 3),
        ("001B", "a/Account.csv", 2),
    ]
    assert result.ledger("a/Account.csv") == (3, 2, 1, 0)
    assert result.ledger("b/Account.csv") == (1, 0, 1, 0)


def test_a_load_that_breaks_off_leaves_the_files_of_the_one_before(company, monkeypatch):
    write(company, CRM, EVENTS)
    before = company.load(into="out")
    kept = hashes(before)
    company.file("crm/Account.csv", "Id,CreatedDate\n001Z,2024-01-01\n")
    monkeypatch.setattr(ledger, "write_problems", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        company.load(into="out")
    assert hashes(before) == kept
    assert sorted(p.name for p in (company.folder / "out").iterdir() if p.name.startswith(".")) == []


LOAD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from muster.config.reading import read_config
from muster.sources.load import load
folder = Path(sys.argv[1])
print("ready", flush=True)
load(read_config(folder), folder, folder / "out", now=datetime(2026, 3, 1, tzinfo=UTC))
"""


def test_a_load_killed_at_any_moment_and_started_again_ends_like_a_clean_one(company):
    write(company, CRM, ["at,domain,n", *(f"2024-01-01,d{i}.example,1" for i in range(20_000))])
    clean = company.load(into="clean")
    sources = "".join(
        f'[[source]]\nname = "{s["name"]}"\nkind = "{s["kind"]}"\npath = "{s["path"]}"\n'
        + (f'table = "{s["table"]}"\n' if "table" in s else "")
        + "".join(f"[source.{k}]\n{toml(s[k])}" for k in ("fields", "columns") if k in s)
        for s in company.sources
    )
    company.file("muster.toml", f'[company]\nname = "Test"\n{sources}')
    rng = random.Random(7)
    killed = 0
    for _ in range(4):
        process = subprocess.Popen([sys.executable, "-c", LOAD, str(company.folder)], stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"ready\n"
        time.sleep(rng.uniform(0.05, 0.9))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        for path in (company.folder / "out").glob("*.parquet"):
            assert path.read_bytes()[-4:] == b"PAR1", "a file that is there is whole"
    assert killed > 0
    assert hashes(company.load(into="out")) == hashes(clean)


def toml(table: dict) -> str:
    def value(v) -> str:
        return (
            f'"{v}"' if isinstance(v, str) else "{ " + ", ".join(f'{k} = "{x}"' for k, x in v.items()) + " }"
        )

    return "".join(f'"{key}" = {value(item)}\n' for key, item in table.items())
