"""What an assistant can ask, as the protocol's own client asks it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from mcp import Client, StdioServerParameters, stdio_client
from tests.access.invented_accounts import INSIDE, OUTSIDE, REP, group_of, hand_off_of, write_workspace

from muster.assistant.desk import Desk
from muster.assistant.server import assistant_server
from muster.canonical.tables import flow_tables
from muster.config.settings import StoreConfig
from muster.store.decisions import last_number
from muster.store.opening import Store, open_or_make
from muster.store.tokens import SCOPES, new_token, revoke_token
from muster.store.users import User, add_user

READ = {"worklist", "explain_group", "measure", "replay"}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An invented company's tables."""
    return write_workspace(tmp_path_factory.mktemp("assistant") / "w", noise=0)


@pytest.fixture(scope="module")
def store(workspace: Path) -> Iterator[Store]:
    """Its store."""
    with closing(open_or_make(workspace, StoreConfig())) as opened:
        yield opened


@pytest.fixture(scope="module")
def rep(store: Store) -> User:
    """A rep with a territory."""
    return add_user(
        store,
        "rae@example.com",
        "Rae",
        role="rep",
        by="t",
        owner_ids=REP.owner_ids,
        territories=REP.territories,
    )


def asked(desk: Desk, tool: str, **given: Any) -> Any:
    """What a tool answers: its plain values, or where it failed, the sentence."""

    async def ask() -> Any:
        async with Client(assistant_server(desk)) as client:
            answer = await client.call_tool(tool, given)
            return answer.content[0].text if answer.is_error else answer.structured_content

    return asyncio.run(ask())


def test_a_program_starts_it_and_asks_over_standard_input_and_output(workspace: Path) -> None:
    server = StdioServerParameters(command=sys.executable, args=["-m", "muster", "mcp", "-w", str(workspace)])

    async def ask() -> tuple[set[str], Any, Any]:
        async with Client(stdio_client(server)) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            listed = await client.call_tool("worklist", {"limit": 3})
            group = listed.structured_content["groups"][0]["buying_group_id"]
            told = await client.call_tool("explain_group", {"buying_group_id": group})
            return names, listed.structured_content, told.structured_content

    names, listed, told = asyncio.run(ask())
    assert names >= READ
    assert len(listed["groups"]) == 3
    assert told["group"]["buying_group_id"] == listed["groups"][0]["buying_group_id"]
    assert told["group"]["account"] == listed["groups"][0]["account"]
    assert {member["buying_group_id"] for member in told["members"]} == {told["group"]["buying_group_id"]}
    assert told["hand_offs"]


def test_with_a_token_it_sees_what_its_user_sees(workspace: Path, store: Store, rep: User) -> None:
    text, _ = new_token(store, rep.user_id, "t", scopes=SCOPES, by="t")
    desk = Desk(workspace, store, text)
    listed = asked(desk, "worklist", limit=200)
    assert {group["account_id"] for group in listed["groups"]} == set(INSIDE)
    assert "is not yours to see" in asked(desk, "explain_group", buying_group_id=group_of(OUTSIDE[0]))
    assert "The role rep does not include this." in asked(desk, "measure", name="velocity")
    everything = asked(Desk(workspace, store, None), "worklist", limit=200)
    assert {group["account_id"] for group in everything["groups"]} > set(INSIDE)


def test_a_token_without_the_scope_or_revoked_is_refused(workspace: Path, store: Store, rep: User) -> None:
    text, token = new_token(store, rep.user_id, "t", scopes=["people:read"], by="t")
    desk = Desk(workspace, store, text)
    assert "does not allow groups:read" in asked(desk, "worklist")
    revoke_token(store, token.token_id, by="t")
    assert "is not known, or no longer" in asked(desk, "worklist")
    assert "is not known, or no longer" in asked(Desk(workspace, None, text), "worklist")


def test_a_measure_tells_what_its_columns_say_and_the_replay_is_one(workspace: Path) -> None:
    desk = Desk(workspace, None, None)
    assert "velocity" in asked(desk, "measure")["measures"]
    told = asked(desk, "measure", name="velocity", limit=1)
    assert told["rows"][0].keys() == told["columns"].keys()
    assert (len(told["rows"]), told["there_are_more"]) == (1, True)
    assert "There is no measure nonsense" in asked(desk, "measure", name="nonsense")
    assert asked(desk, "replay")["rows"]


