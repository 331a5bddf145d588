"""Each Monday's chances by the models as they would have been learnt by then, never by later ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from threadpoolctl import threadpool_limits

from muster.chances import tables
from muster.chances.amounts import AmountModel, learn_amounts
from muster.chances.deals import Accounts, read_accounts, read_deals
from muster.chances.learn import Model, learn
from muster.chances.parts import PART, in_millionths, parts
from muster.chances.rank import ranks
from muster.chances.signs import Panel, read_panel
from muster.chances.told import Learnt
from muster.chances.wins import WinModel, learn_wins
from muster.engine.protocol import Engine
from muster.recall.clock import FIRST_MONDAY, WEEK

HORIZON = 13 * WEEK
# A new model every quarter, from a panel of every fourth Monday: days fixed by the calendar, not by the
# company's first record, so that the same days come whatever else is known.
LEARNT_EVERY = 13 * WEEK
SAMPLED_EVERY = 4 * WEEK
# Of rows without a group and without an opening one in sixteen is learnt from, with sixteen times the weight.
QUIET = "10"
KEPT_OF_QUIET = 1 / 16
# Closed opportunities below which nothing is said of winning and amounts; and the weight, in opportunities,
# with which solutions, ages and industries borrow from all.
FEWEST_CLOSED = 40
BORROWED = 10.0


@dataclass(frozen=True, slots=True)
class Quarter:
    """The models learnt on a Monday; they judge from then until the next ones are learnt."""

    trained_at: int
    until: int
    opens: Model | None
    won: WinModel | None
    amount: AmountModel | None


def put_chances(engine: Engine) -> None:
    """Put what models say of `panel` (`chance_estimate`, `chance_part`, `win_chance`), and the models.

    One thread does the sums: with several, their order and so their last digits would differ.
    """
    accounts = read_accounts(engine.arrow("SELECT a.* FROM account_size AS a"))
    with threadpool_limits(limits=1, user_api="blas"):
        quarters = list(_learnt(engine, accounts))
        judged = [_judged(engine, quarter, accounts) for quarter in quarters]
    engine.put("chance_estimate", pa.concat_tables([tables.ESTIMATE.empty_table(), *(e for e, _ in judged)]))
    engine.put("chance_part", pa.concat_tables([PART.empty_table(), *(p for _, p in judged)]))
    engine.put("win_chance", _wins(engine, quarters))
    models: list[Learnt] = [m for q in quarters for m in (q.opens, q.won, q.amount) if m is not None]
    engine.put("chance_model", tables.models(models))
    engine.put("chance_coefficient", tables.coefficients(models))


def _learnt(engine: Engine, accounts: Accounts) -> Iterator[Quarter]:
    """What was learnt quarter by quarter."""
    known = _learning_rows(engine)
    deals = read_deals(engine.arrow("SELECT d.* FROM deal AS d"))
    [clock] = engine.arrow("SELECT c.currency FROM clock AS c").to_pylist()
    for trained_at in _days(engine):
        ripe = known.only(known.weeks + HORIZON <= trained_at)
        yield Quarter(
            trained_at,
            trained_at + LEARNT_EVERY,
            learn(ripe, trained_at=trained_at),
            learn_wins(deals, trained_at=trained_at, fewest=FEWEST_CLOSED, borrowed=BORROWED),
            learn_amounts(
                deals,
                accounts,
                trained_at=trained_at,
                currency=clock["currency"],
                fewest=FEWEST_CLOSED,
                borrowed=BORROWED,
            ),
        )


def _days(engine: Engine) -> range:
    """The days on which models are learnt, as far as there are Mondays."""
    [found] = engine.arrow(
        "SELECT MIN(w.week_at) AS first, MAX(w.week_at) AS last FROM week AS w"
    ).to_pylist()
    if found["first"] is None:
        return range(0)
    return range(
        found["first"] - (found["first"] - FIRST_MONDAY) % LEARNT_EVERY, found["last"] + 1, LEARNT_EVERY
    )


def _learning_rows(engine: Engine) -> Panel:
    rows = engine.arrow(
        f"SELECT {_names(engine)} FROM panel AS p"
        f" WHERE MOD(p.week_at - {FIRST_MONDAY}, {SAMPLED_EVERY}) = 0 AND p.opens IS NOT NULL"
        f" AND (p.opens = 1 OR p.in_group = 1 OR p.draw < '{QUIET}')"
    )
    return read_panel(rows, kept_of_quiet=KEPT_OF_QUIET)


def _names(engine: Engine) -> str:
    columns = engine.arrow("SELECT p.* FROM panel AS p WHERE 1 = 0").column_names
    return ", ".join(f"p.{name}" for name in columns)


def _judged(engine: Engine, quarter: Quarter, accounts: Accounts) -> tuple[pa.Table, pa.Table]:
    """What a quarter's models say of its rows, and why."""
    between = f"p.week_at >= {quarter.trained_at} AND p.week_at < {quarter.until}"
    panel = read_panel(engine.arrow(f"SELECT {_names(engine)} FROM panel AS p WHERE {between}"))
    estimates = []
    cuts = [0, *(np.flatnonzero(np.diff(panel.weeks)) + 1).tolist(), len(panel)] if len(panel) else []
    for start, end in pairwise(cuts):
        estimates.append(_monday(panel.part(start, end), quarter, accounts))
    divided = PART.empty_table() if quarter.opens is None else parts(panel, quarter.opens)
    return pa.concat_tables([tables.ESTIMATE.empty_table(), *estimates]), divided


def _monday(panel: Panel, quarter: Quarter, accounts: Accounts) -> pa.Table:
    """The rows of one Monday, which are ranked together."""
    said: dict[str, npt.NDArray[np.generic]] = {}
    if quarter.opens is not None:
        log_odds, loads = quarter.opens.log_odds(panel)
        p_open, low, high = quarter.opens.chances(log_odds, loads)
        said |= {"p_open": p_open, "p_open_low": low, "p_open_high": high}
        said |= {"log_odds": in_millionths(log_odds)}
        said |= dict(zip(("rank", "rank_low", "rank_high"), ranks(log_odds, loads), strict=True))
    if quarter.amount is not None:
        week = int(panel.weeks[0])
        of = list(panel.account_ids)
        amounts = quarter.amount.judge(
            list(panel.solution_ids), list(accounts.industries(of, week)), accounts.sizes(of, week)
        )
        said |= {"expected_amount_cents": amounts.mean, "median_amount_cents": amounts.median}
        said |= {"amount_low_cents": amounts.low, "amount_high_cents": amounts.high}
    return tables.estimates(
        panel,
        said,
        model_version=None if quarter.opens is None else quarter.opens.version,
        amount_version=None if quarter.amount is None else quarter.amount.version,
    )


def _wins(engine: Engine, quarters: list[Quarter]) -> pa.Table:
    """The chance to win of each solution on each Monday."""
    solutions = (
        engine.arrow("SELECT DISTINCT p.solution_id FROM panel AS p").column("solution_id").to_pylist()
    )
    weeks = sorted(engine.arrow("SELECT w.week_at FROM week AS w").column("week_at").to_pylist())
    rows = []
    for quarter in quarters:
        if quarter.won is not None:
            by = {solution: quarter.won.p_win(solution) for solution in sorted(solutions)}
            rows += [
                {"week_at": week, "solution_id": solution, "p_win": p, "model_version": quarter.won.version}
                for week in weeks
                if quarter.trained_at <= week < quarter.until
                for solution, p in by.items()
            ]
    return pa.Table.from_pylist(rows, schema=tables.WIN)
