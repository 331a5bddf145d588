# ruff: noqa: PLC0415  commands start fast: what they need is imported by the command that needs it
"""`muster messages target`: where messages go beside people's own addresses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from muster.cli.deciding import ByOption, user_name
from muster.cli.endings import LOOK
from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples
from muster.cli.screen import clean, hint, print_json, results, table

if TYPE_CHECKING:
    from muster.store.targets import Target

app = typer.Typer(
    no_args_is_help=True,
    help="Add, list, try and remove receivers of webhooks, Slack channels and shared mailboxes.",
)
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The name of a target.")]
_ADDRESS_FROM = "MUSTER_TARGET_ADDRESS"


@app.command(
    epilog=examples(
        "muster messages target add warehouse https://hooks.example.com/muster --channel webhook",
        'muster messages target add sales "#sales" --channel slack --kind hand_off --kind second_lead',
        "muster messages target add dach sales-dach@example.com --channel email --user rita@example.com",
    )
)
def add(
    name: NameArgument,
    address: Annotated[
        str,
        typer.Argument(
            metavar="ADDRESS",
            help="An https:// address, an incoming webhook or a channel of Slack, or a shared mailbox.",
            envvar=_ADDRESS_FROM,
        ),
    ],
    *,
    channel: Annotated[str, typer.Option("--channel", help="webhook, slack or email.")] = "webhook",
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help="What is sent there; may be repeated.", show_default="every kind"),
    ] = None,
    user: Annotated[
        str,
        typer.Option("--user", metavar="EMAIL", help="Send only what this user may see."),
    ] = "",
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Add a target. The secret that signs its webhooks is shown now, and never again."""
    from muster.cli.messages import opened
    from muster.messages import new_target
    from muster.problems import WrongUse
    from muster.store.users import user_by_email

    with opened(workspace) as (store, config):
        seeing = user_by_email(store, user) if user else None
        if user and seeing is None:
            raise WrongUse(f"There is no user {user}.", remedy="See who may sign in on the page Users.")
        made = new_target(
            store,
            config,
            name,
            channel=channel,
            address=address,
            kinds=kind or (),
            user_id=seeing.user_id if seeing else None,
            by=by or user_name(),
        )
    if json:
        print_json(told(made) | ({"secret": made.secret} if made.secret else {}))
        return
    results().print(clean(f"Target {made.name} is kept: {', '.join(made.kinds)}."), soft_wrap=True)
    if made.secret:
        results().print(f"Its secret, shown this once: {made.secret}", soft_wrap=True)
    hint(f'Try it: muster messages target test "{name}"', quiet=quiet)


@app.command("list", epilog=examples("muster messages target list --json"))
def list_(
    *, workspace: WorkspaceOption = Path(), json: JsonOption = False, quiet: QuietOption = False
) -> None:
    """List targets; their secrets, and addresses that are secrets, are not shown."""
    from muster.cli.messages import opened
    from muster.store.targets import read_targets

    with opened(workspace) as (store, _):
        targets = read_targets(store)
    if json:
        print_json([told(target) for target in targets])
        return
    if not targets:
        hint("There is no target yet. Add one: muster messages target add", quiet=quiet)
        return
    columns = ("name", "channel", "where", "kinds", "state")
    rows = [[Text(clean(str(cell))) for cell in _cells(target)] for target in targets]
    results().print(table(columns, rows, right=set()))


@app.command(epilog=examples("muster messages target remove warehouse"))
def remove(
    name: NameArgument,
    *,
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
) -> None:
    """Take a target out; messages on their way there are discarded."""
    from muster.cli.messages import opened
    from muster.store.targets import remove_target

    with opened(workspace) as (store, _):
        given_up = remove_target(store, name, by=by or user_name())
    if json:
        print_json({"removed": name, "discarded": given_up})
        return
    results().print(clean(f"Target {name} is removed; {given_up} messages were discarded."), soft_wrap=True)


@app.command(epilog=examples("muster messages target enable warehouse"))
def enable(
    name: NameArgument,
    *,
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
) -> None:
    """Send to a target again that was disabled because it answered 410: first what waited."""
    from muster.cli.messages import opened
    from muster.store.targets import enable_target, target_named

    with opened(workspace) as (store, _):
        enable_target(store, target_named(store, name).target_id, by=by or user_name())
        enabled = target_named(store, name)
    if json:
        print_json(told(enabled))
        return
    results().print(clean(f"Target {name} is enabled."), soft_wrap=True)


@app.command(epilog=examples("muster messages target test warehouse"))
def test(name: NameArgument, *, workspace: WorkspaceOption = Path(), json: JsonOption = False) -> None:
    """Send a test message now, and say what was answered. Ends with 1 where it was not taken."""
    from muster.cli.messages import opened
    from muster.messages import try_target

    with opened(workspace) as (store, config):
        answer = try_target(store, config, name, public_url=config.serve.public_url or "")
    if json:
        print_json({"taken": answer.is_taken, "answer": answer.told})
    else:
        verb = "Taken" if answer.is_taken else "Not taken"
        results().print(clean(f"{verb}: {answer.told}"), soft_wrap=True)
    if not answer.is_taken:
        raise typer.Exit(LOOK)


def told(target: Target) -> dict[str, Any]:
    """A target as it may be shown: of its address the host alone, for its path may be a secret."""
    return {
        "target_id": target.target_id,
        "name": target.name,
        "channel": target.channel,
        "where": target.where,
        "kinds": list(target.kinds),
        "user_id": target.user_id,
        "created_at": target.created_at,
        "disabled_at": target.disabled_at,
        "disabled_because": target.disabled_because,
    }


def _cells(target: Target) -> tuple[str, ...]:
    state = f"disabled: {target.disabled_because}" if target.disabled_at else "enabled"
    return (target.name, target.channel, target.where, ", ".join(target.kinds), state)
