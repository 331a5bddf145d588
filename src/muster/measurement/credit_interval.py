"""How far credit would move with other deals: intervals and ranks from drawing accounts anew."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from muster.engine.protocol import Engine

DRAWS = 500
TAIL = DRAWS // 10  # draws below the interval, and above it: 80 % lie within
FEWEST = 10  # accounts: with fewer no interval is told
LINES = frozenset({"(unattributed)", "(no programme)", "(none)"})  # no programme or channel: never ranked

_INTERVAL = pa.schema(
    [
        ("dimension", pa.string()),
        ("unit", pa.string()),
        ("attribution_model", pa.string()),
        ("currency", pa.string()),
        ("credit_cents", pa.int64()),
        ("low_cents", pa.int64()),
        ("high_cents", pa.int64()),
        ("account_count", pa.int64()),
        ("rank", pa.int64()),
        ("rank_low", pa.int64()),
        ("rank_high", pa.int64()),
        ("is_separated", pa.bool_()),
    ]
)
_JOB = pa.schema(
    [
        ("level", pa.string()),
        ("unit", pa.string()),
        ("buying_job", pa.string()),
        ("currency", pa.string()),
        ("credit_cents", pa.int64()),
        ("low_cents", pa.int64()),
        ("high_cents", pa.int64()),
    ]
)
Cents = npt.NDArray[np.int64]


def put_credit_intervals(engine: Engine) -> None:
    """Put `credit_interval`, made of `credit_part`.

    The bootstrap over accounts (Efron 1979; whole accounts, since deals of one are alike): the accounts that
    bought are drawn again with replacement 500 times, with what each of their deals was credited. The
    interval is from the 10th to the 90th of a hundred. What a model has learnt is held fixed. The draws hang
    on how many accounts there are and on their first deals' ids, on nothing else.
    """
    parts = engine.arrow(
        "SELECT p.currency, p.dimension, p.attribution_model, p.unit, p.buyer, p.credit_cents"
        " FROM credit_part AS p ORDER BY p.currency, p.dimension, p.attribution_model, p.unit, p.buyer"
    ).to_pylist()
    rows: list[dict[str, object]] = []
    for currency, of_currency in groupby(parts, itemgetter("currency")):
        mine = list(of_currency)
        buyers = {buyer: n for n, buyer in enumerate(sorted({row["buyer"] for row in mine}))}
        drawn = draw(len(buyers))
        for (dimension, model), group in groupby(mine, itemgetter("dimension", "attribution_model")):
            units, table = _table(list(group), buyers)
            place = {"dimension": dimension, "attribution_model": model, "currency": currency}
            rows += [place | told for told in intervals(units, table, drawn)]
    engine.put("credit_interval", pa.Table.from_pylist(rows, schema=_INTERVAL))


def put_job_intervals(engine: Engine) -> None:
    """Put `job_interval`, made of `job_part`: the same draws for programmes and tactics, job by job."""
    parts = engine.arrow(
        "SELECT p.currency, p.level, p.unit, p.buying_job, p.buyer, p.credit_cents"
        " FROM job_part AS p ORDER BY p.currency, p.level, p.unit, p.buying_job, p.buyer"
    ).to_pylist()
    rows: list[dict[str, object]] = []
    for currency, of_currency in groupby(parts, itemgetter("currency")):
        mine = [row | {"unit": (row["level"], row["unit"], row["buying_job"])} for row in of_currency]
        buyers = {buyer: n for n, buyer in enumerate(sorted({row["buyer"] for row in mine}))}
        units, table = _table(mine, buyers)
        for told in intervals(units, table, draw(len(buyers))):
            level, unit, job = cast("tuple[str, str, str]", told["unit"])
            cents = {name: told[name] for name in ("credit_cents", "low_cents", "high_cents")}
            rows.append({"level": level, "unit": unit, "buying_job": job, "currency": currency} | cents)
    engine.put("job_interval", pa.Table.from_pylist(rows, schema=_JOB))


def draw(count: int) -> npt.NDArray[np.float64]:
    """How often each of so many accounts comes in each of 500 draws, a row a draw."""
    random = np.random.default_rng(count)
    return np.array(
        [np.bincount(random.integers(0, count, size=count), minlength=count) for _ in range(DRAWS)],
        np.float64,
    )


def intervals(
    units: Sequence[Hashable], table: Cents, drawn: npt.NDArray[np.float64]
) -> Iterator[dict[str, object]]:
    """Each unit's credit with its interval and ranks; `table` has a row for each account, cents by unit."""
    credit = table.sum(axis=0)
    known = len(table) >= FEWEST
    # Whole cents below 2^53: the sums are exact in any order, so they are the same on every machine.
    sums = drawn @ table.astype(np.float64)
    resampled = np.sort(sums, axis=0).astype(np.int64)
    low, high = resampled[TAIL], resampled[-TAIL - 1]
    named = np.array([unit not in LINES for unit in units])
    place = np.full(sums.shape, np.inf)
    place[:, named] = 1 + np.argsort(np.argsort(-sums[:, named], axis=1, kind="stable"), axis=1)
    ranks = np.sort(place, axis=0)
    overlaps = (low[:, None] <= high[None, :]) & (low[None, :] <= high[:, None]) & named[None, :]
    for n, unit in enumerate(units):
        ranked = known and bool(named[n])
        separated = ranked and int(overlaps[n].sum()) == 1
        yield {
            "unit": unit,
            "credit_cents": int(credit[n]),
            "low_cents": int(low[n]) if known else None,
            "high_cents": int(high[n]) if known else None,
            "account_count": int(np.count_nonzero(table[:, n])),
            "rank": 1 + int(np.sum(credit[named] > credit[n])) if separated else None,
            "rank_low": int(ranks[TAIL, n]) if ranked else None,
            "rank_high": int(ranks[-TAIL - 1, n]) if ranked else None,
            "is_separated": separated,
        }


def _table(group: list[dict[str, Any]], buyers: dict[str, int]) -> tuple[list[Any], Cents]:
    units = sorted({row["unit"] for row in group})
    place = {unit: n for n, unit in enumerate(units)}
    table = np.zeros((len(buyers), len(units)), np.int64)
    for row in group:
        table[buyers[row["buyer"]], place[row["unit"]]] = row["credit_cents"]
    return units, table
