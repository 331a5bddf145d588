# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster lab`: how good a judgement is, and what a change would move, before it is made."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples, in_place
from muster.cli.screen import clean, hint, print_json, results, table
from muster.cli.waiting import wait_for
from muster.problems import WrongUse

if TYPE_CHECKING:
    from muster.lab.judge import Judgement, Share
    from muster.lab.moved import Moved, Regrouped
    from muster.workspace import Workspace

app = typer.Typer(no_args_is_help=True, help="Measure a judgement, and see what a change would move.")


@app.callback()
def lab() -> None:
    """Measure a judgement, and see what a change would move."""


@app.command(
    epilog=examples(
        "muster lab match   (writes pairs to review)",
        "muster lab match --labels match-sample.csv",
        "muster lab match --threshold 0.98",
        "muster lab match --html match.html --labels match-sample.csv",
    )
)
def match(
    *,
    size: Annotated[int, typer.Option(min=1, help="Pairs to review.")] = 50,
    seed: Annotated[int, typer.Option(help="The same seed draws the same pairs.")] = 1,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The sample.", show_default="match-sample.csv"),
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read a reviewed sample: precision and recall.")
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(min=0.5, max=0.999999, help="What joining from this probability on would move."),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a page of three pictures; with --labels, measured."),
    ] = None,
    pair: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="A B", help="The two records whose weight --html shows part by part."),
    ] = None,
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Draw pairs of records to review, measure the matching by them, or try another threshold.

    Without --labels or --threshold, writes a sample with an empty column same: fill in yes or no.
    --threshold runs the last run once more with the other threshold, and writes nothing.
    """
    from muster.workspace import open_workspace

    if labels is not None and threshold is not None:
        raise WrongUse("Only one of --labels and --threshold can be asked for.")
    if html is not None:
        _draw(open_workspace(workspace), html, labels=labels, pair=pair, quiet=quiet)
    elif labels is not None:
        _judge(labels, json=json)
    elif threshold is not None:
        _try(open_workspace(workspace), threshold, json=json, quiet=quiet)
    else:
        target = output or workspace / "match-sample.csv"
        _sample(open_workspace(workspace), target, size=size, seed=seed, json=json, quiet=quiet)


@app.command(epilog=examples("muster lab roles --rules tried", "muster lab roles --rules tried --json"))
def roles(
    *,
    rules: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="A folder with changed rule files: roles.csv, titles.csv ..."),
    ],
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Show what changed rules would move: roles, groups, gaps, hand-offs, dollars. Nothing is written.

    Runs the last run once more with the folder's files in place of the workspace's own.
    """
    from muster.lab.roles import moved_by_rules
    from muster.workspace import open_workspace

    opened = open_workspace(workspace)
    told = wait_for(
        lambda: moved_by_rules(opened, rules), saying="Running once more, to compare", quiet=quiet
    )
    if json:
        print_json(asdict(told))
        return
    screen = results()
    screen.print(f"{told.member_count} members of {told.group_count} buying groups would have another role")
    for member in told.members:
        who = ", ".join(part for part in (member.name or member.person_id, member.title) if part)
        screen.print(clean(f"  {who}: {member.before_role} -> {member.after_role}"), soft_wrap=True)
    screen.print(f"{told.gaps_new} missing roles would be new, {told.gaps_gone} gone")
    _print_moved(told.moved)
    changed = ", ".join(f"{name}.csv" for name in told.files)
    place = in_place(opened.folder)
    hint(f"Nothing was written. Apply it: copy {changed} to rules/, then muster run{place}", quiet=quiet)


def _sample(opened: Workspace, to: Path, *, size: int, seed: int, json: bool, quiet: bool) -> None:
    from muster.lab.pairs import needed_weight, read_pairs
    from muster.lab.sample import draw, write_sample

    if to.exists():
        raise WrongUse(f"{to} is there already.", remedy="It may hold labels: name another with -o.")
    pairs = wait_for(lambda: read_pairs(opened), saying="Weighing the pairs again", quiet=quiet)
    if not pairs:
        raise WrongUse("No two records are at all alike: there is nothing to review.")
    drawn = draw(pairs, size, seed=seed, needed=needed_weight(opened))
    write_sample(drawn, to)
    if json:
        print_json({"file": str(to), "pairs": len(pairs), "drawn": len(drawn), "seed": seed})
        return
    results().print(clean(str(to)), soft_wrap=True)
    hint(
        f"{len(drawn)} of {len(pairs):,} pairs, doubtful first. Fill in yes or no in the column same, then: "
        f"muster lab match --labels {to}",
        quiet=quiet,
    )


