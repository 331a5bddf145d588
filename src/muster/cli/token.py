"""`muster token`: what programs may do in a user's name.

Annotations are read while a command is made; so they are not postponed.
"""
# ruff: noqa: PLC0415  commands start fast: the database's library is imported by the command that needs it

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from muster.cli.deciding import ByOption, user_name
from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples
from muster.cli.screen import clean, hint, print_json, results, table
from muster.cli.user import find_user, open_users

if TYPE_CHECKING:
    from muster.store.tokens import Token

app = typer.Typer(
    no_args_is_help=True,
    help="Make and revoke the tokens by which programs read or decide in a user's name.",
)


@app.command(
    epilog=examples(
        "muster token new ann@acme.example warehouse --scope groups:read --scope measures:read",
        "muster token new rita@acme.example assistant --scope decisions:write --days 30",
    )
)
def new(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The user in whose name it acts.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")],
    *,
    scope: Annotated[
        list[str],
        typer.Option("--scope", metavar="SCOPE", help="What it allows; several may be given."),
    ],
    days: Annotated[
        int | None,
        typer.Option(
            "--days", metavar="DAYS", min=1, help="How long it works.", show_default="until revoked"
        ),
    ] = None,
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make a token and show its text, once: only its hash is kept.

    Scopes: groups:read, hand_offs:read, accounts:read, people:read, measures:read, runs:read, runs:write,
    decisions:read, decisions:write and events:write, which alone makes a write key.
    """
    from muster.store.tokens import new_token

    with open_users(workspace) as store:
        user = find_user(store, email)
        lasts = None if days is None else timedelta(days=days)
        text, token = new_token(*(store, user.user_id, name), scopes=scope, by=by or user_name(), lasts=lasts)
    if json:
        print_json(_cells(token) | {"token": text})
        return
    results().print(text, soft_wrap=True)
    hint(f"Keep it now: it is not shown again. Revoke it: muster token revoke {token.token_id}", quiet=quiet)


@app.command("list", epilog=examples("muster token list"))
def list_them(
    *, workspace: WorkspaceOption = Path(), json: JsonOption = False, quiet: QuietOption = False
) -> None:
    """List every token, what it allows and when it was last used."""
    from muster.store.tokens import read_tokens
    from muster.store.users import read_users

    with open_users(workspace) as store:
        tokens, users = read_tokens(store), {user.user_id: user.email for user in read_users(store)}
    if json:
        print_json([_cells(token) | {"email": users[token.user_id]} for token in tokens])
        return
    if not tokens:
        hint("There is none yet. Make one: muster token new EMAIL NAME --scope groups:read", quiet=quiet)
        return
    columns = ("token", "for", "name", "allows", "last used", "works")
    rows = [
        (
            *(t.token_id, users[t.user_id], t.name, ", ".join(sorted(t.scopes)), t.last_used_at or "never"),
            f"revoked {t.revoked_at}" if t.revoked_at else t.expires_at or "until revoked",
        )
        for t in tokens
    ]
    results().print(table(columns, [[Text(clean(cell)) for cell in row] for row in rows], right=set()))


@app.command(epilog=examples("muster token revoke 3f0c9a2e71bd"))
def revoke(
    token_id: Annotated[str, typer.Argument(metavar="TOKEN_ID", help="The part of its text after muster_.")],
    *,
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
) -> None:
    """Let a token do nothing any more, from now on."""
    from muster.store.tokens import revoke_token

    with open_users(workspace) as store:
        token = revoke_token(store, token_id, by=by or user_name())
    if json:
        print_json(_cells(token))
        return
    results().print(clean(f"{token.token_id} ({token.name}) is revoked."), soft_wrap=True)


def _cells(token: "Token") -> dict[str, object]:
    return asdict(token) | {"scopes": sorted(token.scopes)}
