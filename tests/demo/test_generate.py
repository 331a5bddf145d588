"""The shipped company is what its generator makes: same bytes, small, whole, dirty where it should be."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Callable
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest

from muster.config.reading import read_config
from muster.demo.draw import id_suffix
from muster.demo.export import FILES
from muster.demo.generate import generate, main
from muster.demo.stories import write_story

COMPANY = Path(str(files("muster.demo"))) / "company"
STORY = COMPANY.parent / "STORY.md"
Rows = list[dict[str, str]]


def read(name: str) -> Rows:
    with (COMPANY / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def hashes(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256((folder / f"{name}.csv").read_bytes()).hexdigest() for name in FILES}


def test_shipped_files_are_what_the_generator_makes(tmp_path: Path) -> None:
    told = generate(tmp_path)
    assert hashes(tmp_path) == hashes(COMPANY)
    assert write_story(told) == STORY.read_text("utf-8")


def test_nothing_else_is_shipped() -> None:
    shipped = {path.relative_to(COMPANY).as_posix() for path in COMPANY.rglob("*") if path.is_file()}
    assert shipped == {f"{name}.csv" for name in FILES} | {
        "muster.toml",
        "rules/goals.csv",
        "rules/solutions.csv",
    }


def test_company_is_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in COMPANY.rglob("*") if path.is_file()) < 3_000_000


def test_another_seed_is_another_company_with_a_workspace(tmp_path: Path) -> None:
    main([str(tmp_path), "--seed", "8", "--accounts", "60"])
    other = hashes(tmp_path)
    same = {name for name, value in hashes(COMPANY).items() if other[name] == value}
    assert same <= {"reference/content_catalog", "reference/exchange_rates"}
    assert read_config(tmp_path).company.name == "Halden Analytics"
    assert (tmp_path / "STORY.md").read_text("utf-8") != STORY.read_text("utf-8")


@pytest.mark.parametrize("accounts", [12, 4000])
def test_too_few_or_too_many_accounts_are_refused(tmp_path: Path, accounts: int) -> None:
    with pytest.raises(ValueError, match="40 to 3000 accounts"):
        generate(tmp_path, accounts=accounts)


def test_size_is_as_announced() -> None:
    engagements = sum(
        len(read(name))
        for name in (
            "crm/CampaignMember",
            "events/web_events",
            "events/email_events",
            "events/attendance",
            "events/account_signals",
        )
    )
    assert 15_000 <= engagements <= 20_000
    assert 60 <= len(read("crm/Opportunity")) <= 90
    assert 120 <= len(read("crm/Account")) <= 160
    assert 1_800 <= len(read("crm/Lead")) + len(read("crm/Contact")) <= 2_700


def test_ids_look_like_the_crms_and_are_unique() -> None:
    for name in FILES:
        if not name.startswith("crm/"):
            continue
        ids = [row["Id"] for row in read(name)]
        assert len({i.casefold() for i in ids}) == len(ids), name
        for record_id in ids:
            assert len(record_id) == 18
            assert record_id[15:] == id_suffix(record_id[:15])


def test_suffix_agrees_with_the_published_rule() -> None:
    # Two accounts of a public sample org.
    assert id_suffix("0011G00000eLwuW") == "QAS"
    assert id_suffix("0011G00000f8IrI") == "QAU"


def test_ids_do_not_tell_the_order_of_creation() -> None:
    leads = [row["Id"] for row in read("crm/Lead")]
    rising = sum(a < b for a, b in pairwise(leads)) / (len(leads) - 1)
    assert 0.4 < rising < 0.6


def test_everybody_lives_in_a_domain_that_cannot_exist() -> None:
    for path in COMPANY.rglob("*.csv"):
        for domain in re.findall(r"@([\w.-]+)|\bwww\.([\w.-]+)", path.read_text("utf-8")):
            assert "".join(domain).endswith(".example"), (path, domain)


def test_references_lead_to_records() -> None:
    ids = {
        name: {row["Id"] for row in read(f"crm/{name}")}
        for name in ("Account", "Contact", "Lead", "Campaign")
    }
    ids["Opportunity"] = {row["Id"] for row in read("crm/Opportunity")}
    people = ids["Contact"] | ids["Lead"]
    checks: list[tuple[str, str, set[str]]] = [
        ("crm/Contact", "AccountId", ids["Account"]),
        ("crm/Opportunity", "AccountId", ids["Account"]),
        ("crm/OpportunityContactRole", "ContactId", ids["Contact"]),
        ("crm/OpportunityContactRole", "OpportunityId", ids["Opportunity"]),
        ("crm/OpportunityHistory", "OpportunityId", ids["Opportunity"]),
        ("crm/CampaignMember", "LeadId", ids["Lead"] | {""}),
        ("crm/CampaignMember", "ContactId", ids["Contact"] | {""}),
        ("crm/CampaignMember", "CampaignId", ids["Campaign"]),
        ("crm/Campaign", "ParentId", ids["Campaign"] | {""}),
        ("crm/Lead", "ConvertedContactId", ids["Contact"] | {""}),
        ("crm/Lead", "ConvertedOpportunityId", ids["Opportunity"] | {""}),
        ("crm/Task", "WhoId", people),
        ("crm/Event", "WhoId", people | {""}),
        ("crm/Event", "WhatId", ids["Opportunity"]),
        ("events/web_events", "utm_campaign", ids["Campaign"] | {""}),
        (
            "events/web_events",
            "share_token",
            {row["share_token"] for row in read("events/share_links")} | {""},
        ),
        ("events/ad_spend", "campaign_id", ids["Campaign"]),
        ("events/account_signals", "campaign_id", ids["Campaign"] | {""}),
        ("reference/holdout", "AccountId", ids["Account"]),
    ]
    for name, column, known in checks:
        assert {row[column] for row in read(name)} <= known, (name, column)


def test_members_are_a_lead_or_a_contact_and_never_both() -> None:
    for row in read("crm/CampaignMember"):
        assert bool(row["LeadId"]) != bool(row["ContactId"])


def test_deals_stand_where_their_history_ends() -> None:
    history: dict[str, Rows] = {}
    for row in read("crm/OpportunityHistory"):
        history.setdefault(row["OpportunityId"], []).append(row)
    for deal in read("crm/Opportunity"):
        first, last = history[deal["Id"]][0], history[deal["Id"]][-1]
        assert first["CreatedDate"] == deal["CreatedDate"]
        assert last["StageName"] == deal["StageName"]
        assert last["CloseDate"] == deal["CloseDate"]
        assert last["Amount"] == deal["Amount"] or deal["Amount"] == "approx. 30k"
        if deal["IsClosed"] == "true":
            assert last["CreatedDate"][:10] == deal["CloseDate"]
        assert (deal["IsWon"] == "true") == (deal["StageName"] == "Closed Won")


def test_leads_pass_through_the_old_process_in_order() -> None:
    for lead in read("crm/Lead"):
        steps = [lead["CreatedDate"], lead["MQL_Date__c"], lead["SAL_Date__c"], lead["Disqualified_Date__c"]]
        dated = [step for step in steps if step and not step.startswith("2025-02-30")]
        assert dated == sorted(dated)
        assert bool(lead["Disqualified_Date__c"]) == (lead["Status"] == "Disqualified")
        assert bool(lead["Disqualified_Reason__c"]) == (lead["Status"] == "Disqualified")
        assert (lead["IsConverted"] == "true") == bool(lead["ConvertedContactId"])


def test_held_out_accounts_get_nothing_of_their_programme() -> None:
    programme = {row["Id"]: row["ParentId"] for row in read("crm/Campaign")}
    domain = {row["Id"]: re.sub(r"^(https://)?(www\.)?", "", row["Website"]) for row in read("crm/Account")}
    held_out = {(domain[row["AccountId"]], row["CampaignId"]) for row in read("reference/holdout")}
    shown = {
        (row["account_domain"], programme[row["campaign_id"]])
        for row in read("events/account_signals")
        if row["campaign_id"]
    }
    assert held_out and shown
    assert not {pair for pair in held_out & shown if pair[0]}


COUNTED: list[tuple[str, str, Callable[[dict[str, str]], bool]]] = [
    ("missing titles", "crm/Contact", lambda row: row["Title"] == ""),
    ("shouted titles", "crm/Lead", lambda row: len(row["Title"]) > 4 and row["Title"].isupper()),
    ("missing sizes", "crm/Account", lambda row: row["NumberOfEmployees"] == ""),
    ("second leads dropped", "crm/Lead", lambda row: row["Disqualified_Reason__c"].startswith("Duplicate")),
    ("missing amounts", "crm/Opportunity", lambda row: row["Amount"] == ""),
    ("lost deals", "crm/Opportunity", lambda row: row["StageName"] == "Closed Lost"),
    ("open deals", "crm/Opportunity", lambda row: row["IsClosed"] == "false"),
    ("renewals", "crm/Opportunity", lambda row: row["Type"] == "Renewal"),
    (
        "people at unknown networks",
        "events/web_events",
        lambda row: row["email"] != "" and not row["ip_company_domain"],
    ),
    (
        "nobody at a known network",
        "events/web_events",
        lambda row: row["email"] == "" and row["ip_company_domain"] != "",
    ),
    ("private addresses", "crm/Lead", lambda row: row["Email"].endswith("@postbox.example")),
    ("no-shows", "events/attendance", lambda row: row["status"] == "no_show"),
]


@pytest.mark.parametrize(("what", "name", "is_one"), COUNTED, ids=[case[0] for case in COUNTED])
def test_everyday_dirt_is_there(what: str, name: str, is_one: Callable[[dict[str, str]], bool]) -> None:
    del what
    assert sum(map(is_one, read(name))) >= 2


def test_spend_runs_in_every_programme_and_month() -> None:
    programme = {row["Id"]: row["ParentId"] for row in read("crm/Campaign")}
    months = Counter((programme[row["campaign_id"]], row["spend_date"]) for row in read("events/ad_spend"))
    assert len({key[0] for key in months}) == 12
    assert len({key[1] for key in months}) == 24
    assert len(months) == 12 * 24


def test_many_deals_have_no_contact_role() -> None:
    named = {row["OpportunityId"] for row in read("crm/OpportunityContactRole")}
    assert len([row for row in read("crm/Opportunity") if row["Id"] not in named]) >= 10
    assert len(named) >= 30
