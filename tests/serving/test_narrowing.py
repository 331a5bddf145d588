"""The filters of the top bar: every figure keeps to them or says that it does not, and they go along."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from tests.in_chromium import OVERFLOW, locks_nobody_out
from tests.serving.conftest import Served, serve
from tests.serving.every_screen import furnish

from muster.access.narrowed import Narrowed, can_narrow
from muster.access.viewer import EVERYTHING
from muster.store.users import read_users

Client = Callable[..., httpx.Client]
SOLUTION = "data-platform"
SCREENS = ("/worklist", "/board", "/measures", "/replay")


@pytest.fixture(scope="module")
def tables(demo_server: Served) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    folder: Path = demo_server.workspace / ".muster" / "tables"
    for name in ("account", "buying_group", "hand_off", "known_opportunity"):
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder / name}.parquet')")
    return connection


@pytest.fixture(scope="module")
def replayed(bundled: Path, owners: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The bundled company with a replay."""
    folder = tmp_path_factory.mktemp("replayed") / "halden"
    shutil.copytree(bundled, folder, symlinks=True)
    furnish(folder)
    yield from serve(folder, (owners[0],))


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def picked(page: str, name: str) -> list[str]:
    """The values that a picker of the top bar offers."""
    [select] = re.findall(rf'<select name="{name}">(.*?)</select>', page, re.S)
    return [
        unescape(value or word)
        for value, word in re.findall(r'<option(?: value="([^"]*)")?[^>]*>([^<]*)', select)
    ]


def said(page: str) -> str:
    """What a page says of its filters, as text."""
    found = re.search(r'<div class="narrowed".*?</div>', page, re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split()) if found else ""


@pytest.mark.parametrize("path", SCREENS)
def test_each_screen_offers_the_pickers_once_and_says_what_is_picked(client: Client, path: str) -> None:
    admin = client("admin")
    plain = admin.get(path).text
    assert said(plain) == ""
    for name in ("solution", "territory"):
        assert len(picked(plain, name)) > 1
    page = admin.get(path, params={"solution": SOLUTION, "territory": "country:DE"}).text
    assert said(page).startswith(f"Filtered: {SOLUTION}, DE.")
    off = re.search(r'href="([^"]*)">Take the filter off', page)
    assert off and unescape(off[1]) == path


def test_a_filter_goes_along_to_every_screen_and_one_that_knows_none_says_so(client: Client) -> None:
    admin = client("admin")
    page = admin.get("/board?solution=data-platform&territory=country:DE&week=2025-10-20&view=table").text
    links = [unescape(one) for one in re.findall(r'<a href="([^"]*)"[^>]*data-go', page)]
    assert len(links) == 7
    for link in links:
        assert link.endswith(
            "?solution=data-platform&territory=country%3ADE&since=2025-10-20&until=2025-10-26"
        )
    words = said(admin.get(next(one for one in links if one.startswith("/health"))).text)
    assert words.startswith(
        "Not filtered by data-platform, DE, 20 Oct 2025 to 26 Oct 2025: this screen shows everything."
    )
    quarter = admin.get(next(one for one in links if one.startswith("/measures"))).text
    assert "Q4 2025" in said(quarter)  # measures know whole quarters alone: the one the days end in
    back = admin.get("/measures?period=2025-Q3").text
    assert 'href="/board?since=2025-07-01&amp;until=2025-09-30"' in back


