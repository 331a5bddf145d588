"""Columns on the page: each field with its column and a value, what is missing, and what is saved of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from tests.serving.conftest import serve

from muster.canonical.tables import source_tables
from muster.config.reading import read_config
from muster.config.settings import SourceConfig
from muster.problems import MusterError
from muster.serving import column_maps
from muster.serving.pages import columns as columns_page
from muster.sources import offered
from muster.sources.offered import fields_of_table, files_of, guessed, holdings
from muster.sources.shape import table_rules
from muster.sources.unread import unread_columns
from muster.store.audit import entries
from muster.workspace import init_workspace

CRM = Path(__file__).parents[2] / "src" / "muster" / "demo" / "company" / "crm"
WEB = "ts,Event Name,page,mail,note\n2026-01-05 10:00:00,page_viewed,/pricing,ada@acme.example,hi\n"


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A new workspace, served; nobody looks at it meanwhile."""
    monkeypatch.setattr(columns_page, "begin_look", lambda workspace: None)
    init_workspace(tmp_path / "acme")
    yield from serve(tmp_path / "acme", ())


def upload(client: Any, name: str, text: str, **fields: str) -> Any:
    return client.post(
        "/uploads", data={"name": name} | fields, files={"files": (f"{name}.csv", text.encode())}
    )


def source_of(served: Any, name: str) -> SourceConfig:
    return {source.name: source for source in read_config(served.workspace).source}[name]


PDF = b"%PDF-1.7 nothing that has columns"


@pytest.mark.parametrize(("content", "why"), [(PDF, "is a PDF, not text"), (b"", "is empty")])
@pytest.mark.parametrize("holds", ["engagement", ""])
def test_a_file_that_cannot_be_read_takes_no_place(
    client: Callable[..., Any], empty: Any, content: bytes, why: str, holds: str
) -> None:
    """The file that was there stays: it is told at once, and no run has to find out."""
    analyst = client("analyst", empty)
    name, good = ("mail", WEB.encode()) if holds else ("Account", b"Id,Name\n1,Acme\n")
    form = {"name": "one", "holds": holds}
    first = analyst.post("/uploads", data=form, files={"files": (f"{name}.csv", content)})
    assert first.status_code == 422 and why in first.text
    assert read_config(empty.workspace).source == ()
    assert analyst.post("/uploads", data=form, files={"files": (f"{name}.csv", good)}).status_code == 303
    again = analyst.post("/uploads", data=form | {"how": "add"}, files={"files": (f"{name}.csv", content)})
    assert again.status_code == 422 and why in again.text
    assert (empty.workspace / "uploads" / "one" / f"{name}.csv").read_bytes() == good


def test_a_file_that_lies_there_unreadable_is_told_with_the_way_out(
    client: Callable[..., Any], empty: Any
) -> None:
    analyst = client("analyst", empty)
    upload(analyst, "mail", WEB, holds="engagement")
    (empty.workspace / "uploads" / "mail" / "mail.csv").write_bytes(PDF)
    page = analyst.get("/sources/mail/columns").text
    assert "the file is a PDF, not text" in page and "<select" not in page.partition("<main")[2]
    assert 'href="/sources/mail/remove' in page


def test_an_uploaded_table_is_guessed_shown_and_mended(client: Callable[..., Any], empty: Any) -> None:
    analyst = client("analyst", empty)
    answer = upload(analyst, "web", WEB.replace("Event Name", "What"), holds="engagement")
    assert answer.headers["location"] == "/sources/web/columns?back=/first-run"
    assert source_of(empty, "web").columns == {"occurred_at": "ts", "url": "page", "email": "mail"}
    page = analyst.get("/sources/web/columns").text
    assert "What: page_viewed" in page and "note: hi" in page  # each column with a value of it
    assert "engagement.activity</span>: without it no row can be taken" in page
    assert "anonymous visits belong to no account" in page  # what it costs that no column has a domain
    chosen = {"engagement.activity": "", "engagement.email": "mail", "engagement.occurred_at": "ts"}
    refused = analyst.post("/sources/web/columns", data=chosen)
    assert refused.status_code == 422 and "Nothing fills activity" in refused.text
    chosen |= {"engagement.activity": "What", "engagement.email": "", "always.engagement.channel": "web"}
    chosen |= {"engagement.channel": "", "date_format": "%Y-%m-%d %H:%M:%S", "back": "/settings/sources"}
    assert analyst.post("/sources/web/columns", data=chosen).headers["location"] == "/settings/sources"
    web = source_of(empty, "web")
    assert web.column_map("channel").value == "web"  # type: ignore[union-attr]
    assert (web.columns["activity"], "email" in web.columns) == ("What", False)
    assert (web.columns["url"], web.date_format) == ("page", "%Y-%m-%d %H:%M:%S")
    assert [one.action for one in entries(empty.store)][-2:] == ["upload_exports", "map_columns"]


