"""Records of one organisation become one account; of two, two; what nobody can know is said aloud."""
# ruff: noqa: RUF001 - letters of other scripts are what this is about

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.stories.telling import Stories

from muster.testing import Row, account, company, contact, decided, engaged, instant, lead, rows, visited
from muster.workspace import Workspace

told = Stories(as_of="2025-06-01")


def placed(ws: Workspace, *records: str) -> list[Row]:
    """What `account_alias` says of records, in the order asked."""
    found = {row["account_record_id"]: row for row in rows(ws, "FROM account_alias")}
    return [found[record] for record in records]


def are_one(ws: Workspace, *records: str) -> bool:
    """Whether records are one account."""
    return len({row["account_id"] for row in placed(ws, *records)}) == 1


def findings(ws: Workspace, value: str) -> list[Row]:
    """What `problem` says about a value."""
    return rows(ws, f"SELECT severity, reason, count FROM problem WHERE value = '{value}' ORDER BY reason")


@told(
    account(
        "Altria Vantage, Inc. (formerly Philip Tabacco)", record="renamed", website="altriavantage.example"
    ),
    account("Philip Tabacco Ltd", record="old-name", website="philiptabacco.example"),
)
def test_a_renamed_company_is_the_one_it_was(ws: Workspace) -> None:
    assert are_one(ws, "renamed", "old-name")
    assert {row["method"] for row in placed(ws, "renamed", "old-name")} == {"same_record", "former_name"}


@told(
    account("Delta Dental of Ohio", record="ohio", website="deltadental.example", created="2020-02-01 00:00"),
    account("Delta Dental of Iowa", record="iowa", website="deltadental.example", created="2020-01-01 00:00"),
    engaged("2025-03-03 09:00", "ana@deltadental.example", "demo_requested"),
)
def test_two_companies_with_one_domain_stay_two_and_who_has_the_domain_is_said(ws: Workspace) -> None:
    ohio, iowa = placed(ws, "ohio", "iowa")
    assert ohio["account_id"] != iowa["account_id"]
    [finding] = findings(ws, "deltadental.example")
    assert finding["severity"] == "warning" and finding["count"] == 2
    assert "Delta Dental of Iowa" in finding["reason"] and "known first" in finding["reason"]
    [visit] = rows(
        ws,
        "SELECT account_id FROM resolved_engagement WHERE activity = 'demo_requested'"
        " AND person_id IN (SELECT person_id FROM person WHERE email = 'ana@deltadental.example')",
    )
    assert visit["account_id"] == iowa["account_id"]


@told(
    account("Zubrowka Hotels", record="zub-1", domains="zubrowka.example, zubrowka-resorts.example"),
    lead("ivan@zubrowka-resorts.example", company_name="Zubrowka Resorts"),
    engaged("2025-03-03 09:00", "ivan@zubrowka-resorts.example", "webinar_attended"),
)
def test_further_domains_of_an_account_are_its_own(ws: Workspace) -> None:
    [account_id] = {row["account_id"] for row in placed(ws, "zub-1")}
    found = rows(
        ws,
        "SELECT DISTINCT e.account_id FROM resolved_engagement AS e JOIN person AS p USING (person_id)"
        " WHERE p.email = 'ivan@zubrowka-resorts.example'",
    )
    assert found == [{"account_id": account_id}]


@told(
    account("Kestrel Avionics", record="kes-1", website=""),
    contact("a@kestrelavionics.example", account_record_id="kes-1", name="Ada One"),
    lead("c@kestrelavionics.example", name="Cy Three"),
    engaged("2025-03-03 09:00", "c@kestrelavionics.example", "webinar_attended"),
    account("Kestrel Avionics GmbH", record="kes-2", website="kestrelavionics.example"),
)
def test_a_record_without_website_has_the_domain_its_people_write_from(ws: Workspace) -> None:
    assert are_one(ws, "kes-1", "kes-2")
    assert placed(ws, "kes-1")[0]["confidence"] >= 0.95


