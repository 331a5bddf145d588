# ruff: noqa: PLC0415  commands start fast: what they need is imported by the command that needs it
"""`muster messages`: tell people and systems what happened, and look after what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from muster.cli import message_targets
from muster.cli.deciding import ByOption, user_name
from muster.cli.endings import LOOK
from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples, in_place
from muster.cli.screen import clean, hint, print_json, results, table

if TYPE_CHECKING:
    from muster.config.settings import Config
    from muster.messages import Wish
    from muster.store.deliveries import Delivery, Outgoing
    from muster.store.opening import Store
    from muster.store.users import User

app = typer.Typer(
    no_args_is_help=True,
    help="Tell people and systems what happened, by e-mail, Slack and webhooks, and see what became of it.",
)
app.add_typer(message_targets.app, name="target")
_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_LINES = 40  # of the outbox on the screen
_COLUMNS = ("number", "state", "kind", "by", "to", "attempts", "next", "last answer", "message")
Names = dict[int | str | None, str]
NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", help="The number of a delivery.")]

EmailArgument = Annotated[str, typer.Argument(metavar="EMAIL", help="A user, by their address.")]


@app.command(epilog=examples("muster messages send", "muster messages send --dry-run --json"))
def send(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent, and send and keep nothing.")
    ] = False,
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Tell what happened by the tables in force, and try again what failed before.

    Everybody is told of the accounts they may see, and each message is sent once, however often this runs.
    Ends with 1 where a message failed; it is tried again by the next call.
    """
    from muster.messages import new_messages, note_happenings, send_messages

    with opened(workspace) as (store, config):
        if dry_run:
            _tell_new(new_messages(workspace, store, config), _names(store), json=json, quiet=quiet)
            return
        new = note_happenings(workspace, store, config)
        tally = send_messages(store, config, public_url=config.serve.public_url or "", workspace=workspace)
    if json:
        print_json({"new": len(new), **asdict(tally)})
    else:
        told = f"{len(new)} new; sent {tally.sent}, failed {tally.failed}, given up {tally.dead}."
        results().print(told)
    if tally.failed or tally.dead:
        hint(f"See why: muster messages list --state failed{in_place(workspace)}", quiet=quiet)
        raise typer.Exit(LOOK)


@app.command("list", epilog=examples("muster messages list", "muster messages list --state dead --json"))
def list_(
    *,
    state: Annotated[
        str, typer.Option("--state", help="Only waiting, sent, failed, dead or discarded ones.")
    ] = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """List messages, newest first, with what was answered last."""
    from muster.problems import WrongUse
    from muster.store.deliveries import STATES, read_deliveries

    if state and state not in STATES:
        raise WrongUse(f"There is no state {state}.", remedy=f"States: {', '.join(STATES)}.")
    with opened(workspace) as (store, _):
        rows, names = read_deliveries(store, states=[state] if state else []), _names(store)
    if json:
        print_json([asdict(row) for row in rows])
        return
    if not rows:
        hint("There is no such message.", quiet=quiet)
        return
    shown = [[Text(clean(cell)) for cell in _cells(row, names)] for row in rows[:_LINES]]
    results().print(table(_COLUMNS, shown, right={0, 5}))
    if len(rows) > _LINES:
        hint(f"{len(rows) - _LINES} older ones are not shown; see them with --json.", quiet=quiet)


@app.command(epilog=examples("muster messages redeliver 17"))
def redeliver(
    number: NumberArgument,
    *,
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
) -> None:
    """Send a message again from the first attempt on, under the id that its receiver knows.

    The next `muster messages send` takes it.
    """
    from muster.messages.sending import utc_now
    from muster.store.deliveries import redeliver as again

    with opened(workspace) as (store, _):
        _tell_one(again(store, number, by=by or user_name(), now=utc_now()), json=json)


@app.command(epilog=examples("muster messages discard 17"))
def discard(
    number: NumberArgument,
    *,
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
) -> None:
    """Give a message up for good; it stays in the list."""
    from muster.store.deliveries import discard as give_up

    with opened(workspace) as (store, _):
        _tell_one(give_up(store, number, by=by or user_name()), json=json)


@app.command(epilog=examples("muster messages choices ana@example.com"))
def choices(
    email: EmailArgument,
    *,
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
) -> None:
    """Show what a user is told of, and by which channels."""
    from muster.messages import wishes

    with opened(workspace) as (store, config):
        told = wishes(store, _user(store, email), config)
    if json:
        print_json([asdict(one) for one in told])
        return
    rows = [
        (one.kind, one.channel, "on" if one.is_on else "off", _when(one), one.about)
        for one in sorted(told, key=lambda one: one.channel)
    ]
    shown = [[Text(clean(cell)) for cell in row] for row in rows]
    results().print(table(("kind", "by", "is", "when", "about"), shown, right=set()))


@app.command(
    epilog=examples(
        "muster messages choose ana@example.com second_lead slack on",
        "muster messages choose ana@example.com weekly email on --weekday 3",
    )
)
def choose(
    email: EmailArgument,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="What is told, as in muster messages choices.")],
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="email or slack.")],
    switch: Annotated[str, typer.Argument(metavar="on|off", help="Whether they want it.")],
    *,
    weekday: Annotated[int, typer.Option("--weekday", help="Of the weekly digest; 0 is Monday.")] = 0,
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
) -> None:
    """Turn one kind of message on or off for a user, by one channel."""
    from muster.messages import wish, wishes
    from muster.problems import WrongUse
    from muster.store.choices import Choice

    if switch not in {"on", "off"}:
        raise WrongUse(f"A choice is on or off, not {switch}.")
    with opened(workspace) as (store, config):
        user = _user(store, email)
        choice = Choice(user.user_id, kind, channel, is_on=switch == "on", weekday=weekday)
        wish(store, choice, by=by or user_name())
        told = wishes(store, user, config)
    if json:
        print_json([asdict(one) for one in told])
        return
    results().print(clean(f"{user.email}: {kind} by {channel} is {switch}."), soft_wrap=True)
    if any(one.channel == channel and one.is_on and not one.is_open for one in told):
        hint(f"muster.toml does not say yet how to send by {channel}.", quiet=False)