def test_the_worklist_keeps_to_solution_owner_place_and_days(client: Client) -> None:
    admin = client("admin")
    every = [
        row for tab in ("act", "accepted", "lapsed") for row in rows_of(admin.get(f"/worklist.csv?tab={tab}"))
    ]

    def listed(**query: str) -> Counter[str]:
        found = [
            rows_of(admin.get("/worklist.csv", params={"tab": tab, **query}))
            for tab in ("act", "accepted", "lapsed")
        ]
        return Counter(row["buying_group_id"] for rows in found for row in rows)

    owner, day = every[0]["owner_id"], sorted(row["handed_at"][:10] for row in every)[len(every) // 2]
    for query, is_theirs in (
        ({"solution": SOLUTION}, lambda row: row["solution"] == SOLUTION),
        ({"territory": f"owner:{owner}"}, lambda row: row["owner_id"] == owner),
        ({"since": day}, lambda row: row["handed_at"][:10] >= day),
        ({"until": day}, lambda row: row["handed_at"][:10] <= day),
        ({"since": day, "until": day}, lambda row: row["handed_at"][:10] == day),
    ):
        wanted = Counter(row["buying_group_id"] for row in every if is_theirs(row))
        assert 0 < wanted.total() < len(every)
        assert listed(**query) == wanted


def test_the_board_keeps_to_an_owner_and_to_days(client: Client, tables: Any, owners: list[str]) -> None:
    analyst = client("analyst")
    theirs = {
        row[0]
        for row in tables.execute("SELECT account_id FROM account WHERE owner_id = ?", [owners[0]]).fetchall()
    }
    found = {
        row["account_id"]
        for row in rows_of(analyst.get("/board.csv", params={"territory": f"owner:{owners[0]}"}))
    }
    assert found and found <= theirs | _handed_to(tables, owners[0])
    moves = rows_of(analyst.get("/board.csv?since=2025-07-01&until=2025-09-30&table=moves"))
    weeks = [
        rows_of(analyst.get(f"/board.csv?week={day}&table=moves")) for day in ("2025-07-07", "2025-09-22")
    ]
    assert all("2025-07-01" <= move["at"][:10] <= "2025-09-30" for move in moves)
    facts = ("account_id", "solution", "from", "to", "at")  # dollars are those of the last day shown
    told = {tuple(move[fact] for fact in facts) for move in moves}
    assert {tuple(move[fact] for fact in facts) for week in weeks for move in week} <= told


def _handed_to(tables: Any, owner: str) -> set[str]:
    return {
        row[0]
        for row in tables.execute(
            "SELECT g.account_id FROM buying_group AS g JOIN hand_off AS h USING (buying_group_id) "
            "WHERE g.closed_at IS NULL GROUP BY g.account_id, g.buying_group_id "
            'HAVING arg_max(h.owner_id, h."at") = ?',
            [owner],
        ).fetchall()
    }


def test_measures_are_of_the_solution_and_the_rest_says_that_it_is_of_the_company(
    client: Client, tables: Any
) -> None:
    marketer = client("marketer")
    asked = {"period": "2025-Q3", "solution": "revenue-cloud"}
    [(count, cents)] = tables.execute(
        "SELECT COUNT(*), SUM(amount_cents) FROM known_opportunity WHERE is_won AND currency = 'USD' "
        "AND solution_id = 'revenue-cloud' "
        "AND closed_at >= DATE '2025-07-01' AND closed_at < DATE '2025-10-01'"
    ).fetchall()
    assert count > 0
    told = marketer.get("/measures.json", params=asked).json()
    whole = marketer.get("/measures.json", params={"period": "2025-Q3"}).json()
    foot = told["model"][-1]
    assert float(foot["Credited, linear, USD"]) * 100 == pytest.approx(cents)
    assert told["model"] != whole["model"]
    assert "Of" not in foot and {row["Of"] for row in told["plan"]} == {"the whole company"}
    assert "Of" not in whole["plan"][0]
    assert "Plan and actual of Q3 2025" in said(marketer.get("/measures", params=asked).text)


@pytest.mark.parametrize("part", ["conversion", "defects", "cost", "lift", "goals", "customers", "programs"])
def test_what_a_run_added_up_for_the_company_never_stands_under_a_filter_unsaid(
    client: Client, part: str
) -> None:
    marketer = client("marketer")
    whole = marketer.get(f"/measures/{part}.json").json()
    told = marketer.get(f"/measures/{part}.json?territory=country:nowhere").json()
    for key, rows in told.items():
        assert all(row.get("Of") == "the whole company" for row in rows) or rows != whole[key] or not rows


def test_and_a_table_of_the_whole_company_taken_for_rows_of_accounts_is_noticed(
    client: Client, own_server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.serving.reported.can_narrow", lambda *_, **__: True)
    marketer = client("marketer", own_server)
    whole = marketer.get("/measures/cost.json").json()
    told = marketer.get("/measures/cost.json?territory=country:nowhere").json()
    assert any(rows and rows == whole[key] and "Of" not in rows[0] for key, rows in told.items())


def test_the_replays_cases_keep_to_the_filter_and_its_findings_say_that_they_do_not(
    client: Client, replayed: Served
) -> None:
    marketer = client("marketer", replayed)
    every = rows_of(marketer.get("/replay/passed.csv"))
    day = sorted(row["When (UTC)"][:10] for row in every)[len(every) // 2]
    later = rows_of(marketer.get("/replay/passed.csv", params={"since": day}))
    assert 0 < len(later) < len(every) and all(row["When (UTC)"][:10] >= day for row in later)
    asked = {"solution": SOLUTION, "since": day}
    counts = marketer.get("/replay.json", params=asked).json()["counts"]
    for key, count in counts.items():
        assert len(rows_of(marketer.get(f"/replay/{key}.csv", params=asked))) == count
    page = marketer.get("/replay", params=asked).text
    assert "Of the whole company all the same: the findings." in said(page)
    assert f'href="/replay/passed?solution={SOLUTION}&amp;since={day}"' in page


def test_a_rep_may_pick_what_they_see_alone(client: Client, tables: Any, owners: list[str]) -> None:
    visible = "a.owner_id = ? OR a.account_id IN (SELECT UNNEST(?))"
    given = [owners[0], sorted(_handed_to(tables, owners[0]))]
    regions = {
        c
        for (c,) in tables.execute(
            f"SELECT DISTINCT region FROM account AS a WHERE {visible}", given
        ).fetchall()
    }
    page = client("rep").get("/board").text
    offered = picked(page, "territory")
    assert {one.removeprefix("region:") for one in offered if one.startswith("region:")} == regions - {None}
    everybody = {
        one for one in picked(client("admin").get("/board").text, "territory") if one.startswith("owner:")
    }
    hers = {one for one in offered if one.startswith("owner:")} - {"owner:mine"}
    assert f"owner:{owners[0]}" in hers and hers < everybody
    elsewhere = client("rep").get("/board.csv", params={"territory": f"owner:{owners[1]}"})
    own = {row["account_id"] for row in rows_of(client("rep").get("/board.csv"))}
    assert {row["account_id"] for row in rows_of(elsewhere)} <= own


def test_narrowed_tables_hold_no_other_row(demo_server: Served, tables: Any) -> None:
    [(region,)] = tables.execute("SELECT MODE(region) FROM account").fetchall()
    folder = (demo_server.workspace / ".muster" / "tables").resolve()
    with Narrowed(folder, EVERYTHING, solution=SOLUTION, territory=f"region:{region}") as narrowed:
        for table, by in (
            ("score", "buying_group_id"),
            ("credit", "opportunity_id"),
            ("disposition", "hand_off_id"),
        ):
            for row in narrowed.records(f"SELECT DISTINCT {by} AS id FROM {table}"):
                of = {"buying_group_id": "buying_group", "opportunity_id": "known_opportunity"}.get(by)
                if of is None:
                    continue
                [(solution,)] = tables.execute(
                    f"SELECT solution_id FROM {of} WHERE {by} = ?", [row["id"]]
                ).fetchall()
                assert solution == SOLUTION
        assert {row["region"] for row in narrowed.records("SELECT DISTINCT region FROM account")} == {region}
        groups = {
            row["buying_group_id"] for row in narrowed.records("SELECT buying_group_id FROM buying_group")
        }
        assert {
            row["buying_group_id"] for row in narrowed.records("SELECT buying_group_id FROM hand_off")
        } <= groups
        asked = narrowed.rows("buying_group", ["buying_group_id"], by="solution_id", among={"revenue-cloud"})
        assert asked == []
    assert can_narrow(("credit", "known_tactic"), solution=True, territory=True)
    assert not can_narrow(("conversion",), solution=False, territory=True)
    assert not can_narrow(("customer",), solution=True, territory=False)
    assert can_narrow(("customer",), solution=False, territory=True)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light"), (320, "dark")])
def test_the_filter_is_picked_and_taken_off_without_script(signed_in: Any, width: int, scheme: str) -> None:
    page = signed_in("admin", width=width, scheme=scheme, java_script_enabled=False)
    page.goto("/board?view=table&sort=score")
    if width < 1100:
        page.locator(".narrow summary").click()
    page.locator(".narrow [name=solution]").select_option(SOLUTION)
    page.locator(".narrow [name=since]").fill("2025-07-01")
    page.locator(".narrow button").click()
    assert "view=table" in page.url and f"solution={SOLUTION}" in page.url and "sort=score" in page.url
    page.get_by_role("link", name="Worklist").click()
    assert f"/worklist?solution={SOLUTION}&since=2025-07-01" in page.url
    page.get_by_role("link", name="Take the filter off").click()
    assert page.url.endswith("/worklist")


@pytest.mark.parametrize("width", [1440, 390, 320])
def test_the_pickers_lock_nobody_out(signed_in: Any, width: int) -> None:
    page = signed_in("rep", width=width)
    page.goto("/board?solution=data-platform&territory=owner:mine&since=2025-07-01")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert page.evaluate(OVERFLOW) <= 0
    locks_nobody_out(page, targets=True)


@pytest.mark.parametrize("path", ["/worklist", "/board"])
def test_from_a_filtered_list_to_a_group_and_back_the_filter_stays(client: Client, path: str) -> None:
    admin = client("admin")
    listed = admin.get(path, params={"solution": SOLUTION, "view": "table"})
    [link, *_] = [unescape(one) for one in re.findall(r'href="(/groups/[^"]*)"', listed.text)]
    group = admin.get(link)
    assert group.status_code == 200 and said(group.text) == ""  # a group is whole, whatever the list was
    [back] = [
        unescape(one)
        for one in re.findall(r'class="soft"><a href="([^"]*)">(?:Groups|Worklist)</a>', group.text)
    ]
    assert back == f"{path}?solution={SOLUTION}&view=table"
    again = admin.get(back).text
    assert said(again).startswith(f"Filtered: {SOLUTION}.") and link in map(
        unescape, re.findall(r'href="([^"]*)"', again)
    )
    sides = [unescape(one) for one in re.findall(r'<a href="([^"]*)"[^>]*data-go', group.text)]
    assert sides and all(one.endswith(f"?solution={SOLUTION}") for one in sides)
    [kept] = re.findall(r'name="from" value="([^"]*)"', group.text)
    assert unescape(kept) == back  # the timeline's own filters keep it
    assert admin.get(unescape(kept)).status_code == 200


def test_from_a_filtered_list_over_its_group_to_an_account_and_a_person_and_back(client: Client) -> None:
    admin = client("admin")
    here = f"/board?solution={SOLUTION}&view=table"
    [link, *_] = re.findall(r'href="(/groups/[^"]*)"', admin.get(here).text)
    for kind in ("/accounts/", "/people/"):  # from the group to its account, from there to somebody of it
        [link, *_] = re.findall(rf'href="({kind}[^"]*)"', admin.get(unescape(link)).text)
        page = admin.get(unescape(link)).text
        [back] = re.findall(r'Back to <a href="([^"]*)">Groups</a>', page)
        assert unescape(back) == here
        sides = [unescape(one) for one in re.findall(r'<a href="([^"]*)"[^>]*data-go', page)]
        assert sides and all(one.endswith(f"?solution={SOLUTION}") for one in sides)
    [back_to_group, *_] = re.findall(r'href="(/groups/[^"]*)"', page)
    assert f'<a href="{back}">Groups</a>' in admin.get(unescape(back_to_group)).text


def test_from_the_filtered_board_of_accounts_to_one_and_back(client: Client) -> None:
    here = f"/board?solution={SOLUTION}&unit=accounts&view=table"
    admin = client("admin")
    [link, *_] = re.findall(r'href="(/accounts/[^"]*)"', admin.get(here).text)
    [back] = re.findall(r'Back to <a href="([^"]*)">Groups</a>', admin.get(unescape(link)).text)
    assert unescape(back) == here


def test_an_unfiltered_list_leaves_a_groups_address_as_it_is(client: Client) -> None:
    links = re.findall(r'href="(/groups/[^"]*)"', client("admin").get("/board").text)
    assert links and not any("from=" in one for one in links)


@pytest.mark.parametrize(
    "address",
    (
        *("https://elsewhere.example/board?a=b", "//elsewhere.example/board", "javascript:alert(1)"),
        *("/settings", "/board\\@elsewhere.example", "http://[", "/board?" + "a" * 2000),
    ),
)
def test_nobody_is_led_elsewhere_by_the_list_that_an_address_names(client: Client, address: str) -> None:
    admin = client("admin")
    [link, *_] = re.findall(r'href="(/groups/[^"?]*)', admin.get("/board").text)
    page = admin.get(link, params={"from": address})
    assert page.status_code == 200 and 'class="soft"><a href="/board">Groups</a>' in page.text


def test_a_seller_whom_nobody_names_is_told_as_one(client: Client, demo_server: Served) -> None:
    folder = demo_server.workspace / ".muster" / "tables"
    with duckdb.connect() as connection:
        unknown = connection.execute(
            f"""SELECT DISTINCT a.owner_id FROM read_parquet('{folder / "account.parquet"}') AS a
            ANTI JOIN read_parquet('{folder / "records" / "owner.parquet"}') AS o ON o.owner_id = a.owner_id
            WHERE a.owner_id IS NOT NULL"""
        ).fetchall()
    users = {owner for user in read_users(demo_server.store) for owner in user.owner_ids}
    page = client("admin").get("/worklist").text
    told = [owner for (owner,) in unknown if owner not in users]
    assert told and all(f">seller {owner}, not among the users</option>" in page for owner in told)
