# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster lab`: how good a judgement is, and what a change would move, before it is made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from muster.cli.lab_match import (
    apply_labels,
    draw_pairs,
    propose_weights,
    sample_pairs,
    tell_labels,
    try_rules,
    try_threshold,
)
from muster.cli.lab_roles import apply_reviews, judge_roles, sample_roles, try_roles
from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples
from muster.problems import WrongUse

app = typer.Typer(no_args_is_help=True, help="Measure a judgement, and see what a change would move.")

Size = Annotated[int, typer.Option(min=1, help="How many to review.")]
Seed = Annotated[int, typer.Option(help="The same seed draws the same sample.")]
Labels = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Read a reviewed sample, and measure by it.")
]
Apply = Annotated[
    bool, typer.Option("--apply", help="Write decisions where the labels say otherwise than the tables.")
]
Rules = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="What the rule files of a folder would move in place of the own."),
]


@app.callback()
def lab() -> None:
    """Measure a judgement, and see what a change would move."""


@app.command(
    epilog=examples(
        "muster lab match   (writes pairs to review)",
        "muster lab match --labels match-sample.csv",
        "muster lab match --labels match-sample.csv --apply",
        "muster lab match --labels match-sample.csv --propose tried",
        "muster lab match --threshold 0.98",
        "muster lab match --rules tried",
        "muster lab match --html match.html --labels match-sample.csv",
    )
)
def match(
    *,
    size: Size = 50,
    seed: Seed = 1,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The sample.", show_default="match-sample.csv"),
    ] = None,
    labels: Labels = None,
    apply: Apply = False,
    propose: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Write weights learnt from the labels, and what they would move."
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(min=0.5, max=0.999999, help="What joining from this probability on would move."),
    ] = None,
    rules: Rules = None,
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
    """Draw pairs of records to review, measure the matching by them, or try other rules.

    Without --labels, --threshold or --rules, writes a sample with an empty column same: fill in yes or no.
    --threshold and --rules run the last run once more with the change, and write nothing.
    """
    from muster.workspace import open_workspace

    if sum(asked is not None for asked in (labels, threshold, rules)) > 1:
        raise WrongUse("Only one of --labels, --threshold and --rules can be asked for.")
    if (apply or propose is not None) and labels is None:
        raise WrongUse("Without labels nothing can be applied or learnt.", remedy="Add --labels FILE.")
    if html is not None:
        draw_pairs(open_workspace(workspace), html, labels=labels, pair=pair, quiet=quiet)
    elif labels is not None and propose is not None:
        propose_weights(open_workspace(workspace), labels, propose, json=json, quiet=quiet)
    elif labels is not None and apply:
        apply_labels(open_workspace(workspace), labels, json=json, quiet=quiet)
    elif labels is not None:
        tell_labels(labels, json=json)
    elif threshold is not None:
        try_threshold(open_workspace(workspace), threshold, json=json, quiet=quiet)
    elif rules is not None:
        try_rules(open_workspace(workspace), rules, json=json, quiet=quiet)
    else:
        target = output or workspace / "match-sample.csv"
        sample_pairs(open_workspace(workspace), target, size=size, seed=seed, json=json, quiet=quiet)


@app.command(
    epilog=examples(
        "muster lab roles   (writes members to review)",
        "muster lab roles --labels roles-sample.csv",
        "muster lab roles --labels roles-sample.csv --apply",
        "muster lab roles --html roles.html --labels roles-sample.csv",
        "muster lab roles --rules tried",
    )
)
def roles(
    *,
    size: Size = 50,
    seed: Seed = 1,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The sample.", show_default="roles-sample.csv"),
    ] = None,
    labels: Labels = None,
    apply: Apply = False,
    rules: Rules = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page of pictures; with --labels, measured.")
    ] = None,
    workspace: WorkspaceOption = Path(),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Draw members whose role to review, measure the roles by them, or try other rules.

    Without --labels or --rules, writes a sample with an empty column role_is: fill in yes or the right role.
    --rules runs the last run once more with a folder's files in place of the workspace's own: whose roles,
    which groups, gaps, hand-offs and dollars would move. Nothing is written.
    """
    from muster.workspace import open_workspace

    if labels is not None and rules is not None:
        raise WrongUse("Only one of --labels and --rules can be asked for.")
    if apply and labels is None:
        raise WrongUse("Without reviews nothing can be applied.", remedy="Add --labels FILE.")
    opened = open_workspace(workspace)
    if rules is not None:
        try_roles(opened, rules, json=json, quiet=quiet)
    elif labels is not None and apply:
        apply_reviews(opened, labels, json=json, quiet=quiet)
    elif html is not None or labels is not None:
        judge_roles(opened, labels, html, json=json)
    else:
        target = output or workspace / "roles-sample.csv"
        sample_roles(opened, target, size=size, seed=seed, json=json, quiet=quiet)