@contextmanager
def opened(workspace: Path) -> Iterator[tuple[Store, Config]]:
    """The store of a workspace, made where there is none, and its settings."""
    from contextlib import closing

    from muster.store.opening import open_or_make
    from muster.workspace import open_workspace

    there = open_workspace(workspace)
    with closing(open_or_make(there.folder, there.config.store)) as store:
        yield store, there.config


def _user(store: Store, email: str) -> User:
    from muster.problems import WrongUse
    from muster.store.users import user_by_email

    user = user_by_email(store, email)
    if user is None:
        raise WrongUse(f"There is no user {email}.", remedy="See who may sign in on the page Users.")
    return user


def _when(one: Wish) -> str:
    """When a kind comes: the digest on its day, all others as soon as a run tells it."""
    return _DAYS[one.weekday] if one.kind == "weekly" else "at once"


def _tell_new(new: list[Outgoing], names: Names, *, json: bool, quiet: bool) -> None:
    if json:
        print_json([_as_json(one) for one in new])
        return
    if not new:
        hint("There is nothing new to tell.", quiet=quiet)
        return
    rows = [(one.kind, one.channel, _to(one, names), str(one.payload["sentence"])) for one in new]
    shown = [[Text(clean(cell)) for cell in row] for row in rows]
    results().print(table(("kind", "by", "to", "message"), shown, right=set()))


def _as_json(one: Outgoing) -> dict[str, Any]:
    return asdict(one) | {"message_id": one.message_id}


def _tell_one(row: Delivery, *, json: bool) -> None:
    if json:
        print_json(asdict(row))
        return
    results().print(
        clean(f"Delivery {row.number} is {row.state}: {row.payload.get('sentence', '')}"), soft_wrap=True
    )


def _cells(row: Delivery, names: Names) -> tuple[str, ...]:
    following = row.next_at if row.state in {"waiting", "failed"} else ""
    return (
        *(str(row.number), row.state, row.kind, row.channel, _to(row, names), str(row.attempts), following),
        *(row.last_answer, str(row.payload.get("sentence", ""))),
    )


def _names(store: Store) -> Names:
    """How users and targets are called, by the id that a message has."""
    from muster.store.targets import read_targets
    from muster.store.users import read_users

    users: Names = {user.user_id: user.email for user in read_users(store)}
    return users | {target.target_id: target.name for target in read_targets(store)}


def _to(row: Outgoing | Delivery, names: Names) -> str:
    return names.get(row.target_id or row.user_id, "removed")
