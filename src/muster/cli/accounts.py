"""`muster accounts`: decide which records and domains are one account, and which are kept from sales.

Annotations are read while a command is made; so they are not postponed.
"""
# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.deciding import (
    ByOption,
    ReasonOption,
    Words,
    decision_commands,
    tell_decided,
    user_name,
)
from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples

if TYPE_CHECKING:
    from muster.deciding.subjects import Identity

_WORDS = Words(
    command="accounts",
    about="Decide which records and domains are one account, and which are kept from sales; the next run "
    "applies it.",
    anything="An account record's id, an account's id or a domain of the last run.",
    record="An account record's id, or a domain.",
    merge="Decide that two account records, accounts or domains are one account.\n\n"
    "It is kept in the workspace's store, which every run reads.",
    merge_example='0015e001 acme-labs.example --reason "bought in May"',
    split="Decide that two account records are two accounts, whatever rule or likeness joins them.\n\n"
    "A domain and a record can be split, too: then the domain is not that record's.",
    split_example="0015e001 0015e002 --reason namesakes",
    listed="List every decision about accounts, oldest first, and what became of it.",
)


def _accounts() -> "Identity":
    from muster.deciding.accounts import ACCOUNTS

    return ACCOUNTS


app = decision_commands(_WORDS, _accounts)
AccountArgument = Annotated[
    str, typer.Argument(metavar="ACCOUNT", help="A record's id, an account's id or a domain.")
]
SolutionOption = Annotated[
    str, typer.Option("--solution", metavar="ID", help="For one solution alone.", show_default="all")
]


@app.command(
    epilog=examples(
        'muster accounts exclude acme.example --reason "our own investor"',
        "muster accounts exclude 0015e001 --solution data-platform --until 2026-06-01",
    )
)
def exclude(
    account: AccountArgument,
    *,
    solution: SolutionOption = "",
    until: Annotated[str, typer.Option("--until", metavar="YYYY-MM-DD", help="The day it ends.")] = "",
    reason: ReasonOption = "",
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Keep an account from sales, until a day or until it is included again."""
    told = {"solution": solution, "value": until, "reason": reason, "by": by}
    _keep("exclude", account, workspace, told, json=json, quiet=quiet)


@app.command(epilog=examples("muster accounts include acme.example"))
def include(
    account: AccountArgument,
    *,
    solution: SolutionOption = "",
    reason: ReasonOption = "",
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Let an account that was excluded go to sales again."""
    told = {"solution": solution, "reason": reason, "by": by}
    _keep("include", account, workspace, told, json=json, quiet=quiet)


def _keep(verb: str, account: str, workspace: Path, said: dict[str, str], *, json: bool, quiet: bool) -> None:
    from muster.deciding.accounts import find_account
    from muster.deciding.answers import decide
    from muster.deciding.decided import facts_of, open_archive, told_of
    from muster.store.keeping import keeping
    from muster.workspace import open_workspace

    opened, who = open_workspace(workspace), said["by"] or user_name()
    with open_archive(opened) as archive:
        found = find_account(archive, account, False)
        with keeping(opened.folder, opened.config.store, who=who) as store:
            made = decide(store, facts_of(opened, archive), verb, account, **said | {"by": who})
        told = told_of(
            *(archive, _accounts(), made.decision, (found.holder,)), is_new=made.is_new, says=made.says
        )
    tell_decided(told, _accounts(), workspace, json=json, quiet=quiet)
