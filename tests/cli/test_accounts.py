"""Which accounts are one, decided on the command line and applied by the next run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.built_once import copied
from tests.cli.test_people import FILE, tables

from muster.testing import account, company, engaged, visited
from muster.workspace import open_workspace


def build(folder: Path) -> None:
    """Acme is two records of one domain; Borealis another company; Cygnus is known by its domain alone."""
    company(
        folder,
        account("Acme", record="a1"),
        account("Acme Europe", record="a2", website="acme.example", created="2021-01-01 00:00"),
        account("Borealis", record="b1"),
        engaged("2025-03-03 09:00", "vera@acme.example", "webinar_attended"),
        engaged("2025-03-04 09:00", "ida@acme.example", "demo_requested"),
        engaged("2025-03-05 09:00", "zoe@borealis.example", "demo_requested"),
        visited("2025-03-06 09:00", "v1", company_domain="cygnus.example"),
    )


@pytest.fixture
def firm(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory, "two-records-of-acme", build, tmp_path / "firm")


def accounts(folder: Path) -> dict[str, str]:
    """The account of each record, and of each domain."""
    sql = """
        SELECT account_record_id AS key, account_id FROM account_alias
        UNION ALL SELECT domain, account_id FROM account
    """
    return {row["key"]: row["account_id"] for row in open_workspace(folder).query(sql).to_pylist()}


def decide(muster, folder: Path, *words: str) -> dict[str, Any]:
    result = muster("accounts", words[0], "-w", folder, "--json", *words[1:])
    assert result.exit_code == 0, result.stderr
    assert muster("run", "-w", folder, "-q").exit_code == 0
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_merge_joins_and_undo_restores_the_tables_to_the_same_bytes(muster, firm):
    before, was = tables(firm), accounts(firm)
    told = decide(muster, firm, "merge", "b1", "a1", "--reason", "bought in May")
    assert told["decision"]["kind"] == "account_merge"
    assert {found["name"] for found in told["accounts"]} == {"Acme", "Borealis"}
    assert told["buying_groups"] == 2
    now = accounts(firm)
    assert now["b1"] == now["a1"] == was["a1"]
    [group] = open_workspace(firm).query("SELECT member_count FROM buying_group").to_pylist()
    assert group["member_count"] == 3
    decide(muster, firm, "undo", told["decision"]["decision_id"])
    after = tables(firm)
    assert [name for name in before if before[name] != after[name]] == []


def test_split_wins_over_the_rule_of_one_domain_and_says_whose_the_domain_is(muster, firm):
    before, was = tables(firm), accounts(firm)
    assert was["a1"] == was["a2"]
    told = decide(muster, firm, "split", "a2", "a1")
    assert "parts them into two accounts" in told["says"]
    now = accounts(firm)
    assert (now["a1"], now["acme.example"]) == (was["a1"], was["a1"])
    assert now["a2"] != now["a1"]
    sql = "SELECT reason FROM problem WHERE value = 'acme.example'"
    [finding] = open_workspace(firm).query(sql).to_pylist()
    assert "Acme (it has the domain's name)" in finding["reason"] or "known first" in finding["reason"]
    decide(muster, firm, "undo", told["decision"]["decision_id"])
    assert tables(firm) == before


def test_the_later_of_two_decisions_on_a_pair_counts(muster, firm):
    muster("accounts", "merge", "-w", firm, "a1", "b1")
    decide(muster, firm, "split", "b1", "a1")
    assert accounts(firm)["a1"] != accounts(firm)["b1"]
    decide(muster, firm, "merge", "b1", "a1")
    assert accounts(firm)["a1"] == accounts(firm)["b1"]
    states = json.loads(muster("accounts", "decisions", "-w", firm, "--json").stdout)
    assert [d["state"] for d in states] == ["overruled by a later one"] * 2 + ["in force"]


def test_a_domain_is_an_account_to_merge_and_to_split(muster, firm):
    told = decide(muster, firm, "merge", "cygnus.example", "b1")
    assert told["decision"]["subject_id"] == "cygnus.example"
    [visit] = open_workspace(firm).query("SELECT account_id FROM visitor_match").to_pylist()
    assert visit["account_id"] == accounts(firm)["b1"]
    decide(muster, firm, "undo", told["decision"]["decision_id"])
    decide(muster, firm, "split", "b1", "borealis.example")
    now = open_workspace(firm).query(
        "SELECT account_id FROM resolved_engagement ORDER BY occurred_at LIMIT 1 OFFSET 2"
    )
    assert now.to_pylist()[0]["account_id"] != accounts(firm)["b1"]


def test_decisions_about_people_and_accounts_have_one_file_and_two_lists(muster, firm):
    decide(muster, firm, "merge", "b1", "a1")
    other = muster("people", "merge", "-w", firm, "--json", "vera@acme.example", "ida@acme.example")
    kinds = {
        name: [d["kind"] for d in json.loads(muster(name, "decisions", "-w", firm, "--json").stdout)]
        for name in ("accounts", "people")
    }
    assert kinds == {"accounts": ["account_merge"], "people": ["merge"]}
    assert len((firm / FILE).read_text().splitlines()) == 3
    refused = muster("accounts", "undo", "-w", firm, json.loads(other.stdout)["decision"]["decision_id"])
    assert refused.exit_code == 2 and "muster accounts decisions" in refused.stderr


def test_a_merge_that_a_split_would_undo_is_refused(muster, firm):
    before = decide(muster, firm, "split", "b1", "a1")["decision"]
    result = muster("accounts", "merge", "-w", firm, "b1", "a2")
    assert result.exit_code == 2
    assert (
        before["decision_id"] in result.stderr.replace("\n", "") and "muster accounts undo" in result.stderr
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("merge", "a3", "b1"), ", a1, a2."),
        (("merge", "borealys.example", "a1"), "borealis.example"),
        (("split", "a1", "a1"), "one and the same"),
        (("undo", "5f0c91aa"), "There is none yet"),
    ],
)
def test_an_id_that_is_none_is_refused_and_names_the_nearest(muster, firm, arguments, says):
    result = muster("accounts", arguments[0], "-w", firm, *arguments[1:])
    assert result.exit_code == 2
    assert says in result.stderr
    assert not (firm / FILE).exists()
