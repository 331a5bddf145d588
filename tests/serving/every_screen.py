"""Every screen of the app, and how to come to it: what is looked at in each width, scheme and zoom.

`ROUTES_WITHOUT_A_PAGE` names what GET answers with something else than a page of its own; whatever route
is neither there nor in `LOOKS` fails `test_no_page_is_forgotten`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from tests.serving.conftest import Served, serve

from muster.engine.lock import HOME
from muster.reports.frozen.snapshot import Shelf
from muster.rules.read import rule_shapes, rule_text
from muster.store.crm_fields import ON, set_state
from muster.store.crm_writes import WRITTEN, Intent, Settled, enter, settle, take
from muster.store.invitations import ADMIN, INVITE, new_invitation
from muster.store.tokens import new_token
from muster.workspace import init_workspace

FAILED_RUN = {
    "started_at": "2026-01-05T04:00:00+00:00",
    "ended": "failed",
    "why": "crm/Opportunity.csv is not there",
    "seconds": {"total": 1.5},
}
PUBLISHED_RUN = {  # as most runs: nothing was written to the CRM
    "started_at": "2026-01-04T04:00:00+00:00",
    "ended": "published",
    "run_id": "000000-ab",
    "as_of": "2025-12-29T00:00:00+00:00",
    "seconds": {"total": 9.5},
    "problems": 13,
}
ROUTES_WITHOUT_A_PAGE = {
    "/": "sends on to the worklist, the board or the first steps",
    "/enter/{secret}": "signs in and sends on",
    "/sign-on": "sends on to the company's login",
    "/health/progress": "a piece of /health/runs",
    "/packs/{pack_id}/board.{kind}": "a report of its own, looked at in tests/reports",
    "/replay/pages.pdf": "a file, read in tests/serving/test_replay_and_packs.py",
    "/replay/pages.html": "pages of their own, looked at in tests/replay",
    "/health-check": "for machines",
    "/static/{version}/{name}": "files",
}


@dataclass(frozen=True, slots=True)
class Look:
    """What to look at: the route it is of, its address, who looks, in which workspace, how it answers."""

    path: str
    address: str
    who: str | None = "admin"
    at: str = "full"  # or "new", "empty", "failed", "broken": see the functions below
    status: int = 200

    def __str__(self) -> str:
        return f"{self.address} of {self.who or 'nobody'}{'' if self.at == 'full' else f', {self.at}'}"


def _same(*paths: str, who: str | None = "admin") -> list[Look]:
    return [Look(path, path, who) for path in paths]


LOOKS = [
    Look("/worklist", "/worklist?owner=all"),
    Look("/worklist", "/worklist?owner=all&tab=returned"),  # empty
    Look("/worklist", "/worklist", "rep"),
    Look("/worklist", "/worklist?owner=all", "admin", "failed"),
    Look("/groups/{group_id}", "/groups/{group}"),
    Look("/groups/{group_id}", "/groups/{handed_over}", "marketer"),
    Look("/board", "/board?week=2025-10-20"),
    Look("/board", "/board?unit=accounts&view=table", "rep"),
    Look("/board", "/board?to=any"),
    Look("/board", "/board?solution=none-of-ours"),  # nothing there
    Look("/accounts/{account_id}", "/accounts/{account}"),
    Look("/people/{person_id}", "/people/{person}"),
    Look("/programs/{program_id}", "/programs/{program}"),
    Look("/search", "/search?q=co"),
    Look("/search", "/search?q=nobody-is-called-so", "rep"),
    *_same("/decisions", "/me", "/me/messages"),
    *_same("/measures", "/measures/conversion", "/measures/defects", "/measures/velocity", who="marketer"),
    *_same(
        "/measures/cost", "/measures/calibration", "/measures/programs", "/measures/credit", who="analyst"
    ),
    *_same("/measures/lift", "/measures/customers", "/measures/goals", who="marketer"),
    *_same("/replay"),
    Look("/replay", "/replay", "marketer", "failed"),  # nothing replayed there, and no right to
    Look("/replay/{cases}", "/replay/second_leads"),
    *_same("/packs"),
    Look("/packs/{pack_id}", "/packs/{pack}"),
    *_same("/health", "/health/rows", "/health/review", "/health/decisions", "/health/runs"),
    Look("/health/runs", "/health/runs", "marketer", "failed"),
    *_same("/settings", "/settings/users", "/settings/tokens", "/settings/messages", "/settings/audit"),
    *_same("/settings/privacy", "/settings/sources", "/settings/crm"),
    Look("/settings/crm", "/settings/crm", "admin", "failed"),  # no field mapped there
    Look("/settings/crm/writes/{number}", "/settings/crm/writes/1"),
    Look("/settings/crm/runs/{run_id}", "/settings/crm/runs/000001-0"),
    Look("/settings/crm/waiting/{name}", "/settings/crm/waiting/Account.Muster_Gone__c"),
    Look("/settings/rules/{name}", "/settings/rules/qualification"),
    Look("/settings/rules/{name}", "/settings/rules/titles", "analyst"),
    Look("/settings/drafts/{draft_id}", "/settings/drafts/{draft}"),
    *_same("/first-run"),
    Look("/sources/{name}/columns", "/sources/crm/columns?back=/settings/sources"),
    Look("/sources/{name}/remove", "/sources/web/remove"),
    Look("/sources/{name}/columns", "/sources/attendance/columns", "analyst"),
    Look("/first-run", "/first-run", "admin", "empty"),
    Look("/first-run", "/first-run", "rep", "empty"),
    *_same("/sign-in", who=None),
    Look("/start/{secret}", "/start/{invitation}", None),
    Look("/start/{secret}", "/start/{first_admin}", None, "new"),
    Look("/start/{secret}", "/start/used-up", None, status=410),
    Look("/sign-on/back", "/sign-on/back?state=x&code=x", None, status=422),
    Look("(no route)", "/nowhere", status=404),
    Look("(no route)", "/nowhere", None, status=404),
    Look("/health", "/health", "rep", status=403),
    Look("/groups/{group_id}", "/groups/not-one-of-ours", "rep", status=404),
    Look("/search", "/search?q=co", "rep", "broken", status=500),
    Look("/first-run", "/first-run", "analyst", "looked"),
    Look("/sources/{name}/columns", "/sources/talks/columns", "admin", "looked"),
]


def furnish(workspace: Path) -> None:
    """Give the bundled company what no run makes: a replay, a frozen pack, a rule on trial."""
    from typer.testing import CliRunner  # noqa: PLC0415

    from muster.cli.app import app  # noqa: PLC0415

    for command in (["replay", "--quiet"], ["report", "board", "--quiet", "-o", str(workspace / "b.html")]):
        told = CliRunner().invoke(app, [*command, f"--workspace={workspace}"])
        assert told.exit_code == 0, told.output
    rules = workspace / HOME / "drafts" / "ab12" / "rules"
    rules.mkdir(parents=True)
    for name in rule_shapes():
        (rules / f"{name}.csv").write_text(rule_text(workspace / "rules", name), "utf-8")
    row = {"name": "enter_at", "value": "60", "effective_from": "2026-01-01", "why": "fewer, and surer"}
    draft = {"draft_id": "ab12", "name": "qualification", "row": row, "who": "ada@halden.example"}
    (rules.parent / "draft.json").write_text(json.dumps(draft), "utf-8")
    group = {"buying_group_id": "g1", "account": "Blackmoor Stores", "solution_id": "revenue-cloud"}
    moved = {
        **dict.fromkeys(("groups_new", "groups_gone", "merge_count", "part_count"), 0),
        **{"groups_changed": 12, "hand_offs_changed": 7, "groups": [group | {"what": "one hand-off fewer"}]},
        "dollars": [{"currency": "USD", "opportunities": 3, "amount_cents": 123456, "credit_cents": 2345}],
    }
    (rules.parent / "moved.json").write_text(json.dumps(moved), "utf-8")


def serve_full(workspace: Path, owners: list[str]) -> Iterator[tuple[Served, dict[str, str]]]:
    """The furnished company, served; with it the ids that addresses name."""
    with (workspace / "muster.toml").open("a", encoding="utf-8") as file:
        file.write(
            '\n[serve.sign_on]\nissuer = "http://localhost:1"\nclient_id = "m"\nname = "Halden login"\n'
            'domains = ["halden.example"]\n'
            '\n[crm_write_back]\ninstance_url = "https://halden.my.salesforce.com"\n'
            '[[crm_write_back.field]]\nobject = "Account"\nfield = "Muster_Status__c"\nvalue = "status"\n'
            '[[crm_write_back.field]]\nobject = "Contact"\nfield = "Muster_Role__c"\nvalue = "role"\n'
        )
    with (workspace / HOME / "log" / "runs.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(PUBLISHED_RUN) + "\n")
    written = Intent("Account", "001Hd01CTb8m7EJIMY", "Muster_Status__c", None, "revenue-cloud: engaged")
    change = {
        "object": "Account",
        "record_id": written.record_id,
        "field": written.field,
        "old": "call them!",
    }
    changes = [change | {"new": "revenue-cloud: qualified", "fate": fate} for fate in ("theirs", "write")]
    looked = {"run_id": "000001-0", "as_of": "", "changes": changes, "same_count": 12}
    (workspace / HOME / "log" / "serving-crm.json").write_text(json.dumps(looked), "utf-8")
    for served in serve(workspace, (owners[0],), other=(owners[1],)):
        admin = served.users["admin"].user_id
        new_token(served.store, admin, "nightly sheet", scopes=["groups:read"], by="tests")
        now, run_id = datetime.now(UTC), "000001-0"
        set_state(served.store, "Account", written.field, ON, by="tests", now=now)
        enter(served.store, [written], run_id=run_id, as_of="", by="tests", now=now)
        taken = take(served.store, mapped={("Account", written.field)}, now=now, records=1)
        if taken is not None:
            settle(served.store, taken, [Settled(1, WRITTEN, "written")], now=now)
        gone = replace(written, field="Muster_Gone__c")  # waits for a field that is mapped no more
        enter(served.store, [gone], run_id=run_id, as_of="", by="tests", now=now)
        yield served, _ids(served)


def serve_failed(workspace: Path, owners: list[str]) -> Iterator[tuple[Served, dict[str, str]]]:
    """The bundled company, whose last run failed."""
    with (workspace / HOME / "log" / "runs.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(FAILED_RUN) + "\n")
    for served in serve(workspace, (owners[0],)):
        yield served, {}


def serve_broken(workspace: Path, owners: list[str]) -> Iterator[tuple[Served, dict[str, str]]]:
    """The bundled company with a table that somebody wrote into."""
    (workspace / HOME / "tables" / "person.parquet").write_bytes(b"PAR1 no more")
    for served in serve(workspace, (owners[0],)):
        yield served, {}


def serve_empty(workspace: Path, _: list[str]) -> Iterator[tuple[Served, dict[str, str]]]:
    """A workspace that has built nothing yet."""
    init_workspace(workspace)
    for served in serve(workspace, ()):
        yield served, {}


TALKS = """[[source]]
name = "talks"
kind = "table"
path = "talks.csv"
table = "engagement"
[source.columns]
occurred_at = "ts"
email = "mail"
activity = { column = "What", values = { live = "webinar_attended", no_show = "webinar_registered" } }
solution_id = "topic"