def test_a_source_that_came_after_the_last_look_is_said_to_be_not_looked_at(
    client: Callable[..., Any], empty: Any
) -> None:
    """Nothing fills a column that is needed, so no look can be begun: the look before says nothing of it."""
    analyst = client("analyst", empty)
    upload(analyst, "talks", WEB, holds="engagement")
    file = {"source": "talks", "file": "talks.csv", "reads_into": "engagement"}
    rows = {"rows_read": 9, "rows_landed": 9, "rows_set_aside": 0}
    look = {"ledger": [file | rows], "problems": [], "needs_look": False}
    written = empty.workspace / ".muster" / "log" / "first-look.json"
    written.parent.mkdir(parents=True, exist_ok=True)
    written.write_text(json.dumps(look), "utf-8")
    assert "9 rows can be read. Build when you are content." in analyst.get("/first-run").text
    upload(analyst, "web", WEB.replace("Event Name", "What"), holds="engagement")
    page = analyst.get("/first-run").text
    assert "Nobody has looked at web yet" in page and "Build when you are content" not in page
    assert 'Not looked at yet: <a href="/sources/web/columns' in page


def test_a_field_of_the_crm_is_taken_from_another_column(client: Callable[..., Any], empty: Any) -> None:
    analyst = client("analyst", empty)
    analyst.post("/sources", data={"path": str(CRM), "name": "crm"})
    page = analyst.get("/sources/crm/columns").text
    assert "opportunity.solution_id</span>: the solution is looked for in" in page
    assert "found by itself: StageName" in page
    chosen = {
        "opportunity.solution_id": "Solution__c",
        "opportunity.stage": "",
        "lead_status_change.mql": "MQL_Date__c",
    }
    assert analyst.post("/sources/crm/columns", data=chosen).status_code == 303
    assert source_of(empty, "crm").fields == {
        "opportunity.solution_id": "Solution__c",
        "lead_status_change.mql": "MQL_Date__c",
    }
    assert "opportunity.solution_id</span>" not in analyst.get("/sources/crm/columns").text
    strange = analyst.post("/sources/crm/columns", data={"opportunity.stage": "Nowhere__c"})
    assert strange.status_code == 422 and "has a column" in strange.text
    analyst.post("/sources/crm/columns", data={"opportunity.solution_id": ""})
    assert source_of(empty, "crm").fields == {"lead_status_change.mql": "MQL_Date__c"}


def test_what_muster_toml_says_in_more_words_stays_as_it_is(client: Callable[..., Any], empty: Any) -> None:
    (empty.workspace / "web.csv").write_text(WEB, "utf-8")
    with (empty.workspace / "muster.toml").open("a", encoding="utf-8") as file:
        file.write(
            '[[source]]\nname = "web"\nkind = "table"\npath = "web.csv"\ntable = "engagement"\n'
            "[source.columns]\n"
            'occurred_at = { column = "ts", plus_days = 1 } # late\nchannel = { value = "web" }\n'
            'activity = { column = "Event Name", values = { view = "page_viewed" } }\n'
        )
    before = (empty.workspace / "muster.toml").read_text("utf-8")
    analyst = client("analyst", empty)
    same = {"engagement.occurred_at": "ts", "engagement.channel": "=", "engagement.activity": "Event Name"}
    assert analyst.post("/sources/web/columns", data=same).status_code == 303
    assert (empty.workspace / "muster.toml").read_text("utf-8") == before
    analyst.post(
        "/sources/web/columns", data=same | {"engagement.activity": "note", "engagement.channel": ""}
    )
    web = source_of(empty, "web")
    assert web.column_map("activity").column == "note"  # type: ignore[union-attr]
    assert web.column_map("activity").values == {"view": "page_viewed"}  # type: ignore[union-attr]
    assert (
        "channel" not in web.columns
        and "plus_days = 1 } # late" in (empty.workspace / "muster.toml").read_text()
    )