def _draw(
    opened: Workspace, to: Path, *, labels: Path | None, pair: tuple[str, str] | None, quiet: bool
) -> None:
    from muster.lab.judge import judge
    from muster.lab.page import find_pair, write_page
    from muster.lab.pairs import needed_weight, read_pairs
    from muster.lab.sample import draw, read_labels

    needed = needed_weight(opened)
    pairs = wait_for(lambda: read_pairs(opened), saying="Weighing the pairs again", quiet=quiet)
    if not pairs:
        raise WrongUse("No two records are at all alike: there is nothing to draw.")
    drawn = draw(pairs, 0, seed=0, needed=needed)
    told = judge(read_labels(labels) if labels else [(stratum, None) for _, stratum in drawn])
    page = write_page(opened.config.company.name, pairs, find_pair(pairs, pair or ()), told, needed=needed)
    draft = to.with_name(f".{to.name}.new")
    draft.write_text(page, "utf-8")
    draft.replace(to)
    results().print(clean(str(to)), soft_wrap=True)


def _judge(file: Path, *, json: bool) -> None:
    from muster.lab.judge import judge
    from muster.lab.sample import read_labels

    if not file.is_file():
        raise WrongUse(f"There is no file {file}.", remedy="Draw a sample first: muster lab match")
    told = judge(read_labels(file))
    if not told.labelled:
        raise WrongUse(f"{file} has no labels.", remedy="Fill in yes or no in its column same.")
    if json:
        print_json(asdict(told))
    else:
        _print_judgement(told)


def _print_judgement(told: Judgement) -> None:
    screen = results()
    screen.print(f"{told.labelled} labels. Precision {_shown(told.precision)}, recall {_shown(told.recall)}")
    if told.unlabelled_pairs:
        screen.print(
            f"{told.unlabelled_pairs:,} pairs lie in strata without a label: intervals are wider for it."
        )
    strata = [
        (r.stratum.name, f"{r.stratum.pairs:,}", str(r.labelled), str(r.same), f"{r.stratum.probability:.3f}")
        for r in told.strata
    ]
    screen.print(
        table(
            ("stratum (match weight)", "pairs", "labels", "same", "model says"),
            [[Text(clean(cell)) for cell in row] for row in strata],
            right={1, 2, 3, 4},
        )
    )
    curve = [
        (f"{p.probability:.4f}", f"{p.joined:,}", _shown(p.precision), _shown(p.recall)) for p in told.curve
    ]
    screen.print(
        table(
            ("joined from", "pairs", "precision", "recall"),
            [[Text(cell) for cell in row] for row in curve],
            right={0, 1},
        )
    )
    screen.print(told.shows_not, soft_wrap=True)


def _shown(share: Share) -> str:
    if share.value is None:
        return "unknown"
    return f"{share.value:.3f} ({share.low:.3f} to {share.high:.3f})"


def _try(opened: Workspace, threshold: float, *, json: bool, quiet: bool) -> None:
    from muster.lab.moved import moved_by_threshold

    moved = wait_for(
        lambda: moved_by_threshold(opened, threshold), saying="Running once more, to compare", quiet=quiet
    )
    if json:
        print_json({"threshold": threshold} | asdict(moved))
        return
    _print_moved(moved)
    place = in_place(opened.folder)
    apply = f"Nothing was written. Apply it: [people] join_from = {threshold:g} in muster.toml, then "
    hint(f"{apply}muster run{place}", quiet=quiet)


def _print_moved(moved: Moved) -> None:
    from muster.reports.money import short

    screen = results()
    screen.print(f"{moved.merge_count} people would be made of several, {moved.part_count} would part")
    _print_people("would be one", moved.merges)
    _print_people("would part", moved.parts)
    screen.print(
        f"{moved.groups_changed} buying groups would have other members or roles, {moved.groups_new} be "
        f"new, {moved.groups_gone} gone; {moved.hand_offs_changed} hand-offs would come or go"
    )
    if not moved.dollars:
        screen.print("No opportunity would move.")
    for row in moved.dollars:
        screen.print(
            f"{row.opportunities} opportunities of {short(row.amount_cents, row.currency)} ({row.currency}) "
            f"would have another group, other members or other credit; "
            f"{short(row.credit_cents, row.currency)} of linear credit would go elsewhere"
        )


def _print_people(what: str, people: tuple[Regrouped, ...]) -> None:
    for person in people:
        names, records = ", ".join(person.names) or person.person_id, ", ".join(person.records)
        results().print(clean(f"  {what}: {names} ({records})"), soft_wrap=True)