[[source]]
name = "crm"
kind = "salesforce"
path = "crm"
"""
ATTENDED = """ts,mail,What,topic,plan
2025-03-03 09:00,ana@acme.example,live,company,
2025-03-03 09:00,bo@acme.example,no_show,company,
2025-03-04 09:00,ana@acme.example,page_view,secruity,
2025-03-05 09:00,bo@acme.example,downloaded the slides of the talk afterwards,security,
"""
CRM = {
    "Account": "Id,Name\n001A,Acme\n",
    "Contact": "Id,AccountId,Email,Title\n003A,001A,ana@acme.example,Cheif Enginer\n"
    "003B,001A,bo@acme.example,Xyzzyq\n",
    "Opportunity": "Id,AccountId,Name,StageName,LeadSource,CreatedDate\n"
    "006A,001A,Security,Negotation,Partnr portal,2025-01-02\n"
    "006B,001A,Two,Legal review,Carrier Pigeon,2025-01-02\n",
}


def serve_looked(workspace: Path, _: list[str]) -> Iterator[tuple[Served, dict[str, str]]]:
    """A workspace that was looked at and has built nothing yet: some of its words no rule reads."""
    from typer.testing import CliRunner  # noqa: PLC0415

    from muster.cli.app import app  # noqa: PLC0415

    init_workspace(workspace)
    (workspace / "talks.csv").write_text(ATTENDED, "utf-8")
    (workspace / "crm").mkdir()
    for name, text in CRM.items():
        (workspace / "crm" / f"{name}.csv").write_text(text, "utf-8")
    with (workspace / "muster.toml").open("a", encoding="utf-8") as file:
        file.write(TALKS)
    found = CliRunner().invoke(app, ["check", "--json", f"--workspace={workspace}"]).stdout
    assert json.loads(found)["needs_look"]
    (workspace / HOME / "log").mkdir(parents=True, exist_ok=True)
    (workspace / HOME / "log" / "first-look.json").write_text(found, "utf-8")
    for served in serve(workspace, ()):
        yield served, {}


def serve_new(workspace: Path, _: list[str]) -> Iterator[tuple[Served, dict[str, str]]]:
    """A workspace that nobody signed in to yet."""
    init_workspace(workspace)
    for served in serve(workspace, (), roles=()):
        yield served, {"first_admin": new_invitation(served.store, ADMIN, by="tests")}


def copied(source: Path, target: Path) -> Path:
    """A workspace of its own, as another is."""
    shutil.copytree(source, target, symlinks=True)
    return target


def _ids(served: Served) -> dict[str, str]:
    folder = served.workspace / ".muster" / "tables"
    with duckdb.connect() as connection:
        for name in ("buying_group", "member", "known_tactic", "hand_off"):
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder / name}.parquet')")
        found: Any = connection.execute(
            """SELECT (SELECT MODE(account_id) FROM buying_group), (SELECT MODE(person_id) FROM member),
            (SELECT MIN(program_id) FROM known_tactic), (SELECT MODE(buying_group_id) FROM member),
            (SELECT MAX(buying_group_id) FROM hand_off)"""
        ).fetchone()
    ids = dict(zip(("account", "person", "program", "group", "handed_over"), found, strict=True))
    user = served.users["other"].user_id
    ids["invitation"] = new_invitation(served.store, INVITE, user, by="tests")
    ids["pack"] = Shelf(served.workspace).all()[-1].id
    return ids | {"draft": "ab12"}
