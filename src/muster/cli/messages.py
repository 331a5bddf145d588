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
    from muster.config import Config
    from muster.store.deliveries import Delivery, Outgoing
    from muster.store.opening import Store

app = typer.Typer(
    no_args_is_help=True,
    help="Tell people and systems what happened, by e-mail, Slack and webhooks, and see what became of it.",
)
app.add_typer(message_targets.app, name="target")
_LINES = 40  # of the outbox on the screen
_COLUMNS = ("number", "state", "kind", "by", "to", "attempts", "next", "last answer", "message")
NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", help="The number of a delivery.")]


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
            _tell_new(new_messages(workspace, store, config), json=json, quiet=quiet)
            return
        new = note_happenings(workspace, store, config)
        tally = send_messages(store, config, public_url=config.serve.public_url or "")
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
        rows = read_deliveries(store, states=[state] if state else [])
    if json:
        print_json([asdict(row) for row in rows])
        return
    if not rows:
        hint("There is no such message.", quiet=quiet)
        return
    shown = [[Text(clean(cell)) for cell in _cells(row)] for row in rows[:_LINES]]
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


@contextmanager
def opened(workspace: Path) -> Iterator[tuple[Store, Config]]:
    """The store of a workspace, made where there is none, and its settings."""
    from contextlib import closing

    from muster.store.opening import open_or_make
    from muster.workspace import open_workspace

    there = open_workspace(workspace)
    with closing(open_or_make(there.folder, there.config.store)) as store:
        yield store, there.config


def _tell_new(new: list[Outgoing], *, json: bool, quiet: bool) -> None:
    if json:
        print_json([_as_json(one) for one in new])
        return
    if not new:
        hint("There is nothing new to tell.", quiet=quiet)
        return
    rows = [(one.kind, one.channel, _to(one), str(one.payload["sentence"])) for one in new]
    shown = [[Text(clean(cell)) for cell in row] for row in rows]
    results().print(table(("kind", "by", "to", "message"), shown, right=set()))


def _as_json(one: Outgoing) -> dict[str, Any]:
    return asdict(one) | {"message_id": one.message_id}


def _tell_one(row: Delivery, *, json: bool) -> None:
    if json:
        print_json(asdict(row))
        return
    results().print(clean(f"Delivery {row.number} is {row.state}: {row.payload['sentence']}"), soft_wrap=True)


def _cells(row: Delivery) -> tuple[str, ...]:
    following = row.next_at if row.state in {"waiting", "failed"} else ""
    return (
        *(str(row.number), row.state, row.kind, row.channel, _to(row), str(row.attempts), following),
        *(row.last_answer, str(row.payload["sentence"])),
    )


def _to(row: Outgoing | Delivery) -> str:
    return f"user {row.user_id}" if row.target_id is None else f"target {row.target_id}"
