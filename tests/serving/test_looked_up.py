"""Account, person, programme and search: their figures against the tables, and what a rep finds of them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from starlette.testclient import TestClient
from tests.serving.conftest import Served

from muster.serving import tabled
from muster.serving.app import application
from muster.serving.figures.person.rows import Rows
from muster.serving.figures.person.whole import _consent
from muster.store.opening import upgrade
from muster.store.sessions import begin_session
from muster.store.users import add_user
from muster.workspace import open_workspace

Client = Callable[..., httpx.Client]


@pytest.fixture(scope="module")
def one(demo_server: Served) -> Callable[..., Any]:
    """The first cell of a query over the published tables."""
    connection = duckdb.connect()
    folder: Path = demo_server.workspace / ".muster" / "tables"
    for file in folder.glob("*.parquet"):
        connection.execute(f"CREATE VIEW \"{file.stem}\" AS SELECT * FROM read_parquet('{file}')")

    def ask(sql: str, *values: Any) -> Any:
        found = connection.execute(sql, list(values)).fetchone()
        assert found is not None
        return found[0]

    return ask


def busiest(one: Callable[..., Any], where: str = "TRUE") -> str:
    return str(
        one(
            "SELECT g.account_id FROM buying_group AS g JOIN account AS a USING (account_id) "
            f"WHERE {where} GROUP BY 1 ORDER BY COUNT(*) DESC, 1"
        )
    )


def test_an_account_shows_every_group_deal_and_person(client: Client, one: Callable[..., Any]) -> None:
    account = one(
        "SELECT x.account_id FROM known_opportunity AS o JOIN account_alias AS x USING (account_record_id) "
        "WHERE o.is_won GROUP BY 1 ORDER BY COUNT(*) DESC, 1"
    )
    told = client("analyst").get(f"/accounts/{account}.json").json()
    assert len(told["groups"]) == one("SELECT COUNT(*) FROM buying_group WHERE account_id = ?", account)
    deals = (
        "FROM known_opportunity AS o JOIN account_alias AS x USING (account_record_id) WHERE x.account_id = ?"
    )
    assert len(told["opportunities"]) == one(f"SELECT COUNT(*) {deals}", account)
    assert sum(told["influence"]["won"].values()) == one(
        f"SELECT SUM(o.amount_cents) {deals} AND o.is_won", account
    )
    assert sum(told["influence"]["won_touched"].values()) == one(
        f"SELECT SUM(o.amount_cents) {deals} AND o.is_won AND o.opportunity_id IN (SELECT i.opportunity_id "
        "FROM influence AS i WHERE i.definition = 'group' AND i.is_marketing)",
        account,
    )
    assert len(told["people"]) == one(
        "SELECT COUNT(*) FROM person WHERE account_id = ? AND valid_to IS NULL", account
    )
    assert sum(row["Acts"] for row in told["visits"]) == one(
        "SELECT COUNT(*) FROM resolved_engagement WHERE account_id = ? AND person_id IS NULL "
        "AND visitor_id IS NOT NULL",
        account,
    )


def test_what_is_somebody_elses_reads_as_what_is_not_there(
    client: Client, one: Callable[..., Any], owners: list[str]
) -> None:
    theirs = busiest(one, f"a.owner_id <> '{owners[0]}'")
    rep = client("rep")
    for path in (f"/accounts/{theirs}", "/accounts/nobody", "/people/nobody"):
        assert rep.get(path).status_code == 404
    answers = [rep.get(path).text for path in (f"/accounts/{theirs}.json", "/accounts/nobody.json")]
    assert answers[0] == answers[1]
    person = one("SELECT person_id FROM person WHERE account_id = ? ORDER BY 1", theirs)
    assert rep.get(f"/people/{person}").status_code == 404
    assert client("analyst").get(f"/people/{person}").status_code == 200
    assert rep.get(f"/programs/{one('SELECT MIN(program_id) FROM known_tactic')}").status_code == 403


def test_an_account_that_gave_way_leads_to_the_one_it_became(client: Client, one: Callable[..., Any]) -> None:
    if not one("SELECT COUNT(*) FROM merged_account"):
        pytest.skip("no account of the bundled company gave way to another")
    was, now = one("SELECT (account_id, into_account_id) FROM merged_account ORDER BY account_id")
    assert client("analyst").get(f"/accounts/{was}.json").json()["account_id"] == now


def test_a_person_has_groups_acts_and_the_records_behind(client: Client, one: Callable[..., Any]) -> None:
    person = one(
        "SELECT person_id FROM member WHERE person_id IS NOT NULL GROUP BY 1 ORDER BY COUNT(*) DESC, 1"
    )
    told = client("analyst").get(f"/people/{person}.json").json()
    assert len(told["groups"]) == one("SELECT COUNT(*) FROM member WHERE person_id = ?", person)
    assert len(told["acts"]) == one("SELECT COUNT(*) FROM resolved_engagement WHERE person_id = ?", person)
    records = one("SELECT COUNT(*) FROM person_alias WHERE person_id = ?", person)
    addresses = one("SELECT COUNT(*) FROM person_address WHERE person_id = ?", person)
    assert len(told["records"]) == records + addresses


@pytest.mark.parametrize(
    ("mail", "calls", "basis", "said"),
    [
        ((True, False), (False, False), None, "wants no mail"),
        ((False, False), (False, True), "consent", "wants no calls"),
        ((True, True), (True, True), None, "wants no mail and no calls"),
        ((False, False), (False, False), "legitimate_interest", "no objection; legitimate interest"),
    ],
)
def test_the_strictest_record_says_whether_one_may_write(
    mail: tuple[bool, bool], calls: tuple[bool, bool], basis: str | None, said: str
) -> None:
    records = [
        {
            "person_record_id": f"r{number}",
            "has_opted_out": m,
            "has_opted_out_of_calls": c,
            "legal_basis": basis,
            "opted_out_at": None,
        }
        for number, (m, c) in enumerate(zip(mail, calls, strict=True))
    ]
    consent, may = _consent(Rows("p1", {"record_person_record": records}), datetime(2026, 1, 1))
    assert (consent, may) == (said, not (any(mail) or any(calls)))


def test_a_programme_adds_up_by_every_rule(client: Client, one: Callable[..., Any]) -> None:
    program = one(
        "SELECT program_id FROM program_value WHERE attribution_model = 'linear' AND currency = 'USD' "
        "AND program_id NOT LIKE '(%' ORDER BY won_credit_cents DESC"
    )
    told = client("analyst").get(f"/programs/{program}.json").json()
    won = {row["Rule"]: row["Of won"] for row in told["credit"]}
    cents = one(
        "SELECT SUM(c.credit_cents) FROM credit AS c JOIN known_tactic AS t USING (tactic_id) "
        "WHERE t.program_id = ? AND c.is_won AND c.attribution_model = 'linear' AND c.currency = 'USD'",
        program,
    )
    assert won["linear"] == f"{cents / 100:.2f}" or float(won["linear"]) == cents / 100
    groups = one(
        "SELECT COUNT(DISTINCT buying_group_id) FROM path WHERE program_id = ? AND definition = 'credit'",
        program,
    )
    assert len(told["groups"]) == groups
    assert told["lift"]


def test_a_page_lists_the_latest_groups_of_a_programme_and_its_twins_hold_all(
    bundled: Path, tmp_path: Path, one: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tabled, "_ONE_CLICK_AWAY", 3)
    reached = one(
        """SELECT {'program': t.program_id, 'groups': COUNT(DISTINCT p.buying_group_id)} FROM path AS p
        JOIN known_tactic AS t USING (tactic_id) WHERE p.definition = 'credit'
        GROUP BY t.program_id ORDER BY COUNT(DISTINCT p.buying_group_id) DESC, t.program_id"""
    )
    page = f"/programs/{reached['program']}"
    shutil.copytree(bundled, tmp_path / "halden", symlinks=True)
    workspace = open_workspace(tmp_path / "halden")
    store = upgrade(workspace.folder, workspace.config.store)[0]
    user = add_user(store, "ann@halden.example", "Ann", role="analyst", by="tests")
    with_cookie = {"cookie": f"muster-8642={begin_session(store, user.user_id)}"}
    office = TestClient(application(workspace.folder, store), headers=with_cookie)
    shown = office.get(page).text
    listed = re.findall(r'href="/groups/(\w+)"', shown)
    assert len(listed) == 12 + 3 < reached["groups"]
    assert f"{reached['groups'] - 12:,} more" in shown
    assert f"{reached['groups']} buying groups" in shown
    written = office.get(f"{page}.csv", params={"table": "groups"}).text.splitlines()
    told = office.get(f"{page}.json").json()["groups"]
    assert len(written) - 1 == len(told) == reached["groups"]
    assert [row["Group id"] for row in told[: len(listed)]] == listed
    store.close()


@pytest.mark.parametrize("column", ["name", "domain", "account_id"])
def test_an_account_is_found_by_name_domain_and_id(
    client: Client, one: Callable[..., Any], column: str
) -> None:
    account = busiest(one)
    said = one(f"SELECT {column} FROM account WHERE account_id = ?", account)
    found = client("analyst").get("/search.json", params={"q": str(said).upper()[:12]}).json()
    if column == "account_id":
        found = client("analyst").get("/search.json", params={"q": said}).json()
    assert account in [row["Account id"] for row in found["accounts"]]


def test_signs_of_a_pattern_are_letters_and_one_letter_finds_nothing(client: Client) -> None:
    analyst = client("analyst")
    for said in ("%%", "__", "\\\\", "'; DROP TABLE account; --", "x"):
        assert analyst.get("/search.json", params={"q": said}).json()["count"] == 0
    page = analyst.get("/search", params={"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in page and "Nothing that you may see answers" in page


def test_a_rep_finds_her_own_people_and_nobody_elses(
    client: Client, one: Callable[..., Any], owners: list[str]
) -> None:
    mine = one(
        "SELECT p.email FROM person AS p JOIN account AS a USING (account_id) "
        "WHERE a.owner_id = ? AND p.email IS NOT NULL AND p.valid_to IS NULL ORDER BY 1",
        owners[0],
    )
    theirs = one(
        "SELECT p.email FROM person AS p JOIN account AS a USING (account_id) "
        "WHERE a.owner_id = ? AND p.email IS NOT NULL AND p.valid_to IS NULL ORDER BY 1",
        owners[-1],
    )
    rep, analyst = client("rep"), client("analyst")
    assert [row["E-mail"] for row in rep.get("/search.json", params={"q": mine}).json()["people"]] == [mine]
    assert rep.get("/search.json", params={"q": theirs}).json()["count"] == 0
    assert analyst.get("/search.json", params={"q": theirs}).json()["count"] == 1
    assert "programs" not in rep.get("/search.json", params={"q": "webinar"}).json()
    assert analyst.get("/search.json", params={"q": "webinar"}).json()["programs"]


def test_search_answers_as_one_types_and_without_script(signed_in: Any, one: Callable[..., Any]) -> None:
    name = one("SELECT name FROM account WHERE account_id = ?", busiest(one))
    page = signed_in("analyst")
    page.goto("/search")
    page.locator("main input[name=q]").press_sequentially(name)
    page.locator("#accounts").get_by_role("link", name=name).first.wait_for()
    plain = signed_in("analyst", java_script_enabled=False)
    plain.goto("/worklist")
    plain.locator("#q").fill(name)
    plain.locator("#q").press("Enter")
    assert plain.locator("#accounts").get_by_role("link", name=name).count()
