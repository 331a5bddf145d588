"""Settings, CRM: what was written is taken back, tried again or given up in the browser, seen before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from typing import Any

import duckdb
import httpx
import pytest
from tests.serving.test_crm_page import mapped

from muster.engine.run_log import append_entry
from muster.store.audit import entries, first_broken
from muster.store.crm_fields import set_state
from muster.store.crm_writes import DEAD, WRITTEN, Intent, Settled, enter, read_writes, settle, take
from muster.store.opening import Store

__all__ = ["mapped"]  # a fixture of the page's own tests
Client = Callable[..., httpx.Client]
NOW = datetime(2026, 3, 2, tzinfo=UTC)
STATUS = "Muster_Status__c"
ACME, ZETA = "001000000000001AAA", "001000000000002AAA"
RUN = "000009-0"


def write(
    store: Store, *records: str, value: str = "cloud: engaged", state: str = WRITTEN, field: str = STATUS
) -> None:
    """Enter a value for some records, and let an attempt end in a state; none where that is empty."""
    intents = [Intent("Account", one, field, None, value) for one in records]
    enter(store, intents, run_id=RUN, as_of="2026-03-02", by="Ada", now=NOW)
    set_state(store, "Account", field, "on", by="Ada", now=NOW)
    if state:
        taken = take(store, mapped={("Account", field)}, now=NOW, records=9)
        assert taken is not None
        settle(store, taken, [Settled(one.number, state, "told") for one in taken.writes], now=NOW)


def states(store: Store) -> list[tuple[int, str, int | None]]:
    return [(one.number, one.state, one.undoes) for one in reversed(read_writes(store))]


def actions(store: Store) -> list[tuple[str, str, str]]:
    told = [(one.who, one.action, one.subject) for one in entries(store) if one.action.startswith("crm ")]
    return [one for one in told if one[1] != "crm field"]


def test_a_write_is_taken_back_by_its_page_which_says_before_what_is_put_there(
    client: Client, mapped: Any
) -> None:
    write(mapped.store, ACME)
    admin = client("admin", mapped)
    assert 'href="/settings/crm/writes/1"' in admin.get("/settings/crm").text
    shown = admin.get("/settings/crm/writes/1").text
    assert "Take it back" in shown and "Give it up" not in shown and "Try it again" not in shown
    for who in ("rep", "marketer", "analyst"):
        assert client(who, mapped).get("/settings/crm/writes/1").status_code == 403
        answer = client(who, mapped).post("/settings/crm/writes/1", data={"verdict": "undo"})
        assert answer.status_code == 403
    assert states(mapped.store) == [(1, "written", None)]
    assert admin.post("/settings/crm/writes/1", data={"verdict": "undo"}).status_code == 303
    assert states(mapped.store) == [(1, "written", None), (2, "waiting", 1)]
    assert actions(mapped.store) == [("admin@halden.example", "crm undo", "write 1")]
    assert first_broken(entries(mapped.store)) is None
    assert admin.get("/settings/crm/writes/2.json").json()["writes"][0]["undoes"] == 1


def test_no_other_site_presses_the_button(client: Client, mapped: Any) -> None:
    write(mapped.store, ACME)
    foreign = {"sec-fetch-site": "cross-site", "origin": "https://elsewhere.example"}
    for path in ("writes/1", f"runs/{RUN}", f"waiting/Account.{STATUS}"):
        answer = client("admin", mapped).post(
            f"/settings/crm/{path}", data={"verdict": "undo"}, headers=foreign
        )
        assert answer.status_code == 403
    assert len(read_writes(mapped.store)) == 1


def test_a_run_is_taken_back_as_far_as_nothing_was_written_since(client: Client, mapped: Any) -> None:
    write(mapped.store, ACME, ZETA)
    later = [Intent("Account", ZETA[:15], STATUS, "cloud: engaged", "cloud: qualified")]  # the other spelling
    enter(mapped.store, later, run_id="000010-0", as_of="2026-03-09", by="Ada", now=NOW)
    taken = take(mapped.store, mapped={("Account", STATUS)}, now=NOW, records=9)
    assert taken is not None
    settle(mapped.store, taken, [Settled(3, WRITTEN, "told")], now=NOW)
    admin = client("admin", mapped)
    shown = admin.get(f"/settings/crm/runs/{RUN}").text
    assert "2 values of 2 records written, none waits" in shown and "Take back 1 value" in shown
    assert admin.post(f"/settings/crm/runs/{RUN}").status_code == 303
    assert states(mapped.store)[-1] == (4, "waiting", 1)
    assert actions(mapped.store) == [("admin@halden.example", "crm undo", f"run {RUN}")]
    assert "Last, run 000009-0" in admin.get("/settings/crm").text


def test_what_did_not_arrive_is_given_up_or_tried_again(client: Client, mapped: Any) -> None:
    write(mapped.store, ACME, state=DEAD)
    write(mapped.store, ZETA, state="")
    admin = client("admin", mapped)
    assert "Try it again" in admin.get("/settings/crm/writes/1").text
    assert admin.post("/settings/crm/writes/1", data={"verdict": "retry"}).status_code == 303
    assert admin.post("/settings/crm/writes/2", data={"verdict": "discard"}).status_code == 303
    assert states(mapped.store) == [(1, "waiting", None), (2, "discarded", None)]
    assert [one[1:] for one in actions(mapped.store)] == [
        ("crm retry", "write 1"),
        ("crm discard", "write 2"),
    ]
    for number, verdict in ((1, "retry"), (2, "undo"), (1, "maybe"), (77, "discard")):
        answer = admin.post(f"/settings/crm/writes/{number}", data={"verdict": verdict})
        assert answer.status_code == 422
    for path in ("writes/77", "writes/x", "writes/99999999999999999999", "runs/none", "waiting/Account.X"):
        assert admin.get(f"/settings/crm/{path}").status_code == 404


def test_what_waits_for_a_field_that_is_mapped_no_more_is_told_and_given_up(
    client: Client, mapped: Any
) -> None:
    write(mapped.store, ACME, ZETA, field="Muster_Gone__c", state="")
    admin = client("admin", mapped)
    told = admin.get("/settings/crm").text
    assert "2 values wait for Account.Muster_Gone__c, which muster.toml maps no more" in told
    assert admin.get("/settings/crm.json").json()["unmapped"] == {"Account.Muster_Gone__c": 2}
    assert "maps this field no more" in admin.get("/settings/crm/waiting/Account.Muster_Gone__c").text
    assert admin.post("/settings/crm/waiting/Account.Muster_Gone__c").status_code == 303
    assert {one.state for one in read_writes(mapped.store)} == {"discarded"}
    assert "maps no more" not in admin.get("/settings/crm").text
    assert admin.post("/settings/crm/waiting/Account.Muster_Gone__c").status_code == 422


def test_the_log_of_runs_says_what_of_a_run_was_written(client: Client, mapped: Any) -> None:
    run_id = "000009-0"
    append_entry(mapped.workspace, {"run_id": run_id, "ended": "published"})
    intents = [Intent("Account", one, STATUS, None, "x") for one in (ACME, ZETA)]
    enter(mapped.store, intents, run_id=run_id, as_of="2026-03-02", by="Ada", now=NOW)
    set_state(mapped.store, "Account", STATUS, "on", by="Ada", now=NOW)
    taken = take(mapped.store, mapped={("Account", STATUS)}, now=NOW, records=1)
    assert taken is not None
    settle(mapped.store, taken, [Settled(1, WRITTEN, "told")], now=NOW)
    analyst = client("analyst", mapped)
    assert "to the CRM: 1 value of 1 record written, 1 waits" in analyst.get("/health/runs").text
    [told] = [one for one in analyst.get("/health/runs.json").json() if one.get("run_id") == run_id]
    assert told["written_back"] == "1 value of 1 record written, 1 waits"


def test_a_groups_page_says_what_the_crm_was_told_of_it_and_what_was_taken_back(
    client: Client, mapped: Any
) -> None:
    admin = client("admin", mapped)
    group = admin.get("/worklist.json?owner=all").json()["groups"][0]["buying_group_id"]
    assert admin.get(f"/groups/{group}.json").json()["written_back"] == []
    account = admin.get(f"/groups/{group}.json").json()["group"]["account_id"]
    tables = mapped.workspace / ".muster" / "tables"
    with duckdb.connect() as connection:
        [(record,)] = connection.execute(
            f"SELECT MIN(account_record_id) FROM read_parquet('{tables}/account_alias.parquet') "
            f"WHERE account_id = ?",
            [account],
        ).fetchall()
    write(mapped.store, record, ZETA, value="cloud: called <b>")
    [told] = admin.get(f"/groups/{group}.json").json()["written_back"]
    assert (told["record_id"], told["field"], told["value"], told["is_undone"]) == (
        *(record, STATUS, "cloud: called <b>", False),
    )
    assert told["written_at"] == "2026-03-02T00:00:00+00:00"
    shown = admin.get(f"/groups/{group}").text
    assert "Written to the CRM" in shown and "cloud: called &lt;b&gt;" in shown
    back = [Intent("Account", record, STATUS, "cloud: called <b>", None, undoes=1)]
    enter(mapped.store, back, run_id=RUN, as_of="2026-03-02", by="Ada", now=NOW)
    taken = take(mapped.store, mapped=set(), now=NOW, records=1)
    assert taken is not None
    settle(mapped.store, taken, [Settled(3, WRITTEN, "told")], now=NOW)
    [told] = admin.get(f"/groups/{group}.json").json()["written_back"]
    assert (told["value"], told["is_undone"]) == ("cloud: called <b>", True)
    assert "taken back" in admin.get(f"/groups/{group}").text


def test_a_seller_reads_it_of_their_own_groups_alone(client: Client, mapped: Any) -> None:
    rep = client("rep", mapped)
    own = {one["buying_group_id"] for one in rep.get("/worklist.json").json()["groups"]}
    every = client("admin", mapped).get("/worklist.json?owner=all").json()["groups"]
    [theirs, *_] = [one["buying_group_id"] for one in every if one["buying_group_id"] not in own]
    assert rep.get(f"/groups/{theirs}.json").status_code == 404
    assert all("written_back" in rep.get(f"/groups/{one}.json").json() for one in list(own)[:1])


@pytest.mark.parametrize("path", ["writes/1", f"runs/{RUN}", "waiting/Account.Muster_Gone__c"])
def test_every_one_of_these_pages_works_as_a_form_without_script(
    client: Client, mapped: Any, path: str
) -> None:
    from lxml import html  # noqa: PLC0415

    write(mapped.store, ACME)
    write(mapped.store, ZETA, field="Muster_Gone__c", state="")
    page = html.fromstring(client("admin", mapped).get(f"/settings/crm/{path}").text)
    [form] = page.xpath("//main//form")
    assert form.get("method") == "post" and form.get("action") == f"/settings/crm/{path}"


def test_a_record_is_called_by_the_name_that_it_has_here(client: Client, mapped: Any) -> None:
    tables = mapped.workspace / ".muster" / "tables"
    with duckdb.connect() as connection:
        connection.execute(f"SET file_search_path = '{tables}'")
        record, account, name = connection.execute(
            """SELECT r.account_record_id, a.account_id, a.name FROM 'account_alias.parquet' AS r
            JOIN 'account.parquet' AS a ON a.account_id = r.account_id ORDER BY 1 LIMIT 1"""
        ).fetchone()
    write(mapped.store, record, "001000000000009AAA")  # and one that no run has read
    admin = client("admin", mapped)
    pages = ("/settings/crm", "/settings/crm/writes/1", f"/settings/crm/runs/{RUN}")
    for page in pages:
        assert f'href="/accounts/{account}" dir="auto">{escape(name)}</a>' in admin.get(page).text, page
    assert ": Account 001000000000009AAA" in admin.get("/settings/crm/writes/2").text
