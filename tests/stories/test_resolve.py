"""Records become people and accounts; visitors find theirs."""

from __future__ import annotations

from datetime import timedelta

from tests.stories.telling import Stories, group, members, signals

from muster.testing import account, contact, engaged, instant, lead, rows, visited
from muster.workspace import Workspace

told = Stories(as_of="2025-06-01")


@told(
    account("Anon"),
    engaged("2025-03-03 08:00", "bo@anon.example", "demo_requested"),
    visited("2025-03-04 09:00", "b-ana", activity="pricing_viewed", company_domain="anon.example"),
    visited("2025-03-20 09:00", "b-ana", activity="form_submitted", email="ana@anon.example"),
)
def test_anonymous_visits_count_for_the_account_at_once_and_for_the_person_from_when_she_says_who_she_is(
    ws: Workspace,
) -> None:
    [visit] = rows(ws, "FROM resolved_engagement WHERE visitor_id = 'b-ana' AND activity = 'pricing_viewed'")
    assert visit["known_at"] == instant("2025-03-04 09:00") and visit["account_id"] is not None
    assert visit["person_known_at"] == instant("2025-03-20 09:00") and visit["person_id"] is not None
    key = group(ws, "anon.example")["buying_group_id"]
    counted = f"SELECT \"at\" FROM signal WHERE buying_group_id = '{key}' AND reason = 'pricing_viewed'"
    assert rows(ws, counted) == [{"at": instant("2025-03-04 09:00")}]
    joined = members(ws, "anon.example", "joined_at")
    assert joined == {
        "bo@anon.example": instant("2025-03-03 08:00"),
        "ana@anon.example": instant("2025-03-20 09:00"),
    }


@told(
    account("Mailbox"),
    *[
        contact("info@mailbox.example", record=f"mailbox-{n}", name=f"Kim Nr{n}", title="Clerk")
        for n in range(40)
    ],
    *[engaged(f"2025-03-{day:02d} 09:00", "info@mailbox.example", "page_viewed") for day in range(1, 29)],
    engaged("2025-03-05 10:00", "ana@mailbox.example", "demo_requested"),
)
def test_forty_contacts_who_share_info_make_no_super_engaged_person(ws: Workspace) -> None:
    people = (
        "SELECT COUNT(DISTINCT person_id) AS people FROM person_alias WHERE person_record_id LIKE 'mailbox-%'"
    )
    assert rows(ws, people) == [{"people": 40}]
    assert members(ws, "mailbox.example", "engagement_count") == {"ana@mailbox.example": 1}
    visits = "SELECT COUNT(*) AS visits, COUNT(person_id) AS known, COUNT(account_id) AS placed"
    assert rows(ws, f"{visits} FROM resolved_engagement WHERE activity = 'page_viewed'") == [
        {"visits": 28, "known": 0, "placed": 28}
    ]


@told(
    engaged("2025-03-03 09:00", "someone@gmail.com", "demo_requested"),
    engaged("2025-03-03 10:00", "other@gmail.com", "trial_started"),
    lead("third@mailinator.com", company_name="Nowhere", mql="2025-03-04 09:00"),
)
def test_free_and_disposable_mail_make_no_account(ws: Workspace) -> None:
    assert rows(ws, "FROM account WHERE domain IN ('gmail.com', 'mailinator.com')") == []
    found = rows(
        ws,
        "SELECT e.account_id, e.person_id FROM resolved_engagement AS e JOIN person AS p USING (person_id)"
        " WHERE p.email IN ('someone@gmail.com', 'other@gmail.com')",
    )
    assert [row["account_id"] for row in found] == [None, None]
    assert len({row["person_id"] for row in found}) == 2


@told(
    *[contact(f"p{n}@provider.example", company_name=f"Village {n} Bakery") for n in range(5)],
    engaged("2025-03-03 09:00", "p0@provider.example", "demo_requested"),
    engaged("2025-03-03 09:00", "p1@provider.example", "demo_requested"),
    *[contact(f"p{n}@holding.example", company_name=f"Holding Part {n}") for n in range(4)],
    engaged("2025-03-03 09:00", "p0@holding.example", "demo_requested"),
)
def test_a_domain_that_people_of_five_companies_use_is_shared(ws: Workspace) -> None:
    assert rows(ws, "FROM account WHERE domain = 'provider.example'") == []
    assert rows(ws, "SELECT value, count FROM problem WHERE reason LIKE '%five or more companies%'") == [
        {"value": "provider.example", "count": 1}
    ]
    assert group(ws, "holding.example")["member_count"] == 1  # four names may be one firm


@told(
    engaged("2025-03-03 09:00", "bo@scanned.example", "demo_requested"),
    *[engaged(f"2025-03-04 09:00:{s}", "ana@scanned.example", "email_clicked") for s in ("00", "20", "59")],
    engaged("2025-03-05 09:00:00", "cy@scanned.example", "email_clicked"),
    engaged("2025-03-05 09:00:30", "cy@scanned.example", "email_clicked"),
    engaged("2025-03-05 09:01:00", "cy@scanned.example", "email_clicked"),
)
def test_three_clicks_in_a_minute_are_a_mail_scanner_and_score_nothing(ws: Workspace) -> None:
    assert list(members(ws, "scanned.example")) == ["bo@scanned.example", "cy@scanned.example"]
    clicks = [signal for signal in signals(ws, "scanned.example") if signal[1] == "email_clicked"]
    assert len(clicks) == 2  # of the reader's three within sixty-one seconds, a day's cap of two


