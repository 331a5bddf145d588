"""The benchmark's generator writes the bundled company's files and columns, only more of them."""

from __future__ import annotations

import csv
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from muster.config.reading import read_config
from muster.demo.draw import id_suffix
from muster.demo.export import FILES

pytest.importorskip("numpy", reason="the benchmark's generator uses numpy")
SCRIPT = Path(__file__).parents[2] / "bench" / "generate.py"
WANTED = 30_000


def build(folder: Path, *more: str) -> Path:
    command = [sys.executable, str(SCRIPT), str(folder), "--engagements", str(WANTED), *more]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("bench") / "company")


def read(company: Path, name: str) -> list[dict[str, str]]:
    with (company / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_files_and_columns_are_those_of_the_bundled_company(company: Path) -> None:
    written = {path.relative_to(company).with_suffix("").as_posix() for path in company.glob("*/*.csv")}
    assert written == set(FILES) | {"rules/goals", "rules/solutions"}
    for name, (columns, _) in FILES.items():
        rows = read(company, name)
        assert rows, name
        assert list(rows[0]) == columns.split(",")
        assert all(None not in row and None not in row.values() for row in rows), name
    assert len(read_config(company).source) >= 10


def test_size_is_as_ordered(company: Path) -> None:
    names = ("events/web_events", "events/email_events", "events/attendance", "events/account_signals")
    count = sum(len(read(company, name)) for name in (*names, "crm/CampaignMember"))
    assert abs(count - WANTED) < WANTED * 0.05
    assert len(read(company, "crm/Account")) == WANTED // 100
    assert 0.005 < len(read(company, "crm/Opportunity")) / count < 0.01
    assert 0.05 < (len(read(company, "crm/Lead")) + len(read(company, "crm/Contact"))) / count < 0.09


def test_same_order_gives_the_same_bytes(company: Path, tmp_path: Path) -> None:
    def digest(folder: Path) -> dict[str, str]:
        return {name: hashlib.sha256((folder / f"{name}.csv").read_bytes()).hexdigest() for name in FILES}

    assert digest(build(tmp_path / "again")) == digest(company)
    other = digest(build(tmp_path / "other", "--seed", "8"))
    same = {name for name, value in digest(company).items() if other[name] == value}
    assert same <= {"reference/content_catalog", "reference/exchange_rates"}


def test_records_hang_together(company: Path) -> None:
    ids = {name: [row["Id"] for row in read(company, name)] for name in FILES if name.startswith("crm/")}
    for name, values in ids.items():
        distinct = {value.casefold() for value in values}
        repeats = len(values) - len(distinct)
        assert repeats <= (len(values) / 1_000 if name == "crm/CampaignMember" else 0), name
        assert all(value[15:] == id_suffix(value[:15]) for value in values), name
    leads, contacts = set(ids["crm/Lead"]), set(ids["crm/Contact"])
    deals, campaigns = set(ids["crm/Opportunity"]), set(ids["crm/Campaign"])
    for row in read(company, "crm/CampaignMember"):
        assert (row["LeadId"] in leads and not row["ContactId"]) or (
            row["ContactId"] in contacts and not row["LeadId"]
        )
        assert row["CampaignId"] in campaigns
    for row in read(company, "crm/OpportunityContactRole"):
        assert row["ContactId"] in contacts and row["OpportunityId"] in deals
    for lead in read(company, "crm/Lead"):
        if lead["IsConverted"] == "true":
            assert lead["ConvertedContactId"] in contacts and lead["ConvertedOpportunityId"] in deals
            assert lead["MQL_Date__c"] < lead["ConvertedDate"]
    assert (
        len({row["Website"] for row in read(company, "crm/Account") if row["Website"]}) > WANTED // 100 * 0.9
    )


def test_deals_stand_where_their_history_ends(company: Path) -> None:
    last = {}
    first: dict[str, str] = {}
    for row in sorted(read(company, "crm/OpportunityHistory"), key=lambda row: row["CreatedDate"]):
        first.setdefault(row["OpportunityId"], row["CreatedDate"])
        last[row["OpportunityId"]] = row
    for deal in read(company, "crm/Opportunity"):
        row = last[deal["Id"]]
        assert (row["StageName"], row["Amount"], row["CloseDate"]) == (
            deal["StageName"],
            deal["Amount"],
            deal["CloseDate"],
        )
        assert first[deal["Id"]] == deal["CreatedDate"]
        assert (deal["IsClosed"] == "true") == deal["StageName"].startswith("Closed")


def test_behaviour_is_of_the_same_kinds(company: Path) -> None:
    web = read(company, "events/web_events")
    assert {row["event"] for row in web} == {"page_view", "ad_click_visit", "form_submit"}
    tokens = {row["share_token"] for row in read(company, "events/share_links")}
    opened = [row for row in web if row["share_token"]]
    assert opened and {row["share_token"] for row in opened} <= tokens
    assert 0.3 < sum(1 for row in web if row["email"]) / len(web) < 0.8
    reasons = [row["Disqualified_Reason__c"] for row in read(company, "crm/Lead")]
    assert reasons.count("Duplicate - account already worked") >= 3
    kinds = {(row["Type"], row["StageName"]) for row in read(company, "crm/Opportunity")}
    assert {
        ("New Business", "Closed Won"),
        ("New Business", "Closed Lost"),
        ("Renewal", "Closed Won"),
    } <= kinds
