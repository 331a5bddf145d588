"""Who brought whom, and what readers did next: told, never called an effect."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.stories.telling import Stories

from muster.explain.rests_on import lineages
from muster.testing import account, company, contact, engaged, rows, shared
from muster.workspace import Workspace

told = Stories(as_of="2025-12-31")
WHO = "(SELECT email FROM person AS p WHERE p.person_id = r.{} AND p.valid_to IS NULL)"


@told(
    account("Brought"),
    contact("ana@brought.example", account_record_id="brought"),
    contact("bo@brought.example", account_record_id="brought"),
    contact("cy@brought.example", account_record_id="brought"),
    engaged("2025-09-01 09:00", "ana@brought.example", "page_viewed"),
    engaged("2025-08-01 09:00", "cy@brought.example", "page_viewed"),
    shared("2025-09-03 09:00", "ana@brought.example", "t-brought"),
    engaged("2025-09-04 09:00", "bo@brought.example", "page_viewed", share_token="t-brought"),
    engaged("2025-09-04 10:00", "cy@brought.example", "page_viewed", share_token="t-brought"),
    engaged("2025-09-06 09:00", "bo@brought.example", "docs_viewed"),
    engaged("2025-09-07 09:00", "bo@brought.example", "email_replied", tactic_id="mail"),
    engaged("2025-09-30 09:00", "bo@brought.example", "pricing_viewed"),
)
def test_who_is_new_and_came_by_a_colleagues_link_was_referred(ws: Workspace) -> None:
    found = rows(
        ws,
        f"SELECT {WHO.format('person_id')} AS new, {WHO.format('from_person_id')} AS by, confidence, method "
        "FROM referral AS r JOIN account AS a USING (account_id) WHERE a.domain = 'brought.example'",
    )
    assert found == [
        {
            "new": "bo@brought.example",
            "by": "ana@brought.example",
            "confidence": 0.97,
            "method": "tracked_link",
        }
    ]


def test_a_response_is_what_readers_did_unled_in_fourteen_days_beside_those_before(ws: Workspace) -> None:
    found = rows(
        ws,
        f"SELECT {WHO.format('to_person_id')} AS who, activity, is_reply, acts_after, acts_before "
        "FROM share_response JOIN share AS r USING (share_id)",
    )
    assert found == [
        {
            "who": "bo@brought.example",
            "activity": "docs_viewed",
            "is_reply": True,
            "acts_after": 2,
            "acts_before": 0,
        }
    ]


@told(
    account("Led"),
    contact("ana@led.example", account_record_id="led"),
    contact("bo@led.example", account_record_id="led"),
    engaged("2025-09-03 09:00", "ana@led.example", "page_viewed", content_id="guide"),
    engaged("2025-09-04 09:00", "bo@led.example", "page_viewed", content_id="guide", tactic_id="mail"),
)
def test_whom_we_led_to_the_same_page_nobody_referred(ws: Workspace) -> None:
    sql = "SELECT * FROM referral JOIN account AS a USING (account_id) WHERE a.domain = 'led.example'"
    assert rows(ws, sql) == []


def test_no_published_sentence_says_that_sharing_influenced_anybody() -> None:
    """Homophily and contagion cannot be told apart here (Shalizi and Thomas, 2011)."""
    sharing = ("share", "likely_share", "co_engagement", "share_response", "referral", "role_chance")
    told = {name: lineages()[name] for name in sharing}
    because = [str(part) for lineage in told.values() for part in (lineage.sentence, lineage.parents)]
    sql = [file.read_text("utf-8") for name in sharing for file in Path("src/muster").rglob(f"{name}.sql")]
    page = Path("docs/measures/share-and-frame-control.md").read_text("utf-8")
    assert len(sql) == len(sharing)
    for text in [*because, *sql, page]:
        claims = re.findall(r"[^.]*\b(?:influenced|convinced|persuaded|caused)\b[^.]*", text)
        assert [claim for claim in claims if "never" not in claim] == []
    assert "beyond chance" in told["co_engagement"].sentence.lower()
    assert "probability" in told["likely_share"].sentence


@pytest.fixture(scope="module")
def workspace_of_two_managers(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Thirty firms where a manager reads a page and her vice president reads the same a day later."""
    records = []
    for firm in range(30):
        domain = f"up{firm}.example"
        records += [
            account(f"Up{firm}", website=domain),
            contact(f"ana@{domain}", title="HR Manager", account_record_id=f"up{firm}"),
            contact(f"vp@{domain}", title="VP People", account_record_id=f"up{firm}"),
            engaged("2025-09-01 09:00", f"ana@{domain}", "page_viewed", content_id=f"page{firm % 6}"),
            engaged("2025-09-02 09:00", f"vp@{domain}", "page_viewed", content_id=f"page{firm % 6}"),
        ]
    return company(tmp_path_factory.mktemp("upward") / "ws", *records)


def test_a_likely_share_is_upward_when_its_reader_stands_higher(workspace_of_two_managers: Workspace) -> None:
    found = rows(workspace_of_two_managers, "SELECT is_upward, confidence FROM likely_share")
    assert len(found) == 30
    assert all(row["is_upward"] and 0.8 < row["confidence"] <= 0.97 for row in found)
    # The vice presidents are new: each was brought with the chance of the likely share, and no more.
    referred = rows(workspace_of_two_managers, "SELECT method, confidence FROM referral")
    assert {row["method"] for row in referred} == {"same_content"}
    assert {row["confidence"] for row in referred} <= {row["confidence"] for row in found}
