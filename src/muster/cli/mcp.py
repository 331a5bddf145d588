# ruff: noqa: PLC0415  commands start fast: the protocol's library is imported by the command that needs it
"""`muster mcp`: tools for an assistant, over the Model Context Protocol."""

from __future__ import annotations

import os
from contextlib import ExitStack, closing
from pathlib import Path

from muster.cli.options import WorkspaceOption, examples
from muster.problems import MissingExtra

EXAMPLES = examples("muster mcp -w acme", "MUSTER_TOKEN=muster_... muster mcp -w acme")


def mcp(*, workspace: WorkspaceOption = Path()) -> None:
    """Give an assistant tools over the Model Context Protocol, on standard input and output.

    It reads the worklist, groups, measures and the replay. With a token in MUSTER_TOKEN it sees what the
    token's user may see; it decides only with one of the scope decisions:write, in that user's name.
    """
    from muster.workspace import open_workspace

    opened = open_workspace(workspace)
    try:
        from muster.assistant.server import assistant_server
    except ModuleNotFoundError as error:
        raise MissingExtra("mcp", needed_for="muster mcp") from error
    from muster.assistant.desk import Desk
    from muster.store.opening import open_store

    with ExitStack() as stack:
        store = open_store(opened.folder, opened.config.store)
        if store is not None:
            stack.enter_context(closing(store))
        token = os.environ.get("MUSTER_TOKEN") or None
        assistant_server(Desk(opened.folder, store, token)).run("stdio")
