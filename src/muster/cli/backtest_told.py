# ruff: noqa: PLC0415  commands start fast: engines are imported by the command that needs them
"""What `muster backtest` prints and writes."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from muster.cli.screen import clean, results, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.backtest.draws import Figure
    from muster.backtest.judge import Backtest
    from muster.backtest.versions import Version


def print_backtest(found: Backtest) -> None:
    """The sentence, ranking, hand-offs at capacity, calibration, comparisons; the page has the rest."""
    from muster.backtest.words import AT_CAPACITY, NAMES, RANKING, in_order, sentence, told, told_95

    screen = results()
    screen.print(clean(sentence(found)), soft_wrap=True)
    screen.print(
        f"{found.rows:,} rows on {found.origins} Mondays, {found.silent_rows:,} of silent accounts; "
        f"{found.openings} different openings, {found.silent_openings} of silent accounts; "
        f"{found.models_checked} models checked; intervals: 80 %, {found.samples} samples of accounts",
        soft_wrap=True,
    )

    def figures(group: Sequence[Figure]) -> tuple[str, ...]:
        return tuple(told(figure, found.currency) for figure in group)

    rows = [
        (s.name, *figures(in_order(s.ranking, RANKING)), f"{s.ranking[0].openings}")
        for s in found.scores
        if s.ranking
    ]
    _print(("ranked by", *(NAMES[n] for n in RANKING), "openings"), rows)
    for names in (AT_CAPACITY[:4], AT_CAPACITY[4:]):
        rows = [
            (
                s.name,
                f"{s.hand_offs}",
                *figures(in_order(s.at_capacity, names)),
                f"{_openings(s.at_capacity)}",
            )
            for s in found.scores
        ]
        _print(("at capacity, by", "hand-offs", *(NAMES[n] for n in names), "openings"), rows)
    rows = [
        (NAMES[f.name], told(f, found.currency), told_95(f, found.currency), f"{f.openings}")
        for f in found.calibration
    ]
    _print(("calibration", "value (80 % interval)", "95 % interval", "openings"), rows)
    won = found.win_rate
    if won.bands and won.p_value is not None:
        first, last = won.bands[0], won.bands[-1]
        screen.print(
            f"Win rate from {_percent(first.win_rate)} in the lowest to {_percent(last.win_rate)} in the "
            "highest of "
            f"{len(won.bands)} bands of chance at opening ({won.closed} closed; trend p {won.p_value:.2g})",
            soft_wrap=True,
        )
    else:
        screen.print(f"Win rate by chance: not estimable ({won.closed} closed opportunities had one)")
    steady = found.steadiness
    screen.print(
        f"The policy in force took in {steady.stretches} groups; {steady.flaps} of {steady.group_quarters} "
        "quarters "
        "saw one come in twice",
        soft_wrap=True,
    )
    for compared in found.compared:
        screen.print(clean(compared.sentence), soft_wrap=True)
    for one in found.notes:
        screen.print(clean(one), soft_wrap=True, style="dim")


def print_versions(found: Sequence[Version]) -> None:
    """The versions of the model of openings, the oldest first."""

    def told(value: float | None) -> str:
        return "not estimable" if value is None else f"{value:.3f}"

    def gained(one: Version) -> str:
        if one.average_precision is None or one.before is None:
            return "not estimable"
        return f"{one.average_precision - one.before:+.3f} ({one.gain_low:+.3f} to {one.gain_high:+.3f})"

    rows = [
        (
            one.model_version,
            one.trained_on,
            f"{one.kind} ({one.rung})",
            f"{one.opening_count:,}",
            "none" if one.first_on is None else f"{one.first_on} to {one.last_on}",
            f"{one.judged_openings:,}",
            told(one.average_precision),
            told(one.slope),
            gained(one),
            one.in_use,
        )
        for one in found
    ]
    head = ("version", "learnt on", "kind (rung)", "openings", "Mondays judged", "opened then")
    _print((*head, "AP", "slope", "AP gained (80 %)", "in use for"), rows)


def write_beside(found: Backtest, html: Path) -> list[Path]:
    """Write the page, and beside it the figures as JSON and the calibration as CSV; each whole or not."""
    from muster.backtest.calibration import Bin
    from muster.backtest.page import write_page

    told = io.StringIO()
    rows = csv.writer(told, lineterminator="\n")
    rows.writerow([field.name for field in fields(Bin)])
    rows.writerows(asdict(one).values() for one in found.bins)
    html.parent.mkdir(parents=True, exist_ok=True)
    beside = {
        html.with_suffix(".json"): json.dumps(asdict(found), indent=2, ensure_ascii=False) + "\n",
        html.with_name(f"{html.stem}-calibration.csv"): told.getvalue(),
    }
    for path, text in {**beside, html: write_page(found)}.items():
        draft = path.with_name(f".{path.name}.new")
        draft.write_text(text, "utf-8")
        draft.replace(path)
    return list(beside)


def _openings(figures: Sequence[Figure]) -> int:
    return max((figure.openings for figure in figures), default=0)


def _percent(part: float | None) -> str:
    return "not estimable" if part is None else f"{100 * part:.0f} %"


def _print(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    cells = [[Text(clean(cell)) for cell in row] for row in rows]
    results().print(table(head, cells, right=set(range(1, len(head)))))
