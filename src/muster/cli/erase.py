# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster erase`: one person out of every place that Muster writes, and out of every later run."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from muster.cli.deciding import ByOption, user_name
from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples, in_place
from muster.cli.progress import showing_progress
from muster.cli.screen import clean, hint, print_json, results

if TYPE_CHECKING:
    from muster.deciding.erasure import Money, Preview
    from muster.erasing.erase import Finished
    from muster.workspace import Workspace

EXAMPLES = examples("muster erase ann@acme.example", "muster erase ann@acme.example --yes")
_ROWS = 20  # rows of exports on the screen


def erase(
    person: Annotated[
        str, typer.Argument(metavar="PERSON", help="An e-mail address, or a person's or record's id.")
    ],
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it; without it this only shows what would go.")
    ] = False,
    by: ByOption = "",
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Erase one person: show what would go and, with --yes, do it for good.

    Their name, addresses, telephone, title and ids leave the tables, the store, logs and board packs, and
    stay out on every later run. What they did counts on without a name, so dollars stay as they are. Your
    own exports are yours: Muster does not edit them, and lists each row that still names the person.
    """
    from muster.deciding.erasure import erased_before, preview_erasure, read_money
    from muster.workspace import open_workspace

    opened = open_workspace(workspace)
    before = erased_before(opened, person)
    if before is not None and before.is_done:
        _tell_done_before(before.name, before.erased_at, json=json, quiet=quiet)
        return
    if before is not None:  # begun, and not ended
        _finish(opened, person, yes=yes, json=json, quiet=quiet)
        return
    preview = preview_erasure(opened, person)
    if not yes:
        _tell_preview(preview, json=json)
        hint(
            f"Nothing was changed. Do it for good: muster erase {person}{in_place(workspace)} --yes",
            quiet=quiet or json,
        )
        return
    with showing_progress(quiet=quiet) as report:
        finished = opened.erase([preview.whom], by=by or user_name(), progress=report)
    after = read_money(opened)
    if json:
        # The id they had is made of their address: it stands in no answer that a log may keep.
        cells = {name: cell for name, cell in _cells(preview).items() if name != "person_id"}
        print_json(cells | _outcome(finished) | {"money_after": [asdict(m) for m in after]})
        return
    screen = results()
    screen.print(f"Erased. The person goes by {finished.names[0]} now.")
    _tell_kept(preview.money, after)
    _tell_rewritten(finished)
    _tell_places(preview)


def _finish(opened: Workspace, person: str, *, yes: bool, json: bool, quiet: bool) -> None:
    """An erasure that was killed: go on with it."""
    if not yes:
        hint(
            "This erasure was begun and not ended; the next run ends it, or this command with --yes.",
            quiet=quiet,
        )
        return
    with showing_progress(quiet=quiet) as report:
        finished = opened.erase([], by="", progress=report)
    if json:
        print_json(_outcome(finished))
        return
    results().print("The erasure that was begun is done.")
    _tell_rewritten(finished)


def _tell_done_before(name: str, when: str, *, json: bool, quiet: bool) -> None:
    if json:
        print_json({"erased_as": [name], "erased_at": when, "is_new": False})
        return
    results().print(f"Erased already, on {when[:10]}, and goes by {name} since. There is nothing to do.")


def _tell_preview(preview: Preview, *, json: bool) -> None:
    if json:
        print_json(_cells(preview))
        return
    screen = results()
    whom = preview.whom
    screen.print(f"To be erased: {clean(preview.shown)}", soft_wrap=True)
    screen.print(
        f"  {_many(len(whom.records), 'record')}, {_many(len(whom.addresses), 'address', 'addresses')}, "
        f"{_many(len(whom.visitors), 'browser')}"
    )
    screen.print(
        f"  {_many(preview.engagements, 'engagement')} in {_many(preview.groups, 'buying group')} and on "
        f"{_many(preview.opportunities, 'opportunity', 'opportunities')} count on, without a name"
    )
    for money in preview.money:
        screen.print(f"  {_in_words(money)}: unchanged")
    _tell_places(preview)


def _tell_kept(before: tuple[Money, ...], after: tuple[Money, ...]) -> None:
    screen = results()
    for money in after:
        screen.print(f"  {_in_words(money)}: {'unchanged' if money in before else 'changed'}")
    if before != after:
        screen.print("  The exports have changed since the last run; erasing itself moves no amount.")


def _tell_rewritten(finished: Finished) -> None:
    screen = results()
    screen.print(
        f"  {_many(finished.store_rows, 'row')} of the store and {_many(finished.files_written, 'file')} "
        f"written anew, {_many(finished.files_dropped, 'file')} of earlier runs removed"
    )
    for old, new in finished.packs.items():
        screen.print(f"  Board pack {old} goes by {new} now")


def _tell_places(preview: Preview) -> None:
    screen = results()
    if not preview.places:
        return
    screen.print(
        "Your exports still name the person, and Muster does not edit them. Delete them at the source:"
    )
    for (source, file), count in sorted(preview.by_source.items()):
        rows = [str(p.row) for p in preview.places if (p.source, p.file) == (source, file)]
        shown = ", ".join(dict.fromkeys(rows[:_ROWS])) + (" ..." if len(rows) > _ROWS else "")
        screen.print(f"  {source}, {clean(file)}: {_many(count, 'row')} ({shown})", soft_wrap=True)


def _cells(preview: Preview) -> dict[str, Any]:
    """The preview for machines: counts and places, none of what names the person."""
    whom = preview.whom
    return {
        "person_id": whom.person_id,
        "records": len(whom.records),
        "addresses": len(whom.addresses),
        "browsers": len(whom.visitors),
        "engagements": preview.engagements,
        "groups": preview.groups,
        "opportunities": preview.opportunities,
        "money": [asdict(money) for money in preview.money],
        "still_in_exports": [asdict(place) for place in preview.places],
    }


def _outcome(finished: Finished) -> dict[str, Any]:
    return {
        "erased_as": list(finished.names),
        "is_new": True,
        "store_rows": finished.store_rows,
        "files_rewritten": finished.files_written,
        "files_removed": finished.files_dropped,
        "packs": dict(finished.packs),
    }


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def _in_words(money: Money) -> str:
    won, still_open = (f"{cents // 100:,}.{cents % 100:02}" for cents in (money.won_cents, money.open_cents))
    return f"{money.currency} {won} won, {still_open} open, and what is credited of it"
