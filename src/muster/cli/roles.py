"""`muster roles`: say which part somebody plays in a buying group, and take it back.

Annotations are read while a command is made; so they are not postponed.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.deciding import ByOption, ReasonOption, put_taking_back, tell_decided, user_name
from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples

if TYPE_CHECKING:
    from muster.deciding.subjects import Matter

app = typer.Typer(
    no_args_is_help=True,
    help="Say which part somebody plays in a buying group, and take it back; the next run applies it.",
)


def _roles() -> "Matter":
    from muster.deciding.roles import ROLES  # noqa: PLC0415  engines are imported by the command that needs them

    return ROLES


@app.command(
    epilog=examples(
        "muster roles correct g0123456789abcdef ana@acme.example economic_buyer",
        'muster roles correct g0123456789abcdef 00Q5e001 none --reason "left the project"',
    )
)
def correct(
    group: Annotated[str, typer.Argument(metavar="GROUP_ID", help="A buying group of the last run.")],
    person: Annotated[
        str, typer.Argument(metavar="PERSON", help="A member: a record's id, a person's id or an address.")
    ],
    role: Annotated[
        str, typer.Argument(metavar="ROLE", help="A role of the rules, or none: no part in the decision.")
    ],
    *,
    reason: ReasonOption = "",
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Decide which role a member of a buying group plays.

    It is kept in the workspace's store, which every run reads.
    """
    from muster.deciding.roles import ROLES  # noqa: PLC0415
    from muster.deciding.roles import correct as decide  # noqa: PLC0415
    from muster.workspace import open_workspace  # noqa: PLC0415

    told = decide(open_workspace(workspace), group, person, role, reason=reason, by=by or user_name())
    tell_decided(told, ROLES, workspace, json=json, quiet=quiet)


put_taking_back(app, "roles", "List every decision about roles, oldest first, and what became of it.", _roles)
