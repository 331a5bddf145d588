# ruff: noqa: PLC0415  commands start fast: NumPy and Arrow are imported by the command that needs them
"""`muster attribute`: attribution models on a plain table of paths."""

from __future__ import annotations

import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from muster.cli.options import JsonOption, QuietOption, examples
from muster.cli.rows import to_json
from muster.cli.screen import clean, hint, results, table
from muster.cli.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.attribution.compare import Compared, Ranks
    from muster.attribution.table import PathTable

EXAMPLES = examples(
    "muster attribute paths.csv",
    "muster attribute paths.csv --json > credit.json",
)


def attribute(
    paths: Annotated[
        Path,
        typer.Argument(metavar="PATHS.csv", help="Columns path, conversions and, if known, value and nulls."),
    ],
    *,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Divide conversions over channels by eight models, from a table of aggregated paths.

    A path is written as channel > channel > channel; nulls are its journeys that did not convert. The
    columns may also be called total_conversions, total_conversion_value and total_null. The delimiter is
    found. Credits add up to the totals exactly, and are the same on every run, in any order of rows.

    Credit divides what was won by a rule. It is not what would have been lost without the channel.
    """
    from muster.attribution.compare import attribute as compare
    from muster.attribution.table import read_paths

    def work() -> tuple[PathTable, Compared]:
        told = read_paths(paths)
        return told, compare(told.paths)

    told, found = wait_for(work, saying=f"Reading {paths.name}", quiet=quiet)
    if json:
        sys.stdout.write(_document(found) + "\n")
        return
    _print(told, found)
    if not told.has_nulls:
        hint(
            "There is no column nulls: Markov models take every journey for one that converted.", quiet=quiet
        )


def _document(found: Compared) -> str:
    """One JSON document; decimals are written out, so that they add up to the totals as written."""
    from muster.attribution.compare import DISCLAIMER

    models = {
        name: {
            channel: {"conversions": conversions, "value": value}
            for channel, conversions, value in zip(
                found.channels, credit.conversions, credit.value, strict=True
            )
        }
        for name, credit in found.models.items()
    }
    effects = {
        name: dict(zip(found.channels, values, strict=True)) for name, values in found.removal_effects.items()
    }
    return to_json({"models": models, "removal_effects": effects, "note": DISCLAIMER})


def _print(told: PathTable, found: Compared) -> None:
    from muster.attribution.compare import DISCLAIMER
    from muster.attribution.parts import decimal_parts

    screen = results()
    has_value = told.has_value and bool(found.value)
    value = f", value {found.value:,f}" if has_value else ""
    screen.print(
        f"{told.name}: {len(told.paths):,} rows, {found.conversions:,} conversions{value}, "
        f"{found.nulls:,} journeys without.",
        soft_wrap=True,
    )
    ranks = found.ranks()
    order = sorted(
        range(len(found.channels)), key=lambda c: (ranks[found.channels[c]].middle, found.channels[c])
    )
    unit = Fraction(1, 10**told.paths.decimals)
    for what in ("value", "conversions") if has_value else ("conversions",):
        columns = {
            name: decimal_parts([p * unit for p in tally.value] if what == "value" else tally.conversions, 2)
            for name, tally in found.tallies.items()
        }
        screen.print(f"\nCredited {what}", style="bold")
        rows = [
            [name, *(_amount(column[c]) for column in columns.values()), _rank(ranks[name])]
            for c, name in ((c, found.channels[c]) for c in order)
        ]
        sums = [_amount(sum(column, Decimal(0))) for column in columns.values()]
        _table(("channel", *columns, "rank"), [*rows, ["all", *sums, ""]])
    screen.print(
        "\nRemoval effects: 1 - P(conversion, journeys end at the channel) / P(conversion)", style="bold"
    )
    _table(
        ("channel", *found.removal_effects),
        [[found.channels[c], *(f"{e[c]:.4f}" for e in found.removal_effects.values())] for c in order],
    )
    agreed = sum(1 for rank in ranks.values() if rank.best == rank.worst)
    for line in (
        f"Rank: the middle one of {len(found.models)} models (best to worst). {agreed} of {len(ranks)} "
        "channels have the same one under every model.",
        "Shapley is its closed form: an equal split over each path's different channels.",
        DISCLAIMER,
    ):
        screen.print(line, soft_wrap=True)


def _rank(rank: Ranks) -> str:
    return f"{rank.middle} ({rank.best} to {rank.worst})" if rank.best < rank.worst else f"{rank.middle}"


def _amount(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    cells = [[Text(clean(cell)) for cell in row] for row in rows]
    results().print(table(columns, cells, right=set(range(1, len(columns)))))
