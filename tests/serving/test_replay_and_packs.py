"""The replay and the board packs: made in the background, each count opens its cases, packs stay frozen."""

from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.serving.conftest import Served
from typer.testing import CliRunner

from muster.cli.app import app
from muster.problems import RuleError, WrongUse
from muster.reports.formats.paper import paper_of
from muster.reports.frozen.snapshot import Shelf
from muster.serving.background import work
from muster.serving.guards import own_style
from muster.serving.mql_rule import change, lines_of
from muster.store.audit import entries

Client = Callable[..., httpx.Client]


def ended(workspace: Path, name: str) -> None:
    """Wait for what a page began; it must end well."""
    until = time.monotonic() + 300
    while work(workspace, name).is_running and time.monotonic() < until:
        time.sleep(0.2)
    assert work(workspace, name).ended == 0, work(workspace, name).said


def test_the_rule_is_edited_replayed_and_each_count_opens_its_cases(
    client: Client, own_server: Served
) -> None:
    analyst, rep, marketer = (client(who, own_server) for who in ("analyst", "rep", "marketer"))
    assert "not replayed yet" in analyst.get("/replay").text
    assert analyst.get("/replay/pages.html").status_code == 404
    assert analyst.get("/replay/pages.pdf").status_code == 404
    assert rep.get("/replay").status_code == 403 and rep.get("/replay/passed").status_code == 403
    assert marketer.post("/replay", data={"rule.threshold": "60"}).status_code == 403
    assert analyst.post("/replay", data={"rule.threshold": "60"}).status_code == 303
    ended(own_server.workspace, "replay")
    told = analyst.get("/replay.json").json()
    assert told["replay"]["threshold"] == 60
    page = analyst.get("/replay").text
    sentence = told["replay"]["findings"][0]["sentence"]
    assert sentence.split("'")[0] in page
    assert page.index("findings") < page.index("Your MQL rule")
    assert told["counts"]["second_leads"] > 0
    # What a finding says and what the count opens are of the same period.
    said = f"{told['counts']['second_leads']} second lead"
    assert any(said in finding["sentence"] for finding in told["replay"]["findings"])
    for name, count in told["counts"].items():
        assert len(analyst.get(f"/replay/{name}.json").json()[name]) == count
    assert analyst.get("/replay/nothing").status_code == 404
    printed = analyst.get("/replay/pages.html")
    assert (
        sentence.split("'")[0] in printed.text and "unsafe" not in printed.headers["content-security-policy"]
    )
    assert rep.get("/replay/pages.html").status_code == 403
    assert rep.get("/replay/pages.pdf").status_code == 403
    is_the_replay_on_paper(analyst.get("/replay/pages.pdf").content, sentence)
    file = own_server.workspace / "replay.pdf"
    told = CliRunner().invoke(
        app, ["replay", "--quiet", f"--workspace={own_server.workspace}", "-o", str(file)]
    )
    assert told.exit_code == 0, told.output
    is_the_replay_on_paper(file.read_bytes(), sentence)


def is_the_replay_on_paper(content: bytes, sentence: str) -> None:
    """Tagged, in English, named, on two pages, with its first finding and texts for its pictures."""
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    pdf = pypdf.PdfReader(BytesIO(content))
    root: Any = pdf.trailer["/Root"]
    assert "/StructTreeRoot" in root and root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert len(pdf.pages) <= 2 and "replayed" in pdf.metadata.title
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    assert sentence in text


def test_and_a_replay_printed_without_tags_is_noticed() -> None:
    weasyprint = pytest.importorskip("weasyprint", reason="WeasyPrint is not installed")
    page = "<html lang=en><title>x, replayed</title><p>20 second leads</p></html>"
    is_the_replay_on_paper(paper_of(page), "20 second leads")
    with pytest.raises(AssertionError):
        is_the_replay_on_paper(weasyprint.HTML(string=page).write_pdf(), "20 second leads")
    with pytest.raises(AssertionError):
        is_the_replay_on_paper(paper_of(page), "21 second leads")


def test_the_rule_changes_whole_or_not_at_all(own_server: Served) -> None:
    workspace, store = own_server.workspace, own_server.store
    before = {line.field: line.value for line in lines_of(workspace)}
    for said, error in (
        ({"rule.threshold": "0"}, RuleError),
        ({"rule.threshold": "many"}, RuleError),
        ({"rule.nothing": "1"}, WrongUse),
    ):
        with pytest.raises(error):
            change(workspace, store, said, who="ada@halden.example")
    assert {line.field: line.value for line in lines_of(workspace)} == before
    assert change(workspace, store, before, who="ada@halden.example") == []
    said = {"rule.threshold": "70", "activity.pricing_viewed": "12"}
    assert change(workspace, store, said, who="ada@halden.example") == sorted(said)
    after = {line.field: line.value for line in lines_of(workspace)}
    assert after == before | said
    entry = entries(store)[-1]
    assert (entry.who, entry.action) == ("ada@halden.example", "change_mql_rule")


def test_a_pack_is_frozen_with_its_notes_and_opens_in_its_own_style(
    client: Client, own_server: Served, signed_in: Any
) -> None:
    marketer, rep = client("marketer", own_server), client("rep", own_server)
    assert "No pack was frozen yet" in marketer.get("/packs").text
    for path in ("/packs", "/packs/2025-Q3-0000000000", "/packs/2025-Q3-0000000000/board.html"):
        assert rep.get(path).status_code == 403
    assert rep.post("/packs", data={"period": "2025-Q3"}).status_code == 403
    assert marketer.post("/packs", data={"period": "2099-Q3"}).status_code == 422
    asked = {"period": "2025-Q3", "notes": "/etc/hostname"}  # a note, never the file of that name
    assert marketer.post("/packs", data=asked).status_code == 303
    ended(own_server.workspace, "pack")
    [kept] = marketer.get("/packs.json").json()
    [snapshot] = Shelf(own_server.workspace).all()
    assert kept["id"] == snapshot.id and snapshot.period == "2025-Q3"
    assert '<p class="reading" dir="auto">/etc/hostname</p>' in marketer.get(f"/packs/{snapshot.id}").text
    [sheet] = [one for page in snapshot.pack.pages for one in page.sheets if one.key == "restated"]
    told = marketer.get(f"/packs/{snapshot.id}.csv?table=restated").text.splitlines()
    columns = [column.label for column in sheet.columns]  # as page 7 of the pack: with what is behind each
    assert (told[0].removeprefix("\ufeff").split(","), len(told) - 1) == (columns, len(sheet.rows))
    for kind, magic in (("html", b"<!doctype"), ("pdf", b"%PDF"), ("pptx", b"PK"), ("xlsx", b"PK")):
        answer = marketer.get(f"/packs/{snapshot.id}/board.{kind}")
        assert answer.status_code == 200 and answer.content.lower().startswith(magic.lower())
    for odd in ("2025-Q3", "../2025-Q3-0000000000", "2025-Q3-0000000000"):
        assert marketer.get(f"/packs/{odd}").status_code == 404
    page = signed_in("marketer", server=own_server)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"/packs/{snapshot.id}/board.html")
    assert page.evaluate("getComputedStyle(document.querySelector('.opening')).fontSize") != "16px"
    assert said == []


def test_a_page_may_use_its_own_style_alone() -> None:
    policy = own_style("<style>p{}</style><p style='color:red'>")
    assert "'sha256-" in policy and "unsafe" not in policy and "default-src 'none'" in policy
    assert "style-src 'none'" in own_style("<p>")