def test_only_who_may_run_sees_and_chooses_columns(client: Callable[..., Any], empty: Any) -> None:
    client("analyst", empty).post("/sources", data={"path": str(CRM), "name": "crm"})
    for who in ("rep", "marketer"):
        assert client(who, empty).get("/sources/crm/columns").status_code == 403
        assert client(who, empty).post("/sources/crm/columns", data={}).status_code == 403
    assert client("admin", empty).get("/sources/none-of-ours/columns").status_code == 404
    wrong = upload(client("admin", empty), "odd", WEB, holds="decision")
    assert wrong.status_code == 422 and not (empty.workspace / "uploads" / "odd").exists()


def test_a_choice_that_is_not_written_is_noticed(
    client: Callable[..., Any], empty: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seeded fault: the page takes what is chosen and writes nothing."""
    monkeypatch.setattr(column_maps, "set_keys", lambda *_: None)
    with pytest.raises((AssertionError, KeyError, AttributeError)):
        test_an_uploaded_table_is_guessed_shown_and_mended(client, empty)


def test_no_value_is_shown_where_people_were_erased(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "web.csv").write_text(WEB, "utf-8")
    source = SourceConfig(name="web", kind="table", path="web.csv", table="engagement")
    assert files_of(source, tmp_path)[0].samples["mail"] == "ada@acme.example"
    monkeypatch.setattr(offered, "read_suppression", lambda workspace: object())
    assert set(files_of(source, tmp_path)[0].samples.values()) == {""}


def test_columns_are_recognised_by_the_names_that_people_give_them() -> None:
    named = guessed("engagement", ["When", "Person Email", "Event", "Page", "Cookie"])
    assert named == {
        "occurred_at": "When",
        "activity": "Event",
        "email": "Person Email",
        "visitor_id": "Cookie",
        "url": "Page",
    }


def test_what_is_offered_names_fields_that_there_are() -> None:
    for table in holdings():
        body = offered._offered()[table]
        for field, names in body.get("maybe", {}).items():
            assert not {*names} & {*body["called"].get(field, ())}, "taken by itself is not asked"
        known = set(source_tables()[table].column_names)
        assert {*body["called"], *body.get("costs", {})} <= known
        assert (
            guessed(table, sorted(known - {"source"})).items()
            >= {name: name for name in body["called"]}.items()
        )
        needed = {
            f.name
            for f in fields_of_table(SourceConfig(name="x", kind="table", path="x", table=table))
            if f.is_needed
        }
        assert needed == set(table_rules()[table].needs) - {table_rules()[table].fingerprint}


def test_a_map_without_a_source_is_refused(tmp_path: Path) -> None:
    folder = init_workspace(tmp_path).folder
    with pytest.raises(MusterError, match="no source crm"):
        column_maps.save_map(read_config(folder), "crm", folder, {}, date_format="")


def test_a_column_that_nothing_reads_becomes_a_fit_attribute_and_comments_stay(
    client: Callable[..., Any], empty: Any
) -> None:
    analyst = client("analyst", empty)
    analyst.post("/sources", data={"path": str(CRM), "name": "crm"})
    toml = empty.workspace / "muster.toml"
    toml.write_text(toml.read_text("utf-8") + "# ours, by hand\n", "utf-8")
    page = analyst.get("/sources/crm/columns").text
    assert 'name="attribute.ICP_Tier__c" value=""' in page and "0 of them a fit attribute" in page
    assert 'name="attribute.Industry"' not in page  # a field of ours reads it
    given = {"attribute.ICP_Tier__c": "icp_tier", "attribute.Uses_Key_Technology__c": ""}
    assert analyst.post("/sources/crm/columns", data=given).status_code == 303
    assert source_of(empty, "crm").fields == {"account_attribute.icp_tier": "ICP_Tier__c"}
    assert "# ours, by hand" in toml.read_text("utf-8")
    assert '"account_attribute.icp_tier" = "ICP_Tier__c"' in toml.read_text("utf-8")
    page = analyst.get("/sources/crm/columns").text
    assert 'name="attribute.ICP_Tier__c" value="icp_tier"' in page and "1 of them a fit attribute" in page
    analyst.post("/sources/crm/columns", data={"attribute.ICP_Tier__c": "tier"})  # called otherwise
    assert source_of(empty, "crm").fields == {"account_attribute.tier": "ICP_Tier__c"}
    analyst.post("/sources/crm/columns", data={"opportunity.solution_id": "Solution__c"})
    assert source_of(empty, "crm").fields["account_attribute.tier"] == "ICP_Tier__c"  # not spoken of: stays
    analyst.post("/sources/crm/columns", data={"attribute.ICP_Tier__c": ""})
    assert source_of(empty, "crm").fields == {"opportunity.solution_id": "Solution__c"}
    detail = [entry.detail for entry in entries(empty.store) if entry.action == "map_columns"]
    assert '"account_attribute.icp_tier": "ICP_Tier__c"' in detail[0]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"ICP_Tier__c": "ICP Tier"}, "no name of an attribute"),
        ({"ICP_Tier__c": "region"}, "a field of the account itself"),
        ({"ICP_Tier__c": "tier", "Uses_Key_Technology__c": "tier"}, "ICP_Tier__c is called tier already"),
    ],
)
def test_a_name_that_no_rule_could_be_about_is_refused_and_nothing_changes(
    client: Callable[..., Any], empty: Any, given: dict[str, str], says: str
) -> None:
    analyst = client("analyst", empty)
    analyst.post("/sources", data={"path": str(CRM), "name": "crm"})
    before = (empty.workspace / "muster.toml").read_bytes()
    chosen = {f"attribute.{column}": name for column, name in given.items()}
    refused = analyst.post("/sources/crm/columns", data=chosen | {"opportunity.solution_id": "Solution__c"})
    assert refused.status_code == 422 and says in refused.text
    assert (empty.workspace / "muster.toml").read_bytes() == before


def test_how_often_a_column_is_filled_is_told_of_rows_that_were_looked_at() -> None:
    crm = SourceConfig(name="crm", kind="salesforce", path=".")
    columns = {"Id": "001", "Tier__c": "A", "Rating": "", "Industry": "Energy"}
    filled = {"Id": 4, "Tier__c": 3, "Rating": 0, "Industry": 4}
    seen = offered.SeenFile("Account.csv", "Account", columns, filled, 4)
    told = unread_columns(crm, [seen], currency="EUR")
    assert [(one.column, one.filled) for one in told] == [("Tier__c", 0.75), ("Rating", 0.0)]
    unseen = offered.SeenFile("Account.csv", "Account", columns, {}, 0)  # people were erased: no row is shown
    assert {one.filled for one in unread_columns(crm, [unseen], currency="EUR")} == {None}
    assert (
        unread_columns(
            SourceConfig(name="w", kind="table", path=".", table="engagement"), [seen], currency="EUR"
        )
        == []
    )


ATTENDED = "ts,mail,topic\n2026-01-05 10:00:00,ada@acme.example,company\n"


def test_a_column_that_may_be_about_something_else_is_proposed_and_not_taken(
    client: Callable[..., Any], empty: Any
) -> None:
    """The topic of a talk is no solution until somebody says so."""
    analyst = client("analyst", empty)
    upload(analyst, "talks", ATTENDED, holds="engagement")
    assert source_of(empty, "talks").columns == {"occurred_at": "ts", "email": "mail"}
    assert "Perhaps topic," in analyst.get("/sources/talks/columns").text
    chosen = {"engagement.solution_id": "topic", "engagement.activity": "", "engagement.occurred_at": "ts"}
    chosen["always.engagement.activity"] = "webinar_attended"
    assert analyst.post("/sources/talks/columns", data=chosen).status_code == 303
    assert source_of(empty, "talks").columns["solution_id"] == "topic"
    assert "Perhaps topic," not in analyst.get("/sources/talks/columns").text


@pytest.mark.parametrize("table", ["engagement", "content", "tactic"])
def test_a_topic_that_is_taken_as_a_solution_by_itself_is_noticed(
    table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seeded fault: a topic is called a solution, as it once was."""
    assert "solution_id" not in guessed(table, ["topic"])
    monkeypatch.setitem(offered._offered()[table]["called"], "solution_id", ["solution", "topic"])
    assert guessed(table, ["topic"])["solution_id"] == "topic"


NAMED = """[[source]]
name = "web"
kind = "table"
path = "web.csv"
table = "engagement"
[source.columns]
occurred_at = "ts"
# what our web team calls them
activity = { column = "Event Name", values = { view = "page_viewed", "a.b" = "page_viewed" } } # by hand
"""
WORDS = "word.engagement.activity."
SAME = {"engagement.occurred_at": "ts", "engagement.activity": "Event Name"}


def named(empty: Any) -> Any:
    """A table of which two words are read otherwise."""
    (empty.workspace / "web.csv").write_text(WEB, "utf-8")
    toml = empty.workspace / "muster.toml"
    toml.write_text(toml.read_text("utf-8") + NAMED, "utf-8")
    return toml


def test_what_was_said_of_words_is_seen_said_anew_and_taken_back(
    client: Callable[..., Any], empty: Any
) -> None:
    toml = named(empty)
    analyst = client("analyst", empty)
    page = html.fromstring(analyst.get("/sources/web/columns").text)
    [select] = page.xpath(f"//select[@name='{WORDS}view']")
    assert select.xpath("./option[@selected]/@value") == ["page_viewed"]
    offered_too = set(select.xpath("./option/@value"))
    assert {"=", "form_submitted"} <= offered_too and "" not in offered_too  # an act of nothing is no act
    anew = SAME | {f"{WORDS}view": "pricing_viewed"}
    assert analyst.post("/sources/web/columns", data=anew).status_code == 303
    how = source_of(empty, "web").column_map("activity")
    assert how is not None and how.values == {"view": "pricing_viewed", "a.b": "page_viewed"}
    assert analyst.post("/sources/web/columns", data=SAME | {f"{WORDS}view": "="}).status_code == 303
    assert analyst.post("/sources/web/columns", data=SAME | {f"{WORDS}a.b": "="}).status_code == 303
    assert source_of(empty, "web").columns["activity"] == "Event Name"
    assert "# what our web team calls them" in toml.read_text("utf-8") and "# by hand" in toml.read_text()
    told = [one.detail for one in entries(empty.store) if one.action == "map_columns"]
    assert len(told) == 3 and "pricing_viewed" in told[0]


def test_a_word_is_read_as_nothing_that_was_not_offered(client: Callable[..., Any], empty: Any) -> None:
    before = named(empty).read_bytes()
    analyst = client("analyst", empty)
    for strange in ("flying", ""):
        refused = analyst.post("/sources/web/columns", data=SAME | {f"{WORDS}view": strange})
        assert refused.status_code == 422 and "view cannot be read as" in refused.text
    assert (empty.workspace / "muster.toml").read_bytes() == before


def test_a_column_of_joined_ones_keeps_them_when_a_word_is_taken_back(
    client: Callable[..., Any], empty: Any
) -> None:
    toml = named(empty)
    joined = 'activity = { columns = ["Event Name", "page"], values = { view = "page_viewed" } }\n'
    toml.write_text(toml.read_text("utf-8").partition("# what our")[0] + joined, "utf-8")
    given = SAME | {"engagement.activity": "=", f"{WORDS}view": "="}
    assert client("analyst", empty).post("/sources/web/columns", data=given).status_code == 303
    how = source_of(empty, "web").column_map("activity")
    assert how is not None and (how.columns, how.values) == (("Event Name", "page"), {})


def test_a_word_that_is_not_taken_back_is_noticed(
    client: Callable[..., Any], empty: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seeded fault: what the form says of words is not heard."""
    monkeypatch.setattr(column_maps, "words_chosen", lambda field, *_: field.words)
    with pytest.raises(AssertionError):
        test_what_was_said_of_words_is_seen_said_anew_and_taken_back(client, empty)