@told(
    account("Ouroboros A", record="ring-1", parent_record_id="ring-2", created="2020-03-01 00:00"),
    account("Ouroboros B", record="ring-2", parent_record_id="ring-3", created="2020-01-01 00:00"),
    account("Ouroboros C", record="ring-3", parent_record_id="ring-1", created="2020-02-01 00:00"),
)
def test_parents_in_a_circle_are_cut_at_the_oldest(ws: Workspace) -> None:
    ring = rows(ws, "SELECT name, parent_account_id FROM account WHERE name LIKE 'Ouroboros%' ORDER BY name")
    assert [row["parent_account_id"] is None for row in ring] == [False, True, False]
    [finding] = findings(ws, "Ouroboros B")
    assert "its own parent" in finding["reason"]


@told(
    account("Payola", record="real", website="payola.example"),
    account("Pаyola", record="forged", website="pаyola.example"),
    account("Payola", record="forged-2", website="xn--pyola-4ve.example"),
)
def test_a_look_alike_domain_is_never_the_real_one_and_is_shown(ws: Workspace) -> None:
    real, forged, named = placed(ws, "real", "forged", "forged-2")
    assert real["account_id"] not in {forged["account_id"], named["account_id"]}
    [finding] = rows(ws, "SELECT value FROM problem WHERE reason LIKE 'looks like payola.example%'")
    assert finding["value"].startswith("xn--") and finding["value"].endswith(".example")


@told(
    account("Odoo SA", record="odoo", website="odoo.example"),
    account("My Odoo Partner", record="myodoo", website="myodoo.example"),
    engaged("2025-03-03 09:00", "bo@myodoo.example", "demo_requested"),
)
def test_a_domain_that_ends_like_another_is_another(ws: Workspace) -> None:
    odoo, partner = placed(ws, "odoo", "myodoo")
    assert odoo["account_id"] != partner["account_id"]
    acts = rows(
        ws,
        "SELECT DISTINCT e.account_id FROM resolved_engagement AS e JOIN person AS p USING (person_id)"
        " WHERE p.email = 'bo@myodoo.example'",
    )
    assert acts == [{"account_id": partner["account_id"]}]


@told(
    account("Starbucks Corp", record="cafe", website="https://www.starbucks.com"),
    account("Frontier Communications", record="frontier", website="frontier.com"),
    engaged("2025-03-03 09:00", "barista@starbucks.com", "demo_requested"),
    engaged("2025-03-03 09:00", "someone@frontier.com", "demo_requested"),
)
def test_companies_on_lists_of_free_mail_are_companies(ws: Workspace) -> None:
    assert [r["domain"] for r in rows(ws, "SELECT domain FROM account WHERE name = 'Starbucks Corp'")] == [
        "starbucks.com"
    ]
    assert [r["domain"] for r in rows(ws, "SELECT domain FROM account WHERE name LIKE 'Frontier%'")] == [
        "frontier.com"
    ]
    mail = "email IN ('barista@starbucks.com', 'someone@frontier.com')"
    who = rows(ws, f"SELECT email, account_id FROM person WHERE {mail}")
    by_mail = {row["email"]: row["account_id"] for row in who}
    assert by_mail["barista@starbucks.com"] == placed(ws, "cafe")[0]["account_id"]
    assert by_mail["someone@frontier.com"] is None  # its customers have such addresses


@told(
    account("Summit Health", record="sum-1", website="", country="US"),
    account("Summit Health", record="sum-2", website="", country="France"),
    account("Quixotic Widgets LLC", record="quix-1", website="", country="USA"),
    account("QUIXOTIC WIDGETS", record="quix-2", website="", country="United States"),
)
def test_one_name_in_two_countries_is_two_accounts_and_a_row_to_look_at(ws: Workspace) -> None:
    assert not are_one(ws, "sum-1", "sum-2")
    assert are_one(ws, "quix-1", "quix-2")
    looks = rows(ws, "SELECT count FROM problem WHERE reason LIKE 'account records may be one organisation%'")
    assert sum(row["count"] for row in looks) >= 1