def test_it_decides_with_a_token_that_allows_it_and_is_told_who_was_first(
    workspace: Path, store: Store, rep: User
) -> None:
    mine = hand_off_of("a0")
    assert "Deciding takes a token" in asked(Desk(workspace, store, None), "accept", hand_off=mine)
    reads_only, _ = new_token(store, rep.user_id, "r", scopes=["groups:read", "decisions:read"], by="t")
    refused = asked(Desk(workspace, store, reads_only), "accept", hand_off=mine)
    assert "does not allow decisions:write" in refused
    text, _ = new_token(store, rep.user_id, "w", scopes=["groups:read", "decisions:write"], by="t")
    desk = Desk(workspace, store, text)
    assert "has no hand-off" in asked(desk, "accept", hand_off=hand_off_of("a5"))
    told = asked(desk, "nurture", hand_off=mine, until="2025-06-01", note="not now")
    assert (told["decision"]["kind"], told["decision"]["decided_by"]) == ("nurture", "rae@example.com")
    assert mine not in {group["hand_off_id"] for group in asked(desk, "worklist")["groups"]}
    late = asked(desk, "accept", hand_off=mine)
    assert "rae@example.com was first" in late
    (decided,) = asked(desk, "explain_group", buying_group_id=group_of("a0"))["decisions"]
    assert decided["is_pending"]
    known = asked(desk, "accept", hand_off=mine, seen=decided["decision_id"])
    assert known["decision"]["kind"] == "accepted"
    assert "is no reason of the list" in asked(desk, "reject", hand_off=hand_off_of("a1"), reason="bored")


def decides_nothing(workspace: Path, store: Store, token: str) -> None:
    """Whatever a program tries with a token, it reads, and each decision names the scope that it lacks."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "muster", "mcp", "-w", str(workspace)],
        env={**os.environ, "MUSTER_TOKEN": token},
    )
    mine = hand_off_of("a2")
    tried = {
        "accept": {"hand_off": mine},
        "reject": {"hand_off": mine, "reason": "no budget"},
        "nurture": {"hand_off": mine, "until": "2025-06-01", "note": "not now"},
    }

    async def ask() -> tuple[Any, dict[str, Any]]:
        async with Client(stdio_client(server)) as client:
            listed = await client.call_tool("worklist", {"limit": 3})
            return listed, {tool: await client.call_tool(tool, given) for tool, given in tried.items()}

    listed, answers = asyncio.run(ask())
    assert not listed.is_error and listed.structured_content["groups"]
    for tool, answer in answers.items():
        assert answer.is_error, f"{tool} was taken"
        assert "does not allow decisions:write" in answer.content[0].text
    assert last_number(store) == 0


def test_by_a_program_a_token_that_only_reads_is_told_the_scope_it_lacks(tmp_path: Path) -> None:
    workspace = write_workspace(tmp_path / "w", noise=0)
    with closing(open_or_make(workspace, StoreConfig())) as opened:
        ada = add_user(opened, "ada@example.com", "Ada", role="admin", by="t")
        reads, _ = new_token(opened, ada.user_id, "r", scopes=["groups:read"], by="t")
        decides_nothing(workspace, opened, reads)


def test_a_scope_that_is_not_asked_for_is_noticed(tmp_path: Path) -> None:
    """The check above fails with a token that may decide, as it would if none were asked for its scope."""
    workspace = write_workspace(tmp_path / "w", noise=0)
    with closing(open_or_make(workspace, StoreConfig())) as opened:
        ada = add_user(opened, "ada@example.com", "Ada", role="admin", by="t")
        both, _ = new_token(opened, ada.user_id, "b", scopes=["groups:read", "decisions:write"], by="t")
        with pytest.raises(AssertionError, match="was taken"):
            decides_nothing(workspace, opened, both)


def test_without_a_replay_or_without_tables_it_says_what_to_run(tmp_path: Path) -> None:
    workspace = write_workspace(tmp_path / "w", noise=0)
    (workspace / ".muster" / "replay" / "run").write_text("another run", "utf-8")
    assert "muster replay" in asked(Desk(workspace, None, None), "replay")
    (workspace / ".muster" / "tables").unlink()
    assert "muster run" in asked(Desk(workspace, None, None), "worklist")


def test_an_assistant_is_told_that_data_are_thin_and_a_rep_without_the_count(
    workspace: Path, rep: User, store: Store
) -> None:
    file = workspace / ".muster" / "tables" / "chance_model.parquet"
    before = file.read_bytes() if file.exists() else None
    columns = {column.name: None for column in flow_tables()["chance_model"].columns}
    thin = columns | {"model_version": "m", "target": "open", "rung": "rule", "opening_count": 20}
    thin |= {"needed_count": 40, "openings_told": "frames 20", "trained_at": datetime(2025, 1, 6)}
    pq.write_table(pa.Table.from_pylist([thin]), file)
    try:
        whole = asked(Desk(workspace, store, None), "worklist", limit=1)["about_chances"]
        assert whole.startswith(
            "Data are thin: 20 different openings to learn from (frames 20), 40 are needed"
        )
        token, _ = new_token(store, rep.user_id, "reads", scopes=["groups:read"], by="t")
        own = asked(Desk(workspace, store, token), "worklist", limit=1)["about_chances"]
        assert own.startswith("Data are thin: there are too few openings") and "20" not in own
    finally:
        file.write_bytes(before) if before is not None else file.unlink()
