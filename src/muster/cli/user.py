"""`muster user`: who may sign in to the web app, and what they may see.

Annotations are read while a command is made; so they are not postponed.
"""
# ruff: noqa: PLC0415  commands start fast: the database's library is imported by the command that needs it

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from muster.cli.deciding import ByOption, user_name
from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples
from muster.cli.screen import clean, hint, print_json, results, table
from muster.problems import WrongUse

if TYPE_CHECKING:
    from muster.store.opening import Store
    from muster.store.users import User

app = typer.Typer(
    no_args_is_help=True,
    help="Say who may sign in to the web app, as what, and whose accounts they see.",
)
EmailArgument = Annotated[str, typer.Argument(metavar="EMAIL", help="The user's e-mail address.")]
RoleOption = Annotated[
    str | None, typer.Option("--role", metavar="ROLE", help="rep, marketer, analyst or admin.")
]
NameOption = Annotated[str | None, typer.Option("--name", metavar="NAME", help="The user's name.")]
OwnerOption = Annotated[
    list[str] | None,
    typer.Option("--owner", metavar="ID", help="Who they are in the CRM; may be given several times."),
]
TerritoryOption = Annotated[
    list[str] | None,
    typer.Option("--territory", metavar="NAME", help="A territory they work; may be given several times."),
]


@contextmanager
def open_users(workspace: Path) -> "Iterator[Store]":
    """The store of a workspace, made on first use."""
    from muster.store.opening import open_or_make
    from muster.workspace import open_workspace

    opened = open_workspace(workspace)
    with closing(open_or_make(opened.folder, opened.config.store)) as store:
        yield store


def find_user(store: "Store", email: str) -> "User":
    """The user of an address. Raises WrongUse where there is none."""
    from muster.store.users import user_by_email

    user = user_by_email(store, email)
    if user is None:
        raise WrongUse(f"There is no user of {email}.", remedy="See them all: muster user list")
    return user


@app.command(
    epilog=examples(
        "muster user add rita@acme.example --name Rita --role rep --owner 0055e001",
        "muster user add ann@acme.example --role admin",
    )
)
def add(
    email: EmailArgument,
    *,
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="rep, marketer, analyst or admin.")],
    name: NameOption = None,
    owner: OwnerOption = None,
    territory: TerritoryOption = None,
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Add a user; a link lets them choose a password: muster user invite."""
    from muster.store.users import add_user

    with open_users(workspace) as store:
        user = add_user(
            *(store, email, name or ""),
            role=role,
            by=by or user_name(),
            owner_ids=owner or (),
            territories=territory or (),
        )
    _tell(user, json=json)
    hint(f"Let them in: muster user invite {user.email}", quiet=quiet or json)


@app.command(
    epilog=examples(
        "muster user change rita@acme.example --role marketer",
        "muster user change rita@acme.example --owner 0055e001 --owner 0055e002",
        "muster user change rita@acme.example --enable",
    )
)
def change(
    email: EmailArgument,
    *,
    role: RoleOption = None,
    name: NameOption = None,
    new_email: Annotated[
        str | None, typer.Option("--email", metavar="EMAIL", help="Their new e-mail address.")
    ] = None,
    owner: OwnerOption = None,
    territory: TerritoryOption = None,
    slack: Annotated[
        str | None, typer.Option("--slack", metavar="ID", help='Their member id in Slack; "" for none.')
    ] = None,
    enable: Annotated[bool, typer.Option("--enable", help="Let a disabled user sign in again.")] = False,
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
) -> None:
    """Change a user; --owner and --territory take the place of those before, and "" of all of them."""
    from muster.store.users import change_user

    with open_users(workspace) as store:
        user = change_user(
            *(store, find_user(store, email).user_id),
            by=by or user_name(),
            email=new_email,
            name=name,
            role=role,
            owner_ids=owner,
            territories=territory,
            slack_id=slack,
            is_disabled=False if enable else None,
        )
    _tell(user, json=json)


@app.command(epilog=examples("muster user disable rita@acme.example"))
def disable(
    email: EmailArgument, *, by: ByOption = "", workspace: WorkspaceOption = Path(), json: JsonOption = False
) -> None:
    """Let a user no longer sign in: their sessions end, their tokens are revoked, what they did stays."""
    from muster.store.users import change_user

    with open_users(workspace) as store:
        found = find_user(store, email)
        user = change_user(store, found.user_id, by=by or user_name(), is_disabled=True)
    _tell(user, json=json)


@app.command(
    epilog=examples(
        "muster user invite rita@acme.example",
        "muster user invite rita@acme.example --reset --url https://muster.acme.example",
    )
)
def invite(
    email: EmailArgument,
    *,
    reset: Annotated[bool, typer.Option("--reset", help="A password was forgotten: two hours.")] = False,
    url: Annotated[
        str, typer.Option("--url", metavar="URL", help="Where the web app is.")
    ] = "http://127.0.0.1:8642",
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make a link by which a user chooses a password; it works once, for seven days.

    An earlier link of the same kind no longer works.
    """
    from muster.store.invitations import INVITE, RESET, new_invitation

    with open_users(workspace) as store:
        user = find_user(store, email)
        purpose = RESET if reset else INVITE
        secret = new_invitation(store, purpose, user.user_id, by=by or user_name())
    link = f"{url.rstrip('/')}/start/{secret}"
    if json:
        print_json({"email": user.email, "link": link})
        return
    results().print(link, soft_wrap=True)
    hint("Send it to them alone: whoever opens it first chooses the password.", quiet=quiet)


@app.command("list", epilog=examples("muster user list", "muster user list --json | jq '.[].email'"))
def list_them(
    *, workspace: WorkspaceOption = Path(), json: JsonOption = False, quiet: QuietOption = False
) -> None:
    """List everybody who may sign in, and who no longer may."""
    from muster.store.users import read_users

    with open_users(workspace) as store:
        users = read_users(store)
    if json:
        print_json([_cells(user) for user in users])
        return
    if not users:
        hint("There is nobody yet. Add somebody: muster user add EMAIL --role admin", quiet=quiet)
        return
    columns = ("e-mail", "name", "role", "in the CRM", "territories", "signs in by")
    rows = [
        (
            *(user.email, user.name, user.role),
            *(", ".join(sorted(user.owner_ids)), ", ".join(sorted(user.territories))),
            _signs_in_by(user),
        )
        for user in users
    ]
    results().print(table(columns, [[Text(clean(cell)) for cell in row] for row in rows], right=set()))


def _signs_in_by(user: "User") -> str:
    if user.is_disabled:
        return "disabled"
    ways = [way for way, is_so in (("password", user.has_password), (user.issuer, user.issuer)) if is_so]
    return ", ".join(str(way) for way in ways) or "nothing yet"


def _tell(user: "User", *, json: bool) -> None:
    if json:
        print_json(_cells(user))
        return
    seen = ", ".join([*sorted(user.owner_ids), *sorted(user.territories)])
    said = f"{user.email}: {user.name}, {user.role}{seen and f', of {seen}'}{', disabled' * user.is_disabled}"
    results().print(clean(said), soft_wrap=True)


def _cells(user: "User") -> dict[str, object]:
    cells = asdict(user)
    return cells | {"owner_ids": sorted(user.owner_ids), "territories": sorted(user.territories)}