@told(
    account("Aalto/Nokia", record="several", website=""),
    account("Nokia", record="nokia", website=""),
    account("Aalto", record="aalto", website=""),
)
def test_a_record_that_names_two_organisations_is_neither(ws: Workspace) -> None:
    assert len({row["account_id"] for row in placed(ws, "several", "nokia", "aalto")}) == 3


@told(
    account("Harbor Savings of Ohio", record="harbor-o", website="harborsavings.example"),
    account("Harbor Savings of Iowa", record="harbor-i", website="harborsavings.example"),
    account("Perch", record="perch"),
    account("Tern", record="tern"),
    account("Wren", record="wren"),
    decided("2025-05-01 09:00", "account_merge", "harbor-o", other="harbor-i"),
    decided("2025-05-01 09:00", "account_merge", "perch", other="tern"),
    decided("2025-05-02 09:00", "account_merge", "tern", other="wren"),
    decided("2025-05-03 09:00", "account_split", "perch", other="wren"),
    decided("2025-05-04 09:00", "account_split", "wren", other="tern"),
    decided("2025-05-05 09:00", "account_merge", "wren", other="tern"),
)
def test_what_people_decided_counts_the_latest_and_a_split_over_every_chain(ws: Workspace) -> None:
    assert are_one(ws, "harbor-o", "harbor-i")
    assert "decided" in {row["method"] for row in placed(ws, "harbor-o", "harbor-i")}
    assert findings(ws, "harborsavings.example") == []  # one account now: nothing to say of its domain
    assert are_one(ws, "wren", "tern")  # merged, split, merged again: the last word counts
    assert not are_one(ws, "perch", "wren") and not are_one(ws, "perch", "tern")
    refused = rows(ws, "SELECT method FROM account_review WHERE left_key = 'perch'")
    assert refused == [{"method": "decided"}]  # the merge that the split of perch and wren does not allow


@told(
    account("Heron", record="h1"),
    account("Egret", record="e1"),
    decided("2025-06-01 09:00", "account_merge", "h1", other="e1"),  # after the date of these tables
)
def test_a_decision_counts_from_its_day(ws: Workspace) -> None:
    assert not are_one(ws, "h1", "e1")


@told(
    account("Gull Holding", record="up", created="2019-01-01 00:00"),
    account("Gull Bakery", record="down", parent_record_id="up"),
    account("Skua", record="further", parent_record_id="down"),
    decided("2025-05-01 09:00", "account_merge", "further", other="up"),
)
def test_a_merge_that_closes_a_circle_of_parents_leaves_none(ws: Workspace) -> None:
    """Gull Holding is now also its own grandchild."""
    parents = {r["account_id"]: r["parent_account_id"] for r in rows(ws, "FROM account")}
    top, bakery = placed(ws, "up", "down")
    assert parents[top["account_id"]] is None
    assert parents[bakery["account_id"]] == top["account_id"]
    [finding] = findings(ws, "Gull Holding")
    assert "its own parent" in finding["reason"]


def test_an_account_known_by_its_network_alone_is_found_by_its_old_id(tmp_path: Path) -> None:
    """A record without a website is another account, until its people are seen to write from the domain."""
    ws = company(
        tmp_path,
        account("Kestrel Avionics", record="kes", website=""),
        visited("2025-03-03 09:00", "b1", company_domain="kestrelavionics.example"),
        contact("a@kestrelavionics.example", account_record_id="kes", created="2025-05-05 00:00"),
        as_of=datetime(2025, 5, 1, tzinfo=UTC),
    )
    placed_at = "SELECT account_id FROM visitor_match"
    [then] = rows(ws, placed_at)
    assert rows(ws, "FROM merged_account") == []  # nobody could know
    ws.run(as_of=datetime(2025, 6, 1, tzinfo=UTC))
    [now] = rows(ws, placed_at)
    assert now != then
    assert rows(ws, "FROM merged_account") == [
        {
            "account_id": then["account_id"],
            "into_account_id": now["account_id"],
            "merged_at": instant("2025-05-05 00:00"),
            "method": "people_domain",
        }
    ]
