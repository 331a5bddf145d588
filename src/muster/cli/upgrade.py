# ruff: noqa: PLC0415  commands start fast: the database's library is imported by the command that needs it
"""`muster upgrade`: bring the store of a workspace to the version of this Muster."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from muster.cli.deciding import user_name
from muster.cli.options import JsonOption, WorkspaceOption, examples
from muster.cli.screen import print_json, results

EXAMPLES = examples("muster upgrade", "muster upgrade -w acme --json")


def upgrade(*, workspace: WorkspaceOption = Path(), json: JsonOption = False) -> None:
    """Bring the store to the version of this Muster; make it where there is none.

    The store holds what people decided. An older decisions.csv is taken into it and stays under the name
    decisions-brought-in.csv. Killed midway, the store is as before; run it again.
    """
    from muster.store.files import bring_in_older
    from muster.store.opening import upgrade as bring_up
    from muster.workspace import open_workspace

    opened = open_workspace(workspace)
    store, before, after = bring_up(opened.folder, opened.config.store)
    with closing(store):
        new = bring_in_older(store, opened.folder, who=user_name())
    if json:
        print_json({"before": before, "after": after, "decisions_brought_in": new})
        return
    if before is None:
        says = f"The store was made, of version {after}"
    elif before == after:
        says = f"The store is of version {after} already"
    else:
        says = f"The store went from version {before} to {after}"
    results().print(f"{says}; {new} decisions were brought in.")