@told(
    account("Twin", created="2019-01-01 00:00"),
    account("Twin Old", website="twin-old.example", merged_into_id="twin", merged_at="2025-02-01 00:00"),
    engaged("2025-03-03 09:00", "ana@twin.example", "webinar_attended"),
    engaged("2025-03-04 09:00", "bo@twin-old.example", "webinar_attended"),
)
def test_merged_accounts_are_one_and_so_is_their_group(ws: Workspace) -> None:
    alias = "SELECT account_id, method FROM account_alias WHERE account_record_id IN ('twin', 'twin-old')"
    old, new = rows(ws, f"{alias} ORDER BY account_record_id DESC")
    assert old["account_id"] == new["account_id"]
    assert {old["method"], new["method"]} == {"merged_record", "same_record"}
    [found] = rows(ws, f"FROM buying_group WHERE account_id = '{old['account_id']}'")
    assert (found["member_count"], found["opening_reason"]) == (2, "second_person")


@told(
    account("Convert"),
    lead(
        "ana.home@gmail.com",
        name="Ana Ahn",
        company_name="Convert",
        created="2025-01-06 09:00",
        converted_person_record_id="ana@convert.example",
        converted_account_record_id="convert",
        converted_at="2025-04-01 09:00",
    ),
    contact("ana@convert.example", name="Ana Ahn", created="2025-04-01 09:00", account_record_id="convert"),
    engaged("2025-03-03 09:00", "ana.home@gmail.com", "webinar_attended"),
    engaged("2025-04-07 09:00", "ana@convert.example", "demo_requested"),
)
def test_a_converted_lead_and_its_contact_are_one_person(ws: Workspace) -> None:
    alias = "SELECT DISTINCT person_id FROM person_alias WHERE person_record_id"
    assert len(rows(ws, f"{alias} IN ('ana.home@gmail.com', 'ana@convert.example')")) == 1
    acts = (
        "SELECT COUNT(*) AS acts, COUNT(DISTINCT person_id) AS people FROM resolved_engagement"
        " JOIN account USING (account_id) WHERE domain = 'convert.example'"
    )
    assert rows(ws, acts) == [{"acts": 2, "people": 1}]


@told(
    account("Parent Corp", website="family.example"),
    account("Child Corp", website="family.example", parent_record_id="parent-corp"),
    account("Émile & Fils SARL", record="emile-1", website=""),
    account("EMILE & FILS", record="emile-2", website=""),
)
def test_a_subsidiary_is_not_its_parent_and_one_name_is_one_account(ws: Workspace) -> None:
    placed = {row["account_record_id"]: row["account_id"] for row in rows(ws, "FROM account_alias")}
    assert placed["parent-corp"] != placed["child-corp"]
    [parent] = rows(ws, f"SELECT parent_account_id FROM account WHERE account_id = '{placed['child-corp']}'")
    assert parent["parent_account_id"] == placed["parent-corp"]
    assert placed["emile-1"] == placed["emile-2"]


@told(
    account("Moved From"),
    account("Moved To"),
    contact("mo@moved-from.example", account_record_id="moved-from", record="mo-1"),
    contact("mo@moved-from.example", account_record_id="moved-to", record="mo-2", created="2025-04-01 00:00"),
    engaged("2025-03-03 09:00", "mo@moved-from.example", "demo_requested"),
    engaged("2025-05-05 09:00", "mo@moved-from.example", "demo_requested"),
)
def test_who_moves_takes_new_acts_along_and_leaves_the_old_ones(ws: Workspace) -> None:
    acts = rows(
        ws,
        "SELECT e.occurred_at, a.name FROM resolved_engagement AS e JOIN account AS a USING (account_id)"
        " WHERE a.name LIKE 'Moved%' ORDER BY e.occurred_at",
    )
    assert [(act["name"], act["occurred_at"].month) for act in acts] == [("Moved From", 3), ("Moved To", 5)]
    stays = rows(
        ws, "SELECT valid_from, valid_to FROM person WHERE email = 'mo@moved-from.example' ORDER BY 1"
    )
    assert [stay["valid_to"] for stay in stays] == [instant("2025-04-01 00:00"), None]
    assert stays[1]["valid_from"] - stays[0]["valid_from"] > timedelta(days=365)


@told(engaged("2025-03-03 09:00", "colleague@us.example", "demo_requested"))
def test_our_own_people_are_nobodys_engagement(ws: Workspace) -> None:
    assert rows(ws, "FROM account WHERE domain = 'us.example'") == []
    own = "FROM resolved_engagement WHERE account_id IS NULL AND weight = 0 AND NOT is_act"
    assert rows(ws, f"SELECT COUNT(*) AS acts {own}") == [{"acts": 1}]
