"""Every story that STORY.md tells is in the shipped exports, found by the ids it names."""

from __future__ import annotations

import csv
import re
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

COMPANY = Path(str(files("muster.demo"))) / "company"


@cache
def table(name: str) -> list[dict[str, str]]:
    with (COMPANY / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def story(title: str) -> dict[str, str]:
    """The ids that STORY.md lists under a heading."""
    text = (COMPANY.parent / "STORY.md").read_text("utf-8")
    section = text.split(f"\n## {title}\n")[1].split("\n## ")[0]
    return dict(re.findall(r"^- (.+?): `(.*)`$", section, re.MULTILINE))


def one(name: str, **by: str) -> dict[str, str]:
    rows = found(name, **by)
    assert len(rows) == 1, (name, by, len(rows))
    return rows[0]


def found(name: str, **by: str) -> list[dict[str, str]]:
    return [row for row in table(name) if all(row[column] == value for column, value in by.items())]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z"))


def test_second_lead_was_dropped_and_the_group_bought() -> None:
    ids = story("A second lead dropped as a duplicate")
    first, second = one("crm/Lead", Id=ids["first lead"]), one("crm/Lead", Id=ids["second lead"])
    deal = one("crm/Opportunity", Id=ids["opportunity"])
    assert second["Disqualified_Reason__c"] == "Duplicate - account already worked"
    assert second["SAL_Date__c"] == ""
    assert first["SAL_Date__c"] < second["MQL_Date__c"] < deal["CreatedDate"]
    assert first["Email"].split("@")[1] == second["Email"].split("@")[1]
    assert first["ConvertedOpportunityId"] == deal["Id"]
    assert len(found("crm/Task", WhoId=first["Id"])) >= 1
    assert (deal["StageName"], deal["Amount"]) == ("Closed Won", "68412.37")
    opened = deal["CreatedDate"]
    assert len([e for e in found("events/web_events", email=second["Email"]) if e["ts"] < opened]) >= 3


def test_vp_read_what_a_manager_shared() -> None:
    ids = story("A share that a vice president read")
    link = one("events/share_links", share_token=ids["share token"])
    visit = one("events/web_events", share_token=ids["share token"])
    assert link["sharer_email"] == ids["sharer"] != visit["email"] == ids["reader"]
    assert link["ts"] < visit["ts"]
    assert one("crm/Contact", Email=ids["reader"])["Title"] == "VP People"
    assert one("crm/Lead", Email=ids["sharer"])["Title"] == "HR Manager"
    assert one("crm/Opportunity", Id=ids["opportunity"])["IsWon"] == "true"


def test_two_solutions_were_weighed_at_the_same_time() -> None:
    ids = story("Two solutions weighed in one account at the same time")
    one_deal = one("crm/Opportunity", Id=ids["data platform"])
    other = one("crm/Opportunity", Id=ids["revenue cloud"])
    assert one_deal["AccountId"] == other["AccountId"] == ids["account"]
    assert {one_deal["Solution__c"], other["Solution__c"]} == {"Data Platform", "Revenue Cloud"}
    assert max(one_deal["CreatedDate"], other["CreatedDate"])[:10] < min(
        one_deal["CloseDate"], other["CloseDate"]
    )
    pages = {row["path"].split("/")[2] for row in found("events/web_events", email=ids["in both groups"])
             if row["path"].startswith("/content/")}  # fmt: skip
    assert pages >= {"data-platform", "revenue-cloud"}


def test_group_was_silent_and_came_back() -> None:
    ids = story("A group that qualified, left and came back")
    domain = ids["champion"].split("@")[1]
    days = sorted(at(row["ts"]) for name in ("events/web_events", "events/attendance", "events/email_events")
                  for row in table(name) if row["email"].endswith("@" + domain))  # fmt: skip
    summer = [day for day in days if datetime(2024, 6, 1) <= day < datetime(2024, 8, 1)]
    silence = [day for day in days if datetime(2024, 9, 10) <= day < datetime(2025, 1, 1)]
    winter = [day for day in days if datetime(2025, 1, 1) <= day < datetime(2025, 3, 20)]
    assert len(summer) >= 15 and len(winter) >= 15
    assert {day.date().isoformat() for day in silence} == {"2024-10-23"}
    assert all(b - a < timedelta(weeks=26) for a, b in pairwise(days) if b < winter[-1])
    assert one("crm/Opportunity", Id=ids["opportunity"])["CreatedDate"].startswith("2025-03")


def test_sales_accepted_and_rejected() -> None:
    lead = one("crm/Lead", Id=story("A hand-off rejected by sales")["lead"])
    assert (lead["Status"], lead["Disqualified_Reason__c"]) == ("Disqualified", "No budget this year")
    assert lead["MQL_Date__c"].startswith("2025-02-11") and lead["SAL_Date__c"].startswith("2025-02-13")
    assert lead["Disqualified_Date__c"].startswith("2025-03-04")
    assert len(found("crm/Task", WhoId=lead["Id"])) == 3
    assert not found("crm/Opportunity", AccountId=story("A hand-off rejected by sales")["account"])


def test_lead_was_converted_under_another_address() -> None:
    ids = story("A converted lead with another address than its contact")
    lead, contact = one("crm/Lead", Id=ids["lead"]), one("crm/Contact", Id=ids["contact"])
    assert lead["ConvertedContactId"] == contact["Id"]
    assert lead["Email"] == ids["lead address"] != contact["Email"] == ids["contact address"]
    assert lead["ConvertedOpportunityId"] == ids["opportunity"]
    assert max(row["ts"] for row in found("events/web_events", email=lead["Email"])) < lead["ConvertedDate"]


def test_customer_renewed_and_another_bought_more() -> None:
    ids = story("A renewal")
    first, again = one("crm/Opportunity", Id=ids["opportunity"]), one("crm/Opportunity", Id=ids["renewal"])
    assert again["Type"] == "Renewal" and again["IsWon"] == "true"
    assert abs(at(again["CloseDate"]) - at(first["CloseDate"]) - timedelta(days=365)) < timedelta(days=4)
    ids = story("An upsell")
    first, more = one("crm/Opportunity", Id=ids["opportunity"]), one("crm/Opportunity", Id=ids["upsell"])
    assert more["Type"] == "Upsell" and more["Amount"] == "12980.5"
    assert first["CloseDate"] < more["CreatedDate"] and first["Solution__c"] == more["Solution__c"]


def test_open_deal_was_pushed_again_and_again() -> None:
    ids = story("An open deal with pushed close dates and no contact role")
    deal = one("crm/Opportunity", Id=ids["opportunity"])
    planned = [row["CloseDate"] for row in found("crm/OpportunityHistory", OpportunityId=deal["Id"])]
    assert deal["IsClosed"] == "false" and deal["CloseDate"] > "2025-12-28"
    assert planned == sorted(planned) and len(set(planned)) >= 4
    assert not found("crm/OpportunityContactRole", OpportunityId=deal["Id"])


def test_deal_was_lost_without_amount_and_solution() -> None:
    deal = one("crm/Opportunity", Id=story("A lost deal without amount and solution")["opportunity"])
    assert (deal["StageName"], deal["Amount"], deal["Solution__c"]) == ("Closed Lost", "", "")


def test_deal_was_won_in_euros_and_the_rates_are_there() -> None:
    deal = one("crm/Opportunity", Id=story("A deal won in euros")["opportunity"])
    assert (deal["CurrencyIsoCode"], deal["Amount"], deal["IsWon"]) == ("EUR", "55555.55", "true")
    assert one("reference/exchange_rates", currency="EUR", rate_on="2025-07-01")["rate"].startswith("1.")


def test_duplicate_account_has_contacts_of_its_own() -> None:
    ids = story("A duplicate account with its own contacts")
    account, twin = one("crm/Account", Id=ids["account"]), one("crm/Account", Id=ids["duplicate"])
    assert twin["Name"] != account["Name"] and account["Name"].upper().startswith(twin["Name"])
    contacts = found("crm/Contact", AccountId=twin["Id"])
    assert ids["contact of the duplicate"] in {row["Id"] for row in contacts} and len(contacts) == 4
    assert one("crm/Opportunity", Id=ids["opportunity"])["AccountId"] == twin["Id"]


def test_private_mailbox_names_a_known_company() -> None:
    ids = story("A person with a free-mail address")
    lead, account = one("crm/Lead", Id=ids["lead"]), one("crm/Account", Id=ids["account"])
    assert lead["Email"].endswith("@postbox.example")
    assert account["Name"].lower().startswith(lead["Company"].lower()[:12])
    assert len(found("events/web_events", email=lead["Email"])) >= 1


def test_scanner_clicked_before_anybody_opened() -> None:
    email = story("A mail scanner's clicks")["address"]
    clicks = [at(row["ts"]) for row in found("events/email_events", email=email, event="click")]
    bursts = [
        click
        for click in clicks
        if sum(click <= other <= click + timedelta(seconds=6) for other in clicks) >= 4
    ]
    opens = [at(row["ts"]) for row in found("events/email_events", email=email, event="open")]
    assert len(bursts) >= 5 and min(bursts) < min(opens)


def test_network_was_taken_for_another_company() -> None:
    ids = story("A wrong reverse-IP domain")
    visit = one("events/web_events", event_id=ids["event"])
    assert visit["email"] == ids["address"] and visit["visitor_id"] == ids["visitor"]
    assert visit["ip_company_domain"] == ids["wrong domain"] != visit["email"].split("@")[1]


def test_visitor_was_anonymous_and_became_known() -> None:
    ids = story("Anonymous visits that became known later")
    visits = found("events/web_events", visitor_id=ids["visitor"])
    named = [row for row in visits if row["email"]]
    assert {row["email"] for row in named} == {ids["address"]}
    assert named[0]["event"] == "form_submit"
    assert len([row for row in visits if row["ts"] < named[0]["ts"] and not row["email"]]) >= 6
    assert one("crm/Lead", Id=ids["lead"])["CreatedDate"] == named[0]["ts"]


def test_nine_records_share_one_mailbox() -> None:
    leads = found("crm/Lead", Email=story("A shared address with many records")["address"])
    assert len(leads) >= 9
    assert len({(row["FirstName"], row["LastName"]) for row in leads}) >= 8


def test_spoilt_rows_are_spoilt_as_told() -> None:
    assert one("crm/Lead", Id=story("A bad date")["lead"])["CreatedDate"] == "2025-02-30T08:15:00Z"
    assert one("crm/Opportunity", Id=story("A bad amount")["opportunity"])["Amount"] == "approx. 30k"
    ids = story("An unknown owner")
    assert one("crm/Account", Id=ids["account"])["OwnerId"] == ids["owner"]
    assert not found("crm/User", Id=ids["owner"])
    first, again = found("events/attendance", event_id=story("An exact repeat")["event"])
    assert first == again
    torn = one("crm/Task", Id=story("A ragged row")["task"])
    assert torn["Subject"] is None and torn["OwnerId"] is None
