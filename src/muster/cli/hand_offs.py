"""`muster hand-offs`: what sales was given, and sales' answer to it.

Annotations are read while a command is made; so they are not postponed.
"""
# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from muster.cli.deciding import ByOption, put_taking_back, tell_decided, user_name
from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples, in_place
from muster.cli.screen import clean, hint, print_json, results, table
from muster.problems import WrongUse

if TYPE_CHECKING:
    from muster.deciding.subjects import Matter

app = typer.Typer(
    no_args_is_help=True,
    help="See what sales was given, and answer it: accept, reject, return to nurture, pass on; the next run "
    "applies it.",
)
_LINES = 40  # of the list on the screen
HandOffArgument = Annotated[
    str, typer.Argument(metavar="ID", help="A hand-off's id, or a buying group's: its latest one.")
]
WhyOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept with the answer.")]


def _hand_offs() -> "Matter":
    from muster.deciding.hand_off import HAND_OFFS

    return HAND_OFFS


@app.command(
    "list", epilog=examples("muster hand-offs list", "muster hand-offs list --owner 0055e001 --json")
)
def list_them(
    *,
    owner: Annotated[str, typer.Option("--owner", metavar="ID", help="Only those of one seller.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Also past ones, and every line.")] = False,
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """List hand-offs, the newest first, with sales' answer; what the next run will tell first is marked.

    Left out are those whose group was handed off again, and whose buying cycle ended.
    """
    from muster.deciding.decided import facts_of, open_archive
    from muster.deciding.facts import without_subject
    from muster.deciding.listed import hand_offs
    from muster.store.opening import open_store
    from muster.workspace import open_workspace

    opened = open_workspace(workspace)
    store = open_store(opened.folder, opened.config.store)
    with open_archive(opened) as archive:
        found = hand_offs(store, facts_of(opened, archive))
    if store is not None:
        store.close()
    if lost := len(without_subject(opened.published.folder)):
        told = f"{lost} decision{'s' * (lost > 1)} found nothing to be about in this run. See why: "
        hint(f"{told}muster hand-offs decisions{in_place(workspace)}", quiet=quiet)
    listed = [h for h in found if (everything or not h.is_past) and owner in {"", h.owner_id}]
    if json:
        print_json([asdict(h) | {"at": h.at.isoformat()} for h in listed])
        return
    if not listed:
        hint("Nothing is with sales. See past hand-offs: muster hand-offs list --all", quiet=quiet)
        return
    shown = listed if everything else listed[:_LINES]
    rows = [
        (
            *(h.hand_off_id, f"{h.at:%Y-%m-%d}", h.owner_id or "", h.sentence),
            f"{h.answer or ''}{h.is_pending * ' (pending)'}{(h.reason and f': {h.reason}') or ''}",
        )
        for h in shown
    ]
    columns = ("hand-off", "at", "with", "what", "answer")
    results().print(table(columns, [[Text(clean(cell)) for cell in row] for row in rows], right=set()))
    if len(listed) > len(shown):
        hint(f"{len(listed) - len(shown)} older ones are not shown; see them with --all.", quiet=quiet)


@app.command(epilog=examples("muster hand-offs accept g0123456789abcdef-1"))
def accept(
    hand_off: HandOffArgument,
    *,
    reason: WhyOption = "",
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Say that sales takes the group up."""
    _answer("accept", hand_off, workspace, reason=reason, by=by, json=json, quiet=quiet)


@app.command(
    epilog=examples(
        'muster hand-offs reject g0123456789abcdef-1 --reason "No budget"',
        'muster hand-offs reject g0123456789abcdef --reason Other --words "our own investor"',
    )
)
def reject(
    hand_off: HandOffArgument,
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="REASON", help="One of rules/answers.csv.")],
    words: Annotated[str, typer.Option("--words", metavar="TEXT", help="More about it.")] = "",
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Say that sales does not take the group up, and why; rules/rejections.csv says what that is about."""
    _answer("reject", hand_off, workspace, value=words, reason=reason, by=by, json=json, quiet=quiet)


@app.command(
    epilog=examples(
        "muster hand-offs nurture g0123456789abcdef-1 --until 2026-06-01",
        "muster hand-offs nurture g0123456789abcdef-1 --trigger decision_maker",
    )
)
def nurture(
    hand_off: HandOffArgument,
    *,
    until: Annotated[str, typer.Option("--until", metavar="YYYY-MM-DD", help="The day it ends.")] = "",
    trigger: Annotated[
        str,
        typer.Option(
            "--trigger",
            metavar="EVENT",
            help="What ends it: hand_raise, new_person, new_role or decision_maker.",
        ),
    ] = "",
    reason: WhyOption = "",
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Return the group to nurture until a day, or until something happens in it."""
    if bool(until) == bool(trigger):
        raise WrongUse(
            "Say until when, by one of the two.", remedy="--until 2026-06-01, or --trigger new_person"
        )
    value = until or f"trigger:{trigger}"
    _answer("nurture", hand_off, workspace, value=value, reason=reason, by=by, json=json, quiet=quiet)


@app.command(
    epilog=examples('muster hand-offs reassign g0123456789abcdef-1 --to 0055e002 --reason "her region"')
)
def reassign(
    hand_off: HandOffArgument,
    *,
    to: Annotated[str, typer.Option("--to", metavar="ID", help="The seller's id in the CRM.")],
    reason: WhyOption = "",
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Pass the group on to another seller."""
    _answer("reassign", hand_off, workspace, value=to, reason=reason, by=by, json=json, quiet=quiet)


@app.command(epilog=examples('muster hand-offs note g0123456789abcdef-1 "met Vera at the fair"'))
def note(
    hand_off: HandOffArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is to be known.")],
    *,
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write something down about the group; it changes nothing."""
    _answer("note", hand_off, workspace, reason=text, by=by, json=json, quiet=quiet)


def _answer(
    verb: str,
    hand_off: str,
    workspace: Path,
    *,
    by: str,
    json: bool,
    quiet: bool,
    value: str = "",
    reason: str = "",
) -> None:
    from muster.deciding.answers import decide
    from muster.deciding.decided import Decided, facts_of, open_archive
    from muster.deciding.hand_off import find_hand_off
    from muster.store.keeping import keeping
    from muster.workspace import open_workspace

    opened, who = open_workspace(workspace), by or user_name()
    with open_archive(opened) as archive:
        facts, found = facts_of(opened, archive), find_hand_off(archive, hand_off)
        with keeping(opened.folder, opened.config.store, who=who) as store:
            made = decide(store, facts, verb, hand_off, by=who, value=value, reason=reason)
    told = Decided(made.decision, made.is_new, (found,), 1, made.says)
    tell_decided(told, _hand_offs(), workspace, json=json, quiet=quiet)


put_taking_back(
    app, "hand-offs", "List every answer to hand-offs, oldest first, and what became of it.", _hand_offs
)
