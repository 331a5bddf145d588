# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""`muster backtest`: what chances, scores and the policy were worth on the company's own past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.options import JsonOption, QuietOption, WorkspaceOption, examples
from muster.cli.progress import showing_steps
from muster.cli.screen import clean, hint, print_json, results
from muster.problems import WrongUse

if TYPE_CHECKING:
    from muster.backtest.judge import Asked, Backtest
    from muster.backtest.policy import Compared, Variant
    from muster.backtest.questions import Span
    from muster.engine.published import Published
    from muster.rules.read import Rules
    from muster.workspace import Workspace

EXAMPLES = examples(
    "muster backtest",
    "muster backtest --solution data-platform --from 2025-01-01 --to 2025-06-30",
    "muster backtest --compare capacity=1.2,points=50 --hours 1.5",
    "muster backtest --html backtest.html",
    "muster backtest --models",
    "muster backtest --json | jq '.calibration[] | {name, value}'",
)


def backtest(
    *,
    workspace: WorkspaceOption = Path(),
    solution: Annotated[
        str | None, typer.Option(metavar="ID", help="Only this solution.", show_default="all")
    ] = None,
    first: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="Ask from this day on.",
            show_default="a year before --to, or the first chance",
        ),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option(
            "--to",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="Ask up to this day.",
            show_default="the last Monday whose weeks are over",
        ),
    ] = None,
    compare: Annotated[
        str | None,
        typer.Option(
            metavar="POLICIES",
            help="Other policies to try, as in capacity=1.2,points=50,probability=0.03.",
        ),
    ] = None,
    hours: Annotated[
        float,
        typer.Option(min=0.01, help="Hours an SDR spends on one hand-off, for --compare: set your own."),
    ] = 1.0,
    html: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write a page; beside it the figures as JSON, the calibration as CSV."
        ),
    ] = None,
    models: Annotated[
        bool,
        typer.Option("--models", help="Only list the versions of the model of openings, and compare them."),
    ] = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Judge the chances, simpler scores and the policy by what came: on the last run's tables, looking back.

    Every fourth Monday all accounts are asked about, silent ones too; each chance is the one said then.
    Intervals (80 %) come from other samples of accounts. Where fewer than 20 different opportunities opened
    it says "not estimable". --compare runs the flow once more for each policy, and writes nothing. --models
    sets each version of the model beside the one before it, on the Mondays it judged; rules/models.csv goes
    back to one.
    """
    from muster.backtest.judge import judge, question
    from muster.backtest.policy import read_variants
    from muster.workspace import open_workspace

    variants = read_variants(compare) if compare is not None else []
    if html is not None and html.is_dir():
        raise WrongUse(f"{html} is a folder.", remedy=f"Name a file, as in: --html {html / 'backtest.html'}")
    opened = open_workspace(workspace)
    company, rules, published = opened.config.company, opened.rules, opened.published
    if models:
        _list_models(published, json=json, quiet=quiet)
        return
    if variants:
        from muster.lab.what_if import refuse_if_stale

        refuse_if_stale(opened)
    span = _span(published, first, last)
    with showing_steps(quiet=quiet) as step:
        asked = question(
            published, rules, span, currency=company.currency, solution_id=solution, progress=step
        )
        compared = _compare(opened, rules, asked, variants, hours=hours, step=step)
        found = judge(
            published,
            rules,
            asked,
            company=company.name,
            currency=company.currency,
            compared=compared,
            progress=step,
        )
    _tell(found, html, json=json, quiet=quiet)


def _list_models(published: Published, *, json: bool, quiet: bool) -> None:
    from muster.backtest.versions import versions
    from muster.cli.backtest_told import print_versions

    with showing_steps(quiet=quiet) as step:
        step("comparing the versions of the model")
        found = versions(published)
    if json:
        print_json({"models": [asdict(one) for one in found]})
    else:
        print_versions(found)
        hint("To go back to one, or never use one: rules/models.csv", quiet=quiet)


def _span(published: Published, first: datetime | None, last: datetime | None) -> Span:
    """The Mondays asked about. Raises WrongUse where none has its weeks behind it, or not all as many."""
    from dataclasses import replace

    from muster.backtest.mondays import monday_from, usual_span
    from muster.recall.clock import WEEK

    usual = usual_span(published)
    if usual is None:
        raise WrongUse(
            "No Monday with a sign of any account has the weeks behind it that its chances are about: there "
            "is nothing to look back on.",
            remedy="Come back when the records reach further: muster run, then muster backtest",
        )
    span = usual if last is None else usual_span(published, _micros(last))
    begin = None if first is None else monday_from(first)
    if span is None or (begin is not None and begin > span.last):
        raise WrongUse(
            f"There is no Monday in these days whose {usual.horizon // WEEK} weeks are over.",
            remedy=f"The last one is {_day(usual.last)}, as in: --to {_day(usual.last)}",
        )
    if begin is not None and begin < span.since:
        raise WrongUse(
            f"From {_day(span.since)} on chances are about {span.horizon // WEEK} weeks, before they were "
            "about others: a back-test asks one question.",
            remedy=f"--from {_day(span.since)}, or --to {_day(span.since - WEEK)}",
        )
    return span if begin is None else replace(span, first=begin)


def _compare(
    opened: Workspace,
    rules: Rules,
    asked: Asked,
    variants: list[Variant],
    *,
    hours: float,
    step: Callable[[str], None],
) -> tuple[Compared, ...]:
    """Each variant's hand-offs: the last run built again with its rules, in a folder that is thrown away."""
    import tempfile

    from muster.backtest.judge import in_force, of_solution
    from muster.backtest.policy import compare, handed_over, rules_of, steadiness
    from muster.lab.what_if import rebuild
    from muster.steps import steps_of

    found = []
    # What comes after the hand-offs is money and takes time: nothing of it is asked.
    steps = tuple(one for one in steps_of(opened.config) if one.name != "measure")
    for variant in variants:
        step(f"running the flow with {variant.name}")
        with tempfile.TemporaryDirectory(prefix="muster-backtest-") as name:
            folder = Path(name)
            rebuild(opened, folder, steps=steps, rules=rules_of(rules, variant))
            handed = handed_over(folder, asked.questions)
            steady = steadiness(folder, asked.questions, as_of=asked.as_of, solution_id=asked.solution_id)
        shown = asked.questions
        if asked.solution_id is not None:
            handed = of_solution(handed, asked.questions, asked.solution_id)
            shown = asked.questions.of_solution(asked.solution_id)
        own = in_force(opened.published, asked)
        found.append(compare(variant.name, handed, own, shown, steady=steady, hours=hours))
    return tuple(found)


def _tell(found: Backtest, html: Path | None, *, json: bool, quiet: bool) -> None:
    from muster.cli.backtest_told import print_backtest, write_beside

    if html is not None:
        beside = write_beside(found, html)
        if not json:
            results().print(clean(str(html)), soft_wrap=True)
        hint(f"Beside {html}: {', '.join(str(path) for path in beside)}", quiet=quiet)
    if json:
        print_json(asdict(found))
    elif html is None:
        print_backtest(found)
        hint("With pictures: muster backtest --html backtest.html", quiet=quiet)


def _micros(day: datetime) -> int:
    from datetime import UTC, timedelta

    return (day.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _day(at: int) -> str:
    from datetime import UTC

    return f"{datetime.fromtimestamp(at / 1e6, UTC):%Y-%m-%d}"
